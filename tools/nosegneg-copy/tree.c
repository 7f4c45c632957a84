// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/util.h"
#include "elf/object.h"
#include "tree.h"
#include "journal.h"
#include "loader/resolve.h"

#define DEPTH_MAX 128

struct reading {
	struct tree *tree;
	const struct image_set *set;
	bool all;
	struct failure *failure;
};

/* Libraries may be started, too (libc.so.6 prints its version); they have a soname. What is static and cannot be
 * started is a kernel. */
static bool is_program(const struct object *obj, mode_t mode)
{
	if (obj->interp)
		return obj->type == ET_EXEC || !obj->soname;
	return mode & 0111 && (obj->type == ET_EXEC || (obj->flags_1 & DF_1_PIE && !obj->nneeded));
}

static int add_program(const struct reading *r, const char *path, bool is64)
{
	struct tree *tree = r->tree;
	struct tree_program p = { .is64 = is64, .set_only = true };

	if (array_reserve(&tree->program, &tree->program_cap, tree->nprogram + 1, sizeof(p)) < 0 ||
			!(p.path = strdup(path)))
		return -ENOMEM;
	tree->program[tree->nprogram++] = p;
	return 0;
}

static int add_left(const struct reading *r, const char *path)
{
	struct tree *tree = r->tree;

	if (array_reserve(&tree->left, &tree->left_cap, tree->nleft + 1, sizeof(*tree->left)) < 0 ||
			!(tree->left[tree->nleft] = strdup(path)))
		return -ENOMEM;
	tree->nleft++;
	return 0;
}

struct inode {
	dev_t dev;
	ino_t ino;
};

static int by_inode(const void *a, const void *b)
{
	const struct inode *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

/* An image's busybox has hundreds of names. */
static int add_size(struct tree *tree, const struct stat *st)
{
	const struct inode key = { .dev = st->st_dev, .ino = st->st_ino };
	struct inode *one;

	if (st->st_nlink > 1) {
		if (tfind(&key, &tree->seen, by_inode))
			return 0;
		one = malloc(sizeof(*one));
		if (!one)
			return -ENOMEM;
		*one = key;
		if (!tsearch(one, &tree->seen, by_inode)) {
			free(one);
			return -ENOMEM;
		}
	}
	tree->size += (uint64_t)st->st_size;
	return 0;
}

static int look_at_file(const struct reading *r, int dir, const char *name, const char *path)
{
	_cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	_cleanup_object_ struct object *obj = NULL;
	char why[WHY_MAX];
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return -errno;
	if (add_size(r->tree, &st) < 0)
		return -ENOMEM;
	if (object_read(fd, &obj, why) < 0 || !is_program(obj, st.st_mode) || (obj->is64 && !r->all))
		return 0;
	return add_program(r, path, obj->is64);
}

static int walk(const struct reading *r, int fd, const char *path, unsigned depth);

static int look_at(const struct reading *r, int dir, const char *name, const char *parent, unsigned depth)
{
	char path[PATH_MAX];
	struct stat st;
	int error = 0;

	if (snprintf(path, sizeof(path), "%s/%s", parent, name) >= (int)sizeof(path) || depth == DEPTH_MAX)
		error = -ENAMETOOLONG;
	else if (journal_owns(name))
		error = add_left(r, path);
	else if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		error = -errno;
	else if (S_ISDIR(st.st_mode))
		return walk(r, openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), path, depth + 1);
	else if (S_ISREG(st.st_mode))
		error = look_at_file(r, dir, name, path);
	return error < 0 ? failed(r->failure, path, "look at in the image", error, NULL) : 0;
}

/* Of an image that is in use: reading there can wait for ever, and means nothing. */
static bool is_kernels(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC);
}

/* Closes `fd`. */
static int walk(const struct reading *r, int fd, const char *path, unsigned depth)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int error = 0;

	if (!dir) {
		error = failed(r->failure, *path ? path : "/", "open in the image", -errno, NULL);
		if (fd >= 0)
			close(fd);
		return error;
	}
	while (error == 0 && !is_kernels(fd) && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			error = look_at(r, dirfd(dir), entry->d_name, path, depth);
	closedir(dir);
	return error;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct tree_program *)a)->path, ((const struct tree_program *)b)->path);
}

static int add_file(const struct reading *r, const struct resolve_object *o, size_t *out)
{
	struct tree *tree = r->tree;
	struct tree_file file = { .dev = o->dev, .ino = o->ino, .is64 = o->object->is64 };
	char real[PATH_MAX];
	struct stat st;
	int error;

	for (*out = 0; *out < tree->nfile; ++*out)
		if (tree->file[*out].dev == o->dev && tree->file[*out].ino == o->ino)
			return 0;
	error = root_resolve(tree->root, o->path, real, &st);
	if (error == 0)
		error = array_reserve(&tree->file, &tree->file_cap, tree->nfile + 1, sizeof(file));
	if (error < 0)
		return error;
	file.path = strdup(real);
	file.size = (uint64_t)st.st_size;
	file.program = o->how == RESOLVE_PROGRAM;
	file.in_set = r->set && image_set_holds(r->set, tree->root, real);
	if (!file.path)
		return -ENOMEM;
	tree->file[tree->nfile++] = file;
	return 0;
}

