// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/util.h"

#include "loader/resolve-internal.h"

#define NEWEST_MINOR 41  /* whose rules are known here; taken for a loader that does not say which it is */
#define SCRIPT_MAX   256 /* BINPRM_BUF_SIZE of Linux */

int resolver_new(const struct root *root, struct resolver **out)
{
	struct resolver *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->root = root;
	*out = r;
	return 0;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	for (struct file_object *o = r->object; o; o = o->next)
		object_free(o->object);
	free(r->slot);
	free(r->cache_data);
	arena_clear(&r->arena);
	free(r);
}

const char *resolve_how_text(enum resolve_how how)
{
	static const char *const texts[] = {
		[RESOLVE_PROGRAM] = "program",
		[RESOLVE_INTERPRETER] = "interpreter",
		[RESOLVE_SLASH] = "path",
		[RESOLVE_RPATH] = "RPATH",
		[RESOLVE_LIBRARY_PATH] = "LD_LIBRARY_PATH",
		[RESOLVE_RUNPATH] = "RUNPATH",
		[RESOLVE_CACHE] = "cache",
		[RESOLVE_DEFAULT] = "default directory",
		[RESOLVE_MISSING] = "not found",
		[RESOLVE_BROKEN] = "cannot be loaded",
	};

	return texts[how];
}

static uint32_t kernel_version(void)
{
	unsigned version = 0, patch = 0, sub = 0;
	struct utsname name;

	if (uname(&name) != 0 || sscanf(name.release, "%u.%u.%u", &version, &patch, &sub) < 2)
		return 0;
	return (version & 0xff) << 16 | (patch & 0xff) << 8 | (sub > 255 ? 255 : sub);
}

/* The interpreter behind "#!", without its argument. */
static int read_script(struct resolution *res, const char *path, struct resolve_result *result)
{
	_cleanup_close_ int fd = root_open(res->resolver->root, path, O_RDONLY | O_NONBLOCK);
	char line[SCRIPT_MAX + 1] = "", *word = line + 2;
	ssize_t n = fd < 0 ? fd : pread(fd, line, SCRIPT_MAX, 0);

	if (n < 2 || memcmp(line, "#!", 2) != 0)
		return -ENOEXEC;
	word += strspn(word, " \t");
	word[strcspn(word, " \t\n")] = '\0';
	if (!*word)
		return -ENOEXEC;
	result->kind = RESOLVE_SCRIPT;
	result->interpreter = arena_strdup(&res->arena, word);
	return result->interpreter ? 0 : -ENOMEM;
}

static enum resolve_kind kind_of(const struct object *obj)
{
	if (obj->interp)
		return RESOLVE_DYNAMIC;
	if (obj->type == ET_EXEC || !obj->dynamic)
		return RESOLVE_STATIC;
	return obj->flags_1 & DF_1_PIE && obj->nneeded == 0 ? RESOLVE_STATIC_PIE : RESOLVE_LIBRARY;
}

/* Opens the program and finds out what it is. */
static int identify(
		struct resolution *res, const char *path, struct resolve_result *result, struct file **file, char *why)
{
	const struct file_object *o;
	int r = resolver_open(res->resolver, path, file);

