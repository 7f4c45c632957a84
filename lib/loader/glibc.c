// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "loader/glibc.h"

#define FILE_MAX     (64u << 20)
#define BANNER_REACH 160 /* how far before the version its first words may be */

/* glibc 2.31 elf/dl-hwcaps.c, elf/dl-cache.c, elf/ldconfig.c and sysdeps/x86/dl-hwcap.h; the commits: 648068ce8f (2.4),
 * 7bfa311ff5 (2.12) and 5dbc3b6cc0 (2.13), 1432d38ea0 (2.26), dcbc6b83ef and 31563b6841 (2.32), 600d9e0c87 (2.33),
 * 6099908fb8 and b78ff5a25d (2.37). */
static const struct glibc_generation generations[] = {
	{ .from = 0, .to = 3, .legacy_hwcaps = true, .words = "does not decode the kernel's note" },
	{ .from = 4,
			.to = 11,
			.reads_note = true,
			.honours_hwcap = true,
			.cache_obeys_note = true,
			.loader_base = 52,
			.cache_base = 52,
			.legacy_hwcaps = true,
			.words = "follows the kernel's note" },
	{ .from = 12,
			.to = 12,
			.reads_note = true,
			.honours_hwcap = true,
			.loader_base = 52,
			.cache_base = 52,
			.legacy_hwcaps = true,
			.words = "reads the kernel's note, but masks it out of the cache" },
	{ .from = 13,
			.to = 25,
			.reads_note = true,
			.honours_hwcap = true,
			.cache_obeys_note = true,
			.loader_base = 52,
			.cache_base = 52,
			.legacy_hwcaps = true,
			.words = "follows the kernel's note" },
	{ .from = 26,
			.to = 31,
			.reads_note = true,
			.honours_hwcap = true,
			.cache_obeys_note = true,
			.loader_base = 50,
			.cache_base = 52,
			.legacy_hwcaps = true,
			.words = "reads the kernel's note, but its ldconfig numbers the bits differently" },
	{ .from = 32, .to = 32, .legacy_hwcaps = true, .words = "does not read the kernel's note" },
	{ .from = 33,
			.to = 36,
			.glibc_hwcaps = true,
			.legacy_hwcaps = true,
			.words = "does not read the kernel's note" },
	{ .from = 37, .to = UINT_MAX, .glibc_hwcaps = true, .words = "does not read the kernel's note" },
};

const struct glibc_generation *glibc_generation(const struct glibc *glibc)
{
	if (glibc->major == 2)
		for (size_t i = 0; i < ARRAY_SIZE(generations); i++)
			if (glibc->minor >= generations[i].from && glibc->minor <= generations[i].to)
				return &generations[i];
	return &generations[ARRAY_SIZE(generations) - 1];
}

bool glibc_at_least(const struct glibc *glibc, unsigned major, unsigned minor)
{
	return glibc->major > major || (glibc->major == major && glibc->minor >= minor);
}

bool glibc_at_most(const struct glibc *glibc, unsigned major, unsigned minor)
{
	return glibc->major && (glibc->major < major || (glibc->major == major && glibc->minor <= minor));
}

/* "2.36" or "2.12.2", with something else behind. */
static bool read_version(const char *s, struct glibc *out)
{
	uint64_t major, minor, patch = 0;

	if (!text_number(&s, 10, 99, &major) || *s++ != '.' || !text_number(&s, 10, 999, &minor))
		return false;
	if (*s++ == '.')
		text_number(&s, 10, 9999, &patch);
	out->major = (unsigned)major;
	out->minor = (unsigned)minor;
	out->patch = (unsigned)patch;
	return true;
}

/* The words in the last brackets before the version, where nothing but them stands between the name and the version. */
static void read_package(const char *text, struct glibc *out)
{
	const char *end = strrchr(text, ')'), *begin = strchr(text, '(');
	size_t n = begin && end && end > begin ? (size_t)(end - begin - 1) : 0;

	if (n == 0 || n >= sizeof(out->package))
		return;
	for (size_t i = 0; i < n; i++)
		if (!isprint((unsigned char)begin[1 + i]))
			return;
	memcpy(out->package, begin + 1, n);
	out->package[n] = '\0';
}

/* "GNU C Library (PACKAGE) stable release version 2.36." or "ld.so (PACKAGE) stable release version 2.36."; before 2.9
 * without the brackets. csu/version.c, elf/dl-main.h. */
static bool read_banner_at(const char *data, size_t at, size_t size, struct glibc *out)
{
	static const char *const names[] = { "GNU C Library", "ld.so (" };
	size_t reach = at < BANNER_REACH ? at : BANNER_REACH, n = size - at < 16 ? size - at : 16;
	char before[BANNER_REACH + 1], version[17];

	memcpy(version, data + at, n);
	version[n] = '\0';
	memcpy(before, data + at - reach, reach);
	before[reach] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *begin = memmem(before, reach, names[i], strlen(names[i]));

		if (begin && read_version(version, out)) {
			read_package(begin, out);
			return true;
		}
	}
	return false;
}

