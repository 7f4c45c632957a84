// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unistd.h>
#include <fcntl.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "elf/segref.h"
#include "elf/strings.h"
#include "set-compare.h"
#include "set-facts.h"

#define BANNER_MAX   256
#define SEARCHES_MAX 256 /* a search reads the whole file: bounds what a library full of paths costs */

typedef void (*facts_fn)(struct facts *f, const struct dynamic *dyn);

static void compare_facts(struct set_report *r, enum set_check check, const struct set_library *base,
		const struct set_library *lib, facts_fn collect, const char *plural)
{
	struct facts of_base = { 0 }, of_lib = { 0 };

	collect(&of_base, base->dyn);
	collect(&of_lib, lib->dyn);
	facts_compare(r, check, lib->name, &of_base, &of_lib, plural);
	facts_clear(&of_base);
	facts_clear(&of_lib);
}

static bool paths_of(struct set_report *r, const struct set_library *lib, struct string_list *list)
{
	int error = strings_paths(lib->data, lib->data_size, list);

	if (error == -ENOMEM)
		set_out_of_memory();
	if (error < 0)
		report_add(r, SET_ERROR, CHECK_PATHS, lib->path, "too many path strings for a library");
	return error == 0;
}

/* One side of the comparison: the words of `from` that `other` lacks. A word that the other file has right behind a
 * table's bytes is no word there, but it is there. */
static size_t report_paths(struct set_report *r, const struct string_list *from, const struct string_list *other_list,
		const struct set_library *other, const char *subject, bool missing)
{
	size_t equal = 0, searched = 0;

	for (size_t i = 0; i < from->n; i++) {
		const char *word = from->item[i];

		if (string_list_has(other_list, word) ||
				(searched++ < SEARCHES_MAX && strings_have_word(other->data, other->data_size, word)))
			equal++;
		else if (missing)
			report_difference(r, SET_FINDING, CHECK_PATHS, subject, "path string", word, NULL);
		else
			report_difference(r, SET_FINDING, CHECK_PATHS, subject, "path string", NULL, word);
	}
	return equal;
}

static void compare_paths(struct set_report *r, const struct set_library *base, const struct set_library *lib)
{
	struct string_list of_base = { 0 }, of_lib = { 0 };

	if (paths_of(r, base, &of_base) && paths_of(r, lib, &of_lib)) {
		report_equal(r, CHECK_PATHS, lib->name, report_paths(r, &of_base, &of_lib, lib, lib->name, true),
				"path strings");
		report_paths(r, &of_lib, &of_base, base, lib->name, false);
	}
	string_list_clear(&of_base);
	string_list_clear(&of_lib);
}

static void compare_line(struct set_report *r, enum set_severity severity, const struct set_library *base,
		const struct set_library *lib, const char *what, const char *prefix)
{
	char of_base[BANNER_MAX], of_lib[BANNER_MAX];
	bool in_base = strings_line(base->data, base->data_size, prefix, of_base, sizeof(of_base));
	bool in_lib = strings_line(lib->data, lib->data_size, prefix, of_lib, sizeof(of_lib));

	if (!in_base && !in_lib)
		return;
	if (in_base && in_lib && strcmp(of_base, of_lib) == 0)
		report_equal(r, CHECK_BANNER, lib->name, 1, what);
	else
		report_difference(r, severity, CHECK_BANNER, lib->name, what, in_base ? of_base : NULL,
				in_lib ? of_lib : NULL);
}

void compare_library(struct set_report *r, const struct set_library *base, const struct set_library *lib)
{
	compare_facts(r, CHECK_HEADERS, base, lib, facts_of_headers, "header facts");
	compare_facts(r, CHECK_VERSIONS, base, lib, facts_of_versions, "versions");
	compare_facts(r, CHECK_SYMBOLS, base, lib, facts_of_symbols, "symbols");
	compare_paths(r, base, lib);
	compare_line(r, SET_FINDING, base, lib, "release", "GNU C Library (");
	compare_line(r, SET_NOTE, base, lib, "compiler", "Compiled by GNU CC version ");
}

/* The library that the loader takes for a soname: the set's, else the base's. */
static struct set_library *provider(struct set_context *c, const char *soname)
{
	struct set_library *lib = set_is_loader(soname) ? NULL : set_directory_find(&c->set, soname);

	/* ld.so itself is found by its absolute path and never comes from the set. */
	if (!lib)
		lib = set_directory_get(&c->base, soname);
	return lib && lib->dyn ? lib : NULL;
}

static bool provided(struct set_context *c, const struct set_library *lib, const struct dynamic_symbol *s)
{
	const struct set_library *from;

	if (s->version) {
		from = provider(c, s->file);
		return from && dynamic_find(from->dyn, s->name, s->version);
	}
	if (dynamic_find(lib->dyn, s->name, NULL))
		return true;
	for (size_t i = 0; i < lib->dyn->obj->nneeded; i++) {
		from = provider(c, lib->dyn->obj->needed[i]);
		if (from && dynamic_find(from->dyn, s->name, NULL))
			return true;
	}
	return false;
}

