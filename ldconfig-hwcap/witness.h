/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fresh 32-bit program, started through the real loader of a root, that says which libraries it got. */
#ifndef LDCONFIG_HWCAP_WITNESS_H
#define LDCONFIG_HWCAP_WITNESS_H

#include <stdbool.h>

#include "base/root.h"
#include "base/why.h"
#include "loader/library-set.h"

/* What it said. */
struct witness {
	char libc[PATH_MAX], libm[PATH_MAX]; /* as its loader printed them */
};

/* Starts it; `library_path`, where not NULL, is its LD_LIBRARY_PATH. Returns 0 where it ran to its end and found
 * everything in order, -EPROTO where it did not, or a negative errno that kept it from being started; `why` has the
 * words. */
int witness_run(const struct root *root, const char *library_path, struct witness *out, char *why);

/* Whether that errno is about this run (its rights, its limits) and tells nothing of the system's programs. */
bool witness_unseen(int error);

/* Whether it got both libraries from the set. Those that the set does not have do not count. */
bool witness_used_set(const struct root *root, const struct witness *w, const struct library_set *set);

#endif
