// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "base/util.h"

#include "loader/resolve-internal.h"

static bool defines_versions(const struct object *obj)
{
	for (size_t i = 0; i < obj->nversion; i++)
		if (!obj->version[i].file)
			return true;
	return false;
}

static bool defines(const struct object *obj, const char *name)
{
	for (size_t i = 0; i < obj->nversion; i++)
		if (!obj->version[i].file && strcmp(obj->version[i].name, name) == 0)
			return true;
	return false;
}

/* A library without any version is taken for one that was linked before it had them (match_symbol, dl-version.c). */
static int check_version(struct resolution *res, size_t map, const struct object_version *v)
{
	size_t to = resolution_find_name(res, v->file);
	const struct object *obj = to == SIZE_MAX ? NULL : res->map[to].pub.object;

	if (!obj || (v->flags & VER_FLG_WEAK) || !defines_versions(obj) || defines(obj, v->name))
		return 0;
	res->fatal = true;
	return resolution_add_problem(res, RESOLVE_VERSION, map,
			arena_printf(&res->arena, "%s: version `%s' not found (required by %s)", res->map[to].pub.path,
					v->name, res->map[map].pub.path));
}

static int check_isa(struct resolution *res, size_t map)
{
	const struct object *obj = res->map[map].pub.object;

	if (res->minor < 33 || res->map[map].is_loader || (obj->isa_needed & ~res->cpu.isa) == 0)
		return 0;
	res->fatal = true;
	return resolution_add_problem(res, RESOLVE_ISA, map,
			arena_printf(&res->arena, "%s: CPU ISA level is lower than required", res->map[map].pub.path));
}

/* Relocations that a libc before 2.36 does not know; the version says so to those. */
static int check_relr(struct resolution *res, size_t map)
{
	const struct object *obj = res->map[map].pub.object;
	bool libc = false, versions = false;

	if (res->minor < 36 || !object_has_tag(obj, DT_RELR))
		return 0;
	for (size_t i = 0; i < obj->nneeded; i++)
		libc |= strncmp(obj->needed[i], "libc.so.", 8) == 0;
	for (size_t i = 0; i < obj->nversion; i++) {
		versions |= obj->version[i].file != NULL;
		if (obj->version[i].file && strcmp(obj->version[i].name, "GLIBC_ABI_DT_RELR") == 0)
			return 0;
	}
	if (!libc || !versions)
		return 0;
	res->fatal = true;
	return resolution_add_problem(res, RESOLVE_VERSION, map,
			arena_printf(&res->arena, "%s: DT_RELR without GLIBC_ABI_DT_RELR dependency",
					res->map[map].pub.path));
}

int resolution_check(struct resolution *res)
{
	int r = 0;

	for (const struct node *node = res->first; r == 0 && node; node = node->next) {
		const struct object *obj = res->map[node->map].pub.object;

		if (!obj)
			continue;
		for (size_t i = 0; r == 0 && i < obj->nversion; i++)
			if (obj->version[i].file)
				r = check_version(res, node->map, &obj->version[i]);
		if (r == 0)
			r = check_relr(res, node->map);
		if (r == 0)
			r = check_isa(res, node->map);
	}
	return r;
}
