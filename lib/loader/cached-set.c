// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "loader/cached-set.h"

int cached_set_open(const struct root *root, char **data, struct ldcache *out, char *why)
{
	_cleanup_free_ char *bytes = NULL;
	size_t size;
	int r = root_read(root, LDCACHE_PATH, LDCACHE_SIZE_MAX, &bytes, &size);

	if (r < 0)
		return why_failed(why, r);
	r = ldcache_parse(bytes, size, out, why);
	if (r == 0)
		*data = TAKE_PTR(bytes);
	return r;
}

/* Whether a cached path leads into the set. The directory decides: the file itself may be a link out of it. */
static bool in_set(const struct root *root, const struct library_set *set, const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX], real[PATH_MAX];
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (n == 0 || n >= sizeof(dir))
		return false;
	memcpy(dir, path, n);
	dir[n] = '\0';
	if (strcmp(dir, set->path) == 0 || strcmp(dir, set->real) == 0)
		return true;
	return root_resolve(root, dir, real, NULL) == 0 && strcmp(real, set->real) == 0;
}

static bool has_library(const struct library_set *set, const char *name)
{
	for (size_t i = 0; i < set->nlibrary; i++)
		if (strcmp(set->library[i], name) == 0)
			return true;
	return false;
}

/* Entries of the set with hwcap bits; those of glibc-hwcaps are taken on demand only and bind nobody. */
static void read_marked(const struct root *root, const struct ldcache *cache, const struct library_set *set,
		struct cached_set *out)
{
	struct ldcache_entry e;

	for (uint32_t i = 0; i < cache->nentry; i++) {
		if (!ldcache_entry(cache, i, &e) || e.flags != LDCACHE_I386 || e.hwcap == 0 || e.subdirectory)
			continue;
		if (!has_library(set, e.name) || !in_set(root, set, e.path))
			continue;
		out->marked++;
		out->marks |= e.hwcap;
	}
}

int cached_set_read(const struct root *root, const struct ldcache *cache, const struct library_set *set,
		struct cached_set *out)
{
	static const struct ldcache_rules everyone = { .flags = LDCACHE_I386, .plain_only = true };
	struct ldcache_entry e;

	*out = (struct cached_set){ 0 };
	for (size_t i = 0; i < set->nlibrary; i++) {
		if (!ldcache_find(cache, set->library[i], &everyone, &e))
			continue;
		if (i == 0)
			snprintf(out->first, sizeof(out->first), "%s", e.path);
		out->chosen += in_set(root, set, e.path);
	}
	read_marked(root, cache, set, out);
	return 0;
}
