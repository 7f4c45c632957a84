/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of nosegneg-copy: what was asked, where, and what went wrong. */
#ifndef NOSEGNEG_COPY_COPY_H
#define NOSEGNEG_COPY_COPY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/root.h"
#include "base/why.h"

enum set_wish { SET_AUTO, SET_ALWAYS, SET_NEVER };

struct copy_options {
	const char *dest, *root; /* root: NULL is this machine */
	char **program;
	size_t nprogram;
	enum set_wish set;
	bool refit, dry_run, verbose, json, quiet;
};

/* Why a run ended. `finding`: the answer is "no", not an error. */
struct failure {
	char path[PATH_MAX];
	const char *what; /* static */
	char why[2 * WHY_MAX];
	bool finding;
};

/* Fills it, and returns `error`, a negative errno, whose words stand for a NULL `why`. */
int failed(struct failure *f, const char *path, const char *what, int error, const char *why);

#endif
