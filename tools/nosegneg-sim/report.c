// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>

#include "base/text.h"
#include "report.h"
#include "symbolize.h"

void report_print(FILE *out, const struct record *rec, const struct options *opt, double seconds)
{
	char name[512], quoted[1024];

	(void)opt;
	for (size_t i = 0; i < rec->nsite; i++) {
		const struct site *s = rec->site[i];

		fprintf(out, "%10" PRIu64 " %10" PRIu64 "  %s", s->negative, s->positive,
				text_quote(quoted, sizeof(quoted), s->module ? s->module->path : "[no file]"));
		fprintf(out, "  %s\n",
				text_quote(quoted, sizeof(quoted), symbolize(s->module, s->addr, name, sizeof(name))));
	}
	fprintf(out, "%.3f s\n", seconds);
}
