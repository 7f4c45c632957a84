// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "common/output.h"
#include "set-print.h"

#define COLUMN_MAX 40

static bool shown(const struct set_entry *e, bool verbose)
{
	return e->severity == SET_NOTE || e->severity == SET_FINDING || (verbose && e->severity == SET_EQUAL);
}

static int subject_width(const struct set_report *r, bool verbose)
{
	size_t width = 0;

	for (size_t i = 0; i < r->n; i++) {
		size_t len = strlen(r->entry[i].subject);

		if (shown(&r->entry[i], verbose) && len > width)
			width = len;
	}
	return width > COLUMN_MAX ? COLUMN_MAX : (int)width;
}

/* Every value in here may come from a file. */
static void print_entry(const struct set_entry *e, int width)
{
	char subject[QUOTED_MAX], what[QUOTED_MAX], expected[QUOTED_MAX], found[QUOTED_MAX];

	printf("%-*s  %-8s  %-7s  %s", width, text_quote(subject, sizeof(subject), e->subject),
			set_check_name(e->check), set_severity_name(e->severity),
			text_quote(what, sizeof(what), e->what));
	if (e->expected)
		printf(": %s -> %s", text_quote(expected, sizeof(expected), e->expected),
				text_quote(found, sizeof(found), e->found));
	putchar('\n');
}

static void print_errors(const struct set_report *r)
{
	char what[QUOTED_MAX];

	for (size_t i = 0; i < r->n; i++) {
		const struct set_entry *e = &r->entry[i];

		if (e->severity == SET_ERROR)
			output_error(e->subject, e->check == CHECK_PROGRAMS ? "cannot be tried" : "cannot be compared",
					text_quote(what, sizeof(what), e->what));
	}
}

static void print_table(const struct set_report *r)
{
	printf("%-8s  %8s  %5s  %8s  %6s  %s\n", "check", "equal", "notes", "findings", "errors", "what it is about");
	for (int i = 0; i < CHECK_COUNT; i++)
		printf("%-8s  %8zu  %5zu  %8zu  %6zu  %s\n", set_check_name(i), r->count[i][SET_EQUAL],
				r->count[i][SET_NOTE], r->count[i][SET_FINDING], r->count[i][SET_ERROR],
				set_check_text(i));
}

static const char *verdict(const struct set_report *r)
{
	return report_count(r, SET_ERROR) ? "error" : report_count(r, SET_FINDING) ? "refused" : "passed";
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_verdict(const struct set_context *c)
{
	char set[QUOTED_MAX], base[QUOTED_MAX];
	size_t errors = report_count(&c->report, SET_ERROR), findings = report_count(&c->report, SET_FINDING);

	text_quote(set, sizeof(set), c->set.path);
	text_quote(base, sizeof(base), c->base.path);
	if (errors)
		printf("%s: not decided: %zu error%s, %zu finding%s\n", set, errors, plural(errors), findings,
				plural(findings));
	else if (findings)
		printf("%s: refused: %zu finding%s against %s\n", set, findings, plural(findings), base);
	else
		printf("%s: passed: no finding against %s\n", set, base);
}

void set_print_text(const struct set_context *c, bool verbose)
{
	const struct set_report *r = &c->report;
	int width = subject_width(r, verbose);
	bool any = false;

	for (size_t i = 0; i < r->n; i++) {
		if (!shown(&r->entry[i], verbose))
			continue;
		print_entry(&r->entry[i], width);
		any = true;
	}
	if (r->dropped)
		printf("... and %zu more\n", r->dropped);
	if (any)
		putchar('\n');
	print_table(r);
	putchar('\n');
	print_verdict(c);
	fflush(stdout);
	print_errors(r);
}

static json_t *entry_json(const struct set_entry *e)
{
	json_t *o = json_object();

	json_object_set_new(o, "subject", output_string(e->subject));
	json_object_set_new(o, "check", json_string(set_check_name(e->check)));
	json_object_set_new(o, "severity", json_string(set_severity_name(e->severity)));
	json_object_set_new(o, "what", output_string(e->what));
	if (e->expected) {
		json_object_set_new(o, "expected", output_string(e->expected));
		json_object_set_new(o, "found", output_string(e->found));
	}
	return o;
}

static json_t *entries_json(const struct set_report *r, bool verbose)
{
	json_t *all = json_array();

	for (size_t i = 0; i < r->n; i++)
		if (r->entry[i].severity == SET_ERROR || shown(&r->entry[i], verbose))
			json_array_append_new(all, entry_json(&r->entry[i]));
	return all;
}

static json_t *checks_json(const struct set_report *r)
{
	static const char *const keys[] = { "equal", "notes", "findings", "errors" };
	json_t *all = json_object();

	for (int i = 0; i < CHECK_COUNT; i++) {
		json_t *o = json_object();

		for (int severity = 0; severity <= SET_ERROR; severity++)
			json_object_set_new(o, keys[severity], json_integer((json_int_t)r->count[i][severity]));
		json_object_set_new(all, set_check_name(i), o);
	}
	return all;
}

static json_t *libraries_json(const struct set_context *c)
{
	json_t *all = json_array();

	for (size_t i = 0; i < c->set.n; i++) {
		const struct set_library *base = set_directory_find(&c->base, c->set.lib[i]->name);
		json_t *o = json_object();

		json_object_set_new(o, "name", output_string(c->set.lib[i]->name));
		json_object_set_new(o, "build-id", json_string(c->set.lib[i]->build_id));
		json_object_set_new(o, "base-build-id", base ? json_string(base->build_id) : json_null());
		json_array_append_new(all, o);
	}
	return all;
}

void set_print_json(const struct set_context *c, bool verbose)
{
	json_t *o = json_object();

	json_object_set_new(o, "version", json_integer(1));
	json_object_set_new(o, "set", output_string(c->set.path));
	json_object_set_new(o, "against", output_string(c->base.path));
	json_object_set_new(o, "verdict", json_string(verdict(&c->report)));
	json_object_set_new(o, "libraries", libraries_json(c));
	json_object_set_new(o, "checks", checks_json(&c->report));
	json_object_set_new(o, "entries", entries_json(&c->report, verbose));
	json_object_set_new(o, "dropped", json_integer((json_int_t)c->report.dropped));
	if (json_dumpf(o, stdout, JSON_INDENT(2)) != 0)
		set_out_of_memory();
	putchar('\n');
	json_decref(o);
	fflush(stdout);
	print_errors(&c->report);
}

void set_print_progress(size_t done, size_t total)
{
	fprintf(stderr, "\rprograms: %zu of %zu%s", done, total, done == total ? "\r\033[K" : "");
	fflush(stderr);
}
