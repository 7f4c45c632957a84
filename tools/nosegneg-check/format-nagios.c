// SPDX-License-Identifier: LGPL-2.1-or-later
/* One line for Nagios, Icinga and Naemon: https://www.monitoring-plugins.org/doc/guidelines.html. "|" begins the
 * performance data, so no text may hold one. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "format.h"

enum { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

static int status_of(const struct diagnosis *d)
{
	if (d->verdict == VERDICT_NOT_KNOWN || d->failed)
		return NAGIOS_UNKNOWN;
	if (d->verdict == VERDICT_NOT_SERVED || d->verdict == VERDICT_BROKEN ||
			findings_count(&d->findings, SEVERITY_ERROR))
		return NAGIOS_CRITICAL;
	return findings_count(&d->findings, SEVERITY_WARNING) ? NAGIOS_WARNING : NAGIOS_OK;
}

static void print_words(const char *s)
{
	char quoted[1024];

	text_quote(quoted, sizeof(quoted), s);
	for (char *p = quoted; *p; p++)
		putchar(*p == '|' ? '/' : *p);
}

/* The worst one; NULL: none but notes. */
static const struct finding *worst(const struct findings *f)
{
	const struct finding *found = NULL;

	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].severity > (found ? found->severity : SEVERITY_NOTE))
			found = &f->list[i];
	return found;
}

int format_nagios(const struct diagnosis *d)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	const struct finding *finding = worst(&d->findings);
	int status = status_of(d);

	printf("NOSEGNEG %s - %s: ", names[status], verdict_name(d->verdict));
	print_words(d->words);
	if (finding) {
		printf("; %s: ", finding_code(finding->code));
		print_words(finding->text);
	}
	printf(" | errors=%zu warnings=%zu", findings_count(&d->findings, SEVERITY_ERROR),
			findings_count(&d->findings, SEVERITY_WARNING));
	for (enum process_state state = 0; d->processes && state < PROCESS_STATES; state++)
		printf(" %s=%zu", process_state_key(state), d->state[state]);
	putchar('\n');
	return status;
}
