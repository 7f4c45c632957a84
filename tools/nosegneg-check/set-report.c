// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "common/output.h"
#include "set-report.h"

/* Two unrelated libraries differ in thousands of symbols; a hostile one in as many as it likes. */
#define ENTRIES_MAX 20000

static const struct {
	const char *name, *text;
} checks[CHECK_COUNT] = {
	[CHECK_HEADERS] = { "headers", "names, dependencies, thread-local block, stack" },
	[CHECK_VERSIONS] = { "versions", "symbol versions defined and needed" },
	[CHECK_SYMBOLS] = { "symbols", "dynamic symbols" },
	[CHECK_PRIVATE] = { "private", "what glibc's libraries share behind the scenes" },
	[CHECK_PATHS] = { "paths", "path strings" },
	[CHECK_BANNER] = { "banner", "the release that libc says it is" },
	[CHECK_MANIFEST] = { "manifest", "the files are those that were built" },
	[CHECK_BASE] = { "base", "built against the libraries that are here" },
	[CHECK_SCAN] = { "scan", "accesses below the thread pointer" },
	[CHECK_PROGRAMS] = { "programs", "behave the same with both" },
};

const char *set_check_name(enum set_check check)
{
	return checks[check].name;
}

const char *set_check_text(enum set_check check)
{
	return checks[check].text;
}

const char *set_severity_name(enum set_severity severity)
{
	static const char *const names[] = { "equal", "note", "finding", "error" };

	return names[severity];
}

void set_out_of_memory(void)
{
	fputs("nosegneg-check: out of memory\n", stderr);
	exit(EXIT_ERROR);
}

static char *format_args(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		set_out_of_memory();
	return text;
}

char *set_format(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = format_args(format, args);
	va_end(args);
	return text;
}

/* Counts it; NULL where there are too many to keep. */
static struct set_entry *add_entry(
		struct set_report *r, enum set_severity severity, enum set_check check, const char *subject)
{
	struct set_entry *e;

	if (severity != SET_EQUAL)
		r->count[check][severity]++;
	if (r->n >= ENTRIES_MAX) {
		r->dropped++;
		return NULL;
	}
	if (array_reserve(&r->entry, &r->cap, r->n + 1, sizeof(*r->entry)) < 0)
		set_out_of_memory();
	e = &r->entry[r->n++];
	*e = (struct set_entry){ .severity = severity, .check = check, .subject = set_format("%s", subject) };
	return e;
}

void report_difference(struct set_report *r, enum set_severity severity, enum set_check check, const char *subject,
		const char *what, const char *expected, const char *found)
{
	struct set_entry *e = add_entry(r, severity, check, subject);

	if (!e)
		return;
	e->what = set_format("%s", what);
	e->expected = set_format("%s", expected ? expected : "missing");
	e->found = set_format("%s", found ? found : "missing");
}

void report_add(struct set_report *r, enum set_severity severity, enum set_check check, const char *subject,
		const char *format, ...)
{
	struct set_entry *e = add_entry(r, severity, check, subject);
	va_list args;

	if (!e)
		return;
	va_start(args, format);
	e->what = format_args(format, args);
	va_end(args);
}

void report_equal(struct set_report *r, enum set_check check, const char *subject, size_t n, const char *what)
{
	struct set_entry *e = n ? add_entry(r, SET_EQUAL, check, subject) : NULL;

	if (e)
		e->what = set_format("%zu %s", n, what);
	r->count[check][SET_EQUAL] += n;
}

void report_merge(struct set_report *r, struct set_report *from)
{
	if (array_reserve(&r->entry, &r->cap, r->n + from->n, sizeof(*r->entry)) < 0)
		set_out_of_memory();
	if (from->n)
		memcpy(r->entry + r->n, from->entry, from->n * sizeof(*r->entry));
	r->n += from->n;
	r->dropped += from->dropped;
	for (size_t i = 0; i < CHECK_COUNT; i++)
		for (size_t j = 0; j <= SET_ERROR; j++)
			r->count[i][j] += from->count[i][j];
	free(from->entry);
	*from = (struct set_report){ 0 };
}

size_t report_count(const struct set_report *r, enum set_severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < CHECK_COUNT; i++)
		n += r->count[i][severity];
	return n;
}

void report_clear(struct set_report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->entry[i].subject);
		free(r->entry[i].what);
		free(r->entry[i].expected);
		free(r->entry[i].found);
	}
	free(r->entry);
	*r = (struct set_report){ 0 };
}
