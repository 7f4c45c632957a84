// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "set-facts.h"

void facts_add(struct facts *f, char *key, char *value)
{
	if (array_reserve(&f->fact, &f->cap, f->n + 1, sizeof(*f->fact)) < 0)
		set_out_of_memory();
	f->fact[f->n++] = (struct fact){ key, value };
}

void facts_clear(struct facts *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->fact[i].key);
		free(f->fact[i].value);
	}
	free(f->fact);
	*f = (struct facts){ 0 };
}

static void add_text(struct facts *f, const char *key, const char *value)
{
	if (value)
		facts_add(f, set_format("%s", key), set_format("%s", value));
}

/* NEEDED in one fact: the order is the order in which symbols are looked up. */
static char *join_needed(const struct object *obj)
{
	char *all = set_format("%s", obj->nneeded ? obj->needed[0] : "nothing");

	for (size_t i = 1; i < obj->nneeded && strlen(all) < 4096; i++) {
		char *longer = set_format("%s %s", all, obj->needed[i]);

		free(all);
		all = longer;
	}
	return all;
}

static char *flag_letters(uint32_t flags)
{
	return set_format("%s%s%s", flags & PF_R ? "R" : "", flags & PF_W ? "W" : "", flags & PF_X ? "X" : "");
}

/* What the loader maps, and with which rights: "R RX R RW, RELRO". */
static char *segments(const struct object *obj)
{
	char *all = set_format("%s", "");

	for (size_t i = 0; i < obj->nsegment; i++) {
		char *flags, *longer;

		if (obj->segment[i].type != PT_LOAD)
			continue;
		flags = flag_letters(obj->segment[i].flags);
		longer = set_format("%s%s%s", all, *all ? " " : "", flags);
		free(flags);
		free(all);
		all = longer;
	}
	if (object_segment(obj, PT_GNU_RELRO)) {
		char *longer = set_format("%s, RELRO", all);

		free(all);
		all = longer;
	}
	return all;
}

static bool is_first_of_kind(const struct object *obj, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (obj->tag[j].tag == obj->tag[i].tag)
			return false;
	return true;
}

/* The kinds of entries in the dynamic section, by number, each once. */
static char *dynamic_tags(const struct object *obj)
{
	char *all = set_format("%s", "");

	for (size_t i = 0; i < obj->ntag && strlen(all) < 4096; i++) {
		char *longer;

		if (!is_first_of_kind(obj, i))
			continue;
		longer = set_format("%s%s%#" PRIx32, all, i ? " " : "", (uint32_t)obj->tag[i].tag);
		free(all);
		all = longer;
	}
	return all;
}

static char *stack_flags(const struct object *obj)
{
	const struct object_segment *stack = object_segment(obj, PT_GNU_STACK);

	return stack ? flag_letters(stack->flags) : set_format("not given");
}

static void add_tls(struct facts *f, const struct object_segment *tls)
{
	facts_add(f, set_format("TLS size"), set_format("%" PRIu64, tls->memsz));
	facts_add(f, set_format("TLS alignment"), set_format("%" PRIu64, tls->align));
}

void facts_of_headers(struct facts *f, const struct dynamic *dyn)
{
	const struct object *obj = dyn->obj;

	add_text(f, "SONAME", obj->soname);
	facts_add(f, set_format("NEEDED"), join_needed(obj));
	add_text(f, "INTERP", obj->interp);
	add_text(f, "RPATH", obj->rpath);
	add_text(f, "RUNPATH", obj->runpath);
	facts_add(f, set_format("GNU_STACK"), stack_flags(obj));
	facts_add(f, set_format("segments"), segments(obj));
	facts_add(f, set_format("dynamic entries"), dynamic_tags(obj));
	facts_add(f, set_format("FLAGS"), set_format("%#" PRIx64, obj->flags));
	facts_add(f, set_format("FLAGS_1"), set_format("%#" PRIx64, obj->flags_1));
	if (object_has_tag(obj, DT_TEXTREL))
		add_text(f, "TEXTREL", "present");
	if (object_has_tag(obj, DT_SYMBOLIC))
		add_text(f, "SYMBOLIC", "present");
	if (object_segment(obj, PT_TLS))
		add_tls(f, object_segment(obj, PT_TLS));
	if (obj->has_abi)
		facts_add(f, set_format("oldest kernel"),
				set_format("%u.%u.%u", obj->abi[1], obj->abi[2], obj->abi[3]));
}

