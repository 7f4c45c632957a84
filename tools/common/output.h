/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the printers of all programs share. */
#ifndef COMMON_OUTPUT_H
#define COMMON_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>

enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_ERROR = 2 };

/* Large enough for any path that text_quote is given here. */
#define QUOTED_MAX 4096

/* A JSON string of bytes that may not be UTF-8: what is not is written as text_quote writes it. The caller owns it. */
json_t *output_string(const char *s);

/* The name that messages begin with; main.c defines it. */
extern const char output_program[];

/* One error line: "PROGRAM: PATH: WHAT: WHY", in one write. */
void output_error(const char *path, const char *what, const char *why);

/* Reads an option's value: a whole number from 1 to `max` and nothing else. */
bool output_number(const char *text, long max, long *out);
#define OUTPUT_JOBS_MAX 1024 /* of --jobs */

/* Flushes standard output. Returns `status`, or EXIT_ERROR with a message where something could not be written. */
int output_finish(int status);

#endif
