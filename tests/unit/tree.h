/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A system below a directory of the test's own, made file by file, for readers that take a struct root. */
#ifndef TESTS_TREE_H
#define TESTS_TREE_H

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"

static char tree_top[64];

/* One cmocka test's tree: set up before it, removed behind it. */
#define TREE_TEST(f) cmocka_unit_test_setup_teardown(f, tree_set_up, tree_tear_down)

static inline int tree_set_up(void **state)
{
	(void)state;
	strcpy(tree_top, "/tmp/nosegneg-tree.XXXXXX");
	return mkdtemp(tree_top) ? 0 : -1;
}

static inline int tree_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int tree_tear_down(void **state)
{
	(void)state;
	return nftw(tree_top, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Where "/etc/x" of the tree lies; the next call overwrites it. */
static inline const char *tree_path(const char *path)
{
	static char buf[PATH_MAX];

	assert_true((size_t)snprintf(buf, sizeof(buf), "%s%s", tree_top, path) < sizeof(buf));
	return buf;
}

/* The directories that lead to a file. */
static inline void tree_parents(const char *path)
{
	char parent[PATH_MAX];

	strcpy(parent, path);
	for (char *slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(tree_path(parent), 0755);
		*slash = '/';
	}
}

static inline void tree_directory(const char *path)
{
	tree_parents(path);
	assert_int_equal(mkdir(tree_path(path), 0755), 0);
}

static inline void tree_put(const char *path, const void *data, size_t size)
{
	int fd;

	tree_parents(path);
	fd = open(tree_path(path), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), (ssize_t)size);
	assert_int_equal(close(fd), 0);
}

static inline void tree_text(const char *path, const char *text)
{
	tree_put(path, text, strlen(text));
}

static inline void tree_link(const char *target, const char *path)
{
	tree_parents(path);
	assert_int_equal(symlink(target, tree_path(path)), 0);
}

/* A file of the machine, at another path of the tree. */
static inline void tree_copy(const char *from, const char *path)
{
	static char buf[1 << 20];
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	ssize_t n;

	assert_true(in >= 0);
	tree_parents(path);
	out = open(tree_path(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	assert_true(out >= 0);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		assert_int_equal(write(out, buf, (size_t)n), n);
	assert_int_equal(n, 0);
	close(in);
	close(out);
}

static inline struct root tree_root(void)
{
	struct root root = ROOT_EMPTY;

	assert_int_equal(root_open_tree(&root, tree_top), 0);
	return root;
}

#endif
