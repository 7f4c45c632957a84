/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The libraries of a directory, opened for comparison. */
#ifndef NOSEGNEG_CHECK_SET_LIBRARY_H
#define NOSEGNEG_CHECK_SET_LIBRARY_H

#include "elf/dynamic.h"
#include "elf/image.h"

struct set_library {
	char *name, *path;
	int fd; /* -1: could not be read, and `why` says so */
	int error;
	char why[WHY_MAX];
	struct image *img;
	struct dynamic *dyn;
	char *data; /* as strings_read gives it */
	size_t data_size;
	char build_id[2 * OBJECT_BUILD_ID_MAX + 1];
};

struct set_directory {
	char *path; /* canonical */
	int fd;
	struct set_library **lib; /* sorted by name when listed; pointers stay when more are opened */
	size_t n, cap;
	uint64_t bytes; /* of all of them together */
};

/* Opens a directory without its libraries. Returns 0 or a negative errno. */
int set_directory_open(const char *path, struct set_directory *dir);

/* Opens every *.so, *.so.* and ld-*.so of the directory. Returns 0, or a negative errno where it cannot be listed.
 * A library that cannot be read is in the list, with fd -1. */
int set_directory_list(struct set_directory *dir);

/* A library of the directory by name, opened at the first call. NULL: there is none; one that cannot be read has
 * fd -1. Owned by the directory. */
struct set_library *set_directory_get(struct set_directory *dir, const char *name);

/* The same among those that were listed or got, without looking for a file. */
struct set_library *set_directory_find(const struct set_directory *dir, const char *name);

void set_directory_close(struct set_directory *dir);

/* Whether a file of this name is a dynamic loader. */
bool set_is_loader(const char *name);

#endif
