// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "loader/ldcache.h"
#include "common/output.h"
#include "program.h"

#define DEPTH_MAX  64
#define NAME_WIDTH 28 /* the longest name that is usual: /lib64/ld-linux-x86-64.so.2 */

static const char *const kind_names[] = {
	[RESOLVE_DYNAMIC] = "dynamic",
	[RESOLVE_LIBRARY] = "library",
	[RESOLVE_STATIC] = "static",
	[RESOLVE_STATIC_PIE] = "static-pie",
	[RESOLVE_SCRIPT] = "script",
};
static const char *const problem_names[] = {
	[RESOLVE_NOT_FOUND] = "not-found",
	[RESOLVE_UNLOADABLE] = "unloadable",
	[RESOLVE_VERSION] = "version",
	[RESOLVE_ISA] = "isa",
	[RESOLVE_INTERPRETER_NOT_FOUND] = "interpreter-not-found",
	[RESOLVE_PRELOAD_FAILED] = "preload-failed",
	[RESOLVE_OTHER_LOADER] = "other-loader",
};
static const char *const request_names[] = {
	[RESOLVE_NEEDED] = "needed",
	[RESOLVE_FILTER] = "filter",
	[RESOLVE_AUXILIARY] = "auxiliary",
	[RESOLVE_LD_PRELOAD] = "LD_PRELOAD",
	[RESOLVE_PRELOAD_FILE] = "/etc/ld.so.preload",
};
static const char *const verdict_names[] = {
	[PROGRAM_SERVED] = "served",
	[PROGRAM_NOT_SERVED] = "not served",
	[PROGRAM_NOT_AFFECTED] = "not needed",
	[PROGRAM_NOT_LOADABLE] = "broken",
	[PROGRAM_NOT_RESOLVED] = "not resolved",
	[PROGRAM_UNKNOWN] = "unknown",
};

static const char *const set_names[] = { [PROGRAM_BASE] = "base", [PROGRAM_NOSEGNEG] = "nosegneg" };

static const struct program_file *file_of(const struct program_run *run, const struct program *p, size_t i)
{
	return p->file[i] == SIZE_MAX ? NULL : &run->file[p->file[i]];
}

/* Where a library comes from: "RUNPATH of libfoo.so, glibc-hwcaps/x86-64-v3". */
static const char *origin(char *buf, size_t size, const struct resolve_result *result, const struct resolve_object *o)
{
	char quoted[512];
	size_t n;

	snprintf(buf, size, "%s", resolve_how_text(o->how));
	if (o->how == RESOLVE_RPATH || o->how == RESOLVE_RUNPATH) {
		n = strlen(buf);
		text_quote(quoted, sizeof(quoted), base_name(result->object[o->whose].path));
		snprintf(buf + n, size - n, " of %s", quoted);
	}
	n = strlen(buf);
	if (*o->subdirectory)
		snprintf(buf + n, size - n, ", %.*s", (int)strlen(o->subdirectory) - 1, o->subdirectory);
	else if (o->hwcap)
		snprintf(buf + n, size - n, ", hwcap %#018" PRIx64, o->hwcap);
	n = strlen(buf);
	if (o->request != RESOLVE_NEEDED)
		snprintf(buf + n, size - n, ", %s", request_names[o->request]);
	return buf;
}

static void print_counts(const struct program_options *options, const struct program_file *file)
{
	if (!options->scan)
		return;
	if (!file || (!file->scanned && !*file->why))
		printf("%8s %8s  ", "-", "-");
	else if (!file->scanned)
		printf("%8s %8s  ", "?", "?");
	else
		printf("%8zu %8zu  ", file->counts.proven, file->counts.possible);
}

static void print_row(const struct program_run *run, const struct program *p, size_t i, int indent)
{
	const struct resolve_object *o = &p->result->object[i];
	const struct program_file *file = file_of(run, p, i);
	char name[256], path[1024], from[768];

	text_quote(name, sizeof(name), i == 0 ? base_name(p->result->path) : o->name);
	if (o->path)
		text_quote(path, sizeof(path), o->path);
	else
		strcpy(path, "not found");
	printf("  ");
	print_counts(run->options, file);
	printf("%-9s %*s%-*s %s", file ? set_names[file->set] : "-", indent, "", NAME_WIDTH - indent, name, path);
	if (o->how != RESOLVE_MISSING)
		printf(" (%s)", origin(from, sizeof(from), p->result, o));
	putchar('\n');
}

