// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <string.h>

#include "base/util.h"
#include "alloc.h"
#include "report-parts.h"

static int by_name(const void *x, const void *y)
{
	const struct record_stack *a = *(const struct record_stack *const *)x;
	const struct record_stack *b = *(const struct record_stack *const *)y;

	return strcmp(a->folded, b->folded);
}

void report_folded(FILE *out, const struct report *r)
{
	size_t n = r->rec->nstack;
	_cleanup_free_ const struct record_stack **sorted = alloc_new((n + 1) * sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] = &r->rec->stack[i];
	qsort(sorted, n, sizeof(*sorted), by_name);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s %" PRIu64 "\n", sorted[i]->folded, sorted[i]->count);
}
