// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "compare.h"
#include "journal.h"

#define BLOCK 65536

void journal_free(struct journal *j)
{
	for (size_t i = 0; i < j->n; i++)
		free(j->change[i].path);
	for (size_t i = 0; i < j->ntouched; i++)
		free(j->touched[i].path);
	free(j->change);
	free(j->touched);
}

int journal_name(const char *name, const char *end, char *out)
{
	return snprintf(out, NAME_MAX + 1, ".%s.%s", name, end) <= NAME_MAX ? 0 : -ENAMETOOLONG;
}

bool journal_owns(const char *name)
{
	const char *end = strrchr(name, '.');

	return *name == '.' && end > name + 1 &&
	       (strncmp(end + 1, JOURNAL_NEW, strlen(JOURNAL_NEW)) == 0 || strcmp(end + 1, JOURNAL_SAVED) == 0);
}

/* Opens the directory that a path stands in. */
static int open_parent(const struct journal *j, const char *path)
{
	char dir[PATH_MAX];
	int n = (int)(strrchr(path, '/') - path);

	snprintf(dir, sizeof(dir), "%.*s", n ? n : 1, path);
	return root_open(j->dest, dir, O_RDONLY | O_DIRECTORY);
}

/* A directory is remembered once, whatever links lead to it. `mtime`: its time in the end; NULL: as it was. */
static int touch(struct journal *j, const char *path, const struct timespec *mtime)
{
	char real[PATH_MAX];
	struct touched t;
	struct stat st;
	int r = root_resolve(j->dest, path, real, &st);

	for (size_t i = 0; r == 0 && i < j->ntouched; i++) {
		if (strcmp(j->touched[i].path, real) != 0)
			continue;
		if (mtime)
			j->touched[i].after = *mtime;
		return 0;
	}
	if (r == 0)
		r = array_reserve(&j->touched, &j->touched_cap, j->ntouched + 1, sizeof(t));
	if (r < 0)
		return r;
	t = (struct touched){ .path = strdup(real), .before = st.st_mtim, .after = mtime ? *mtime : st.st_mtim };
	if (!t.path)
		return -ENOMEM;
	j->touched[j->ntouched++] = t;
	return 0;
}

static int touch_parent(struct journal *j, const char *path)
{
	char dir[PATH_MAX];
	int n = (int)(strrchr(path, '/') - path);

	snprintf(dir, sizeof(dir), "%.*s", n ? n : 1, path);
	return touch(j, dir, NULL);
}

int journal_touch(struct journal *j, const char *path)
{
	int r = touch_parent(j, path);

	return r < 0 ? failed(j->failure, path, "look up in the image", r, NULL) : 0;
}

static int note(struct journal *j, enum node_kind kind, const char *path, bool replaced)
{
	struct change c = { .kind = kind, .replaced = replaced };
	int r = array_reserve(&j->change, &j->cap, j->n + 1, sizeof(c));

	c.path = r < 0 ? NULL : strdup(path);
	if (!c.path)
		return -ENOMEM;
	j->change[j->n++] = c;
	return 0;
}

static int copy_bytes(int from, int to)
{
	char block[BLOCK];

	for (;;) {
		ssize_t n = read(from, block, sizeof(block));
		int r = n > 0 ? write_all(to, block, (size_t)n) : 0;

		if (n <= 0 || r < 0)
			return n < 0 ? -errno : r;
	}
}

/* Only root may give files away; for everybody else they are their own. The owner first: chown takes set-user-ID. */
static int dress(int fd, const struct stat *st)
{
	const struct timespec times[] = { { .tv_nsec = UTIME_OMIT }, st->st_mtim };

	if ((geteuid() == 0 && fchown(fd, st->st_uid, st->st_gid) != 0) || fchmod(fd, st->st_mode & 07777) != 0 ||
			futimens(fd, times) != 0)
		return -errno;
	return 0;
}

static int write_file(int dir, const char *name, const struct node *node, int from)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), r = 0;
	size_t size = strlen(node->text);

	if (fd < 0)
		return -errno;
	if (node->kind == NODE_FILE)
		r = copy_bytes(from, fd);
	else
		r = write_all(fd, node->text, size);
	if (r == 0)
		r = dress(fd, &node->st);
	if (close(fd) != 0 && r == 0)
		r = -errno;
	return r;
}

