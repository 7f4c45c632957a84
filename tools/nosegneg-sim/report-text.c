// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "base/text.h"
#include "base/util.h"
#include "common/output.h"
#include "report-parts.h"

/* A count and its noun: "1 trap", "2 traps". */
#define PLURAL(n)    (n), (n) == 1 ? "" : "s"
#define PLURAL_ES(n) (n), (n) == 1 ? "" : "es"

static uint64_t process_traps(const struct record_process *p)
{
	return p->negative + p->positive;
}

static const char *kind_words(enum process_kind kind)
{
	switch (kind) {
	case PROCESS_SIMULATED:
		return "simulated";
	case PROCESS_64BIT:
		return "64-bit, not simulated";
	case PROCESS_RELEASED:
		return "let go";
	case PROCESS_UNREADABLE:
		return "not readable";
	}
	return "?";
}

static const char *end_words(const struct record_process *p, char *buf, size_t size)
{
	if (!p->ended)
		snprintf(buf, size, "-");
	else if (WIFSIGNALED(p->status))
		snprintf(buf, size, "%s", strsignal(WTERMSIG(p->status)));
	else
		snprintf(buf, size, "exit %d", WEXITSTATUS(p->status));
	return buf;
}

static void print_libraries(FILE *out, const struct record_process *p)
{
	char path[QUOTED_MAX];

	for (size_t i = 0; i < p->nlibs; i++)
		fprintf(out, "%22s%s%s\n", "", text_quote(path, sizeof(path), p->libs[i]->path),
				p->libs[i]->is_set ? " (set)" : "");
}

static void print_processes(FILE *out, const struct report *r)
{
	char program[QUOTED_MAX], end[80];

	fprintf(out, "%8s %10s  %-21s  %-18s  %s\n", "PID", "TRAPS", "KIND", "END", "PROGRAM");
	for (size_t i = 0; i < r->rec->nprocess; i++) {
		const struct record_process *p = r->rec->process[i];

		fprintf(out, "%8d %10" PRIu64 "  %-21s  %-18s  %s\n", (int)p->pid, process_traps(p),
				kind_words(p->kind), end_words(p, end, sizeof(end)),
				text_quote(program, sizeof(program), p->program));
		print_libraries(out, p);
	}
	fputc('\n', out);
}

/* One line for all processes that something is true of, by the first one's name. */
static void print_note(FILE *out, const struct record_process *first, size_t n, const char *what)
{
	char program[QUOTED_MAX];

	if (n == 0)
		return;
	fprintf(out, "note: %s", text_quote(program, sizeof(program), first->program));
	if (n > 1)
		fprintf(out, " and %zu other process%s", PLURAL_ES(n - 1));
	fprintf(out, " %s\n", what);
}

static bool uses_ldt(const struct record_process *p)
{
	return p->uses_ldt;
}

static bool is_64bit(const struct record_process *p)
{
	return p->kind == PROCESS_64BIT;
}

static bool is_released(const struct record_process *p)
{
	return p->kind == PROCESS_RELEASED;
}

static bool is_unreadable(const struct record_process *p)
{
	return p->kind == PROCESS_UNREADABLE;
}

static void print_notes(FILE *out, const struct record *rec)
{
	static const struct {
		bool (*holds)(const struct record_process *p);
		const char *what;
	} notes[] = {
		{ uses_ldt, "called modify_ldt: segments made that way stay whole, what they reach is not counted" },
		{ is_64bit, "ran a 64-bit program, which a 32-bit Xen cannot: left alone" },
		{ is_released, "ran on without the simulator, under a tracer of its own or because of --no-follow" },
		{ is_unreadable, "ran what its owner may not read: left alone; run the simulator as root" },
	};

	for (size_t k = 0; k < ARRAY_SIZE(notes); k++) {
		const struct record_process *first = NULL;
		size_t n = 0;

		for (size_t i = 0; i < rec->nprocess; i++) {
			if (!notes[k].holds(rec->process[i]))
				continue;
			first = first ? first : rec->process[i];
			n++;
		}
		print_note(out, first, n, notes[k].what);
	}
}

static const char *seconds_text(double seconds, char *buf, size_t size)
{
	if (seconds < 1)
		snprintf(buf, size, "%.3f ms", seconds * 1e3);
	else
		snprintf(buf, size, "%.3f s", seconds);
	return buf;
}

