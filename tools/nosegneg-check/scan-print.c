// SPDX-License-Identifier: LGPL-2.1-or-later
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "common/instruction.h"
#include "common/output.h"
#include "scan.h"

struct totals {
	size_t files, affected, with_findings, not_affected, not_elf, special, failed;
	struct scan_counts counts;
};

struct printer {
	const struct scan_options *options;
	struct totals totals;
	bool started; /* the table's head, or the JSON list's first element, is out */
};

static void count_file(struct totals *t, const struct scan_file *file)
{
	t->files++;
	t->not_affected += file->status == SCAN_NOT_AFFECTED;
	t->not_elf += file->status == SCAN_NOT_ELF;
	t->special += file->status == SCAN_SPECIAL;
	t->failed += file->status == SCAN_FAILED;
	if (file->status != SCAN_OK)
		return;
	t->affected++;
	t->with_findings += file->counts.proven + file->counts.possible > 0;
	t->counts.safe += file->counts.safe;
	t->counts.possible += file->counts.possible;
	t->counts.proven += file->counts.proven;
	t->counts.fatal += file->counts.fatal;
}

/* "name+0x12", or the address of the function that has no name. */
static const char *place_name(char *buf, size_t size, const struct scan_access *access, bool with_offset)
{
	char quoted[256];

	if (!access->function)
		snprintf(buf, size, "%s:%#" PRIx64, text_quote(quoted, sizeof(quoted), access->section),
				with_offset ? access->ref.addr : access->ref.function);
	else if (with_offset)
		snprintf(buf, size, "%s+%#" PRIx64, text_quote(quoted, sizeof(quoted), access->function),
				access->offset);
	else
		text_quote(buf, size, access->function);
	return buf;
}

/* The reason with its detail, where that says more. */
static const char *reason(char *buf, size_t size, const struct scan_access *access)
{
	const char *text = segref_reason_text(access->ref.reason);
	int at;

	switch (access->ref.reason) {
	case SEGREF_TLS_SLOT:
		at = snprintf(buf, size, "%s, from %#" PRIx32, text, access->ref.detail);
		break;
	case SEGREF_NEGATIVE:
	case SEGREF_NEGATIVE_CONSTANT:
	case SEGREF_LOCAL_EXEC:
		at = snprintf(buf, size, "%s %" PRId32, text, (int32_t)access->ref.detail);
		break;
	default:
		at = snprintf(buf, size, "%s", text);
	}
	if (access->refusal && at > 0 && (size_t)at < size)
		snprintf(buf + at, size - (size_t)at, "; fatal under Xen: %s", access->refusal);
	return buf;
}

static int access_by_function(const void *a, const void *b)
{
	const struct scan_access *x = *(const struct scan_access *const *)a, *y = *(const struct scan_access *const *)b;

	if (x->section != y->section)
		return strcmp(x->section, y->section);
	if (x->ref.function != y->ref.function)
		return x->ref.function < y->ref.function ? -1 : 1;
	return x->ref.addr < y->ref.addr ? -1 : x->ref.addr > y->ref.addr;
}

/* The accesses of one function: [first, first + n) of the sorted list. */
struct group {
	const struct scan_access *first;
	struct scan_counts counts;
};

static int group_by_findings(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	size_t nx = x->counts.proven + x->counts.possible, ny = y->counts.proven + y->counts.possible;

	if (nx != ny)
		return nx > ny ? -1 : 1;
	return access_by_function(&x->first, &y->first);
}

