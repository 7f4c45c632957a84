// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "elf/strings.h"
#include "set-library.h"
#include "set-report.h"

#define LIBRARIES_MAX    1024
#define ENTRIES_MAX      65536
#define LIBRARY_SIZE_MAX (64u << 20)  /* libc.so.6 has 2 MiB, unstripped 20 */
#define TOTAL_SIZE_MAX   (512u << 20) /* they are held in memory together */

bool set_is_loader(const char *name)
{
	return strncmp(name, "ld-", 3) == 0 && strstr(name, ".so");
}

static bool is_library(const char *name)
{
	const char *so = strstr(name, ".so");

	for (; so; so = strstr(so + 1, ".so"))
		if (so != name && (so[3] == '\0' || so[3] == '.'))
			return true;
	return false;
}

static int fail(struct set_library *lib, int error, const char *why)
{
	snprintf(lib->why, sizeof(lib->why), "%s", why);
	return error;
}

/* Not a device or FIFO, whose opening or reading could wait or act; nor one that is larger than memory. */
static int open_file(struct set_directory *dir, struct set_library *lib)
{
	struct stat st;

	lib->fd = openat(dir->fd, lib->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (lib->fd < 0 || fstat(lib->fd, &st) != 0)
		return fail(lib, -errno, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(lib, -EINVAL, "not a regular file");
	if (st.st_size > LIBRARY_SIZE_MAX)
		return fail(lib, -EFBIG, "too large for a library");
	dir->bytes += (uint64_t)st.st_size;
	if (dir->bytes > TOTAL_SIZE_MAX)
		return fail(lib, -EFBIG, "too large together with the others");
	return 0;
}

static int read_library(struct set_directory *dir, struct set_library *lib)
{
	int r = open_file(dir, lib);

	if (r == 0)
		r = image_open(lib->fd, &lib->img, lib->why);
	if (r < 0)
		return r;
	if (!lib->img->affected || lib->img->type != ET_DYN)
		return fail(lib, -ENOEXEC, lib->img->affected ? "not a shared library" : "not an i386 library");
	r = dynamic_read(lib->img, &lib->dyn, lib->why);
	if (r == 0)
		r = strings_read(lib->img, &lib->data, &lib->data_size, lib->why);
	if (r == 0)
		object_build_id_hex(lib->dyn->obj, lib->build_id);
	return r;
}

static void library_free(struct set_library *lib)
{
	image_free(lib->img);
	dynamic_free(lib->dyn);
	free(lib->data);
	if (lib->fd >= 0)
		close(lib->fd);
	free(lib->name);
	free(lib->path);
	free(lib);
}

static struct set_library *open_library(struct set_directory *dir, const char *name)
{
	struct set_library *lib = calloc(1, sizeof(*lib));

	if (!lib || array_reserve(&dir->lib, &dir->cap, dir->n + 1, sizeof(struct set_library *)) < 0)
		set_out_of_memory();
	lib->fd = -1;
	lib->name = set_format("%s", name);
	lib->path = set_format("%s/%s", dir->path, name);
	lib->error = read_library(dir, lib);
	if (lib->error == -ENOMEM)
		set_out_of_memory();
	if (lib->error < 0 && lib->fd >= 0) {
		close(lib->fd);
		lib->fd = -1;
	}
	dir->lib[dir->n++] = lib;
	return lib;
}

int set_directory_open(const char *path, struct set_directory *dir)
{
	_cleanup_free_ char *real = realpath(path, NULL);

	*dir = (struct set_directory){ .fd = -1 };
	if (!real)
		return -errno;
	dir->fd = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir->fd < 0)
		return -errno;
	dir->path = TAKE_PTR(real);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct set_library *const *)a)->name, (*(struct set_library *const *)b)->name);
}

static int list_entries(struct set_directory *dir, DIR *stream)
{
	const struct dirent *entry;

	errno = 0;
	for (size_t i = 0; (entry = readdir(stream)); i++) {
		if (i == ENTRIES_MAX || dir->n == LIBRARIES_MAX)
			return -E2BIG;
		if (is_library(entry->d_name))
			open_library(dir, entry->d_name);
		errno = 0;
	}
	return -errno;
}

int set_directory_list(struct set_directory *dir)
{
	int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	int r;

	if (!stream) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	r = list_entries(dir, stream);
	closedir(stream);
	if (dir->n)
		qsort(dir->lib, dir->n, sizeof(struct set_library *), by_name);
	return r;
}

struct set_library *set_directory_find(const struct set_directory *dir, const char *name)
{
	for (size_t i = 0; i < dir->n; i++)
		if (strcmp(dir->lib[i]->name, name) == 0)
			return dir->lib[i];
	return NULL;
}

struct set_library *set_directory_get(struct set_directory *dir, const char *name)
{
	struct set_library *lib = set_directory_find(dir, name);
	struct stat st;

	if (lib || strchr(name, '/') || dir->n == LIBRARIES_MAX)
		return lib;
	if (fstatat(dir->fd, name, &st, 0) != 0 && errno == ENOENT)
		return NULL;
	return open_library(dir, name);
}

void set_directory_close(struct set_directory *dir)
{
	for (size_t i = 0; i < dir->n; i++)
		library_free(dir->lib[i]);
	free(dir->lib);
	free(dir->path);
	if (dir->fd >= 0)
		close(dir->fd);
	*dir = (struct set_directory){ .fd = -1 };
}
