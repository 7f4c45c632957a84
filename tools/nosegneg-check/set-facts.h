/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Named facts about a library, and their comparison: whatever can be said as "key: value" is compared in one place. */
#ifndef NOSEGNEG_CHECK_SET_FACTS_H
#define NOSEGNEG_CHECK_SET_FACTS_H

#include "elf/dynamic.h"
#include "set-report.h"

struct fact {
	char *key, *value;
};

struct facts {
	struct fact *fact;
	size_t n, cap;
};

/* Adds a fact; both strings are taken over. */
void facts_add(struct facts *f, char *key, char *value);
void facts_clear(struct facts *f);

void facts_of_headers(struct facts *f, const struct dynamic *dyn);
void facts_of_versions(struct facts *f, const struct dynamic *dyn);
void facts_of_symbols(struct facts *f, const struct dynamic *dyn);

/* Reports what is missing, extra or different, and how many are equal; `plural` names them. Sorts both. */
void facts_compare(struct set_report *r, enum set_check check, const char *subject, struct facts *base,
		struct facts *value, const char *plural);

#endif
