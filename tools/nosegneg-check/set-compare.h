/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The comparisons of "set", each from opened files into the report. */
#ifndef NOSEGNEG_CHECK_SET_COMPARE_H
#define NOSEGNEG_CHECK_SET_COMPARE_H

#include "base/manifest.h"
#include "elf/insn.h"
#include "set-library.h"
#include "set-report.h"

struct set_context {
	struct set_directory set, base;
	struct manifest *manifest; /* NULL: none */
	struct insn_decoder *decoder;
	struct set_report report;
};

/* Headers, versions, symbols, paths and banner of one library against its counterpart. */
void compare_library(struct set_report *r, const struct set_library *base, const struct set_library *lib);

/* That every symbol a library of the set needs is defined where the loader will look. */
void compare_needs(struct set_context *c, const struct set_library *lib);

/* The sizes of the loader's private data, and libc's descriptors for libthread_db. */
/* The C library's parts that the set leaves to the base must have no access either. */
void compare_completeness(struct set_context *c);

void compare_private(struct set_context *c);

/* The manifest against the set's files, and against the base that is here now. */
void compare_manifest(struct set_context *c);

/* The scanner's verdict on one library. */
void compare_scan(struct set_context *c, struct set_library *lib);

#endif
