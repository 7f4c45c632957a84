// SPDX-License-Identifier: LGPL-2.1-or-later
#include <jansson.h>
#include <stdio.h>
#include <sys/wait.h>

#include "common/instruction.h"
#include "common/output.h"
#include "report-parts.h"
#include "symbolize.h"

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *string_or_null(const char *s)
{
	return s ? output_string(s) : json_null();
}

static void set_counts(json_t *object, const struct report_counts *c)
{
	set(object, "traps", number(report_traps(c)));
	set(object, "negative", number(c->negative));
	set(object, "positive", number(c->positive));
	set(object, "fatal", number(c->fatal));
}

/* The file by path: null, and no set's, where the code is in none. */
static void set_file(json_t *object, const char *key, const struct module *module)
{
	set(object, key, string_or_null(module ? module->path : NULL));
	set(object, "set", json_boolean(module && module->is_set));
}

static json_t *json_site(const struct site *s)
{
	const struct report_counts c = report_site_counts(s);
	json_t *one = json_object();
	char bytes[64], text[128];
	uint32_t offset = 0;

	set_counts(one, &c);
	set_file(one, "library", s->module);
	set(one, "address", number(s->addr));
	set(one, "function", string_or_null(symbolize_function(s->module, s->addr, &offset)));
	set(one, "offset", number(offset));
	set(one, "bytes", json_string(instruction_bytes(bytes, sizeof(bytes), s->bytes, s->len)));
	set(one, "text", json_string(instruction_text(text, sizeof(text), s->addr, s->bytes, s->len)));
	set(one, "refusal", string_or_null(s->refusal));
	return one;
}

static json_t *json_sites(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->nsite; i++)
		json_array_append_new(list, json_site(r->site[i]));
	return list;
}

static json_t *json_libraries(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->nlibrary; i++) {
		json_t *one = json_object();

		set_counts(one, &r->library[i].counts);
		set_file(one, "path", r->library[i].module);
		set(one, "places", number(r->library[i].places));
		json_array_append_new(list, one);
	}
	return list;
}

static const char *kind_name(enum process_kind kind)
{
	switch (kind) {
	case PROCESS_SIMULATED:
		return "simulated";
	case PROCESS_64BIT:
		return "64-bit";
	case PROCESS_RELEASED:
		return "released";
	case PROCESS_UNREADABLE:
		return "unreadable";
	}
	return NULL;
}

static json_t *json_mapped(const struct record_process *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->nlibs; i++) {
		json_t *one = json_object();

		set_file(one, "path", p->libs[i]);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *json_process(const struct report *r, const struct record_process *p)
{
	const struct report_counts c = { p->negative, p->positive, p->fatal };
	bool exited = p->ended && WIFEXITED(p->status), killed = p->ended && WIFSIGNALED(p->status);
	json_t *one = json_object();

	set_counts(one, &c);
	set(one, "pid", json_integer(p->pid));
	set(one, "parent", p->parent ? json_integer(p->parent) : json_null());
	set(one, "program", string_or_null(p->program));
	set(one, "kind", string_or_null(kind_name(p->kind)));
	set(one, "uses_ldt", json_boolean(p->uses_ldt));
	set(one, "threads", json_integer(p->threads));
	set(one, "ended", json_boolean(p->ended));
	set(one, "exit_status", exited ? json_integer(WEXITSTATUS(p->status)) : json_null());
	set(one, "signal", killed ? json_integer(WTERMSIG(p->status)) : json_null());
	set(one, "libraries", r->opt->trace_libs ? json_mapped(p) : json_null());
	return one;
}

static json_t *json_processes(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->rec->nprocess; i++)
		json_array_append_new(list, json_process(r, r->rec->process[i]));
	return list;
}

static json_t *json_note(const struct options *opt)
{
	struct kernelcap cap = { 0 };
	json_t *list;

	if (!opt->note)
		return json_null();
	kernelcap_parse_desc(opt->desc, opt->desc_size, &cap);
	list = json_array();
	for (size_t i = 0; i < cap.ncap; i++)
		json_array_append_new(list, json_pack("{s:s, s:i, s:b}", "name", cap.cap[i].name, "bit", cap.cap[i].bit,
							    "enabled", cap.cap[i].enabled));
	return list;
}

static json_t *json_options(const struct options *opt)
{
	static const char *const emulations[] = { "flip", "step", "kill" };
	json_t *one = json_object();

	set(one, "hole", opt->hole ? number(opt->hole) : json_null());
	set(one, "emulate", json_string(emulations[opt->emulate]));
	set(one, "lenient", json_boolean(opt->lenient));
	set(one, "follow", json_boolean(opt->follow));
	set(one, "root", string_or_null(opt->root));
	set(one, "note", json_note(opt));
	return one;
}

static json_t *json_totals(const struct report *r)
{
	json_t *one = json_object();

	set_counts(one, &r->total);
	set(one, "in_sets", number(report_traps(&r->in_sets)));
	set(one, "places", number(r->nsite));
	set(one, "processes", number(r->rec->nprocess));
	set(one, "seconds", json_real(r->seconds));
	set(one, "trap_nanoseconds", json_integer(TRAP_NANOSECONDS));
	set(one, "estimated_seconds", json_real(report_cost(r)));
	return one;
}

void report_json(FILE *out, const struct report *r)
{
	json_t *all = json_object();

	set(all, "version", json_integer(1));
	set(all, "options", json_options(r->opt));
	set(all, "sites", json_sites(r));
	set(all, "libraries", json_libraries(r));
	set(all, "processes", json_processes(r));
	set(all, "totals", json_totals(r));
	json_dumpf(all, out, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
	json_decref(all);
	fputc('\n', out);
}
