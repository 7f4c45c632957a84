// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "elf/headers.h"
#include "loader/glibc.h"
#include "loader/resolve-internal.h"

#define LOADER_SIZE_MAX (16u << 20)
#define DIRECTORIES_MAX 16
#define DIRECTORY_MAX   128 /* bytes of one that is compiled in */

/* The length of a string "/.../" with its NUL at `at`, or 0. */
static size_t directory_length(const char *data, size_t size, size_t at)
{
	const char *s = data + at, *end;

	if (at >= size || *s != '/')
		return 0;
	end = memchr(s, '\0', size - at < DIRECTORY_MAX ? size - at : DIRECTORY_MAX);
	if (!end || end - s < 2 || end[-1] != '/')
		return 0;
	for (const char *p = s; p < end; p++)
		if ((uint8_t)*p <= ' ' || (uint8_t)*p >= 0x7f)
			return 0;
	return (size_t)(end - s) + 1;
}

static int add_directory(struct resolver *r, struct loader *l, const char *text)
{
	const char **list = arena_grow(&r->arena, l->directory, l->ndirectory, sizeof(*list));

	if (!list)
		return -ENOMEM;
	l->directory = list;
	list[l->ndirectory] = arena_strdup(&r->arena, text);
	return list[l->ndirectory++] ? 0 : -ENOMEM;
}

/* SYSTEM_DIRS of elf/dl-load.c: strings that follow each other, "/lib/...", "/usr/lib/...", and nowhere else are there
 * two such in a row. Nothing but the file itself tells which they are. */
static int find_directories(struct resolver *r, struct loader *l, const char *data, size_t size)
{
	static const char mark[] = "\0/lib";
	size_t from = 0;

	while (from < size) {
		const char *hit = memmem(data + from, size - from, mark, sizeof(mark) - 1);
		size_t at = hit ? (size_t)(hit - data) + 1 : size, len = directory_length(data, size, at);
		int err = 0;

		if (!hit)
			return 0;
		from = at;
		if (!len || !directory_length(data, size, at + len))
			continue;
		while (err == 0 && l->ndirectory < DIRECTORIES_MAX && (len = directory_length(data, size, at))) {
			err = add_directory(r, l, data + at);
			at += len;
		}
		return err;
	}
	return 0;
}

static int set_fallback(struct resolver *r, struct loader *l)
{
	static const char *const both[2][5] = {
		{ "/lib/i386-linux-gnu/", "/usr/lib/i386-linux-gnu/", "/lib/", "/usr/lib/", NULL },
		{ "/lib/x86_64-linux-gnu/", "/usr/lib/x86_64-linux-gnu/", "/lib64/", "/usr/lib64/", NULL },
	};
	int err = 0;

	for (const char *const *d = both[l->is64]; err == 0 && *d; d++)
		err = add_directory(r, l, *d);
	return err;
}

/* $LIB is where the loader's build put libc, below "/" and below "/usr" alike: the first of its directories. */
static int set_lib(struct resolver *r, struct loader *l)
{
	const char *first = l->directory[0];
	size_t skip = strncmp(first, "/usr/", 5) == 0 ? 5 : 1;

	l->lib = arena_strndup(&r->arena, first + skip, strlen(first) - skip - 1);
	return l->lib ? 0 : -ENOMEM;
}

static void find_minor(struct resolver *r, struct loader *l, const char *data, size_t size)
{
	struct glibc glibc = { 0 };

	if (!glibc_read_banner(data, size, &glibc) && root_resolve(r->root, l->path, glibc.loader, NULL) == 0) {
		strcpy(glibc.directory, glibc.loader);
		*strrchr(glibc.directory, '/') = '\0';
		glibc_read_beside(r->root, &glibc);
	}
	if (glibc.major == 2)
		l->minor = glibc.minor;
}

/* Where a loader keeps its strings: the last segment that is only read, since binutils 2.31 puts them apart from the
 * code; else the whole file. */
static void find_strings(const char **data, size_t *size)
{
	struct headers h;
	struct headers_segment s;
	char why[WHY_MAX];

	if (headers_parse(*data, *size, &h, why) < 0)
		return;
	for (uint32_t i = h.phnum; i > 0; i--) {
		headers_segment(&h, i - 1, &s);
		if (s.type != PT_LOAD || s.flags != PF_R || s.off == 0 || !range_ok(s.off, s.filesz, h.size))
			continue;
		*data += s.off;
		*size = (size_t)s.filesz;
		return;
	}
}

static int read_loader(struct resolver *r, struct loader *l)
{
	_cleanup_free_ char *data = NULL;
	char path[PATH_MAX];
	size_t size = 0;
	int err = resolver_path(r, l->path, path, sizeof(path));

	if (err == 0)
		err = root_read(r->root, path, LOADER_SIZE_MAX, &data, &size);
	if (err == -ENOMEM)
		return err;
	l->error = err;
	if (err == 0) {
		const char *strings = data;

		find_strings(&strings, &size);
		l->foreign = !memmem(strings, size, "/etc/ld.so.cache", 16) && !memmem(strings, size, "LD_TRACE_", 9);
		find_minor(r, l, strings, size);
		err = find_directories(r, l, strings, size);
		if (err < 0)
			return err;
	}
	err = l->ndirectory ? 0 : set_fallback(r, l);
	return err < 0 ? err : set_lib(r, l);
}

int resolver_loader(struct resolver *r, const char *interp, bool is64, struct loader **out)
{
	struct loader *l;
	int err;

	for (l = r->loader; l; l = l->next)
		if (l->is64 == is64 && strcmp(l->path, interp) == 0) {
			*out = l;
			return 0;
		}
	l = arena_alloc(&r->arena, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->path = arena_strdup(&r->arena, interp);
	l->is64 = is64;
	err = l->path ? read_loader(r, l) : -ENOMEM;
	if (err < 0)
		return err;
	l->next = r->loader;
	r->loader = l;
	*out = l;
	return 0;
}

const struct ldcache *resolver_cache(struct resolver *r)
{
	size_t size = 0;

	if (!r->cache_read) {
		r->cache_read = true;
		r->cache_error = root_read(r->root, LDCACHE_PATH, LDCACHE_SIZE_MAX, &r->cache_data, &size);
		if (r->cache_error < 0)
			why_failed(r->cache_why, r->cache_error);
		else
			r->cache_error = ldcache_parse(r->cache_data, size, &r->cache, r->cache_why);
	}
	return &r->cache;
}

int resolver_cache_error(const struct resolver *r, const char **why)
{
	*why = r->cache_why;
	return r->cache_error;
}