/* Counts by function, most findings first. Returns the number of groups, freed by the caller; 0 also without memory. */
static size_t group_accesses(const struct scan_file *file, struct group **out)
{
	struct group *group = calloc(file->naccess + 1, sizeof(*group));
	size_t n = 0;

	*out = group;
	for (size_t i = 0; group && i < file->naccess; i++) {
		const struct scan_access *a = &file->access[i];

		if (n == 0 || group[n - 1].first->ref.function != a->ref.function ||
				group[n - 1].first->section != a->section)
			group[n++].first = a;
		group[n - 1].counts.safe += a->ref.verdict == SEGREF_SAFE;
		group[n - 1].counts.possible += a->ref.verdict == SEGREF_POSSIBLE;
		group[n - 1].counts.proven += a->ref.verdict == SEGREF_PROVEN;
		group[n - 1].counts.fatal += a->refusal != NULL;
	}
	if (n)
		qsort(group, n, sizeof(*group), group_by_findings);
	return n;
}

static void print_head(struct printer *p)
{
	if (!p->started)
		printf("%8s %8s %8s %8s  %s\n", "PROVEN", "POSSIBLE", "FATAL", "SAFE", "FILE");
	p->started = true;
}

static void print_counts(const struct scan_counts *c, const char *indent, const char *name)
{
	printf("%8zu %8zu %8zu %8zu  %s%s\n", c->proven, c->possible, c->fatal, c->safe, indent, name);
}

static void print_symbols(const struct scan_file *file)
{
	_cleanup_free_ struct group *group = NULL;
	size_t n = group_accesses(file, &group);
	char name[300];

	for (size_t i = 0; i < n; i++)
		print_counts(&group[i].counts, "  ", place_name(name, sizeof(name), group[i].first, false));
}

static void print_instructions(const struct scan_file *file)
{
	for (size_t i = 0; i < file->naccess; i++) {
		const struct scan_access *a = &file->access[i];
		char bytes[64], text[128], why[256], place[300];

		printf("  %8" PRIx64 "  %-8s  %-32s  %-40s  %s  [%s]\n", a->ref.addr,
				segref_verdict_name(a->ref.verdict),
				instruction_bytes(bytes, sizeof(bytes), a->ref.bytes, a->ref.len),
				instruction_text(text, sizeof(text), a->ref.addr, a->ref.bytes, a->ref.len),
				reason(why, sizeof(why), a), place_name(place, sizeof(place), a, true));
	}
}

static void print_file(struct printer *p, const struct scan_file *file)
{
	char path[QUOTED_MAX];

	text_quote(path, sizeof(path), file->path);
	if (file->status == SCAN_FAILED) {
		fflush(stdout);
		output_error(file->path, "scan", file->why);
		return;
	}
	if (file->status == SCAN_NOT_AFFECTED && file->explicit_path) {
		print_head(p);
		printf("%8s %8s %8s %8s  %s: not affected (%s)\n", "-", "-", "-", "-", path,
				file->machine ? file->machine : "another machine");
	}
	if (file->status != SCAN_OK || (p->options->findings && !(file->counts.proven + file->counts.possible)))
		return;
	print_head(p);
	print_counts(&file->counts, "", path);
	if (p->options->detail == SCAN_SYMBOLS)
		print_symbols(file);
	if (p->options->detail == SCAN_INSTRUCTIONS)
		print_instructions(file);
}

/* A count and its noun: "1 file", "2 files". */
#define PLURAL(n) (n), (n) == 1 ? "" : "s"

static void print_totals(const struct totals *t)
{
	if (t->files == 1 && t->affected == 0)
		return;
	printf("%zu i386 file%s scanned, %zu with findings", PLURAL(t->affected), t->with_findings);
	if (t->with_findings)
		printf(": %zu proven, %zu possible, %zu of them fatal under a 32-bit Xen", t->counts.proven,
				t->counts.possible, t->counts.fatal);
	if (t->not_affected)
		printf("; %zu for other machines, not affected", t->not_affected);
	if (t->not_elf + t->special)
		printf("; %zu other file%s skipped", PLURAL(t->not_elf + t->special));
	if (t->failed)
		printf("; %zu failed", t->failed);
	printf("\n");
}

