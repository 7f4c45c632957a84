/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record on paper. */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include <stdio.h>

#include "options.h"
#include "record.h"

/* What one trap costs on a 32-bit Xen, assumed: docs/how-it-works.md says why. */
#define TRAP_NANOSECONDS 1000

/* Prints the record in the format that the options ask for. `seconds` is how long the program ran here. */
void report_print(FILE *out, const struct record *rec, const struct options *opt, double seconds);

#endif