static void print_cost(FILE *out, const struct report *r)
{
	uint64_t traps = report_traps(&r->total);
	char cost[40], ran[40];

	if (r->opt->emulate == EMULATE_KILL) {
		fprintf(out, "The program was ended at its first trap (--emulate kill).\n");
		return;
	}
	fprintf(out, "estimated cost on a 32-bit Xen: %" PRIu64 " trap%s x %.1f us = %s", PLURAL(traps),
			TRAP_NANOSECONDS / 1e3, seconds_text(report_cost(r), cost, sizeof(cost)));
	fprintf(out, " (assumed: %.1f us a trap; here, traps and all, the program ran %s)\n", TRAP_NANOSECONDS / 1e3,
			seconds_text(r->seconds, ran, sizeof(ran)));
	if (r->opt->emulate == EMULATE_STEP)
		fprintf(out, "The positive accesses that would trap as well are not in it (--emulate step).\n");
}

/* Whether a path can be printed so that a shell takes it as one word. */
static bool is_word(const char *path)
{
	char quoted[QUOTED_MAX];

	return *path == '/' && !strchr(path, '\'') && strcmp(text_quote(quoted, sizeof(quoted), path), path) == 0;
}

static void print_word(FILE *out, const char *path)
{
	bool plain = path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-")] == '\0';

	fprintf(out, plain ? "%s" : "'%s'", path);
}

/* nosegneg-check's words for a program: below --root it wants the path that the program itself sees. */
static void print_program(FILE *out, const struct options *opt, const char *program)
{
	size_t n = opt->root ? strlen(opt->root) : 0;

	while (n > 0 && opt->root[n - 1] == '/')
		n--;
	if (n > 0 && strncmp(program, opt->root, n) == 0 && program[n] == '/') {
		fputs("--root ", out);
		print_word(out, opt->root);
		fputc(' ', out);
		program += n;
	}
	print_word(out, program);
}

static bool is_c_library(const char *path)
{
	const char *name = basename(path);

	return strcmp(name, "libc.so.6") == 0 || strncmp(name, "libc-2.", 7) == 0;
}

/* What to do about the file with most traps. */
static void print_next(FILE *out, const struct report *r)
{
	const char *program = r->rec->nprocess ? r->rec->process[0]->program : "";
	const struct module *worst = NULL;

	for (size_t i = 0; i < r->nlibrary && !worst; i++)
		worst = r->library[i].module;
	if (!worst || !is_word(worst->path))
		return;
	if (is_c_library(worst->path) && !worst->is_set && is_word(program)) {
		fprintf(out, "next: most traps are in the C library, which a nosegneg set replaces; what is loaded and "
			     "why:\n  nosegneg-check ");
		print_program(out, r->opt, program);
	} else {
		fprintf(out, "next: what in this file traps, function by function:\n  nosegneg-check scan --symbols "
			     "--findings ");
		print_word(out, worst->path);
	}
	fputc('\n', out);
}

static void print_total(FILE *out, const struct report *r)
{
	uint64_t traps = report_traps(&r->total);

	fprintf(out, "total: %" PRIu64 " trap%s (%" PRIu64 " negative", PLURAL(traps), r->total.negative);
	if (r->total.positive)
		fprintf(out, ", %" PRIu64 " positive that paid for them", r->total.positive);
	fprintf(out, "), in a set's libraries: %" PRIu64 "\n", report_traps(&r->in_sets));
}

static size_t simulated(const struct record *rec)
{
	size_t n = 0;

	for (size_t i = 0; i < rec->nprocess; i++)
		n += rec->process[i]->kind == PROCESS_SIMULATED;
	return n;
}

static void print_none(FILE *out, const struct report *r)
{
	size_t n = simulated(r->rec);
	char ran[40];

	if (n == 0)
		fprintf(out, "no traps: nothing was simulated\n");
	else if (r->opt->hole == 0)
		fprintf(out, "no traps: segments were not shortened (--xen none)\n");
	else
		fprintf(out, "no traps: %zu process%s, %s, no access below the thread pointer\n", PLURAL_ES(n),
				seconds_text(r->seconds, ran, sizeof(ran)));
}

void report_text(FILE *out, const struct report *r)
{
	if (r->nsite)
		report_text_places(out, r);
	if (r->nsite || r->opt->trace_libs || r->rec->nprocess > 1)
		print_processes(out, r);
	print_notes(out, r->rec);
	if (r->nsite == 0) {
		print_none(out, r);
		return;
	}
	print_total(out, r);
	print_cost(out, r);
	print_next(out, r);
}
