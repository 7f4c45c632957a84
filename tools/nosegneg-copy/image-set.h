/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The library set of the source: whether it goes into an image, and what stands there then. */
#ifndef NOSEGNEG_COPY_IMAGE_SET_H
#define NOSEGNEG_COPY_IMAGE_SET_H

#include "loader/library-set.h"
#include "need.h"
#include "plan.h"

struct image_set {
	bool used;               /* it goes in */
	char reason[WHY_MAX];    /* why it is used, or is not */
	bool published;          /* ldconfig-hwcap's entry is in force in the source */
	struct glibc glibc;      /* of the source */
	struct library_set *set; /* NULL: none, and `reason` says why */
};

/* Looks for it. Returns 0, also where there is none, or a negative errno with the failure filled. */
int image_set_find(const struct root *source, struct image_set *out, struct failure *failure);
void image_set_free(struct image_set *s);

/* Decides, and checks that the set belongs to the source's C library. `taken`: programs get it already; `programs`:
 * there are 32-bit ones. */
int image_set_decide(struct image_set *s, const struct root *source, enum set_wish wish, bool taken, bool programs,
		struct failure *failure);

/* Whether the set has a library of the name that a path ends in. */
bool image_set_names(const struct image_set *s, const char *path);

/* Whether it has the library that this path of the source leads to: its own copy, or the base's. */
bool image_set_serves(const struct image_set *s, const struct root *source, const char *path);

/* Whether a library's path in an image leads into the place that the set has there. */
bool image_set_holds(const struct image_set *s, const struct root *dest, const char *path);

/* Whether the file at `path` of an image is the library that the set was built beside, or the set's own. Returns 0 or a
 * negative errno with the failure filled. */
int image_set_belongs(const struct image_set *s, const struct root *source, const struct root *dest, const char *path,
		struct failure *failure);

/* Adds one of the set's libraries to a plan in which paths of the source are those of the image. */
int image_set_add(const struct image_set *s, struct plan *plan, const char *path);

/* Adds it to the plan of an image that is there, for the library at `path`. */
int image_set_refit(const struct image_set *s, struct plan *plan, const char *path);

/* Adds the entry that makes the loader take it, where the image's ld.so.conf will read it; *listed says so. */
int image_set_add_entry(const struct image_set *s, struct plan *plan, bool *listed);

/* How much larger the set's library is than the base's of the source. */
int64_t image_set_growth(const struct image_set *s, const struct root *source, const char *name);

#endif