	if (r == 0 && (*file)->error)
		r = (*file)->error;
	if (r < 0)
		return why_failed(why, r);
	o = (*file)->object;
	if (!S_ISREG(o->mode)) {
		snprintf(why, WHY_MAX, "not a regular file");
		return -EINVAL;
	}
	if (!o->is_elf) {
		r = read_script(res, path, result);
		if (r == -ENOEXEC)
			snprintf(why, WHY_MAX, "neither an ELF file nor a script");
		return r == -ENOMEM ? why_failed(why, r) : r;
	}
	if (o->state != FILE_PRESENT) {
		snprintf(why, WHY_MAX, "%s",
				o->state == FILE_OTHER ? "an ELF file, but neither of i386 nor of x86-64" : o->why);
		return o->state == FILE_OTHER ? -ENOEXEC : -EBADMSG;
	}
	result->kind = kind_of(o->object);
	result->interpreter = o->object->interp;
	result->secure = (o->mode & S_ISUID) || (o->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
	return 0;
}

static int add_program(struct resolution *res, const struct resolve_result *result, const struct file_object *o)
{
	struct resolve_object object = { .name = result->path,
		.path = result->real,
		.how = RESOLVE_PROGRAM,
		.subdirectory = "",
		.object = o->object,
		.dev = o->dev,
		.ino = o->ino,
		.mode = o->mode };
	size_t map;
	int r = resolution_add_map(res, &object, &map); /* $ORIGIN is where /proc/self/exe leads */

	if (r == 0)
		res->map[map].pub.path = result->path;
	return r;
}

/* ld.so is there from the beginning, and answers to its path and to its soname. */
static int add_loader(struct resolution *res, const char *interp)
{
	struct resolve_object object = {
		.name = interp, .path = interp, .how = RESOLVE_INTERPRETER, .subdirectory = ""
	};
	const char *slash = strrchr(interp, '/');
	struct file *file;
	size_t map;
	int r = resolver_open(res->resolver, interp, &file);

	if (r < 0)
		return r;
	if (!file->error && file->object->state == FILE_PRESENT && file->object->is64 == res->is64) {
		object.object = file->object->object;
		object.dev = file->object->dev;
		object.ino = file->object->ino;
		object.mode = file->object->mode;
	}
	r = resolution_add_map(res, &object, &map);
	if (r < 0)
		return r;
	res->map[map].is_loader = true;
	if (object.object)
		return 0;
	res->fatal = true;
	r = resolution_add_name(res, map, slash ? slash + 1 : interp);
	return r < 0 ? r
		     : resolution_add_problem(res, RESOLVE_INTERPRETER_NOT_FOUND, 0,
				       arena_printf(&res->arena, "%s: %s", interp,
						       file->error ? strerror(-file->error)
								   : "not a loader of this class"));
}

static int set_up(struct resolution *res, struct resolve_result *result, const struct object *program)
{
	const char *interp = result->interpreter;
	int r;

	res->is64 = program->is64;
	if (!interp)
		interp = res->is64 ? "/lib64/ld-linux-x86-64.so.2" : "/lib/ld-linux.so.2";
	r = resolver_loader(res->resolver, interp, res->is64, &res->loader);
	if (r < 0)
		return r;
	res->minor = res->options->glibc_minor ? res->options->glibc_minor : res->loader->minor;
	result->glibc_minor_known = res->minor != 0;
	if (!res->minor)
		res->minor = NEWEST_MINOR;
	result->glibc_minor = res->minor;
	if (!res->resolver->cpu_read)
		resolve_cpu_of_host(&res->resolver->cpu);
	res->resolver->cpu_read = true;
	res->cpu = res->options->cpu ? *res->options->cpu : res->resolver->cpu;
	res->osversion = res->options->osversion ? res->options->osversion : kernel_version();
	res->secure = result->secure;
	r = resolution_set_rules(res);
	return r < 0 ? r : add_loader(res, interp);
}

static int read_library_path(struct resolution *res)
{
	const char *text = res->options->library_path;

	if (!text || res->secure)
		return 0;
	return resolution_split_path(res, 0, text, ":;", &res->library_path);
}

/* ld.so lists itself behind the object that it found before itself; what it did not find comes after. */
static void place_loader(struct resolution *res)
{
	struct node *before = res->first, *at, *loader;

	for (at = res->first; at->next && !res->map[at->next->map].is_loader; at = at->next)
		if (res->map[at->next->map].pub.how != RESOLVE_MISSING)
			before = at->next;
	loader = at->next;
	if (!loader || before == at)
		return;
	at->next = loader->next;
	loader->next = before->next;
	before->next = loader;
}

/* Numbers of maps become positions in the list. Whoever is not listed was not needed by anyone. */
static int publish(struct resolution *res, struct resolve_result *result)
{
	size_t *position = arena_alloc(&res->arena, (res->nmap + 1) * sizeof(*position)), n = 0;

	result->object = arena_alloc(&res->arena, (res->nmap + 1) * sizeof(*result->object));
	if (!position || !result->object)
		return -ENOMEM;
	for (const struct node *node = res->first; node; node = node->next) {
		position[node->map] = n;
		result->object[n++] = res->map[node->map].pub;
	}
	result->nobject = n;
	for (size_t i = 0; i < n; i++) {
		result->object[i].needed_by = position[result->object[i].needed_by];
		result->object[i].whose = position[result->object[i].whose];
	}
	for (size_t i = 0; i < res->nedge; i++)
		res->edge[i] = (struct resolve_edge){ position[res->edge[i].from], position[res->edge[i].to] };
	for (size_t i = 0; i < res->nproblem; i++)
		res->problem[i].object = position[res->problem[i].object];
	result->edge = res->edge;
	result->nedge = res->nedge;
	result->problem = res->problem;
	result->nproblem = res->nproblem;
	result->loads = !res->fatal;
	return 0;
}

static int resolve_dynamic(struct resolution *res, struct resolve_result *result, const struct file_object *o)
{
	int r = add_program(res, result, o);

	if (r == 0)
		r = set_up(res, result, o->object);
	if (r == 0 && res->loader->foreign)
		r = resolution_add_problem(res, RESOLVE_OTHER_LOADER, 0,
				arena_printf(&res->arena, "%s: not glibc's loader: its rules are others",
						res->loader->path));
	if (r == 0)
		r = read_library_path(res);
	if (r == 0)
		r = resolution_load(res);
	if (r == 0)
		r = resolution_check(res);
	if (r == 0)
		place_loader(res);
	return r == 0 ? publish(res, result) : r;
}

/* The list of what needs no loader: the program alone. */
static int resolve_static(struct resolution *res, struct resolve_result *result, const struct file_object *o)
{
	int r;

	result->loads = true;
	if (result->kind == RESOLVE_SCRIPT)
		return 0;
	r = add_program(res, result, o);
	if (r < 0)
		return r;
	result->object = &res->map[0].pub;
	result->nobject = 1;
	return 0;
}

static int resolve(struct resolution *res, const char *path, struct resolve_result *result, char *why)
{
	char absolute[PATH_MAX], real[PATH_MAX];
	struct file *file;
	int r = resolver_path(res->resolver, path, absolute, sizeof(absolute));

	if (r == 0)
		r = root_resolve(res->resolver->root, absolute, real, NULL);
	if (r < 0)
		return why_failed(why, r);
	result->path = arena_strdup(&res->arena, path);
	result->real = arena_strdup(&res->arena, real);
	if (!result->path || !result->real)
		return why_failed(why, -ENOMEM);
	r = identify(res, absolute, result, &file, why);
	if (r < 0)
		return r;
	if (result->kind == RESOLVE_DYNAMIC || result->kind == RESOLVE_LIBRARY)
		r = resolve_dynamic(res, result, file->object);
	else
		r = resolve_static(res, result, file->object);
	return r < 0 ? why_failed(why, r) : 0;
}

int resolve_program(struct resolver *resolver, const char *path, const struct resolve_options *options,
		struct resolve_result **out, char *why)
{
	struct resolution res = { .resolver = resolver, .options = options };
	struct resolve_result *result = arena_alloc(&res.arena, sizeof(*result));
	int r = result ? resolve(&res, path, result, why) : why_failed(why, -ENOMEM);

	if (r < 0) {
		arena_clear(&res.arena);
		return r;
	}
	result->memory = res.arena.block;
	*out = result;
	return 0;
}

void resolve_result_free(struct resolve_result *result)
{
	struct arena a = { .block = result ? result->memory : NULL };

	arena_clear(&a);
}
