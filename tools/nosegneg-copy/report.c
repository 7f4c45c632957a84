// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "base/text.h"
#include "common/output.h"
#include "report.h"

static const char *const kind_names[] = {
	[NODE_DIRECTORY] = "directory",
	[NODE_LINK] = "link",
	[NODE_FILE] = "file",
	[NODE_TEXT] = "file",
};

static int64_t kib(int64_t bytes)
{
	return (bytes + (bytes < 0 ? -1023 : 1023)) / 1024;
}

static size_t count_replaced(const struct run *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->journal.n; i++)
		n += run->journal.change[i].replaced;
	return n;
}

static void print_file(const struct tree_file *file)
{
	char quoted[QUOTED_MAX];

	if (file->is64)
		printf("  %8s %8s", "-", "-");
	else if (!file->scanned)
		printf("  %8s %8s", "?", "?");
	else
		printf("  %8zu %8zu", file->proven, file->possible);
	printf(" %9" PRIu64 "  %-8s  %s%s\n", file->size, file->in_set ? "nosegneg" : "base",
			text_quote(quoted, sizeof(quoted), file->path), file->program ? " (program)" : "");
}

static void print_files(const struct run *run)
{
	printf("  %8s %8s %9s  %-8s  %s\n", "PROVEN", "POSSIBLE", "SIZE", "SET", "FILE");
	for (size_t i = 0; i < run->after.nfile; i++)
		print_file(&run->after.file[i]);
}

/* What is replaced is always told: it was somebody's. */
static void print_changes(const struct run *run)
{
	bool dry = run->options->dry_run;
	char quoted[QUOTED_MAX];

	for (size_t i = 0; i < run->journal.n; i++) {
		const struct change *c = &run->journal.change[i];

		if (c->replaced || run->options->verbose || dry)
			printf("%s %s %s\n",
					c->replaced ? (dry ? "would replace" : "replaced")
						    : (dry ? "would add" : "added"),
					kind_names[c->kind], text_quote(quoted, sizeof(quoted), c->path));
	}
}

static void print_summary(const struct run *run)
{
	size_t programs = 0, replaced = count_replaced(run), added = run->journal.n - replaced;

	for (size_t i = 0; i < run->after.nfile; i++)
		programs += run->after.file[i].program;
	printf("%zu program%s, %zu libraries, %" PRId64 " KiB in all files; ", programs, programs == 1 ? "" : "s",
			run->after.nfile - programs, kib((int64_t)run->after.size));
	if (run->set.used)
		printf("with the set (%s): %+" PRId64 " KiB\n", run->set.reason, kib(run->growth));
	else
		printf("without the set: %s\n", run->set.reason);
	if (run->journal.n)
		printf("%zu added, %zu replaced\n", added, replaced);
	else
		puts("nothing to do: everything is there");
}

void report_text(const struct run *run)
{
	char quoted[QUOTED_MAX];

	if (run->nothing) {
		printf("%s: nothing to do\n", run->nothing);
	} else if (run->options->dry_run) {
		print_changes(run);
		printf("%s the set: %s\n", run->set.used ? "with" : "without", run->set.reason);
	} else {
		print_files(run);
		print_changes(run);
		print_summary(run);
	}
	for (size_t i = 0; i < run->nnote; i++)
		printf("note: %s\n", text_quote(quoted, sizeof(quoted), run->note[i]));
}

static void set_string(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, value ? output_string(value) : json_null());
}

static void set_number(json_t *object, const char *key, int64_t value)
{
	json_object_set_new(object, key, json_integer(value));
}

static json_t *json_file(const struct tree_file *file)
{
	json_t *one = json_object();

	set_string(one, "path", file->path);
	set_string(one, "class", file->is64 ? "x86-64" : "i386");
	set_string(one, "set", file->in_set ? "nosegneg" : "base");
	set_number(one, "size", (int64_t)file->size);
	if (file->scanned) {
		set_number(one, "proven", (int64_t)file->proven);
		set_number(one, "possible", (int64_t)file->possible);
	} else if (*file->why) {
		set_string(one, "error", file->why);
	}
	return one;
}

static json_t *json_program(const struct run *run, const struct tree_program *p)
{
	json_t *one = json_object(), *files = json_array();

	set_string(one, "path", p->path);
	json_object_set_new(one, "loads", json_boolean(p->loads));
	if (p->problem)
		set_string(one, "problem", p->problem);
	for (size_t i = 0; i < p->n; i++)
		json_array_append_new(files, output_string(run->after.file[p->file[i]].path));
	json_object_set_new(one, "files", files);
	return one;
}

static json_t *json_change(const struct change *c)
{
	json_t *one = json_object();

	set_string(one, "path", c->path);
	set_string(one, "kind", kind_names[c->kind]);
	set_string(one, "change", c->replaced ? "replaced" : "added");
	return one;
}

static json_t *json_set(const struct run *run)
{
	json_t *set = json_object();

	json_object_set_new(set, "used", json_boolean(run->set.used));
	set_string(set, "reason", run->nothing ? run->nothing : run->set.reason);
	if (run->set.used) {
		set_string(set, "path", run->set.set->path);
		set_number(set, "growth", run->growth);
	}
	return set;
}

/* Like the text, without the files of the image in a dry run. */
void report_json(const struct run *run)
{
	json_t *all = json_object(), *programs = json_array(), *files = json_array(), *changes = json_array(),
	       *notes = json_array();

	for (size_t i = 0; i < run->after.nprogram; i++)
		json_array_append_new(programs, json_program(run, &run->after.program[i]));
	for (size_t i = 0; i < run->after.nfile; i++)
		json_array_append_new(files, json_file(&run->after.file[i]));
	for (size_t i = 0; i < run->journal.n; i++)
		json_array_append_new(changes, json_change(&run->journal.change[i]));
	for (size_t i = 0; i < run->nnote; i++)
		json_array_append_new(notes, output_string(run->note[i]));
	set_number(all, "version", 1);
	set_string(all, "image", run->options->dest);
	json_object_set_new(all, "dry_run", json_boolean(run->options->dry_run));
	json_object_set_new(all, "set", json_set(run));
	set_number(all, "size", (int64_t)run->after.size);
	json_object_set_new(all, "programs", programs);
	json_object_set_new(all, "files", files);
	json_object_set_new(all, "changes", changes);
	json_object_set_new(all, "notes", notes);
	json_dumpf(all, stdout, JSON_INDENT(1) | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(all);
}
