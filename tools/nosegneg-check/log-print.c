// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "log.h"
#include "common/output.h"

#define COMM_QUOTED (4 * KERNEL_LOG_COMM_MAX)

struct log_options {
	bool json;
	bool live;        /* look addresses up in the processes that run now */
	const char *file; /* NULL: this machine's log; "-": standard input */
};

struct printer {
	const struct log_options *options;
	const struct kernel_log *log;
	struct log_places *places; /* NULL: addresses are not looked up */
};

static const char silence[] =
		"The absence of messages proves nothing: the box comes once per boot and never for process 1, "
		"the other message is rate-limited, and kernels from 2.6.23 on (pv-ops) print neither.";

static const char *source_name(enum kernel_log_source source)
{
	return source == KERNEL_LOG_BOX ? "box" : "4gb seg fixup";
}

/* "function+0x12", or "". */
static const char *function_text(char *buf, size_t size, const struct log_place *place)
{
	char quoted[256];

	buf[0] = '\0';
	if (place->function)
		snprintf(buf, size, "%s+%#" PRIx64, text_quote(quoted, sizeof(quoted), place->function),
				place->in_function);
	return buf;
}

static const char *instruction_text(char *buf, size_t size, const struct log_place *place)
{
	ZydisDisassembledInstruction text;

	if (!ZYAN_SUCCESS(ZydisDisassembleATT(
			    ZYDIS_MACHINE_MODE_LEGACY_32, place->addr, place->bytes, place->len, &text)))
		snprintf(text.text, sizeof(text.text), "?");
	snprintf(buf, size, "%s", text.text);
	return buf;
}

/* A segment that was flipped for another access makes the next good one trap as well. */
static const char *verdict_text(const struct log_place *place)
{
	return place->verdict == SEGREF_SAFE ? "safe, paid for another's" : segref_verdict_name(place->verdict);
}

static void print_place(const struct printer *p, const struct kernel_log_offender *o, uint64_t ip)
{
	struct log_place place;
	char path[QUOTED_MAX], function[300], insn[128];

	if (!p->places)
		return;
	log_place_find(p->places, o, ip, &place);
	if (place.path)
		printf("  %s+%#" PRIx64, text_quote(path, sizeof(path), place.path), place.offset);
	if (place.function)
		printf("  %s", function_text(function, sizeof(function), &place));
	if (place.has_access)
		printf("  %s  [%s]", instruction_text(insn, sizeof(insn), &place), verdict_text(&place));
	if (place.why[0])
		printf("  (%s)", text_quote(path, sizeof(path), place.why));
	log_place_clear(&place);
}

static void print_offender(const struct printer *p, const struct kernel_log_offender *o)
{
	char comm[COMM_QUOTED], lines[48];

	snprintf(lines, sizeof(lines), o->first_line == o->last_line ? "%" PRIu64 : "%" PRIu64 "-%" PRIu64,
			o->first_line, o->last_line);
	printf("%8" PRIu64 " %10" PRIu32 "  %-16s  %-13s  %s\n", o->count, o->pid,
			text_quote(comm, sizeof(comm), o->comm), source_name(o->source), lines);
	for (size_t i = 0; i < o->naddress; i++) {
		const struct kernel_log_address *a = &o->address[i];

		printf("%8" PRIu64 " %10s  %02" PRIx32 ":%08" PRIx64, a->count, "", a->cs, a->ip);
		print_place(p, o, a->ip);
		putchar('\n');
	}
	if (o->more_addresses)
		printf("%8" PRIu64 " %10s  at more addresses\n", o->more_addresses, "");
}

/* A count and its noun: "1 line", "2 lines". */
#define PLURAL(n) (n), (n) == 1 ? "" : "s"

static void print_counts(const struct kernel_log *log)
{
	printf("%" PRIu64 " line%s read: %" PRIu64 " box%s, %" PRIu64 " fix-up%s", PLURAL(log->lines), log->boxes,
			log->boxes == 1 ? "" : "es", PLURAL(log->fixups));
	if (log->suppressed)
		printf(", %" PRIu64 " more suppressed by the rate limit", log->suppressed);
	if (log->more_offenders)
		printf(", %" PRIu64 " of more processes than are listed", log->more_offenders);
	if (log->mach)
		printf(", %" PRIu64 " accesses counted by GNU Mach", log->mach);
	if (log->xen_refused)
		printf(", %" PRIu64 " refused by Xen (the program got SIGSEGV)", log->xen_refused);
	printf("\n");
}

static void print_text(const struct printer *p)
{
	const struct kernel_log *log = p->log;

	if (log->n)
		printf("%8s %10s  %-16s  %-13s  %s\n", "COUNT", "PID", "PROCESS", "MESSAGE", "LINES");
	for (size_t i = 0; i < log->n; i++)
		print_offender(p, &log->offender[i]);
	print_counts(log);
	if (log->pv_removal)
		puts("The kernel is a 32-bit PV guest of Linux 5: it uses a nosegneg set on any Xen, needed or not, "
		     "and "
		     "prints no warnings.");
	puts(silence);
}

