// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "elf/dynamic.h"
#include "loader/library-set.h"

#define LIBC     "libc.so.6"
#define LIBC_MAX (64u << 20)

/* Where sets are: ours first, then those of Debian's libc6-xen and of Fedora's and RHEL's glibc. */
static const char *const places[] = {
	"/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg",
	"/lib/i386-linux-gnu/i686/nosegneg",
	"/lib/i386-linux-gnu/nosegneg",
	"/lib/i686/nosegneg",
	"/lib/nosegneg",
	"/lib/tls/i686/nosegneg",
};

/* The ends by which ldconfig knows a hwcap directory of a system directory. */
static const char *const hwcap_ends[] = { "/nosegneg", "/i686/nosegneg", "/tls/i686/nosegneg" };

/* Joins; false where it is longer than a path. */
static bool join(char *path, const char *dir, const char *name)
{
	return (size_t)snprintf(path, PATH_MAX, "%s/%s", dir, name) < PATH_MAX;
}

static bool is_hwcap_directory_of(const char *real, const char *directory)
{
	size_t n = strlen(directory);

	if (strncmp(real, directory, n) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(hwcap_ends); i++)
		if (strcmp(real + n, hwcap_ends[i]) == 0)
			return true;
	return false;
}

/* ldconfig looks into /lib and /usr/lib on Debian too, where the C library lies below them
 * (tests/distro/rpm-releases.sh). */
bool library_set_is_hwcap_directory(const struct library_set *set, const struct glibc *glibc)
{
	return is_hwcap_directory_of(set->real, glibc->directory) || is_hwcap_directory_of(set->real, "/lib") ||
	       is_hwcap_directory_of(set->real, "/usr/lib");
}

static bool is_multiarch(const struct glibc *glibc)
{
	const char *name = strrchr(glibc->directory, '/');

	return name && strcmp(name, "/i386-linux-gnu") == 0;
}

void library_set_place(const struct glibc *glibc, enum strategy strategy, char *path)
{
	const char *place = "/lib/i686/nosegneg";

	if (is_multiarch(glibc))
		place = strategy == STRATEGY_DIRECTORY && glibc_generation(glibc)->glibc_hwcaps
					? "/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg"
					: "/lib/i386-linux-gnu/i686/nosegneg";
	strcpy(path, place);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* By its soname, as ldconfig caches it; what else lies there (the manifest, libc-2.31.so) is not asked for by name. */
static bool is_library(const char *name)
{
	return strncmp(name, "lib", 3) == 0 && strstr(name, ".so.") && strlen(name) <= NAME_MAX;
}

static int list_libraries(const struct root *root, struct library_set *set, char *why)
{
	int fd = root_open(root, set->path, O_RDONLY | O_DIRECTORY | O_NONBLOCK), r = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		r = fd < 0 ? fd : -errno;
		if (fd >= 0)
			close(fd);
		return why_failed(why, r);
	}
	set->library = calloc(LIBRARY_SET_MAX, sizeof(*set->library));
	if (!set->library)
		r = why_failed(why, -ENOMEM);
	while (r == 0 && (entry = readdir(dir))) {
		if (!is_library(entry->d_name))
			continue;
		if (set->nlibrary == LIBRARY_SET_MAX)
			r = why_broken(why, "more than %u libraries", LIBRARY_SET_MAX);
		else
			strcpy(set->library[set->nlibrary++], entry->d_name);
	}
	closedir(dir);
	if (r == 0)
		qsort(set->library, set->nlibrary, sizeof(*set->library), by_name);
	return r;
}

static int read_manifest(const struct root *root, struct library_set *set, char *why)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX], words[WHY_MAX];
	unsigned line = 0;
	size_t size;
	int r;

	if (!join(path, set->path, "manifest"))
		return why_failed(why, -ENAMETOOLONG);
	r = root_read(root, path, MANIFEST_SIZE_MAX, &text, &size);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return why_broken(why, "manifest: %s", strerror(-r));
	r = manifest_parse(text, size, &set->manifest, &line, words);
	return r < 0 ? why_broken(why, "manifest:%u: %.120s", line, words) : 0;
}

/* -ENOENT where there is no C library there. */
static int open_set(const struct root *root, const char *path, struct library_set **out, char *why)
{
	_cleanup_library_set_ struct library_set *set = calloc(1, sizeof(*set));
	char libc[PATH_MAX];
	struct stat st;
	int r;

	if (!set)
		return why_failed(why, -ENOMEM);
	if (strlen(path) >= sizeof(set->path) || !join(libc, path, LIBC))
		return why_failed(why, -ENAMETOOLONG);
	strcpy(set->path, path);
	r = root_stat(root, libc, &st);
	if (r == 0)
		r = root_resolve(root, path, set->real, NULL);
	if (r < 0)
		return why_failed(why, r);
	r = list_libraries(root, set, why);
	if (r == 0)
		r = read_manifest(root, set, why);
	if (r == 0)
		*out = TAKE_PTR(set);
	return r;
}