/* libthread_db calls back into the debugger that loads it: what the base leaves open, the set may leave open. */
static bool open_in_base(const struct set_library *base, const struct dynamic_symbol *s)
{
	for (size_t i = 0; base && base->dyn && !s->version && i < base->dyn->nsymbols; i++) {
		const struct dynamic_symbol *b = &base->dyn->symbols[i];

		if (!b->defined && !b->version && strcmp(b->name, s->name) == 0)
			return true;
	}
	return false;
}

void compare_needs(struct set_context *c, const struct set_library *lib)
{
	const struct set_library *base = set_directory_get(&c->base, lib->name);
	size_t private = 0, public = 0;

	for (size_t i = 0; i < lib->dyn->nsymbols; i++) {
		const struct dynamic_symbol *s = &lib->dyn->symbols[i];
		bool is_private = s->version && strcmp(s->version, "GLIBC_PRIVATE") == 0;

		if (s->defined || s->bind == STB_LOCAL)
			continue;
		if (s->bind != STB_WEAK && !provided(c, lib, s) && !open_in_base(base, s))
			report_add(&c->report, SET_FINDING, is_private ? CHECK_PRIVATE : CHECK_SYMBOLS, lib->name,
					"needs %s%s%s, which is not in %s", s->name, s->version ? "@" : "",
					s->version ? s->version : "", s->version ? s->file : "any library it needs");
		else
			*(is_private ? &private : &public) += 1;
	}
	report_equal(&c->report, CHECK_PRIVATE, lib->name, private, "private symbols that it needs");
	report_equal(&c->report, CHECK_SYMBOLS, lib->name, public, "symbols that it needs");
}

struct scan_sum {
	size_t by_verdict[SEGREF_PROVEN + 1];
};

static int count_access(const struct segref *ref, void *arg)
{
	struct scan_sum *sum = arg;

	sum->by_verdict[ref->verdict]++;
	return 0;
}

/* The accesses of a library; false where it cannot be scanned, which is reported. */
static bool count_accesses(struct set_context *c, struct set_library *lib, size_t *proven, size_t *possible)
{
	struct scan_sum sum = { 0 };

	if (segref_scan(lib->img, c->decoder, 1, count_access, &sum, lib->why) < 0) {
		report_add(&c->report, SET_ERROR, CHECK_SCAN, lib->path, "%s", lib->why);
		return false;
	}
	*proven = sum.by_verdict[SEGREF_PROVEN];
	*possible = sum.by_verdict[SEGREF_POSSIBLE];
	return true;
}

void compare_scan(struct set_context *c, struct set_library *lib)
{
	size_t proven, possible;

	if (!count_accesses(c, lib, &proven, &possible))
		return;
	if (proven || possible)
		report_add(&c->report, SET_FINDING, CHECK_SCAN, lib->name,
				"accesses below the thread pointer: %zu proven, %zu possible", proven, possible);
	else
		report_equal(&c->report, CHECK_SCAN, lib->name, 1, "library without accesses below the thread pointer");
}

/* Whether a file name is that of one of glibc's own libraries (glibc, shlib-versions; the same in all versions). */
static bool is_c_library(const char *name)
{
	static const char *const stem[] = { "libBrokenLocale", "libanl", "libc", "libc_malloc_debug", "libdl", "libm",
		"libmemusage", "libnsl", "libnss_compat", "libnss_db", "libnss_dns", "libnss_files", "libnss_hesiod",
		"libpcprofile", "libpthread", "libresolv", "librt", "libthread_db", "libutil" };
	size_t len = strcspn(name, ".");

	if (strncmp(name + len, ".so", 3) != 0 || (name[len + 3] != '\0' && name[len + 3] != '.'))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(stem); i++)
		if (strlen(stem[i]) == len && memcmp(stem[i], name, len) == 0)
			return true;
	return false;
}

static void compare_left_out(struct set_context *c, const char *name)
{
	struct set_library *base = set_directory_get(&c->base, name);
	size_t proven, possible;

	/* A linker script (libc.so) is no library; what cannot be read otherwise is an error. */
	if (!base || base->error == -ENOEXEC)
		return;
	if (base->error < 0)
		report_add(&c->report, SET_ERROR, CHECK_SCAN, base->path, "%s", base->why);
	else if (count_accesses(c, base, &proven, &possible) && proven + possible)
		report_add(&c->report, SET_FINDING, CHECK_SCAN, name,
				"is not in the set, and the base's has accesses: %zu proven, %zu possible", proven,
				possible);
	else
		report_equal(&c->report, CHECK_SCAN, name, 1, "library of the base that the set can do without");
}

void compare_completeness(struct set_context *c)
{
	int fd = openat(c->base.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!stream) {
		report_add(&c->report, SET_ERROR, CHECK_SCAN, c->base.path, "%s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(stream)))
		if (is_c_library(entry->d_name) && !set_directory_find(&c->set, entry->d_name))
			compare_left_out(c, entry->d_name);
	closedir(stream);
}