static json_t *json_place(const struct printer *p, const struct kernel_log_offender *o, uint64_t ip)
{
	struct log_place place;
	char insn[128];
	json_t *one = json_object();

	log_place_find(p->places, o, ip, &place);
	json_object_set_new(one, "path", place.path ? output_string(place.path) : json_null());
	json_object_set_new(one, "offset", place.path ? json_integer((json_int_t)place.offset) : json_null());
	json_object_set_new(one, "function", place.function ? output_string(place.function) : json_null());
	json_object_set_new(one, "function_offset",
			place.function ? json_integer((json_int_t)place.in_function) : json_null());
	json_object_set_new(one, "instruction",
			place.has_access ? json_string(instruction_text(insn, sizeof(insn), &place)) : json_null());
	json_object_set_new(one, "verdict",
			place.has_access ? json_string(segref_verdict_name(place.verdict)) : json_null());
	json_object_set_new(one, "fatal", place.refusal ? json_string(place.refusal) : json_null());
	json_object_set_new(one, "unknown", place.why[0] ? output_string(place.why) : json_null());
	log_place_clear(&place);
	return one;
}

static json_t *json_offender(const struct printer *p, const struct kernel_log_offender *o)
{
	json_t *list = json_array();

	for (size_t i = 0; i < o->naddress; i++) {
		const struct kernel_log_address *a = &o->address[i];
		json_t *one = json_pack("{s:I, s:I, s:I}", "cs", (json_int_t)a->cs, "ip", (json_int_t)a->ip, "count",
				(json_int_t)a->count);

		if (p->places)
			json_object_set_new(one, "place", json_place(p, o, a->ip));
		json_array_append_new(list, one);
	}
	return json_pack("{s:o, s:I, s:s, s:I, s:I, s:I, s:o, s:I}", "process", output_string(o->comm), "pid",
			(json_int_t)o->pid, "message", source_name(o->source), "count", (json_int_t)o->count,
			"first_line", (json_int_t)o->first_line, "last_line", (json_int_t)o->last_line, "addresses",
			list, "more_addresses", (json_int_t)o->more_addresses);
}

static void print_json(const struct printer *p)
{
	const struct kernel_log *log = p->log;
	json_t *list = json_array(), *all;

	for (size_t i = 0; i < log->n; i++)
		json_array_append_new(list, json_offender(p, &log->offender[i]));
	all = json_pack("{s:i, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:I, s:s}", "version", 1, "warnings",
			kernel_log_warns(log), "lines", (json_int_t)log->lines, "boxes", (json_int_t)log->boxes,
			"fixups", (json_int_t)log->fixups, "suppressed", (json_int_t)log->suppressed, "mach_accesses",
			(json_int_t)log->mach, "refused_by_xen", (json_int_t)log->xen_refused, "pv_removal_announced",
			log->pv_removal, "offenders", list, "more_offenders", (json_int_t)log->more_offenders, "note",
			silence);
	json_dumpf(all, stdout, JSON_COMPACT | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(all);
}

static int read_log(const struct log_options *options, struct kernel_log *log, char *why)
{
	_cleanup_close_ int fd = -1;

	if (!options->file)
		return log_read_kernel(log, why);
	if (strcmp(options->file, "-") == 0)
		return log_read_fd(log, STDIN_FILENO, why);
	fd = open(options->file, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? why_failed(why, -errno) : log_read_fd(log, fd, why);
}

static const char usage[] =
		"usage: nosegneg-check log [options] [FILE|-]\n"
		"Lists the processes that the kernel's log names for accesses that a 32-bit Xen had to emulate. FILE "
		"is the\n"
		"text of a log: dmesg, journalctl, syslog, a serial console; without it, this machine's log is read.\n"
		"\n"
		"  -l, --live  look the addresses up in the processes that run now (as is done without FILE)\n"
		"      --json  one JSON document on standard output\n"
		"  -h, --help  this text\n"
		"\n"
		"Exit status: 0 no warnings (which proves nothing), 1 there are some, 2 the log could not be read.\n";

enum { OPTION_JSON = CHAR_MAX + 1 };

static const struct option long_options[] = {
	{ "live", no_argument, NULL, 'l' },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct log_options *options)
{
	int c;

	while ((c = getopt_long(argc, argv, "lh", long_options, NULL)) != -1) {
		switch (c) {
		case 'l':
			options->live = true;
			break;
		case OPTION_JSON:
			options->json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_CLEAN;
		default:
			fputs("nosegneg-check: try 'nosegneg-check log --help'\n", stderr);
			return EXIT_ERROR;
		}
	}
	if (argc - optind > 1) {
		output_error("log", argv[optind + 1], "one FILE is enough; 'cat FILE... | nosegneg-check log -'");
		return EXIT_ERROR;
	}
	if (optind < argc)
		options->file = argv[optind];
	else
		options->live = true;
	return -1;
}

static const char *log_name(const struct log_options *options)
{
	if (!options->file)
		return "kernel log";
	return strcmp(options->file, "-") == 0 ? "standard input" : options->file;
}

int log_command(int argc, char **argv)
{
	struct log_options options = { 0 };
	struct printer p = { .options = &options };
	_cleanup_kernel_log_ struct kernel_log *log = NULL;
	char why[WHY_MAX] = "";
	int r = parse_options(argc, argv, &options);

	if (r >= 0)
		return r;
	r = kernel_log_new(&log);
	if (r < 0)
		why_failed(why, r);
	else
		r = read_log(&options, log, why);
	if (r < 0) {
		output_error(log_name(&options), "read", why);
		return EXIT_ERROR;
	}
	p.log = log;
	p.places = options.live && log->fixups ? log_places_new() : NULL;
	if (options.json)
		print_json(&p);
	else
		print_text(&p);
	log_places_free(p.places);
	return kernel_log_warns(log) ? EXIT_FINDINGS : EXIT_CLEAN;
}