static int write_link(int dir, const char *name, const struct node *node)
{
	const struct timespec times[] = { { .tv_nsec = UTIME_OMIT }, node->st.st_mtim };

	if (symlinkat(node->text, dir, name) != 0 || utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW) != 0 ||
			(geteuid() == 0 && fchownat(dir, name, node->st.st_uid, node->st.st_gid, AT_SYMLINK_NOFOLLOW) !=
							   0))
		return -errno;
	return 0;
}

/* Renames it to its place; what is there keeps another name. */
static int settle(struct journal *j, enum node_kind kind, const char *path, int dir)
{
	char new[NAME_MAX + 1], saved[NAME_MAX + 1];
	const char *name = base_name(path);
	bool replaces = faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	int r = journal_name(name, JOURNAL_NEW, new);

	if (r == 0)
		r = journal_name(name, JOURNAL_SAVED, saved);
	if (r == 0)
		r = note(j, kind, path, replaces);
	if (r < 0)
		return r;
	if ((replaces && renameat(dir, name, dir, saved) != 0) || renameat(dir, new, dir, name) != 0)
		return -errno;
	return 0;
}

static int write_directory(int dir, const char *name, const struct node *node)
{
	_cleanup_close_ int fd = -1;

	if (mkdirat(dir, name, 0700) != 0)
		return -errno;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : dress(fd, &node->st);
}

/* Under another name, so that what has its name is whole, whenever this ends. */
static int write_node(const struct plan *plan, const struct node *node, int dir, const char *name)
{
	_cleanup_close_ int from = -1;

	if (node->kind == NODE_DIRECTORY)
		return write_directory(dir, name, node);
	if (node->kind == NODE_LINK)
		return write_link(dir, name, node);
	if (node->kind == NODE_FILE) {
		from = root_open(plan->source, node->text, O_RDONLY | O_NONBLOCK);
		if (from < 0)
			return from;
	}
	return write_file(dir, name, node, from);
}

static void clear(int dir, const char *name)
{
	if (unlinkat(dir, name, 0) != 0)
		unlinkat(dir, name, AT_REMOVEDIR);
}

static int make_node(struct journal *j, const struct plan *plan, const struct node *node)
{
	_cleanup_close_ int dir = open_parent(j, node->path);
	char new[NAME_MAX + 1];
	int r = dir < 0 ? dir : journal_name(base_name(node->path), JOURNAL_NEW, new);

	if (r == 0)
		r = touch_parent(j, node->path);
	if (r < 0)
		return r;
	clear(dir, new); /* of a run that was killed */
	r = write_node(plan, node, dir, new);
	if (r == 0)
		r = settle(j, node->kind, node->path, dir);
	if (r < 0)
		clear(dir, new);
	return r;
}

static int make(struct journal *j, const struct plan *plan, const struct node *node, bool other)
{
	int r;

	if (j->dry_run)
		r = note(j, node->kind, node->path, other);
	else
		r = make_node(j, plan, node);
	return r < 0 ? failed(j->failure, node->path, "make in the image", r, NULL) : 0;
}

static int refuse(const struct journal *j, const struct node *node)
{
	return failed(j->failure, node->path, "is in the image already, and is something else", -EEXIST,
			"copy to an empty directory; of an image that is finished, use --refit");
}

/* A directory is never replaced: it could not be removed in the end. */
static bool is_in_the_way(const struct journal *j, const struct node *node)
{
	struct stat st;

	return !node->replaces || (root_lstat(j->dest, node->path, &st) == 0 && S_ISDIR(st.st_mode));
}

/* ".NAME.END" was NAME, or was to be. */
static int recover(const struct journal *j, const char *path)
{
	_cleanup_close_ int dir = open_parent(j, path);
	const char *temporary = base_name(path), *end = strrchr(temporary, '.');
	char name[NAME_MAX + 1];

	if (dir < 0)
		return dir;
	snprintf(name, sizeof(name), "%.*s", (int)(end - temporary - 1), temporary + 1);
	if (strcmp(end + 1, JOURNAL_SAVED) != 0)
		clear(dir, temporary);
	else if (renameat(dir, temporary, dir, name) != 0)
		return -errno;
	return 0;
}

int journal_recover(struct journal *j, char *const *path, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = touch_parent(j, path[i]);

		if (r == 0)
			r = recover(j, path[i]);
		if (r < 0)
			return failed(j->failure, path[i], "put back what a former run replaced", r, NULL);
	}
	return 0;
}

