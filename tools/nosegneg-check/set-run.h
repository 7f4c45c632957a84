/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs programs with the base and with the set, and compares what they say. */
#ifndef NOSEGNEG_CHECK_SET_RUN_H
#define NOSEGNEG_CHECK_SET_RUN_H

#include <stdbool.h>

#include "base/suite.h"
#include "set-compare.h"

/* Called after each program; `done` of `total` are. */
typedef void (*set_progress_fn)(size_t done, size_t total);

/* Loads every library of the set, and runs the suite (NULL: nothing else), on all cores. Differences, and runs that did
 * not use the libraries they were meant to use, go to the report. `progress` may be NULL.
 * Returns 0; -errno where nothing could be run; or the number of a signal (SIGINT, SIGTERM, SIGHUP) that came
 * meanwhile, with everything ended and removed. */
int set_run_programs(struct set_context *c, const struct suite *suite, set_progress_fn progress);

#endif
