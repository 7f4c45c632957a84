/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the comparisons of "set" found, for the printers. Nothing here prints; short memory ends the program. */
#ifndef NOSEGNEG_CHECK_SET_REPORT_H
#define NOSEGNEG_CHECK_SET_REPORT_H

#include <stdbool.h>
#include <stddef.h>

enum set_check {
	CHECK_HEADERS,
	CHECK_VERSIONS,
	CHECK_SYMBOLS,
	CHECK_PRIVATE,
	CHECK_PATHS,
	CHECK_BANNER,
	CHECK_MANIFEST,
	CHECK_BASE,
	CHECK_SCAN,
	CHECK_PROGRAMS,
	CHECK_COUNT,
};

enum set_severity {
	SET_EQUAL,   /* compared, no difference */
	SET_NOTE,    /* a difference that does not matter, or something to know */
	SET_FINDING, /* matters: the set is refused */
	SET_ERROR,   /* could not be compared */
};

struct set_entry {
	enum set_severity severity;
	enum set_check check;
	char *subject; /* a library's or a program's name; of an error, the path */
	char *what;
	char *expected, *found; /* the two sides of a difference, or NULL */
};

struct set_report {
	struct set_entry *entry; /* the first 20000 */
	size_t n, cap;
	size_t dropped;
	size_t count[CHECK_COUNT][SET_ERROR + 1]; /* things compared, by outcome */
};

/* "headers", "versions", … and what each is about. */
const char *set_check_name(enum set_check check);
const char *set_check_text(enum set_check check);
const char *set_severity_name(enum set_severity severity);

/* A difference between what the base (or the manifest) has and what was found (NULL: "missing"). */
void report_difference(struct set_report *r, enum set_severity severity, enum set_check check, const char *subject,
		const char *what, const char *expected, const char *found);

/* Anything else, in words. */
__attribute__((format(printf, 5, 6))) void report_add(struct set_report *r, enum set_severity severity,
		enum set_check check, const char *subject, const char *format, ...);

/* `n` things of a library were compared and are equal; `what` names them in the plural. */
void report_equal(struct set_report *r, enum set_check check, const char *subject, size_t n, const char *what);

/* Moves everything from `from` to the end of `r`. */
void report_merge(struct set_report *r, struct set_report *from);

/* Everything of that severity, in all checks. */
size_t report_count(const struct set_report *r, enum set_severity severity);

void report_clear(struct set_report *r);

/* asprintf and friends that end the program where memory is short. */
__attribute__((format(printf, 1, 2), malloc)) char *set_format(const char *format, ...);
void set_out_of_memory(void) __attribute__((noreturn));

#endif