/* In an image that is made here, directories are as old as those of the source, whoever made them. */
static int touch_directories(struct journal *j, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct node *node = &plan->node[i];
		int r = node->kind == NODE_DIRECTORY ? touch(j, node->path, &node->st.st_mtim) : 0;

		if (r < 0 && r != -ENOENT)
			return failed(j->failure, node->path, "look up in the image", r, NULL);
	}
	return 0;
}

int journal_apply(struct journal *j, const struct plan *plan)
{
	_cleanup_free_ signed char *state = calloc(plan->n + 1, 1);
	int r = state ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < plan->n; i++) {
		int compared = compare_node(plan, &plan->node[i]);

		if (compared < 0)
			return failed(j->failure, plan->node[i].path, "look up in the image", compared, NULL);
		if (compared == COMPARED_OTHER && is_in_the_way(j, &plan->node[i]))
			return refuse(j, &plan->node[i]);
		state[i] = (signed char)compared;
	}
	if (r == 0 && !plan->replaces)
		r = touch_directories(j, plan);
	for (size_t i = 0; r == 0 && i < plan->n; i++)
		if (state[i] != COMPARED_SAME)
			r = make(j, plan, &plan->node[i], state[i] == COMPARED_OTHER);
	return r;
}

int journal_settle(struct journal *j, const char *path, const struct timespec *mtime)
{
	_cleanup_close_ int dir = open_parent(j, path), fd = -1;
	struct stat st = { .st_mode = 0644, .st_mtim = *mtime };
	char new[NAME_MAX + 1];
	int r = dir < 0 ? dir : journal_name(base_name(path), JOURNAL_NEW, new);

	if (r == 0) {
		fd = openat(dir, new, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		r = fd < 0 ? -errno : dress(fd, &st);
	}
	if (r == 0)
		r = settle(j, NODE_TEXT, path, dir);
	if (r < 0 && dir >= 0)
		clear(dir, new);
	return r < 0 ? failed(j->failure, path, "make in the image", r, NULL) : 0;
}

void journal_clear(const struct journal *j, const char *path)
{
	_cleanup_close_ int dir = open_parent(j, path);
	char name[NAME_MAX + 1];

	if (dir >= 0 && journal_name(base_name(path), JOURNAL_NEW, name) == 0)
		unlinkat(dir, name, 0);
	if (dir >= 0 && journal_name(base_name(path), JOURNAL_SAVED, name) == 0)
		unlinkat(dir, name, 0);
}

static int set_times(const struct journal *j, bool before)
{
	int r = 0;

	for (size_t i = 0; i < j->ntouched; i++) {
		const struct timespec times[] = { { .tv_nsec = UTIME_OMIT },
			before ? j->touched[i].before : j->touched[i].after };
		_cleanup_close_ int fd = root_open(j->dest, j->touched[i].path, O_RDONLY | O_DIRECTORY);

		if (fd < 0 || futimens(fd, times) != 0)
			r = fd < 0 ? fd : -errno;
	}
	return r;
}

/* What is not there was not made. */
static int undo_one(const struct journal *j, const struct change *c)
{
	_cleanup_close_ int dir = open_parent(j, c->path);
	const char *name = base_name(c->path);
	char saved[NAME_MAX + 1];
	int r = dir < 0 ? dir : journal_name(name, JOURNAL_SAVED, saved);

	if (r == 0 && (c->replaced ? renameat(dir, saved, dir, name)
				   : unlinkat(dir, name, c->kind == NODE_DIRECTORY ? AT_REMOVEDIR : 0)) != 0)
		r = -errno;
	return r == -ENOENT ? 0 : r;
}

int journal_undo(struct journal *j)
{
	int r = 0;

	for (size_t i = j->dry_run ? 0 : j->n; i-- > 0;) {
		int one = undo_one(j, &j->change[i]);

		if (one < 0)
			r = failed(j->failure, j->change[i].path, "undo", one, NULL);
	}
	if (!j->dry_run)
		set_times(j, true);
	return r;
}

int journal_commit(struct journal *j)
{
	char saved[NAME_MAX + 1];
	int r = j->dry_run ? 0 : set_times(j, false);

	if (r < 0)
		return failed(j->failure, "/", "set the times of directories", r, NULL);
	for (size_t i = 0; i < (j->dry_run ? 0 : j->n); i++) {
		_cleanup_close_ int dir = j->change[i].replaced ? open_parent(j, j->change[i].path) : -1;

		if (dir >= 0 && journal_name(base_name(j->change[i].path), JOURNAL_SAVED, saved) == 0)
			unlinkat(dir, saved, 0);
	}
	if (!j->dry_run)
		set_times(j, false);
	return 0;
}