static int search(const struct root *root, const struct glibc *glibc, enum strategy strategy, struct library_set **out,
		char *why)
{
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_library_set_ struct library_set *set = NULL;
		int tried = open_set(root, places[i], &set, why);

		if (tried == -ENOENT || tried == -ENOTDIR)
			continue;
		if (tried < 0)
			return tried;
		if (strategy == STRATEGY_HWCAP && !library_set_is_hwcap_directory(set, glibc))
			continue;
		*out = TAKE_PTR(set);
		return 0;
	}
	snprintf(why, WHY_MAX, "no nosegneg libraries are installed");
	return r;
}

int library_set_find(const struct root *root, const struct glibc *glibc, enum strategy strategy, const char *path,
		struct library_set **out, char *why)
{
	int r;

	if (!*path)
		return search(root, glibc, strategy, out, why);
	r = open_set(root, path, out, why);
	if (r == -ENOENT)
		snprintf(why, WHY_MAX, "no %s in it: not a library set", LIBC);
	return r;
}

void library_set_free(struct library_set *set)
{
	if (!set)
		return;
	manifest_free(set->manifest);
	free(set->library);
	free(set);
}

bool library_set_has(const struct library_set *set, const char *name)
{
	for (size_t i = 0; i < set->nlibrary; i++)
		if (strcmp(set->library[i], name) == 0)
			return true;
	return false;
}

bool library_set_holds(const struct root *root, const struct library_set *set, const char *path)
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

static int open_in(const struct root *root, const char *dir, const char *name, char *why)
{
	char path[PATH_MAX];
	int fd = join(path, dir, name) ? root_open(root, path, O_RDONLY | O_NONBLOCK) : -ENAMETOOLONG;

	if (fd < 0)
		snprintf(why, WHY_MAX, "%.100s: %s", name, strerror(-fd));
	return fd;
}

/* Compares a file's build-id with the one that the manifest says it has. */
static int check_build_id(const struct root *root, const char *dir, const char *name, const char *wanted, char *why)
{
	_cleanup_close_ int fd = wanted ? open_in(root, dir, name, why) : -1;
	_cleanup_object_ struct object *obj = NULL;
	char id[2 * OBJECT_BUILD_ID_MAX + 1], words[WHY_MAX];
	int r;

	if (!wanted)
		return 0;
	if (fd < 0)
		return fd;
	r = object_read(fd, &obj, words);
	if (r < 0) {
		snprintf(why, WHY_MAX, "%.60s: %.90s", name, words);
		return r;
	}
	if (strcmp(object_build_id_hex(obj, id), wanted) != 0)
		return why_broken(why, "%.60s is not the file that the manifest names: build-id %.16s..., not %.16s...",
				name, *id ? id : "none", wanted);
	return 0;
}

/* In an image of nosegneg-copy the base's library is a link to the set's. */
static bool base_is_set(
		const struct root *root, const struct library_set *set, const struct glibc *glibc, const char *name)
{
	char base[PATH_MAX], real[PATH_MAX];
	size_t n = strlen(set->real);

	return join(base, glibc->directory, name) && root_resolve(root, base, real, NULL) == 0 &&
	       strncmp(real, set->real, n) == 0 && real[n] == '/';
}

/* A base library may be missing: then nothing can load it. */
static int check_base(const struct root *root, const struct library_set *set, const struct glibc *glibc,
		const struct manifest_library *lib, char *why)
{
	int r = base_is_set(root, set, glibc, lib->name)
				? 0
				: check_build_id(root, glibc->directory, lib->name, lib->base_build_id, why);

	if (r != -EBADMSG)
		return r == -ENOENT ? 0 : r;
	return why_broken(why, "built for another C library: %.40s of this machine is not the one it was built against",
			lib->name);
}

/* An image has those that its programs need, of the base as of the set. */
static bool is_nowhere(
		const struct root *root, const struct library_set *set, const struct glibc *glibc, const char *name)
{
	char base[PATH_MAX];
	struct stat st;

	return !library_set_has(set, name) && join(base, glibc->directory, name) &&
	       root_lstat(root, base, &st) == -ENOENT;
}

static int check_manifest(const struct root *root, const struct library_set *set, const struct glibc *glibc, char *why)
{
	const struct manifest *m = set->manifest;
	int r = 0;

	if (m->rtld.base_build_id && strcmp(m->rtld.base_build_id, glibc->build_id) != 0)
		return why_broken(why, "built for another loader: %.60s, and this machine has %.60s",
				m->base_package ? m->base_package : "unnamed",
				*glibc->package ? glibc->package : "a different build");
	for (size_t i = 0; r == 0 && i < m->nlibrary; i++) {
		if (is_nowhere(root, set, glibc, m->library[i].name))
			continue;
		r = check_build_id(root, set->path, m->library[i].name, m->library[i].build_id, why);
		if (r == 0)
			r = check_base(root, set, glibc, &m->library[i], why);
	}
	return r;
}

