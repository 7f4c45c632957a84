// SPDX-License-Identifier: LGPL-2.1-or-later
/* What glibc's libraries and its loader share without a public interface: GLIBC_PRIVATE names no layout, so a set from
 * another build can have all the symbols and still read the wrong fields. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "set-compare.h"

#define DESCRIPTOR_MAX 4096

static struct set_library *find_loader(struct set_directory *dir)
{
	for (size_t i = 0; i < dir->n; i++)
		if (set_is_loader(dir->lib[i]->name) && dir->lib[i]->dyn)
			return dir->lib[i];
	return NULL;
}

static const struct dynamic_symbol *private_object(const struct set_library *lib, const char *name)
{
	const struct dynamic_symbol *s = dynamic_find(lib->dyn, name, "GLIBC_PRIVATE");

	return s ? s : dynamic_find(lib->dyn, name, NULL);
}

static void compare_size(
		struct set_context *c, const struct set_library *loader, const char *name, bool known, uint64_t size)
{
	const struct dynamic_symbol *s = private_object(loader, name);
	char of_base[32], of_set[32];

	if (!s || !known) {
		report_add(&c->report, SET_FINDING, CHECK_PRIVATE, loader->name,
				"the layout of %s cannot be verified: %s", name,
				s ? "the manifest has no 'rtld' line" : "the loader has no such symbol");
		return;
	}
	if (s->size == size) {
		report_equal(&c->report, CHECK_PRIVATE, loader->name, 1, name);
		return;
	}
	snprintf(of_base, sizeof(of_base), "%u bytes", s->size);
	snprintf(of_set, sizeof(of_set), "%" PRIu64 " bytes", size);
	report_difference(&c->report, SET_FINDING, CHECK_PRIVATE, loader->name, name, of_base, of_set);
}

static void compare_rtld(struct set_context *c)
{
	struct set_library *built = find_loader(&c->set);
	struct set_library *loader = set_directory_get(&c->base, built ? built->name : "ld-linux.so.2");
	static const char *const names[] = { "_rtld_global", "_rtld_global_ro" };
	const struct manifest_rtld *rtld = c->manifest && c->manifest->rtld.given ? &c->manifest->rtld : NULL;
	const uint64_t sizes[] = { rtld ? rtld->global : 0, rtld ? rtld->global_ro : 0 };

	if (!loader || !loader->dyn) {
		report_add(&c->report, SET_FINDING, CHECK_PRIVATE, "ld-linux.so.2",
				"the layout of the loader's data cannot be verified: the base has no loader");
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		const struct dynamic_symbol *s = built ? private_object(built, names[i]) : NULL;

		if (s && !rtld)
			compare_size(c, loader, names[i], true, s->size);
		else if (c->manifest)
			compare_size(c, loader, names[i], rtld != NULL, sizes[i]);
		else
			report_add(&c->report, SET_FINDING, CHECK_PRIVATE, loader->name,
					"the layout of %s cannot be verified: neither manifest nor loader in the set",
					names[i]);
	}
}

static void compare_bytes(struct set_context *c, const struct set_library *base, const struct set_library *lib,
		const struct dynamic_symbol *b, size_t *equal)
{
	const struct dynamic_symbol *s = dynamic_find(lib->dyn, b->name, b->version);
	unsigned char of_base[DESCRIPTOR_MAX], of_lib[DESCRIPTOR_MAX];

	if (!s || s->size != b->size || b->size > DESCRIPTOR_MAX)
		return; /* reported with the symbols */
	if (image_read_address(base->img, b->value, of_base, b->size) < 0 ||
			image_read_address(lib->img, s->value, of_lib, s->size) < 0)
		report_add(&c->report, SET_FINDING, CHECK_PRIVATE, lib->name, "%s has no bytes in the file", b->name);
	else if (memcmp(of_base, of_lib, b->size) != 0)
		report_add(&c->report, SET_FINDING, CHECK_PRIVATE, lib->name,
				"%s: its bytes differ, so a debugger would misread threads", b->name);
	else
		++*equal;
}

/* libthread_db reads the layout of struct pthread and of the link maps from these (nptl_db/structs.def). */
static void compare_descriptors(struct set_context *c, const struct set_library *base, const struct set_library *lib)
{
	size_t equal = 0;

	for (size_t i = 0; i < base->dyn->nsymbols; i++) {
		const struct dynamic_symbol *s = &base->dyn->symbols[i];

		if (s->defined && s->type == STT_OBJECT &&
				(strncmp(s->name, "_thread_db_", 11) == 0 || strcmp(s->name, "nptl_version") == 0))
			compare_bytes(c, base, lib, s, &equal);
	}
	report_equal(&c->report, CHECK_PRIVATE, lib->name, equal, "thread descriptors");
}

void compare_private(struct set_context *c)
{
	compare_rtld(c);
	for (size_t i = 0; i < c->set.n; i++) {
		const struct set_library *lib = c->set.lib[i], *base;

		if (!lib->dyn)
			continue;
		base = set_directory_get(&c->base, lib->name);
		if (base && base->dyn)
			compare_descriptors(c, base, lib);
	}
}
