// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "alloc.h"
#include "report-parts.h"

static void add(struct report_counts *to, const struct report_counts *from)
{
	to->negative += from->negative;
	to->positive += from->positive;
	to->fatal += from->fatal;
}

static int by_file(const struct module *a, const struct module *b)
{
	int order;

	if (a == b)
		return 0;
	order = strcmp(report_path(a), report_path(b));
	if (order != 0 || !a || !b)
		return order;
	return a->ino != b->ino ? (a->ino < b->ino ? -1 : 1) : (a->dev < b->dev ? -1 : a->dev > b->dev);
}

static int by_place(const void *x, const void *y)
{
	const struct site *a = *(struct site *const *)x, *b = *(struct site *const *)y;
	int order = by_file(a->module, b->module);

	if (order != 0)
		return order;
	return a->addr != b->addr ? (a->addr < b->addr ? -1 : 1) : memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static int by_traps(const void *x, const void *y)
{
	const struct report_counts a = report_site_counts(*(struct site *const *)x);
	const struct report_counts b = report_site_counts(*(struct site *const *)y);

	if (report_traps(&a) != report_traps(&b))
		return report_traps(&a) > report_traps(&b) ? -1 : 1;
	return by_place(x, y);
}

static int library_by_traps(const void *x, const void *y)
{
	const struct report_library *a = x, *b = y;

	if (report_traps(&a->counts) != report_traps(&b->counts))
		return report_traps(&a->counts) > report_traps(&b->counts) ? -1 : 1;
	return by_file(a->module, b->module);
}

/* The sites are sorted by place. */
static void add_libraries(struct report *r)
{
	r->library = alloc_new((r->nsite + 1) * sizeof(*r->library));
	for (size_t i = 0; i < r->nsite; i++) {
		const struct report_counts c = report_site_counts(r->site[i]);
		struct module *module = r->site[i]->module;
		struct report_library *l;

		if (i == 0 || module != r->site[i - 1]->module)
			r->library[r->nlibrary++].module = module;
		l = &r->library[r->nlibrary - 1];
		l->places++;
		add(&l->counts, &c);
		add(&r->total, &c);
		if (module && module->is_set)
			add(&r->in_sets, &c);
	}
}

void report_add_up(struct report *r)
{
	r->site = alloc_new((r->rec->nsite + 1) * sizeof(struct site *));
	for (size_t i = 0; i < r->rec->nsite; i++)
		if (r->rec->site[i]->negative || r->rec->site[i]->positive)
			r->site[r->nsite++] = r->rec->site[i];
	qsort(r->site, r->nsite, sizeof(struct site *), by_place);
	add_libraries(r);
	qsort(r->site, r->nsite, sizeof(struct site *), by_traps);
	qsort(r->library, r->nlibrary, sizeof(*r->library), library_by_traps);
}

void report_clear(struct report *r)
{
	free(r->site);
	free(r->library);
}

double report_cost(const struct report *r)
{
	return (double)report_traps(&r->total) * TRAP_NANOSECONDS / 1e9;
}

void report_print(FILE *out, const struct record *rec, const struct options *opt, double seconds)
{
	struct report r = { .rec = rec, .opt = opt, .seconds = seconds };

	report_add_up(&r);
	switch (opt->format) {
	case REPORT_TEXT:
		report_text(out, &r);
		break;
	case REPORT_JSON:
		report_json(out, &r);
		break;
	case REPORT_FOLDED:
		report_folded(out, &r);
		break;
	}
	report_clear(&r);
}
