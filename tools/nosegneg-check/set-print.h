/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints what "set" found. */
#ifndef NOSEGNEG_CHECK_SET_PRINT_H
#define NOSEGNEG_CHECK_SET_PRINT_H

#include "set-compare.h"

/* One line for each difference on standard output (with `verbose`, also what was equal), errors on standard error, and
 * a table of the checks. */
void set_print_text(const struct set_context *c, bool verbose);

/* The same as one JSON document. */
void set_print_json(const struct set_context *c, bool verbose);

/* A line on standard error that the next one replaces. */
void set_print_progress(size_t done, size_t total);

#endif