bool glibc_read_banner(const char *data, size_t size, struct glibc *out)
{
	static const char words[] = " release version ";
	size_t at = 0;

	while (at < size) {
		const char *found = memmem(data + at, size - at, words, sizeof(words) - 1);

		if (!found)
			return false;
		at = (size_t)(found - data) + sizeof(words) - 1;
		if (read_banner_at(data, at, size, out))
			return true;
	}
	return false;
}

static bool read_file_banner(const struct root *root, const char *path, struct glibc *out)
{
	_cleanup_free_ char *data = NULL;
	size_t size;

	return root_read(root, path, FILE_MAX, &data, &size) == 0 && glibc_read_banner(data, size, out);
}

static bool read_libc_banner(const struct root *root, struct glibc *out)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/libc.so.6", out->directory);
	return strlen(path) < PATH_MAX && read_file_banner(root, path, out);
}

static bool read_name(const char *name, struct glibc *out)
{
	static const char *const stems[] = { "ld-", "libc-" };

	for (size_t i = 0; i < ARRAY_SIZE(stems); i++)
		if (strncmp(name, stems[i], strlen(stems[i])) == 0 && read_version(name + strlen(stems[i]), out))
			return true;
	return false;
}

/* By the loader's own name, else by that of a file beside it: until 2.33 both had the release in it. */
static bool read_names(const struct root *root, struct glibc *out)
{
	int fd = root_open(root, out->directory, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool found = read_name(strrchr(out->loader, '/') + 1, out);

	if (!dir && fd >= 0)
		close(fd);
	while (dir && !found && (entry = readdir(dir)))
		found = read_name(entry->d_name, out);
	if (dir)
		closedir(dir);
	return found;
}

void glibc_read_beside(const struct root *root, struct glibc *out)
{
	if (read_libc_banner(root, out))
		out->source = GLIBC_FROM_LIBC;
	else if (read_names(root, out))
		out->source = GLIBC_FROM_NAME;
}

static int open_object(const struct root *root, const char *path, struct object **out, char *why)
{
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_NONBLOCK);

	return fd < 0 ? why_failed(why, fd) : object_read(fd, out, why);
}

/* What a real i386 program asks for; there may be none. */
static void find_interpreter(const struct root *root, char *path)
{
	static const char *const programs[] = { "/bin/sh", "/sbin/init" };
	char why[WHY_MAX];

	strcpy(path, GLIBC_LOADER);
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		_cleanup_object_ struct object *obj = NULL;

		if (open_object(root, programs[i], &obj, why) < 0 || obj->machine != EM_386 || !obj->interp)
			continue;
		if (obj->interp[0] == '/' && strlen(obj->interp) < PATH_MAX)
			strcpy(path, obj->interp);
		return;
	}
}

int glibc_find(const struct root *root, struct glibc *out, char *why)
{
	_cleanup_object_ struct object *obj = NULL;
	char path[PATH_MAX], words[WHY_MAX];
	int r;

	*out = (struct glibc){ 0 };
	find_interpreter(root, path);
	r = root_resolve(root, path, out->loader, NULL);
	if (r < 0) {
		snprintf(why, WHY_MAX, "%.80s: %s", path, strerror(-r));
		return r;
	}
	r = open_object(root, out->loader, &obj, words);
	if (r == 0 && obj->machine != EM_386) {
		snprintf(words, sizeof(words), "not a loader of i386 programs");
		r = -ENOEXEC;
	}
	if (r < 0) {
		snprintf(why, WHY_MAX, "%.80s: %.70s", out->loader, words);
		return r;
	}
	object_build_id_hex(obj, out->build_id);
	strcpy(out->directory, out->loader);
	*strrchr(out->directory, '/') = '\0';
	if (read_file_banner(root, out->loader, out))
		out->source = GLIBC_FROM_LOADER;
	else
		glibc_read_beside(root, out);
	return 0;
}

enum glibc_ldconfig glibc_ldconfig(const struct root *root)
{
	/* Where /sbin/ldconfig is a script, the program is the other one. */
	static const char *const paths[] = { "/sbin/ldconfig.real", "/sbin/ldconfig" };
	static const char honours[] = "above maximum", ignores[] = "hwcap directive ignored";
	enum glibc_ldconfig found = LDCONFIG_ABSENT;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		_cleanup_free_ char *data = NULL;
		size_t size;

		if (root_read(root, paths[i], FILE_MAX, &data, &size) < 0)
			continue;
		found = LDCONFIG_UNKNOWN;
		if (memmem(data, size, ignores, sizeof(ignores) - 1))
			return LDCONFIG_IGNORES_HWCAP;
		if (memmem(data, size, honours, sizeof(honours) - 1))
			return LDCONFIG_HONOURS_HWCAP;
	}
	return found;
}