static int complain(struct tree_program *p, const char *text, const char *path)
{
	if (!p->problem && asprintf(&p->problem, "%s%s%s", text, path ? " " : "", path ? path : "") < 0)
		p->problem = NULL;
	return p->problem ? 0 : -ENOMEM;
}

static int take_object(const struct reading *r, struct tree_program *p, const struct resolve_object *o)
{
	const struct image_set *s = r->set;
	int error;

	if (!o->object || !o->path)
		return 0;
	error = add_file(r, o, &p->file[p->n]);
	p->asked[p->n] = error < 0 ? NULL : strdup(o->path);
	if (!p->asked[p->n])
		return error < 0 ? error : -ENOMEM;
	if (!p->is64 && s && s->set && library_set_has(s->set, base_name(o->path)) &&
			!r->tree->file[p->file[p->n]].in_set)
		p->set_only = false;
	p->n++;
	return 0;
}

static int resolve(const struct reading *r, struct resolver *resolver, struct tree_program *p)
{
	const struct resolve_options options = { 0 };
	_cleanup_resolve_result_ struct resolve_result *result = NULL;
	char why[WHY_MAX];
	int error = resolve_program(resolver, p->path, &options, &result, why);

	if (error < 0)
		return error == -ENOMEM ? error : complain(p, why, NULL);
	p->loads = result->loads;
	p->file = calloc(result->nobject + 1, sizeof(*p->file));
	p->asked = calloc(result->nobject + 1, sizeof(*p->asked));
	if (!p->file || !p->asked)
		return -ENOMEM;
	for (size_t i = 0; error == 0 && i < result->nobject; i++)
		error = take_object(r, p, &result->object[i]);
	for (size_t i = 0; error == 0 && !p->loads && i < result->nproblem; i++)
		error = complain(p, result->problem[i].text, NULL);
	return error == 0 && !p->loads ? complain(p, "does not load", NULL) : error;
}

int tree_read(const struct root *root, const struct image_set *set, bool all, struct tree *out, struct failure *failure)
{
	const struct reading r = { .tree = out, .set = set, .all = all, .failure = failure };
	_cleanup_resolver_ struct resolver *resolver = NULL;
	int error;

	*out = (struct tree){ .root = root };
	error = walk(&r, root_open(root, "/", O_RDONLY | O_DIRECTORY), "", 0);
	if (error < 0)
		return error;
	if (out->nprogram)
		qsort(out->program, out->nprogram, sizeof(*out->program), by_path);
	error = resolver_new(root, &resolver);
	for (size_t i = 0; error == 0 && i < out->nprogram; i++)
		error = resolve(&r, resolver, &out->program[i]);
	return error < 0 ? failed(failure, root->path, "resolve", error, NULL) : 0;
}

int tree_add_library(struct tree *tree, const struct image_set *set, const char *path)
{
	const struct reading r = { .tree = tree, .set = set };
	_cleanup_close_ int fd = root_open(tree->root, path, O_RDONLY | O_NONBLOCK);
	_cleanup_object_ struct object *obj = NULL;
	char why[WHY_MAX];
	struct resolve_object o;
	struct stat st;
	size_t unused;

	if (fd < 0 || fstat(fd, &st) != 0 || object_read(fd, &obj, why) < 0 || !obj->dynamic)
		return 0;
	o = (struct resolve_object){
		.path = path, .how = RESOLVE_SLASH, .object = obj, .dev = st.st_dev, .ino = st.st_ino
	};
	return add_file(&r, &o, &unused) == -ENOMEM ? -ENOMEM : 0;
}

void tree_free(struct tree *tree)
{
	for (size_t i = 0; i < tree->nprogram; i++) {
		struct tree_program *p = &tree->program[i];

		for (size_t k = 0; p->asked && k < p->n; k++)
			free(p->asked[k]);
		free(p->asked);
		free(p->file);
		free(p->problem);
		free(p->path);
	}
	for (size_t i = 0; i < tree->nfile; i++)
		free(tree->file[i].path);
	for (size_t i = 0; i < tree->nleft; i++)
		free(tree->left[i]);
	free(tree->left);
	tdestroy(tree->seen, free);
	free(tree->program);
	free(tree->file);
	*tree = (struct tree){ 0 };
}

const struct tree_program *tree_find(const struct tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->nprogram; i++)
		if (strcmp(tree->program[i].path, path) == 0)
			return &tree->program[i];
	return NULL;
}
