/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A library set as it lies on a machine: where, what kind, and whether it belongs to the loader that is installed. */
#ifndef LOADER_LIBRARY_SET_H
#define LOADER_LIBRARY_SET_H

#include <stdbool.h>

#include "base/manifest.h"
#include "base/root.h"
#include "base/why.h"
#include "loader/glibc.h"
#include "loader/strategy.h"

#define LIBRARY_SET_MAX 64

struct library_set {
	char path[PATH_MAX];           /* as the loader will print it: not resolved */
	char real[PATH_MAX];           /* without symbolic links */
	struct manifest *manifest;     /* NULL: none, a distribution's own set */
	char (*library)[NAME_MAX + 1]; /* file names, sorted */
	size_t nlibrary;
};

/* Looks for a set: at `path` where it is not "", else where distributions and this project put them, first where the
 * strategy can use it. On success *out is freed by the caller with library_set_free. -ENOENT: there is none.
 * -EBADMSG: what is there is no set; `why` names the file. */
int library_set_find(const struct root *root, const struct glibc *glibc, enum strategy strategy, const char *path,
		struct library_set **out, char *why);
void library_set_free(struct library_set *set);

/* Where a set for this loader and strategy would lie, whether or not it is there. */
void library_set_place(const struct glibc *glibc, enum strategy strategy, char *path);

/* Whether ldconfig finds the set as a hwcap directory of a system directory, which strategy hwcap needs. */
bool library_set_is_hwcap_directory(const struct library_set *set, const struct glibc *glibc);

/* Whether the set has a library of this name. */
bool library_set_has(const struct library_set *set, const char *name);

/* Whether a library's path, as a cache or a loader gives it, leads into the set. The directory decides: the file itself
 * may be a link out of it. */
bool library_set_holds(const struct root *root, const struct library_set *set, const char *path);

/* The gate's cheap part: the set was built for this very loader and these base libraries. By the manifest's build-ids;
 * without a manifest by the words in both C libraries. Returns 0, -EBADMSG they do not belong together, or another
 * negative errno; `why` says what. */
int library_set_check(const struct root *root, const struct library_set *set, const struct glibc *glibc, char *why);

/* Each private symbol that the set's libraries want of the loader is there. As above; some milliseconds. */
int library_set_check_symbols(
		const struct root *root, const struct library_set *set, const struct glibc *glibc, char *why);

static inline void cleanup_library_set(struct library_set **set)
{
	library_set_free(*set);
}
#define _cleanup_library_set_ __attribute__((cleanup(cleanup_library_set)))

#endif