static json_t *json_counts(const struct scan_counts *c)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "proven", (json_int_t)c->proven, "possible", (json_int_t)c->possible,
			"fatal", (json_int_t)c->fatal, "safe", (json_int_t)c->safe);
}

static json_t *json_symbols(const struct scan_file *file)
{
	_cleanup_free_ struct group *group = NULL;
	size_t n = group_accesses(file, &group);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *one = json_counts(&group[i].counts);

		json_object_set_new(one, "function",
				group[i].first->function ? output_string(group[i].first->function) : json_null());
		json_object_set_new(one, "section", output_string(group[i].first->section));
		json_object_set_new(one, "address", json_integer((json_int_t)group[i].first->ref.function));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *json_instruction(const struct scan_access *a)
{
	char bytes[64], text[128];
	json_t *one = json_object();

	json_object_set_new(one, "address", json_integer((json_int_t)a->ref.addr));
	json_object_set_new(one, "section", output_string(a->section));
	json_object_set_new(one, "function", a->function ? output_string(a->function) : json_null());
	json_object_set_new(one, "offset", json_integer((json_int_t)a->offset));
	json_object_set_new(
			one, "bytes", json_string(instruction_bytes(bytes, sizeof(bytes), a->ref.bytes, a->ref.len)));
	json_object_set_new(one, "text",
			json_string(instruction_text(text, sizeof(text), a->ref.addr, a->ref.bytes, a->ref.len)));
	json_object_set_new(one, "segment", json_string(a->ref.fs ? "fs" : "gs"));
	json_object_set_new(one, "verdict", json_string(segref_verdict_name(a->ref.verdict)));
	json_object_set_new(one, "reason", json_string(segref_reason_text(a->ref.reason)));
	json_object_set_new(one, "detail", json_integer((json_int_t)a->ref.detail));
	json_object_set_new(one, "fatal", a->refusal ? json_string(a->refusal) : json_null());
	return one;
}

static json_t *json_file(const struct scan_file *file, const struct scan_options *options)
{
	json_t *one = file->status == SCAN_OK ? json_counts(&file->counts) : json_object();

	json_object_set_new(one, "path", output_string(file->path));
	json_object_set_new(one, "status",
			json_string(file->status == SCAN_OK           ? "scanned"
					: file->status == SCAN_FAILED ? "failed"
								      : "not affected"));
	if (file->status == SCAN_FAILED)
		json_object_set_new(one, "error", output_string(file->why));
	if (file->status == SCAN_NOT_AFFECTED)
		json_object_set_new(one, "machine", file->machine ? json_string(file->machine) : json_null());
	if (file->status == SCAN_OK && options->detail == SCAN_SYMBOLS)
		json_object_set_new(one, "symbols", json_symbols(file));
	return one;
}

static void print_json(json_t *value, size_t flags)
{
	json_dumpf(value, stdout, JSON_COMPACT | JSON_SORT_KEYS | flags);
	json_decref(value);
}

/* The document is written piece by piece, so that its size does not become memory. */
static void print_json_file(struct printer *p, const struct scan_file *file)
{
	if (file->status == SCAN_NOT_ELF || file->status == SCAN_SPECIAL)
		return;
	if (file->status == SCAN_NOT_AFFECTED && !file->explicit_path)
		return;
	if (p->options->findings && file->status == SCAN_OK && file->counts.proven + file->counts.possible == 0)
		return;
	fputs(p->started ? ",\n{" : "\n{", stdout);
	p->started = true;
	print_json(json_file(file, p->options), JSON_EMBED);
	if (file->status == SCAN_OK && p->options->detail == SCAN_INSTRUCTIONS) {
		fputs(",\"instructions\":[", stdout);
		for (size_t i = 0; i < file->naccess; i++) {
			if (i)
				putchar(',');
			print_json(json_instruction(&file->access[i]), 0);
		}
		putchar(']');
	}
	putchar('}');
}

static void print_json_totals(const struct totals *t)
{
	json_t *all = json_counts(&t->counts);

	json_object_set_new(all, "scanned", json_integer((json_int_t)t->affected));
	json_object_set_new(all, "with_findings", json_integer((json_int_t)t->with_findings));
	json_object_set_new(all, "not_affected", json_integer((json_int_t)t->not_affected));
	json_object_set_new(all, "skipped", json_integer((json_int_t)(t->not_elf + t->special)));
	json_object_set_new(all, "failed", json_integer((json_int_t)t->failed));
	fputs("\n],\"totals\":", stdout);
	print_json(all, 0);
	fputs(",\"version\":1}\n", stdout);
}

static void print_one(const struct scan_file *file, void *arg)
{
	struct printer *p = arg;

	count_file(&p->totals, file);
	if (!p->options->json) {
		print_file(p, file);
		return;
	}
	if (file->status == SCAN_FAILED)
		output_error(file->path, "scan", file->why);
	print_json_file(p, file);
}

static const char usage[] =
		"usage: nosegneg-check scan [options] PATH...\n"
		"Finds accesses to memory through %gs or %fs in i386 ELF files and says which of them lie below the\n"
		"thread pointer, where a 32-bit Xen makes them trap. Directories are walked.\n"
		"\n"
		"  -s, --symbols       counts for each function, most findings first\n"
		"  -i, --instructions  each instruction: address, verdict, bytes, disassembly, reason\n"
		"  -f, --findings      leave out what is safe\n"
		"  -j, --jobs N        scan on N threads (default: one for each processor)\n"
		"      --json          one JSON document on standard output\n"
		"  -h, --help          this text\n"
		"\n"
		"Exit status: 0 nothing proven or possible, 1 something is, 2 a file could not be scanned.\n";

enum { OPTION_JSON = CHAR_MAX + 1 };

static const struct option long_options[] = {
	{ "symbols", no_argument, NULL, 's' },
	{ "instructions", no_argument, NULL, 'i' },
	{ "findings", no_argument, NULL, 'f' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int usage_error(const char *what, const char *why)
{
	output_error("scan", what, why);
	fputs("nosegneg-check: try 'nosegneg-check scan --help'\n", stderr);
	return EXIT_ERROR;
}

/* Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct scan_options *options)
{
	long jobs = processors();
	int c;

	while ((c = getopt_long(argc, argv, "sifj:h", long_options, NULL)) != -1) {
		switch (c) {
		case 's':
			options->detail = SCAN_SYMBOLS;
			break;
		case 'i':
			options->detail = SCAN_INSTRUCTIONS;
			break;
		case 'f':
			options->findings = true;
			break;
		case 'j':
			if (!output_number(optarg, OUTPUT_JOBS_MAX, &jobs))
				return usage_error("--jobs", "not a number from 1 to 1024");
			break;
		case OPTION_JSON:
			options->json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_CLEAN;
		default:
			fputs("nosegneg-check: try 'nosegneg-check scan --help'\n", stderr);
			return EXIT_ERROR;
		}
	}
	options->jobs = (unsigned)jobs;
	options->progress = isatty(STDERR_FILENO) && !options->json;
	return optind == argc ? usage_error("no PATH", "name a file or directory to scan") : -1;
}

int scan_command(int argc, char **argv)
{
	struct scan_options options = { .detail = SCAN_FILES };
	struct printer p = { .options = &options };
	int r = parse_options(argc, argv, &options);

	if (r >= 0)
		return r;
	if (options.json)
		fputs("{\"files\":[", stdout);
	r = scan_run(argv + optind, (size_t)(argc - optind), &options, print_one, &p);
	if (r < 0)
		output_error("scan", "run", strerror(-r));
	if (options.json)
		print_json_totals(&p.totals);
	else
		print_totals(&p.totals);
	if (r < 0 || p.totals.failed)
		return EXIT_ERROR;
	return p.totals.with_findings ? EXIT_FINDINGS : EXIT_CLEAN;
}
