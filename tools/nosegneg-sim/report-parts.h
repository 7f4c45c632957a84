/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the report's formats share: the record added up and put in order. */
#ifndef SIM_REPORT_PARTS_H
#define SIM_REPORT_PARTS_H

#include "report.h"

struct report_counts {
	uint64_t negative, positive, fatal;
};

/* The traps of one file. */
struct report_library {
	struct module *module; /* NULL: code that is in no file */
	struct report_counts counts;
	size_t places;
};

struct report {
	const struct record *rec; /* these two are borrowed */
	const struct options *opt;
	double seconds;
	struct site **site; /* those that trapped, most traps first, then by library and address */
	size_t nsite;
	struct report_library *library; /* in the same order */
	size_t nlibrary;
	struct report_counts total, in_sets;
};

static inline uint64_t report_traps(const struct report_counts *c)
{
	return c->negative + c->positive;
}

static inline struct report_counts report_site_counts(const struct site *s)
{
	return (struct report_counts){ s->negative, s->positive, s->fatal };
}

static inline const char *report_path(const struct module *module)
{
	return module ? module->path : "[no file]";
}

void report_add_up(struct report *r);
void report_clear(struct report *r);

/* What the traps would cost on a 32-bit Xen, in seconds. */
double report_cost(const struct report *r);

void report_text(FILE *out, const struct report *r);
void report_json(FILE *out, const struct report *r);

/* For flamegraph.pl: "program;function;function COUNT", sorted. */
void report_folded(FILE *out, const struct report *r);

/* Its tables of places and of files, and what is fatal. */
void report_text_places(FILE *out, const struct report *r);

#endif
