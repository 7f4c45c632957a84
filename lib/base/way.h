/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way that a path takes through the symbolic links of a tree: for who copies what is on it, or has to know where in
 * another tree it would end. */
#ifndef BASE_WAY_H
#define BASE_WAY_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/root.h"

/* A directory or a symbolic link on the way. */
struct way_step {
	const char *path;   /* without symbolic links before its last component */
	const char *target; /* what the link says; NULL: a directory */
	const struct stat *st;
};

/* A value other than 0 ends the walk. */
typedef int (*way_fn)(const struct way_step *step, void *arg);

/* Walks an absolute path below the root and calls `fn` (may be NULL) for each directory and each link, not for a file
 * at its end. `real` (PATH_MAX bytes) is where it ends, without symbolic links; `st` (may be NULL) is what is there.
 * `missing`: what is not there is no error, and `st` then has mode 0. Returns 0, what `fn` returned, or a negative
 * errno.
 */
int way_walk(const struct root *root, const char *path, bool missing, way_fn fn, void *arg, char *real,
		struct stat *st);

/* What a symbolic link in directory `from` has to say to lead to `to`; both without symbolic links. `out` has PATH_MAX
 * bytes. Returns 0 or -ENAMETOOLONG. */
int way_relative(const char *from, const char *to, char *out);

#endif
