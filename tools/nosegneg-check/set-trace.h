/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run left behind: the loader's own notes and the output files. */
#ifndef NOSEGNEG_CHECK_SET_TRACE_H
#define NOSEGNEG_CHECK_SET_TRACE_H

#include <sys/types.h>

#include "set-library.h"

enum trace_result {
	TRACE_RIGHT,   /* the process `pid` used libraries of `wanted`, and no process took one from elsewhere */
	TRACE_WRONG,   /* a 32-bit process took a library with one of the set's names from elsewhere */
	TRACE_NOTHING, /* no library of `wanted` that has one of the set's names */
};

/* Reads the files that LD_DEBUG=files left in `directory`, one for each process. *wrong is the path of the library that
 * TRACE_WRONG is about, for the caller to free, or NULL. */
enum trace_result trace_check(const char *directory, const struct set_directory *set,
		const struct set_directory *wanted, pid_t pid, char **wrong);

/* The number of the first line in which two files differ, with both lines (cut at `size`); 0: they are the same. */
size_t trace_first_difference(const char *a, const char *b, char *of_a, char *of_b, size_t size);

/* The last line of a file that is not empty, cut at `size`. */
void trace_last_line(const char *path, char *buf, size_t size);

#endif
