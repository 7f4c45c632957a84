/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How an installed loader is made to take a library set: by loader generation and by the kernel's note.
 *
 * hwcap      glibc 2.4 to 2.25 (without 2.12) with a note; 2.26 to 2.31 with a note of bit 2 or above: "hwcap N
 * nosegneg". alias      glibc 2.26 to 2.31 with a note of bit 0 or 1: ldconfig gives the bits that ld.so tests (50 and
 * 51) to directories called haswell and xeon_phi, so a symbolic link of that name stands for the set. directory  any:
 * the set's directory, before the system's, in a file of ld.so.conf.d. The kernel has no say in it. */
#ifndef LOADER_STRATEGY_H
#define LOADER_STRATEGY_H

#include <stdbool.h>

#include "loader/glibc.h"
#include "loader/kernelcap.h"

#define STRATEGY_NAME      "nosegneg" /* the capability, and the directory */
#define STRATEGY_INDEX_MAX 10         /* ldconfig takes 11 too, but that is preset to "tls" (2.31 elf/ldconfig.c) */

enum strategy { STRATEGY_NONE, STRATEGY_HWCAP, STRATEGY_ALIAS, STRATEGY_DIRECTORY };

struct strategy_choice {
	enum strategy strategy;
	unsigned index;    /* of the hwcap line */
	const char *alias; /* the name of the link; static */
	char why[WHY_MAX]; /* in words */
};

/* "hwcap", "alias", "directory"; parse gives STRATEGY_NONE for any other word. */
const char *strategy_name(enum strategy strategy);
enum strategy strategy_parse(const char *name);

/* Whether the kernel decides at each boot what an entry of this kind does. */
bool strategy_follows_kernel(enum strategy strategy);

/* Chooses for a loader and a note (NULL or not present: none). `wanted` other than STRATEGY_NONE is taken if it can
 * work, else -EINVAL with `why` saying why it cannot. */
int strategy_choose(const struct glibc *glibc, enum glibc_ldconfig ldconfig, const struct kernelcap *note,
		enum strategy wanted, struct strategy_choice *out, char *why);

#endif
