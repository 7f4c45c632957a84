// SPDX-License-Identifier: LGPL-2.1-or-later
/* The text format of Prometheus, as node_exporter's textfile collector reads it:
 * https://prometheus.io/docs/instrumenting/exposition_formats/. Labels are our own words and need no escapes. */
#include <stdio.h>

#include "format.h"

static void head(const char *name, const char *help)
{
	printf("# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static size_t count(const struct findings *f, enum finding_code code, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->list[i].code == code && f->list[i].severity == severity;
	return n;
}

static void print_findings(const struct findings *f)
{
	head("nosegneg_findings", "Findings by code and severity.");
	for (enum finding_code code = 0; code < FINDING_CODES; code++)
		for (enum severity severity = SEVERITY_NOTE; severity <= SEVERITY_ERROR; severity++)
			if (count(f, code, severity))
				printf("nosegneg_findings{code=\"%s\",severity=\"%s\"} %zu\n", finding_code(code),
						severity_name(severity), count(f, code, severity));
	head("nosegneg_findings_by_severity", "Findings by severity.");
	for (enum severity severity = SEVERITY_NOTE; severity <= SEVERITY_ERROR; severity++)
		printf("nosegneg_findings_by_severity{severity=\"%s\"} %zu\n", severity_name(severity),
				findings_count(f, severity));
}

static const char *text_of(const struct fact *fact)
{
	return fact && fact->kind == FACT_TEXT ? fact->text : "";
}

static void print_gauge(const struct fact *fact, const char *name, const char *help, unsigned scale)
{
	if (!fact)
		return;
	head(name, help);
	printf("%s %lld\n", name, (long long)fact->number * scale);
}

static void print_xen(const struct diagnosis *d)
{
	const struct fact *width = diagnosis_xen(d, "width");

	head("nosegneg_xen_info", "The hypervisor below, and what this domain is on it.");
	printf("nosegneg_xen_info{domain=\"%s\",mode=\"%s\",release=\"%s\",width=\"%.*lld\"} 1\n",
			text_of(diagnosis_xen(d, "domain")), text_of(diagnosis_xen(d, "mode")),
			text_of(diagnosis_xen(d, "release")), width ? 1 : 0, width ? (long long)width->number : 0);
	print_gauge(diagnosis_xen(d, "balloon_current_kib"), "nosegneg_xen_balloon_current_bytes",
			"Memory that the balloon leaves to this domain.", 1024);
	print_gauge(diagnosis_xen(d, "balloon_target_kib"), "nosegneg_xen_balloon_target_bytes",
			"Memory that the balloon shall leave to this domain.", 1024);
}

void format_prometheus(const struct diagnosis *d)
{
	head("nosegneg_verdict", "Whether 32-bit programs are served, one series for each verdict.");
	for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
		printf("nosegneg_verdict{verdict=\"%s\"} %d\n", verdict_key(verdict), d->verdict == verdict);
	if (d->shortened >= 0 && !d->assumed) {
		head("nosegneg_segments_shortened", "Whether the segments of 32-bit programs are shortened.");
		printf("nosegneg_segments_shortened %d\n", d->shortened);
	}
	if (d->on_xen)
		print_xen(d);
	print_findings(&d->findings);
	if (!d->processes)
		return;
	head("nosegneg_processes", "Processes by state.");
	for (enum process_state state = 0; state < PROCESS_STATES; state++)
		printf("nosegneg_processes{state=\"%s\"} %zu\n", process_state_key(state), d->state[state]);
}