static void add_definition(struct facts *f, const struct object_version *v)
{
	facts_add(f, set_format("defines %s", v->name),
			set_format("%s%s%s%s", v->flags & VER_FLG_BASE ? "the file's own" : "a version",
					v->flags & VER_FLG_WEAK ? ", weak" : "", v->parent ? ", after " : "",
					v->parent ? v->parent : ""));
}

void facts_of_versions(struct facts *f, const struct dynamic *dyn)
{
	for (size_t i = 0; i < dyn->obj->nversion; i++) {
		const struct object_version *v = &dyn->obj->version[i];

		if (v->file)
			facts_add(f, set_format("needs %s of %s", v->name, v->file),
					set_format("%s", v->flags & VER_FLG_WEAK ? "weak" : "strong"));
		else
			add_definition(f, v);
	}
}

static char *type_name(uint8_t type)
{
	static const char *const names[] = { [STT_NOTYPE] = "NOTYPE",
		[STT_OBJECT] = "OBJECT",
		[STT_FUNC] = "FUNC",
		[STT_SECTION] = "SECTION",
		[STT_FILE] = "FILE",
		[STT_COMMON] = "COMMON",
		[STT_TLS] = "TLS",
		[STT_GNU_IFUNC] = "IFUNC" };

	return type < ARRAY_SIZE(names) && names[type] ? set_format("%s", names[type]) : set_format("type %u", type);
}

static const char *bind_name(uint8_t bind)
{
	return bind == STB_GLOBAL ? "GLOBAL" : bind == STB_WEAK ? "WEAK" : bind == STB_GNU_UNIQUE ? "UNIQUE" : "LOCAL";
}

static const char *visibility_name(uint8_t visibility)
{
	static const char *const names[] = { "DEFAULT", "INTERNAL", "HIDDEN", "PROTECTED" };

	return names[visibility & 3];
}

/* A function may be of any size; what a program copies or lays out around may not. */
static bool size_matters(uint8_t type)
{
	return type == STT_OBJECT || type == STT_TLS || type == STT_COMMON;
}

static char *symbol_value(const struct dynamic_symbol *s)
{
	char *type = type_name(s->type), *size = set_format(size_matters(s->type) ? ", %u bytes" : "", s->size), *all;

	all = set_format("%s %s %s%s%s", type, bind_name(s->bind), visibility_name(s->visibility),
			s->shndx == SHN_ABS ? " ABS" : "", size);
	free(type);
	free(size);
	return all;
}

void facts_of_symbols(struct facts *f, const struct dynamic *dyn)
{
	for (size_t i = 0; i < dyn->nsymbols; i++) {
		const struct dynamic_symbol *s = &dyn->symbols[i];

		if (!s->defined)
			continue;
		facts_add(f,
				set_format("%s%s%s", s->name, s->version ? s->hidden ? "@" : "@@" : "",
						s->version ? s->version : ""),
				symbol_value(s));
	}
}

static int fact_compare(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : strcmp(x->value, y->value);
}

static void sort(struct facts *f)
{
	if (f->n)
		qsort(f->fact, f->n, sizeof(*f->fact), fact_compare);
}

void facts_compare(struct set_report *r, enum set_check check, const char *subject, struct facts *base,
		struct facts *value, const char *plural)
{
	size_t i = 0, j = 0, equal = 0;

	sort(base);
	sort(value);
	while (i < base->n || j < value->n) {
		const struct fact *b = i < base->n ? &base->fact[i] : NULL, *v = j < value->n ? &value->fact[j] : NULL;
		int order = !b ? 1 : !v ? -1 : strcmp(b->key, v->key);

		i += order <= 0;
		j += order >= 0;
		if (order == 0 && strcmp(b->value, v->value) == 0)
			equal++;
		else
			report_difference(r, SET_FINDING, check, subject, order <= 0 ? b->key : v->key,
					order <= 0 ? b->value : NULL, order >= 0 ? v->value : NULL);
	}
	report_equal(r, check, subject, equal, plural);
}