/* The dependencies of one object below it; those of an object that was there before are not repeated. */
static void print_tree(const struct program_run *run, const struct program *p, size_t i, int depth, bool *seen)
{
	print_row(run, p, i, depth * 2);
	if (seen[i] || depth == DEPTH_MAX)
		return;
	seen[i] = true;
	for (size_t e = 0; e < p->result->nedge; e++)
		if (p->result->edge[e].from == i)
			print_tree(run, p, p->result->edge[e].to, depth + 1, seen);
}

static void print_objects(const struct program_run *run, const struct program *p)
{
	_cleanup_free_ bool *seen = calloc(p->result->nobject + 1, sizeof(*seen));

	if (run->options->scan)
		printf("  %8s %8s  ", "PROVEN", "POSSIBLE");
	else
		printf("  ");
	printf("%-9s %-*s %s\n", "SET", NAME_WIDTH, "NAME", "FILE");
	if (!run->options->tree || !seen) {
		for (size_t i = 0; i < p->result->nobject; i++)
			print_row(run, p, i, 0);
		return;
	}
	print_tree(run, p, 0, 0, seen);
	for (size_t i = 1; i < p->result->nobject; i++)
		if (!seen[i])
			print_tree(run, p, i, 0, seen); /* preloaded: nobody needs it */
}

static void print_head(const struct program *p)
{
	const struct resolve_result *result = p->result;
	char quoted[QUOTED_MAX];

	printf("%s", text_quote(quoted, sizeof(quoted), p->name));
	if (p->found)
		printf(" (in PATH: %s)", text_quote(quoted, sizeof(quoted), p->found));
	printf(": %s", result->nobject ? (result->object[0].object->is64 ? "x86-64, " : "i386, ") : "");
	if (result->kind == RESOLVE_SCRIPT)
		printf("script of %s", text_quote(quoted, sizeof(quoted), result->interpreter));
	else
		printf("%s", kind_names[result->kind]);
	if (result->kind == RESOLVE_DYNAMIC)
		printf(", %s", text_quote(quoted, sizeof(quoted), result->interpreter));
	if (result->glibc_minor_known)
		printf(" (glibc 2.%u)", result->glibc_minor);
	puts(result->secure ? ", set-user-ID" : "");
}

static void print_verdict(const struct program_run *run, const struct program *p)
{
	struct scan_counts sum;
	enum program_verdict verdict = program_judge(run, p, &sum);

	printf("  %s", p->result->loads ? "loads" : "does not load");
	if (run->options->scan && verdict != PROGRAM_NOT_AFFECTED)
		printf(", %zu negative accesses (%zu proven, %zu possible)", sum.proven + sum.possible, sum.proven,
				sum.possible);
	switch (verdict) {
	case PROGRAM_SERVED:
		puts(": served");
		break;
	case PROGRAM_NOT_SERVED:
		puts(": not served");
		break;
	case PROGRAM_NOT_AFFECTED:
		puts(": not needed, a 64-bit program");
		break;
	case PROGRAM_NOT_LOADABLE:
		puts(": broken");
		break;
	default:
		puts(run->options->scan ? ": not known, not everything could be scanned" : "");
	}
}

static void print_text(const struct program_run *run, const struct program *p)
{
	char quoted[QUOTED_MAX];

	print_head(p);
	if (p->result->kind == RESOLVE_SCRIPT) {
		puts("  not resolved: look at its interpreter");
		return;
	}
	print_objects(run, p);
	for (size_t i = 0; i < p->result->nproblem; i++)
		printf("  %s\n", text_quote(quoted, sizeof(quoted), p->result->problem[i].text));
	print_verdict(run, p);
}

static void set_string(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, value ? output_string(value) : json_null());
}

