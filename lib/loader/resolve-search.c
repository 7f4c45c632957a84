// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "base/util.h"

#include "loader/resolve-internal.h"

/* Set-user-ID programs preload only what has that bit itself. */
static bool may_preload(const struct resolution *res, const struct file_object *o, bool preload)
{
	return !preload || !res->secure || (o->mode & S_ISUID);
}

/* NT_GNU_ABI_TAG: system (0 is Linux) and oldest kernel. 2.36 removed the test (b46d250656). */
static bool suits_kernel(const struct resolution *res, const struct object *obj)
{
	uint32_t needs;

	if (res->minor > 35 || !obj->has_abi)
		return true;
	needs = (obj->abi[1] & 0xff) << 16 | (obj->abi[2] & 0xff) << 8 | (obj->abi[3] & 0xff);
	return obj->abi[0] == 0 && (!res->osversion || needs <= res->osversion);
}

static enum file_state judge(const struct resolution *res, const struct file *file)
{
	const struct file_object *o = file->object;

	if (file->error)
		return FILE_ABSENT;
	if (o->is_elf && o->is64 != res->is64)
		return FILE_OTHER;
	if (o->state == FILE_PRESENT && !suits_kernel(res, o->object))
		return FILE_OTHER;
	return o->state;
}

/* Tries one path. *stop: something other than "not there" is wrong, which ends the search of a list of directories. */
static int try_path(struct resolution *res, const char *path, bool preload, struct found *out, bool *stop)
{
	struct file *file;
	enum file_state state;
	int r = resolver_open(res->resolver, path, &file);

	if (r < 0)
		return r;
	state = judge(res, file);
	*stop = state == FILE_ABSENT && file->error != -ENOENT && file->error != -EACCES;
	if (state != FILE_PRESENT && state != FILE_BROKEN)
		return 0;
	if (state == FILE_PRESENT && !may_preload(res, file->object, preload))
		return 0;
	out->path = arena_strdup(&res->arena, path);
	out->object = file->object;
	return out->path ? 0 : -ENOMEM;
}

/* Whether DIRECTORY/SUBDIRECTORY is there; a missing first component rules out many at once. */
static int has_subdirectory(struct resolution *res, const char *directory, const char *subdirectory, bool *out)
{
	size_t n = strlen(directory), first = strcspn(subdirectory, "/");
	char path[PATH_MAX];
	int r;

	*out = false;
	if (n + strlen(subdirectory) >= sizeof(path))
		return 0;
	memcpy(path, directory, n);
	memcpy(path + n, subdirectory, first);
	path[n + first] = '\0';
	r = resolver_is_directory(res->resolver, path, out);
	if (r < 0 || !*out || !subdirectory[first + 1])
		return r;
	strcpy(path + n, subdirectory);
	return resolver_is_directory(res->resolver, path, out);
}

static int try_directory(struct resolution *res, const char *directory, const char *name, bool preload,
		struct found *out, bool *stop)
{
	bool there = true;
	int r = 0;

	if (*directory)
		r = resolver_is_directory(res->resolver, directory, &there);
	for (size_t i = 0; r == 0 && there && !out->object && i < res->ncapability; i++) {
		const char *sub = res->capability[i];
		char path[PATH_MAX];
		bool exists = true;

		if (*sub)
			r = has_subdirectory(res, directory, sub, &exists);
		if (r < 0 || !exists || strlen(directory) + strlen(sub) + strlen(name) >= sizeof(path))
			continue;
		strcpy(path, directory);
		strcat(path, sub);
		strcat(path, name);
		r = try_path(res, path, preload, out, stop);
		if (out->object)
			out->subdirectory = sub;
	}
	return r;
}

static int search_list(struct resolution *res, const struct search_path *path, const char *name, bool preload,
		enum resolve_how how, size_t whose, struct found *out)
{
	bool stop = false;
	int r = 0;

	for (size_t i = 0; r == 0 && !stop && !out->object && i < path->n; i++)
		r = try_directory(res, path->directory[i], name, preload, out, &stop);
	if (out->object) {
		out->how = how;
		out->whose = whose;
	}
	return r;
}

