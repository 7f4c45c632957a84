// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "base/util.h"

#include "loader/resolve-internal.h"

static bool in_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The length of NAME or {NAME} at the beginning of `text`, or 0 (is_dst in elf/dl-load.c). */
static size_t token_length(const char *text, const char *name)
{
	bool braces = *text == '{';
	size_t n = strlen(name);

	if (strncmp(text + braces, name, n) != 0)
		return 0;
	if (braces)
		return text[1 + n] == '}' ? n + 2 : 0;
	return in_name(text[n]) ? 0 : n;
}

/* A path without "." and ".." lies in one of the loader's own directories: is_trusted_path_normalize. */
static bool is_trusted(const struct resolution *res, const char *path)
{
	char norm[PATH_MAX];
	size_t n = 0;

	if (strlen(path) + 2 > sizeof(norm))
		return false;
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 2 && memcmp(path, "..", 2) == 0) {
			while (n > 0 && norm[--n] != '/')
				;
		} else if (len && !(len == 1 && *path == '.')) {
			norm[n++] = '/';
			memcpy(norm + n, path, len);
			n += len;
		}
		path += len + (path[len] == '/');
	}
	norm[n++] = '/';
	for (size_t i = 0; i < res->loader->ndirectory; i++) {
		const char *d = res->loader->directory[i];

		if (strlen(d) <= n && memcmp(norm, d, strlen(d)) == 0)
			return true;
	}
	return false;
}

struct token {
	size_t length;
	const char *value; /* NULL: not known, the whole string is dropped */
	bool origin;
};

static struct token find_token(const struct resolution *res, size_t map, const char *text)
{
	struct token t = { 0 };

	if ((t.length = token_length(text, "ORIGIN"))) {
		t.value = res->map[map].origin;
		t.origin = true;
	} else if ((t.length = token_length(text, "PLATFORM"))) {
		t.value = res->platform;
	} else if ((t.length = token_length(text, "LIB"))) {
		t.value = res->loader->lib;
	}
	return t;
}

/* Secure programs may use $ORIGIN as the whole beginning only, and, where it is the program's own, in trusted places.
 */
int resolution_expand(struct resolution *res, size_t map, const char *text, const char **out)
{
	bool origin = false;
	char buf[PATH_MAX];
	size_t at = 0;

	*out = strchr(text, '$') ? NULL : text;
	if (*out)
		return 0;
	for (const char *p = text; *p;) {
		struct token t = *p == '$' ? find_token(res, map, p + 1) : (struct token){ 0 };
		const char *from = t.length ? t.value : p;
		size_t n = t.length && from ? strlen(from) : 1;

		if (t.origin && res->secure && !(p == text && (!p[1 + t.length] || p[1 + t.length] == '/')))
			return 0;
		if (!from || n >= sizeof(buf) - at)
			return 0;
		origin |= t.origin;
		memcpy(buf + at, from, n);
		at += n;
		p += t.length ? t.length + 1 : 1;
	}
	buf[at] = '\0';
	if (origin && res->secure && map == 0 && !is_trusted(res, buf))
		return 0;
	*out = arena_strdup(&res->arena, buf);
	return *out ? 0 : -ENOMEM;
}

static bool in_path(const struct search_path *path, const char *directory)
{
	for (size_t i = 0; i < path->n; i++)
		if (strcmp(path->directory[i], directory) == 0)
			return true;
	return false;
}

static int add_directory(struct resolution *res, struct search_path *path, const char *text)
{
	size_t n = strlen(text);
	const char **list;
	char *copy;

	while (n > 1 && text[n - 1] == '/')
		n--;
	copy = arena_alloc(&res->arena, n + 2);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, n);
	if (n && copy[n - 1] != '/')
		copy[n] = '/';
	if (in_path(path, copy))
		return 0;
	list = arena_grow(&res->arena, path->directory, path->n, sizeof(*list));
	if (!list)
		return -ENOMEM;
	path->directory = list;
	list[path->n++] = copy;
	return 0;
}

int resolution_split_path(
		struct resolution *res, size_t map, const char *text, const char *separators, struct search_path *out)
{
	const char *at = text, *end;
	int r = 0;

	if (!*text)
		return 0;
	do {
		const char *part, *expanded;

		end = at + strcspn(at, separators);
		part = arena_strndup(&res->arena, at, (size_t)(end - at));
		if (!part)
			return -ENOMEM;
		r = resolution_expand(res, map, part, &expanded);
		if (r == 0 && expanded && (*expanded || !*part))
			r = add_directory(res, out, expanded);
		at = end + 1;
	} while (r == 0 && *end);
	return r;
}
