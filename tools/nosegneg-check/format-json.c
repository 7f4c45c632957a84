// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "format.h"
#include "common/output.h"

static void set_string(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, value ? output_string(value) : json_null());
}

static json_t *json_words(const char *words)
{
	json_t *list = json_array();

	for (const char *p = words + strspn(words, " "); *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");
		_cleanup_free_ char *word = strndup(p, len);

		json_array_append_new(list, output_string(word ? word : ""));
		p += len;
	}
	return list;
}

static json_t *json_facts(const struct diagnosis *d, bool xen)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < d->nfact; i++) {
		const struct fact *fact = &d->fact[i];

		if (fact->xen != xen || !fact->key)
			continue;
		if (fact->kind == FACT_BOOL)
			json_object_set_new(facts, fact->key, json_boolean(fact->number));
		else if (fact->kind == FACT_NUMBER)
			json_object_set_new(facts, fact->key, json_integer((json_int_t)fact->number));
		else if (fact->kind == FACT_WORDS)
			json_object_set_new(facts, fact->key, json_words(fact->text));
		else
			set_string(facts, fact->key, fact->text);
	}
	return facts;
}

static json_t *json_findings(const struct diagnosis *d)
{
	json_t *list = json_array();

	for (size_t i = 0; i < d->findings.n; i++) {
		const struct finding *f = &d->findings.list[i];
		json_t *one = json_object();

		set_string(one, "code", finding_code(f->code));
		set_string(one, "severity", severity_name(f->severity));
		set_string(one, "text", f->text);
		set_string(one, "fix", f->fix);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *json_process(const struct process_line *p)
{
	json_t *one = json_object();

	json_object_set_new(one, "pid", json_integer((json_int_t)p->pid));
	set_string(one, "name", p->name);
	set_string(one, "state", process_state_key(p->state));
	set_string(one, "libc", p->libc);
	json_object_set_new(one, "proven", p->scanned ? json_integer((json_int_t)p->proven) : json_null());
	json_object_set_new(one, "possible", p->scanned ? json_integer((json_int_t)p->possible) : json_null());
	return one;
}

static json_t *json_counts(const struct diagnosis *d)
{
	json_t *counts = json_object();

	for (enum process_state state = 0; state < PROCESS_STATES; state++)
		json_object_set_new(counts, process_state_key(state), json_integer((json_int_t)d->state[state]));
	return counts;
}

void format_json(const struct diagnosis *d)
{
	json_t *document = json_object(), *list = json_array();

	json_object_set_new(document, "version", json_integer(1));
	set_string(document, "verdict", verdict_key(d->verdict));
	set_string(document, "reason", reason_key(d->reason));
	set_string(document, "text", d->words);
	json_object_set_new(document, "assumed", json_boolean(d->assumed));
	json_object_set_new(document, "facts", json_facts(d, false));
	json_object_set_new(document, "xen", d->on_xen ? json_facts(d, true) : json_null());
	json_object_set_new(document, "findings", json_findings(d));
	for (size_t i = 0; i < d->nprocess; i++)
		json_array_append_new(list, json_process(&d->process[i]));
	if (d->processes) {
		json_object_set(document, "processes", list);
		json_object_set_new(document, "process_states", json_counts(d));
	}
	json_decref(list);
	json_dumpf(document, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(document);
}