static void set_count(json_t *object, const char *key, size_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void set_counts(json_t *object, const struct scan_counts *c)
{
	set_count(object, "safe", c->safe);
	set_count(object, "possible", c->possible);
	set_count(object, "proven", c->proven);
	set_count(object, "fatal", c->fatal);
}

static json_t *json_object_of(const struct program_run *run, const struct program *p, size_t i)
{
	const struct resolve_object *o = &p->result->object[i];
	const struct program_file *file = file_of(run, p, i);
	json_t *one = json_object();
	char hwcap[19];

	set_string(one, "name", o->name);
	set_string(one, "path", o->path);
	set_string(one, "from", resolve_how_text(o->how));
	set_string(one, "request", i == 0 ? "program" : request_names[o->request]);
	if (i)
		set_count(one, "needed_by", o->needed_by);
	if (o->how == RESOLVE_RPATH || o->how == RESOLVE_RUNPATH)
		set_count(one, "whose", o->whose);
	if (*o->subdirectory)
		set_string(one, "subdirectory", o->subdirectory);
	if (o->hwcap && !(o->hwcap & LDCACHE_NAMED)) {
		snprintf(hwcap, sizeof(hwcap), "%#018" PRIx64, o->hwcap);
		set_string(one, "hwcap", hwcap);
	}
	if (file)
		set_string(one, "set", set_names[file->set]);
	if (file && file->scanned)
		set_counts(one, &file->counts);
	if (file && *file->why)
		set_string(one, "error", file->why);
	return one;
}

static json_t *json_problems(const struct resolve_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->nproblem; i++) {
		json_t *one = json_object();

		set_string(one, "kind", problem_names[result->problem[i].kind]);
		set_string(one, "text", result->problem[i].text);
		set_count(one, "object", result->problem[i].object);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *json_edges(const struct resolve_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->nedge; i++)
		json_array_append_new(list,
				json_pack("[I,I]", (json_int_t)result->edge[i].from, (json_int_t)result->edge[i].to));
	return list;
}

static void set_result(json_t *one, const struct program_run *run, const struct program *p)
{
	const struct resolve_result *result = p->result;
	json_t *objects = json_array();
	struct scan_counts sum;
	enum program_verdict verdict = program_judge(run, p, &sum);
	char version[16];

	set_string(one, "path", result->real);
	set_string(one, "kind", kind_names[result->kind]);
	set_string(one, "interpreter", result->interpreter);
	json_object_set_new(one, "secure", json_boolean(result->secure));
	json_object_set_new(one, "loads", json_boolean(result->loads));
	if (result->glibc_minor_known) {
		snprintf(version, sizeof(version), "2.%u", result->glibc_minor);
		set_string(one, "glibc", version);
	}
	if (result->nobject)
		set_string(one, "class", result->object[0].object->is64 ? "x86-64" : "i386");
	for (size_t i = 0; i < result->nobject; i++)
		json_array_append_new(objects, json_object_of(run, p, i));
	json_object_set_new(one, "objects", objects);
	json_object_set_new(one, "edges", json_edges(result));
	json_object_set_new(one, "problems", json_problems(result));
	set_string(one, "verdict", verdict_names[verdict]);
	if (run->options->scan)
		set_counts(one, &sum);
}

/* One program after the other, so that the document does not become memory. */
static void print_json(const struct program_run *run, const struct program *p, bool first)
{
	json_t *one = json_object();

	set_string(one, "program", p->name);
	if (p->found)
		set_string(one, "found", p->found);
	if (p->result)
		set_result(one, run, p);
	else
		set_string(one, "error", p->why);
	fputs(first ? "\n" : ",\n", stdout);
	json_dumpf(one, stdout, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(one);
}

static int status_of(const struct program_run *run, const struct program *p)
{
	struct scan_counts sum;

	if (!p->result)
		return EXIT_ERROR;
	for (size_t i = 0; i < p->result->nobject; i++)
		if (p->file[i] != SIZE_MAX && *run->file[p->file[i]].why)
			return EXIT_ERROR;
	switch (program_judge(run, p, &sum)) {
	case PROGRAM_NOT_SERVED:
	case PROGRAM_NOT_LOADABLE:
		return EXIT_FINDINGS;
	default:
		return EXIT_CLEAN;
	}
}

static void report_failures(const struct program_run *run)
{
	for (size_t i = 0; i < run->nprogram; i++)
		if (!run->program[i].result)
			output_error(run->program[i].name, "resolve", run->program[i].why);
	for (size_t i = 0; i < run->nfile; i++)
		if (*run->file[i].why)
			output_error(run->file[i].path, "scan", run->file[i].why);
}

int program_print(const struct program_run *run)
{
	int status = EXIT_CLEAN;

	if (run->options->json)
		fputs("{\"version\":1,\"programs\":[", stdout);
	for (size_t i = 0; i < run->nprogram; i++) {
		const struct program *p = &run->program[i];
		int one = status_of(run, p);

		if (run->options->json)
			print_json(run, p, i == 0);
		else if (p->result)
			print_text(run, p);
		status = one > status ? one : status;
	}
	if (run->options->json)
		fputs("\n]}\n", stdout);
	report_failures(run);
	return status;
}
