// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"

#include "loader/resolve-internal.h"

#define OBJECTS_MAX 8192

int resolution_add_name(struct resolution *res, size_t map, const char *name)
{
	struct name **end = &res->map[map].names;

	for (; *end; end = &(*end)->next)
		if (strcmp((*end)->text, name) == 0)
			return 0;
	*end = arena_alloc(&res->arena, sizeof(**end));
	if (!*end)
		return -ENOMEM;
	(*end)->text = name;
	return 0;
}

static bool has_name(const struct map *m, const char *name)
{
	if (m->pub.path && strcmp(m->pub.path, name) == 0)
		return true;
	for (const struct name *n = m->names; n; n = n->next)
		if (strcmp(n->text, name) == 0)
			return true;
	return m->pub.object && m->pub.object->soname && strcmp(m->pub.object->soname, name) == 0;
}

/* Objects that were not found do not answer: their name is searched, and listed, once more. */
size_t resolution_find_name(const struct resolution *res, const char *name)
{
	for (size_t i = 0; i < res->nmap; i++)
		if (res->map[i].pub.how != RESOLVE_MISSING && has_name(&res->map[i], name))
			return i;
	return SIZE_MAX;
}

/* The directory of the path by which it was found, symbolic links and all (_dl_get_origin and _dl_new_object). */
static int set_origin(struct resolution *res, struct map *m, const char *path)
{
	char cwd[PATH_MAX] = "";
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (*path == '/') {
		m->origin = arena_strndup(&res->arena, path, n ? n : 1);
		return m->origin ? 0 : -ENOMEM;
	}
	if (res->resolver->root->host && !getcwd(cwd, sizeof(cwd)))
		return 0;
	m->origin = arena_printf(&res->arena, "%s%s%.*s", cwd, n ? "/" : "", (int)n, path);
	return m->origin ? 0 : -ENOMEM;
}

int resolution_add_map(struct resolution *res, const struct resolve_object *object, size_t *out)
{
	struct map *list = arena_grow(&res->arena, res->map, res->nmap, sizeof(*list));
	int r;

	if (!list || res->nmap == OBJECTS_MAX)
		return -ENOMEM;
	res->map = list;
	list[res->nmap] = (struct map){ .pub = *object };
	r = object->path ? set_origin(res, &list[res->nmap], object->path) : 0;
	*out = res->nmap++;
	return r < 0 ? r : resolution_add_name(res, *out, object->name);
}

int resolution_add_problem(struct resolution *res, enum resolve_problem_kind kind, size_t map, const char *text)
{
	struct resolve_problem *list = arena_grow(&res->arena, res->problem, res->nproblem, sizeof(*list));

	if (!list || !text)
		return -ENOMEM;
	res->problem = list;
	list[res->nproblem++] = (struct resolve_problem){ kind, map, text };
	return 0;
}

/* What _dl_map_object_from_fd refuses; NULL: nothing. */
static const char *refusal(const struct resolution *res, const struct object *obj)
{
	if (obj->type != ET_DYN)
		return "cannot dynamically load executable";
	if (!obj->dynamic)
		return "object file has no dynamic section";
	if (res->minor >= 30 && (obj->flags_1 & DF_1_PIE))
		return "cannot dynamically load position-independent executable";
	return NULL;
}

/* The program and the loader are not looked up by inode: ld.so did not open them itself. */
static size_t find_inode(const struct resolution *res, const struct file_object *o)
{
	for (size_t i = 1; i < res->nmap; i++) {
		const struct map *m = &res->map[i];

		if (!m->is_loader && m->pub.object && m->pub.dev == o->dev && m->pub.ino == o->ino)
			return i;
	}
	return SIZE_MAX;
}

static bool is_preload(enum resolve_request request)
{
	return request == RESOLVE_LD_PRELOAD || request == RESOLVE_PRELOAD_FILE;
}

/* ld.so warns of what it cannot preload and goes on; anything else ends it. */
static int add_broken(
		struct resolution *res, struct resolve_object *object, const char *what, const char *why, size_t *out)
{
	const char *text = arena_printf(&res->arena, "%s: %s", what, why);
	int r;

	*out = SIZE_MAX;
	if (is_preload(object->request))
		return resolution_add_problem(res, RESOLVE_PRELOAD_FAILED, 0, text);
	object->how = RESOLVE_BROKEN;
	object->object = NULL;
	r = resolution_add_map(res, object, out);
	res->fatal = true;
	return r < 0 ? r : resolution_add_problem(res, RESOLVE_UNLOADABLE, *out, text);
}

static int add_missing(struct resolution *res, const struct resolve_object *object, size_t *out)
{
	int r;

	*out = SIZE_MAX;
	if (is_preload(object->request))
		return resolution_add_problem(res, RESOLVE_PRELOAD_FAILED, 0,
				arena_printf(&res->arena, "%s: not found, and not preloaded", object->name));
	r = resolution_add_map(res, object, out);
	if (r < 0 || object->request == RESOLVE_AUXILIARY)
		return r;
	res->fatal = true;
	return resolution_add_problem(
			res, RESOLVE_NOT_FOUND, *out, arena_printf(&res->arena, "%s: not found", object->name));
}

static int add_found(struct resolution *res, struct resolve_object *object, const struct found *found, size_t *out)
{
	const char *why = found->object->object ? refusal(res, found->object->object) : NULL;
	size_t known = found->object->object ? find_inode(res, found->object) : SIZE_MAX;

	object->path = found->path;
	if (known != SIZE_MAX) {
		*out = known;
		return resolution_add_name(res, known, object->name);
	}
	if (found->object->state == FILE_BROKEN)
		return add_broken(res, object, found->path, found->object->why, out);
	if (why)
		return add_broken(res, object, object->name, why, out);
	object->how = found->how;
	object->whose = found->whose;
	object->subdirectory = found->subdirectory;
	object->hwcap = found->hwcap;
	object->object = found->object->object;
	object->dev = found->object->dev;
	object->ino = found->object->ino;
	object->mode = found->object->mode;
	return resolution_add_map(res, object, out);
}

int resolution_map(
		struct resolution *res, const char *name, size_t needed_by, enum resolve_request request, size_t *out)
{
	struct resolve_object object = {
		.name = name, .request = request, .needed_by = needed_by, .how = RESOLVE_MISSING, .subdirectory = ""
	};
	struct found found;
	int r;

	*out = resolution_find_name(res, name);
	if (*out != SIZE_MAX)
		return 0;
	r = resolution_search(res, name, needed_by, is_preload(request), &found);
	if (r < 0)
		return r;
	return found.object ? add_found(res, &object, &found, out) : add_missing(res, &object, out);
}
