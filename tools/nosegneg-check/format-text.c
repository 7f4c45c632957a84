// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "format.h"
#include "common/output.h"

#define BOLD   "\033[1m"
#define RED    "\033[1;31m"
#define YELLOW "\033[1;33m"
#define GREEN  "\033[1;32m"
#define PLAIN  "\033[0m"

static const char *quote(char *buf, const char *s)
{
	return text_quote(buf, QUOTED_MAX, s);
}

static const char *verdict_colour(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_SERVED:
	case VERDICT_NOT_NEEDED:
		return GREEN;
	case VERDICT_NOT_KNOWN:
		return YELLOW;
	default:
		return RED;
	}
}

static const char *severity_colour(enum severity severity)
{
	return severity == SEVERITY_ERROR ? RED : severity == SEVERITY_WARNING ? YELLOW : BOLD;
}

static void print_verdict(const struct diagnosis *d, bool colour)
{
	char quoted[QUOTED_MAX];

	printf("%s%s%s: %s\n", colour ? verdict_colour(d->verdict) : "", verdict_name(d->verdict), colour ? PLAIN : "",
			quote(quoted, d->words));
	if (d->assumed)
		puts("(as if segments were shortened, as --assume-needed says)");
}

static void print_facts(const struct diagnosis *d)
{
	char quoted[QUOTED_MAX];
	size_t width = 0, shown = 0;

	for (size_t i = 0; i < d->nfact; i++)
		if (d->fact[i].label && strlen(d->fact[i].label) > width)
			width = strlen(d->fact[i].label);
	for (size_t i = 0; i < d->nfact; i++) {
		const struct fact *fact = &d->fact[i];

		if (!fact->label)
			continue;
		if (shown++ == 0)
			puts("");
		printf("  %-*s  %s\n", (int)width, fact->label, fact->text ? quote(quoted, fact->text) : "not known");
	}
}

static void print_findings(const struct diagnosis *d, bool colour)
{
	char quoted[QUOTED_MAX];

	for (size_t i = 0; i < d->findings.n; i++) {
		const struct finding *f = &d->findings.list[i];

		printf("%s%2zu. %s%s%s: %s [%s]\n", i ? "" : "\n", i + 1, colour ? severity_colour(f->severity) : "",
				severity_name(f->severity), colour ? PLAIN : "", quote(quoted, f->text),
				finding_code(f->code));
		if (f->fix)
			printf("    mend: %s\n", quote(quoted, f->fix));
	}
}

static void print_process(const struct process_line *p, int name_width)
{
	char name[QUOTED_MAX], libc[QUOTED_MAX];

	printf("  %7d  %-*s  %-17s  ", (int)p->pid, name_width, quote(name, p->name), process_state_name(p->state));
	if (p->scanned)
		printf("%7zu  %8zu  ", p->proven, p->possible);
	else
		printf("%7s  %8s  ", "-", "-");
	puts(p->libc ? quote(libc, p->libc) : "-");
}

static void print_counts(const struct diagnosis *d)
{
	const char *separator = "";

	fputs("\n  ", stdout);
	for (enum process_state state = 0; state < PROCESS_STATES; state++)
		if (d->state[state]) {
			printf("%s%zu %s", separator, d->state[state], process_state_name(state));
			separator = ", ";
		}
	puts(*separator ? "" : "no processes");
}

static void print_processes(const struct diagnosis *d)
{
	char quoted[QUOTED_MAX];
	int width = 4;

	for (size_t i = 0; i < d->nprocess; i++) {
		int n = (int)strlen(quote(quoted, d->process[i].name));

		width = n > width ? n : width;
	}
	if (d->nprocess)
		printf("\n  %7s  %-*s  %-17s  %7s  %8s  %s\n", "PID", width, "NAME", "STATE", "PROVEN", "POSSIBLE",
				"C LIBRARY");
	for (size_t i = 0; i < d->nprocess; i++)
		print_process(&d->process[i], width);
	print_counts(d);
}

void format_text(const struct diagnosis *d, bool colour)
{
	print_verdict(d, colour);
	print_facts(d);
	if (d->processes)
		print_processes(d);
	print_findings(d, colour);
}
