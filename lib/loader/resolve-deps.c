// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "base/util.h"

#include "loader/resolve-internal.h"

#define PRELOAD_PATH     "/etc/ld.so.preload"
#define PRELOAD_SIZE_MAX (1u << 20)
#define LOADS_MAX        8 /* of one object, which filters of others move to the front */

static struct node *new_node(struct resolution *res, size_t map)
{
	struct node *node = arena_alloc(&res->arena, sizeof(*node));

	if (node)
		node->map = map;
	return node;
}

/* Appends a map that is not in the list yet. */
static int append(struct resolution *res, size_t map)
{
	struct node *node;

	if (res->map[map].listed)
		return 0;
	node = new_node(res, map);
	if (!node)
		return -ENOMEM;
	if (res->last)
		res->last->next = node;
	else
		res->first = node;
	res->last = node;
	res->map[map].listed = true;
	return 0;
}

static int add_edge(struct resolution *res, size_t from, size_t to)
{
	struct resolve_edge *list = arena_grow(&res->arena, res->edge, res->nedge, sizeof(*list));

	if (!list)
		return -ENOMEM;
	res->edge = list;
	list[res->nedge++] = (struct resolve_edge){ from, to };
	return 0;
}

/* DT_NEEDED, DT_FILTER and DT_AUXILIARY may have tokens, too, but not in secure programs. *out NULL: to be passed over.
 */
static int expand_needed(struct resolution *res, size_t map, const char *name, const char **out)
{
	const char *text;
	int r = resolution_expand(res, map, name, out);

	if (r < 0 || !res->secure || *out == name)
		return r;
	*out = NULL;
	res->fatal = true;
	text = arena_printf(&res->arena, "%s: DST not allowed in SUID/SGID programs", name);
	return resolution_add_problem(res, RESOLVE_UNLOADABLE, map, text);
}

static int load_needed(struct resolution *res, size_t map, const char *name)
{
	size_t to = SIZE_MAX;
	int r = resolution_map(res, name, map, RESOLVE_NEEDED, &to);

	if (r == 0 && to != SIZE_MAX)
		r = add_edge(res, map, to);
	return r == 0 && to != SIZE_MAX ? append(res, to) : r;
}

/* Takes a map out that stands somewhere behind `node`; false where it does not, and stands before it. */
static bool remove_behind(struct resolution *res, struct node *node, size_t map)
{
	while (node->next && node->next->map != map)
		node = node->next;
	if (!node->next)
		return false;
	if (res->last == node->next)
		res->last = node;
	node->next = node->next->next;
	return true;
}

/* Puts a filtee in front of the object that *at holds, which moves on to a new node behind it. */
static int insert_before(struct resolution *res, struct node **at, size_t map)
{
	struct node *behind;

	if (map == (*at)->map || (res->map[map].listed && !remove_behind(res, *at, map)))
		return 0;
	behind = new_node(res, (*at)->map);
	if (!behind)
		return -ENOMEM;
	*behind = **at;
	**at = (struct node){ .map = map, .next = behind };
	if (res->last == *at)
		res->last = behind;
	res->map[map].listed = true;
	*at = behind;
	return 0;
}

static int load_filtee(struct resolution *res, struct node **at, const char *name, enum resolve_request request)
{
	size_t map = (*at)->map, to = SIZE_MAX;
	int r = resolution_map(res, name, map, request, &to);

	if (r == 0 && to != SIZE_MAX)
		r = add_edge(res, map, to);
	return r == 0 && to != SIZE_MAX ? insert_before(res, at, to) : r;
}

static int load_tag(struct resolution *res, struct node **at, const struct object *obj, const struct object_tag *tag)
{
	const char *text, *name;
	int r;

	if (tag->tag != DT_NEEDED && tag->tag != DT_FILTER && tag->tag != DT_AUXILIARY)
		return 0;
	text = object_string(obj, tag->value);
	r = text ? expand_needed(res, (*at)->map, text, &name) : 0;
	if (r < 0 || !text || !name || !*name)
		return r;
	if (tag->tag == DT_NEEDED)
		return load_needed(res, (*at)->map, name);
	return load_filtee(res, at, name, tag->tag == DT_FILTER ? RESOLVE_FILTER : RESOLVE_AUXILIARY);
}

static int add_circle(struct resolution *res, size_t map)
{
	res->fatal = true;
	return resolution_add_problem(res, RESOLVE_UNLOADABLE, map,
			arena_printf(&res->arena, "%s: filters in a circle, where ld.so does not end",
					res->map[map].pub.path));
}

/* `at` moves on behind the filtees. */
static int load_object(struct resolution *res, struct node *at)
{
	const struct object *obj = res->map[at->map].pub.object;
	unsigned loads = ++res->map[at->map].loads;
	int r = 0;

	if (loads > LOADS_MAX)
		return loads == LOADS_MAX + 1 ? add_circle(res, at->map) : 0;
	for (size_t i = 0; r == 0 && obj && i < obj->ntag; i++)
		r = load_tag(res, &at, obj, &obj->tag[i]);
	return r;
}

/* As _dl_map_object_deps does: each object once, those that it needs behind all that are there, filtees in front of it,
 * to be looked at at once. */
static int load_all(struct resolution *res)
{
	struct node *at = res->first;
	int r = 0;

	while (r == 0 && at) {
		at->done = true;
		r = load_object(res, at);
		while (at && at->done)
			at = at->next;
	}
	return r;
}

static int preload(struct resolution *res, char *list, const char *separators, enum resolve_request request)
{
	char *name;
	int r = 0;

	while (r == 0 && (name = strsep(&list, separators))) {
		size_t map = SIZE_MAX, before = res->nmap;

		if (!*name || (request == RESOLVE_LD_PRELOAD && res->secure && strchr(name, '/')))
			continue;
		r = resolution_map(res, name, 0, request, &map);
		if (r == 0 && map != SIZE_MAX && res->nmap > before)
			r = append(res, map);
	}
	return r;
}

static int preload_environment(struct resolution *res)
{
	const char *list = res->options->preload;
	char *copy = list ? arena_strdup(&res->arena, list) : NULL;

	if (!list)
		return 0;
	return copy ? preload(res, copy, " :", RESOLVE_LD_PRELOAD) : -ENOMEM;
}

/* Comments go up to the end of their line. */
static int preload_file(struct resolution *res)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0;
	char *copy;

	if (root_read(res->resolver->root, PRELOAD_PATH, PRELOAD_SIZE_MAX, &data, &size) < 0)
		return 0;
	copy = arena_strndup(&res->arena, data, size);
	if (!copy)
		return -ENOMEM;
	for (char *p = copy; (p = strchr(p, '#'));)
		memset(p, ' ', strcspn(p, "\n"));
	return preload(res, copy, ": \t\n", RESOLVE_PRELOAD_FILE);
}

int resolution_load(struct resolution *res)
{
	int r = append(res, 0);

	if (r == 0)
		r = preload_environment(res);
	if (r == 0)
		r = preload_file(res);
	return r == 0 ? load_all(res) : r;
}