/* An object's DT_RPATH, which a DT_RUNPATH beside it puts out of force. */
static int rpath_of(struct resolution *res, size_t map, const struct search_path **out)
{
	const struct object *obj = res->map[map].pub.object;
	struct search_path path = { 0 };
	int r = 0;

	if (!res->map[map].rpath_read && obj && obj->rpath && !obj->runpath)
		r = resolution_split_path(res, map, obj->rpath, ":", &path);
	if (!res->map[map].rpath_read)
		res->map[map].rpath = path;
	res->map[map].rpath_read = true;
	*out = &res->map[map].rpath;
	return r;
}

static int runpath_of(struct resolution *res, size_t map, const struct search_path **out)
{
	const struct object *obj = res->map[map].pub.object;
	struct search_path path = { 0 };
	int r = 0;

	if (!res->map[map].runpath_read && obj && obj->runpath)
		r = resolution_split_path(res, map, obj->runpath, ":", &path);
	if (!res->map[map].runpath_read)
		res->map[map].runpath = path;
	res->map[map].runpath_read = true;
	*out = &res->map[map].runpath;
	return r;
}

/* The RPATHs of the object that asks, of the one that asked for it, and so on up to the program. */
static int search_rpaths(struct resolution *res, const char *name, size_t needed_by, bool preload, struct found *out)
{
	const struct object *asks = res->map[needed_by].pub.object;
	const struct search_path *path;
	size_t at = needed_by;
	int r = 0;

	if (asks && asks->runpath)
		return 0;
	for (bool more = true; r == 0 && more && !out->object; at = res->map[at].pub.needed_by) {
		r = rpath_of(res, at, &path);
		if (r == 0)
			r = search_list(res, path, name, preload, RESOLVE_RPATH, at, out);
		more = at != 0;
	}
	return r;
}

static bool in_default_directory(const struct resolution *res, const char *path)
{
	for (size_t i = 0; i < res->loader->ndirectory; i++)
		if (strncmp(path, res->loader->directory[i], strlen(res->loader->directory[i])) == 0)
			return true;
	return false;
}

static int search_cache(struct resolution *res, const char *name, bool nodeflib, struct found *out)
{
	const struct ldcache *cache = resolver_cache(res->resolver);
	struct ldcache_entry e;
	bool stop;
	int r;

	if (!ldcache_find(cache, name, &res->rules, &e) || (nodeflib && in_default_directory(res, e.path)))
		return 0;
	r = try_path(res, e.path, false, out, &stop);
	if (!out->object)
		return r;
	out->how = RESOLVE_CACHE;
	out->hwcap = e.hwcap;
	out->subdirectory = e.subdirectory ? arena_printf(&res->arena, "glibc-hwcaps/%s/", e.subdirectory) : "";
	return out->subdirectory ? r : -ENOMEM;
}

/* _dl_map_object's order for a name without a slash. */
static int search_places(struct resolution *res, const char *name, size_t needed_by, bool preload, struct found *out)
{
	const struct object *asks = res->map[needed_by].pub.object;
	bool nodeflib = asks && (asks->flags_1 & DF_1_NODEFLIB);
	const struct search_path defaults = { res->loader->directory, res->loader->ndirectory }, *path = NULL;
	int r = search_rpaths(res, name, needed_by, preload, out);

	if (r == 0 && !out->object)
		r = search_list(res, &res->library_path, name, preload, RESOLVE_LIBRARY_PATH, 0, out);
	if (r == 0 && !out->object)
		r = runpath_of(res, needed_by, &path);
	if (r == 0 && !out->object)
		r = search_list(res, path, name, preload, RESOLVE_RUNPATH, needed_by, out);
	if (r == 0 && !out->object && !(preload && res->secure))
		r = search_cache(res, name, nodeflib, out);
	if (r == 0 && !out->object && !nodeflib)
		r = search_list(res, &defaults, name, preload, RESOLVE_DEFAULT, 0, out);
	return r;
}

int resolution_search(struct resolution *res, const char *name, size_t needed_by, bool preload, struct found *out)
{
	const char *expanded;
	bool stop;
	int r;

	*out = (struct found){ .how = RESOLVE_MISSING, .subdirectory = "" };
	if (!strchr(name, '/'))
		return search_places(res, name, needed_by, preload, out);
	r = resolution_expand(res, needed_by, name, &expanded);
	if (r < 0 || !expanded)
		return r;
	r = try_path(res, expanded, false, out, &stop);
	if (out->object)
		out->how = RESOLVE_SLASH;
	return r;
}