static int read_libc_banner(const struct root *root, const char *dir, struct glibc *out, char *why)
{
	_cleanup_free_ char *data = NULL;
	char path[PATH_MAX];
	size_t size;
	int r = join(path, dir, LIBC) ? root_read(root, path, LIBC_MAX, &data, &size) : -ENAMETOOLONG;

	if (r < 0)
		return why_failed(why, r);
	if (!glibc_read_banner(data, size, out))
		return why_broken(why, "%.100s/%s does not say which release it is", dir, LIBC);
	return 0;
}

/* Same words, same source and configuration: what a distribution's own set, made with its base, has. */
static int check_banner(const struct root *root, const struct library_set *set, const struct glibc *glibc, char *why)
{
	struct glibc ours = { 0 }, base = { 0 };
	int r = read_libc_banner(root, set->path, &ours, why);

	if (r == 0)
		r = read_libc_banner(root, glibc->directory, &base, why);
	if (r < 0)
		return r;
	if (ours.major != base.major || ours.minor != base.minor || ours.patch != base.patch ||
			strcmp(ours.package, base.package) != 0)
		return why_broken(why, "of another C library: %u.%u %.40s, and the base is %u.%u %.40s", ours.major,
				ours.minor, ours.package, base.major, base.minor, base.package);
	return 0;
}

/* A set whose C library is a link to the base's gains nothing, and looks as if it did. */
static bool is_base(const struct root *root, const struct library_set *set, const struct glibc *glibc)
{
	char ours[PATH_MAX], base[PATH_MAX];
	struct stat a, b;

	return !base_is_set(root, set, glibc, LIBC) && join(ours, set->path, LIBC) &&
	       join(base, glibc->directory, LIBC) && root_stat(root, ours, &a) == 0 && root_stat(root, base, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Programs of everybody have to get at it. */
static bool is_private(const struct root *root, const struct library_set *set)
{
	char libc[PATH_MAX];
	struct stat dir, file;

	return !join(libc, set->path, LIBC) || root_stat(root, set->path, &dir) < 0 ||
	       root_stat(root, libc, &file) < 0 || !(dir.st_mode & S_IXOTH) || !(file.st_mode & S_IROTH);
}

int library_set_check(const struct root *root, const struct library_set *set, const struct glibc *glibc, char *why)
{
	if (is_base(root, set, glibc))
		return why_broken(why, "its %s is the base's own", LIBC);
	if (is_private(root, set))
		return why_broken(why, "its %s cannot be read by everybody: chmod o+rX", LIBC);
	if (set->manifest && set->manifest->rtld.base_build_id && *glibc->build_id)
		return check_manifest(root, set, glibc, why);
	return check_banner(root, set, glibc, why);
}

static int read_dynamic(const struct root *root, const char *dir, const char *name, struct dynamic **out, char *why)
{
	_cleanup_close_ int fd = open_in(root, dir, name, why);
	_cleanup_image_ struct image *img = NULL;
	char words[WHY_MAX] = "";
	int r;

	if (fd < 0)
		return fd;
	r = image_open(fd, &img, words);
	if (r == 0 && !img->affected)
		r = why_broken(words, "not an i386 library");
	if (r == 0)
		r = dynamic_read(img, out, words);
	if (r < 0)
		snprintf(why, WHY_MAX, "%.60s: %.90s", name, words);
	return r;
}

static int check_symbols_of(const struct dynamic *loader, const struct dynamic *lib, const char *name, char *why)
{
	for (size_t i = 0; i < lib->nsymbols; i++) {
		const struct dynamic_symbol *s = &lib->symbols[i];

		if (s->defined || s->bind == STB_WEAK || !s->version || strcmp(s->version, "GLIBC_PRIVATE") != 0 ||
				!s->file || strncmp(s->file, "ld-linux", 8) != 0)
			continue;
		if (!dynamic_find(loader, s->name, s->version))
			return why_broken(why,
					"%.60s wants the private symbol %.60s, which this machine's loader lacks", name,
					s->name);
	}
	return 0;
}

int library_set_check_symbols(
		const struct root *root, const struct library_set *set, const struct glibc *glibc, char *why)
{
	_cleanup_dynamic_ struct dynamic *loader = NULL;
	int r = read_dynamic(root, glibc->directory, strrchr(glibc->loader, '/') + 1, &loader, why);

	for (size_t i = 0; r == 0 && i < set->nlibrary; i++) {
		_cleanup_dynamic_ struct dynamic *lib = NULL;

		r = read_dynamic(root, set->path, set->library[i], &lib, why);
		if (r == 0)
			r = check_symbols_of(loader, lib, set->library[i], why);
	}
	return r;
}
