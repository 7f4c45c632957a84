// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "base/util.h"
#include "base/way.h"
#include "tree.h"

static char steps[4 * PATH_MAX];

static int note(const struct way_step *step, void *arg)
{
	size_t n = strlen(steps);

	assert_true(step->target ? S_ISLNK(step->st->st_mode) : S_ISDIR(step->st->st_mode));
	snprintf(steps + n, sizeof(steps) - n, "%s%s%s ", step->path, step->target ? "=" : "",
			step->target ? step->target : "");
	return arg ? -EIO : 0;
}

/* The end of a way below "r", or what is wrong. */
static const char *end_of(const char *path, bool missing)
{
	static char real[PATH_MAX];
	_cleanup_root_ struct root root = ROOT_EMPTY;
	struct stat st;
	int r;

	assert_int_equal(root_open_tree(&root, tree_path("/r")), 0);
	*steps = '\0';
	r = way_walk(&root, path, missing, note, NULL, real, &st);
	return r == 0 ? real : strerror(-r);
}

static void make_tree(void)
{
	tree_text("/outside/secret", "x");
	tree_text("/r/usr/lib/file", "x");
	tree_directory("/r/opt");
	tree_link("usr/lib", "/r/lib");
	tree_link("/lib/file", "/r/opt/absolute");
	tree_link("../lib/file", "/r/opt/relative");
	tree_link("../../outside/secret", "/r/opt/out");
	tree_link("nowhere/far", "/r/opt/dangling");
	tree_link("loop", "/r/loop");
}

static void what_is_on_the_way(void **state)
{
	static const struct {
		const char *path, *real, *steps;
	} cases[] = {
		{ "/", "/", "/ " },
		{ "/../..", "/", "/ " },
		{ "/lib/file", "/usr/lib/file", "/ /lib=usr/lib /usr /usr/lib " },
		{ "//lib/./file", "/usr/lib/file", "/ /lib=usr/lib /usr /usr/lib " },
		{ "/opt/absolute", "/usr/lib/file", "/ /opt /opt/absolute=/lib/file /lib=usr/lib /usr /usr/lib " },
		{ "/opt/relative", "/usr/lib/file", "/ /opt /opt/relative=../lib/file /lib=usr/lib /usr /usr/lib " },
		{ "/lib/../lib/file", "/usr/lib/file", "/ /lib=usr/lib /usr /usr/lib /usr/lib " },
		{ "/opt/out", "No such file or directory", "/ /opt /opt/out=../../outside/secret " },
		{ "/opt/dangling", "No such file or directory", "/ /opt /opt/dangling=nowhere/far " },
		{ "/usr/lib/file/x", "Not a directory", "/ /usr /usr/lib " },
	};

	(void)state;
	make_tree();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_string_equal(end_of(cases[i].path, false), cases[i].real);
		assert_string_equal(steps, cases[i].steps);
	}
	assert_string_equal(end_of("/loop", false), "Too many levels of symbolic links");
}

static void what_is_missing(void **state)
{
	(void)state;
	make_tree();
	assert_string_equal(end_of("/lib/new/file", true), "/usr/lib/new/file");
	assert_string_equal(end_of("/opt/dangling", true), "/opt/nowhere/far");
	assert_string_equal(end_of("/opt/out", true), "/outside/secret");
	assert_string_equal(end_of("/lib/file/x", true), "Not a directory");
	assert_string_equal(end_of("/loop", true), "Too many levels of symbolic links");
}

static void a_walk_that_is_ended(void **state)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	char real[PATH_MAX];

	(void)state;
	make_tree();
	assert_int_equal(root_open_tree(&root, tree_path("/r")), 0);
	*steps = '\0';
	assert_int_equal(way_walk(&root, "/lib/file", false, note, &root, real, NULL), -EIO);
	assert_string_equal(steps, "/ ");
}

static void relative_links(void **state)
{
	static const struct {
		const char *from, *to, *link;
	} cases[] = {
		{ "/usr/lib", "/usr/lib/set/libc.so.6", "set/libc.so.6" },
		{ "/usr/lib/set", "/usr/lib/libc.so.6", "../libc.so.6" },
		{ "/lib", "/usr/lib/x", "../usr/lib/x" },
		{ "/usr/li", "/usr/lib/x", "../lib/x" },
		{ "/", "/usr/x", "usr/x" },
		{ "/a/b/c", "/x", "../../../x" },
	};
	char link[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(way_relative(cases[i].from, cases[i].to, link), 0);
		assert_string_equal(link, cases[i].link);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(what_is_on_the_way),
		TREE_TEST(what_is_missing),
		TREE_TEST(a_walk_that_is_ended),
		cmocka_unit_test(relative_links),
	};

	return RUN_TESTS(tests);
}
