// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "common/instruction.h"
#include "alloc.h"
#include "report-parts.h"
#include "symbolize.h"

#define LIBRARY_MAX  28 /* columns that a table's text may widen its column to */
#define FUNCTION_MAX 44

/* The words of one row. */
struct row {
	const struct site *site;
	char library[300], function[600];
};

static int columns(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80; /* not the middle of a UTF-8 sequence */
	return n;
}

static int wider(int width, const char *s, int max)
{
	int n = columns(s);

	return n > max ? (width > max ? width : max) : (n > width ? n : width);
}

/* What printf's width means where a character is several bytes. */
static void print_padded(FILE *out, const char *s, int width)
{
	int n = columns(s);

	fprintf(out, "  %s%*s", s, n < width ? width - n : 0, "");
}

static double share(uint64_t part, uint64_t all)
{
	return all ? 100.0 * (double)part / (double)all : 0;
}

static const char *library_name(const struct module *module, char *buf, size_t size)
{
	const char *path = report_path(module), *slash = strrchr(path, '/');
	size_t n;

	text_quote(buf, size - 8, slash && slash[1] ? slash + 1 : path);
	n = strlen(buf);
	snprintf(buf + n, size - n, "%s", module && module->is_set ? " (set)" : "");
	return buf;
}

static void fill_row(struct row *row, const struct site *site)
{
	char name[600];

	row->site = site;
	library_name(site->module, row->library, sizeof(row->library));
	text_quote(row->function, sizeof(row->function), symbolize(site->module, site->addr, name, sizeof(name)));
}

static void print_row(FILE *out, const struct report *r, const struct row *row, int library, int function)
{
	const struct report_counts c = report_site_counts(row->site);
	char text[128];

	fprintf(out, "%10" PRIu64 " %6.1f%% %10" PRIu64 " %10" PRIu64, report_traps(&c),
			share(report_traps(&c), report_traps(&r->total)), c.negative, c.positive);
	print_padded(out, row->library, library);
	print_padded(out, row->function, function);
	fprintf(out, "  %s", instruction_text(text, sizeof(text), row->site->addr, row->site->bytes, row->site->len));
	if (c.fatal)
		fprintf(out, "  FATAL: %s", row->site->refusal ? row->site->refusal : "Xen does not fix it up");
	fputc('\n', out);
}

static void print_rest(FILE *out, const struct report *r, size_t from)
{
	uint64_t traps = 0;

	for (size_t i = from; i < r->nsite; i++) {
		const struct report_counts c = report_site_counts(r->site[i]);

		traps += report_traps(&c);
	}
	if (from < r->nsite)
		fprintf(out, "%10" PRIu64 " %6.1f%%  in %zu more place%s (--top 0 shows them all)\n", traps,
				share(traps, report_traps(&r->total)), r->nsite - from,
				r->nsite - from == 1 ? "" : "s");
}

static void print_places(FILE *out, const struct report *r)
{
	size_t n = r->opt->top > 0 && (size_t)r->opt->top < r->nsite ? (size_t)r->opt->top : r->nsite;
	_cleanup_free_ struct row *row = alloc_new((n + 1) * sizeof(*row));
	int library = 7, function = 8;

	for (size_t i = 0; i < n; i++) {
		fill_row(&row[i], r->site[i]);
		library = wider(library, row[i].library, LIBRARY_MAX);
		function = wider(function, row[i].function, FUNCTION_MAX);
	}
	fprintf(out, "%10s %7s %10s %10s  %-*s  %-*s  %s\n", "TRAPS", "SHARE", "NEGATIVE", "POSITIVE", library,
			"LIBRARY", function, "FUNCTION", "INSTRUCTION");
	for (size_t i = 0; i < n; i++)
		print_row(out, r, &row[i], library, function);
	print_rest(out, r, n);
	if (r->total.positive)
		fprintf(out, "POSITIVE: safe by themselves; they trap where a negative access before them has turned "
			     "the segment round.\n");
	fputc('\n', out);
}

static void print_libraries(FILE *out, const struct report *r)
{
	char path[4096];

	fprintf(out, "%10s %7s  %s\n", "TRAPS", "SHARE", "FILE");
	for (size_t i = 0; i < r->nlibrary; i++) {
		const struct report_library *l = &r->library[i];

		fprintf(out, "%10" PRIu64 " %6.1f%%  %s%s\n", report_traps(&l->counts),
				share(report_traps(&l->counts), report_traps(&r->total)),
				text_quote(path, sizeof(path), report_path(l->module)),
				l->module && l->module->is_set ? " (set)" : "");
	}
	fputc('\n', out);
}

/* Not cut by --top: each of these is a program that does not run there. */
static void print_fatal(FILE *out, const struct report *r)
{
	char library[300], function[600], name[600], text[128];

	for (size_t i = 0; i < r->nsite; i++) {
		const struct site *s = r->site[i];

		if (s->fatal == 0)
			continue;
		fprintf(out, "fatal on Xen%s: %s: %s: %s: %s\n", r->opt->lenient ? " (stepped over here)" : "",
				library_name(s->module, library, sizeof(library)),
				text_quote(function, sizeof(function),
						symbolize(s->module, s->addr, name, sizeof(name))),
				instruction_text(text, sizeof(text), s->addr, s->bytes, s->len),
				s->refusal ? s->refusal : "not fixed up");
	}
	if (r->total.fatal)
		fputc('\n', out);
}

void report_text_places(FILE *out, const struct report *r)
{
	print_places(out, r);
	print_libraries(out, r);
	print_fatal(out, r);
}
