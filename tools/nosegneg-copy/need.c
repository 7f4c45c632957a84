// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "need.h"

#define SCRIPTS_MAX 4 /* interpreters of interpreters; Linux stops there, too */
#define LIBGCC      "libgcc_s.so.1"

static const char *const places[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

int need_init(struct need *need, const struct root *root, struct failure *failure)
{
	int r;

	*need = (struct need){ .root = root, .failure = failure };
	r = resolver_new(root, &need->resolver);
	return r < 0 ? failed(failure, "/", "resolve", r, NULL) : 0;
}

void need_free(struct need *need)
{
	for (size_t i = 0; i < need->n; i++)
		free(need->file[i].path);
	free(need->file);
	resolver_free(need->resolver);
}

static int add(struct need *need, const char *path, bool is64)
{
	struct needed file = { .is64 = is64 };
	int r;

	for (size_t i = 0; i < need->n; i++)
		if (strcmp(need->file[i].path, path) == 0)
			return 0;
	r = array_reserve(&need->file, &need->cap, need->n + 1, sizeof(file));
	file.path = r < 0 ? NULL : strdup(path);
	if (!file.path)
		return failed(need->failure, path, "resolve", -ENOMEM, NULL);
	need->file[need->n++] = file;
	return 0;
}

/* An absolute path: of a name where programs are, of a relative path on this machine from here. */
static int find(const struct need *need, const char *name, char *path)
{
	char *here = NULL;
	struct stat st;
	int n;

	for (size_t i = 0; !strchr(name, '/') && i < ARRAY_SIZE(places); i++)
		if (snprintf(path, PATH_MAX, "%s/%s", places[i], name) < PATH_MAX &&
				root_stat(need->root, path, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & 0111)
			return 0;
	if (!strchr(name, '/'))
		return failed(need->failure, name, "look up", -ENOENT, "not found in /usr/bin, /bin and the like");
	if (*name != '/' && need->root->host)
		here = getcwd(NULL, 0);
	n = snprintf(path, PATH_MAX, "%s%s%s", here ? here : "", *name == '/' ? "" : "/", name);
	free(here);
	return n < PATH_MAX ? 0 : failed(need->failure, name, "look up", -ENAMETOOLONG, NULL);
}

/* What the loader would say, and who asked. */
static int does_not_load(
		const struct need *need, const struct resolve_result *result, const struct resolve_problem *problem)
{
	const struct resolve_object *o = problem->object < result->nobject ? &result->object[problem->object] : NULL;
	const struct resolve_object *by = o && o->needed_by < result->nobject ? &result->object[o->needed_by] : NULL;
	char why[2 * WHY_MAX];

	snprintf(why, sizeof(why), "%.120s, needed by %.120s", problem->text, by && by->path ? by->path : result->path);
	failed(need->failure, result->path, "does not load", -ENOENT, why);
	need->failure->finding = true;
	return -ENOENT;
}

static bool is_fatal(const struct resolve_problem *problem)
{
	return problem->kind != RESOLVE_PRELOAD_FAILED && problem->kind != RESOLVE_ISA;
}

static bool names(const struct object *obj, const char *symbol)
{
	return obj->strings && memmem(obj->strings, (size_t)obj->strings_size, symbol, strlen(symbol) + 1);
}

/* glibc opens libgcc_s by itself, where nobody names it, to unwind a stack: nptl/unwind-forcedunwind.c (until 2.34,
 * then misc/unwind-link.c) and debug/backtrace.c. */
static bool wants_libgcc(const struct resolve_result *result)
{
	for (size_t i = 0; i < result->nobject; i++) {
		const struct resolve_object *o = &result->object[i];

		if (!o->object || strncmp(o->name, "libc.so.", 8) == 0 || strncmp(o->name, "libpthread.so.", 14) == 0)
			continue;
		if (names(o->object, "pthread_cancel") || names(o->object, "pthread_exit") ||
				names(o->object, "backtrace"))
			return true;
	}
	return false;
}

static int add_objects(struct need *need, const struct resolve_result *result)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < result->nobject; i++)
		if (result->object[i].object && result->object[i].path)
			r = add(need, result->object[i].path, result->object[i].object->is64);
	return r;
}

/* Who opens a library by name takes its soname. */
static int add_soname(struct need *need, const struct resolve_result *result, const char *path)
{
	const struct object *obj = result->object[0].object;
	char link[PATH_MAX];
	struct stat st;

	if (result->kind != RESOLVE_LIBRARY || !obj->soname || strchr(obj->soname, '/') ||
			snprintf(link, sizeof(link), "%.*s/%s", (int)(strrchr(path, '/') - path), path, obj->soname) >=
					(int)sizeof(link) ||
			root_stat(need->root, link, &st) != 0)
		return 0;
	return add(need, link, obj->is64);
}

/* On the oldest processor no directory of a capability is looked into, so this gives the base of what is in one.
 * Whether it would load there is not asked. */
static int add_base(struct need *need, const char *path, bool libgcc)
{
	static const struct resolve_cpu oldest = { .platform64 = "x86_64" };
	const struct resolve_options options = { .cpu = &oldest, .preload = libgcc ? LIBGCC : NULL };
	_cleanup_resolve_result_ struct resolve_result *result = NULL;
	char why[WHY_MAX];
	int r = resolve_program(need->resolver, path, &options, &result, why);

	return r < 0 ? failed(need->failure, path, "resolve", r, why) : add_objects(need, result);
}

static int add_dynamic(struct need *need, const struct resolve_result *result, const char *path)
{
	int r = add_objects(need, result);

	for (size_t i = 0; i < result->nproblem; i++)
		if (is_fatal(&result->problem[i]))
			return does_not_load(need, result, &result->problem[i]);
	if (r == 0 && result->nobject)
		r = add_soname(need, result, path);
	return r == 0 ? add_base(need, path, wants_libgcc(result)) : r;
}

static int need_path(struct need *need, const char *path, unsigned depth)
{
	const struct resolve_options options = { 0 };
	_cleanup_resolve_result_ struct resolve_result *result = NULL;
	char why[WHY_MAX];
	int r = resolve_program(need->resolver, path, &options, &result, why);

	if (r < 0)
		return failed(need->failure, path, "resolve", r, why);
	if (result->kind != RESOLVE_SCRIPT)
		return add_dynamic(need, result, path);
	if (depth == SCRIPTS_MAX || *result->interpreter != '/')
		return failed(need->failure, path, "resolve", -ELOOP, "a script whose interpreter cannot be followed");
	r = add(need, path, true);
	return r < 0 ? r : need_path(need, result->interpreter, depth + 1);
}

int need_program(struct need *need, const char *name)
{
	char path[PATH_MAX];
	int r = find(need, name, path);

	return r < 0 ? r : need_path(need, path, 0);
}
