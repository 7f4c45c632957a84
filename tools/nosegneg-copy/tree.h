/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A root file system, looked at: its programs, what they load, and what is in that. */
#ifndef NOSEGNEG_COPY_TREE_H
#define NOSEGNEG_COPY_TREE_H

#include <stdint.h>
#include <sys/types.h>

#include "image-set.h"

struct tree_file {
	char *path; /* without symbolic links */
	uint64_t size;
	dev_t dev;
	ino_t ino;
	bool is64, program, in_set, scanned;
	size_t proven, possible; /* accesses below the thread pointer */
	char why[WHY_MAX];       /* why it is not scanned */
};

struct tree_program {
	char *path;
	bool is64, loads;
	bool set_only;   /* what the set has comes from the set */
	char *problem;   /* NULL: none; else in words */
	size_t *file, n; /* what it loads, itself first (static: no more); indexes of tree.file */
	char **asked;    /* the paths that the loader found them by */
};

struct tree {
	const struct root *root;
	struct tree_program *program; /* sorted by path */
	size_t nprogram, program_cap;
	struct tree_file *file;
	size_t nfile, file_cap;
	char **left; /* names of a journal: a run was killed */
	size_t nleft, left_cap;
	uint64_t size; /* of all regular files, whatever number of names they have */
	void *seen;    /* those with several, for tsearch(3) */
};

/* Looks through all regular files for programs, static ones included; `set` (NULL: none) is the one that they should
 * take. Devices, FIFOs and sockets are not opened, links not followed, /proc and /sys passed over. `all`: 64-bit
 * programs, too. Returns 0, or a negative errno with the failure filled; tree_free in either case. */
int tree_read(const struct root *root, const struct image_set *set, bool all, struct tree *out,
		struct failure *failure);
void tree_free(struct tree *tree);

/* Adds a library that no program loads when it starts; what is no library is passed over. 0 or -ENOMEM. */
int tree_add_library(struct tree *tree, const struct image_set *set, const char *path);

/* Scans the 32-bit files. */
int tree_scan(struct tree *tree, struct failure *failure);

const struct tree_program *tree_find(const struct tree *tree, const char *path);

#endif
