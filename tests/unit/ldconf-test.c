// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "loader/ldconf.h"

static char why[WHY_MAX];

static struct ldconf *parse(const char *text)
{
	struct ldconf *conf = NULL;

	assert_int_equal(ldconf_parse("/etc/ld.so.conf", text, strlen(text), &conf, why), 0);
	return conf;
}

/* One hwcap line behind another: what ldconfig says to the second. */
static void test_hwcap_lines(void **state)
{
	static const struct {
		const char *first, *second;
		enum ldconf_fault fault;
		unsigned long index;
		const char *name;
	} table[] = {
		{ "", "hwcap 0 nosegneg", LDCONF_FINE, 0, "nosegneg" },
		{ "", "hwcap 1 nosegneg", LDCONF_FINE, 1, "nosegneg" },
		{ "", "  \tHWCAP\t0x1   nosegneg  \t", LDCONF_FINE, 1, "nosegneg" },
		{ "", "HwCap 012 nosegneg # old", LDCONF_FINE, 10, "nosegneg" },
		{ "", "hwcap 10 nosegneg", LDCONF_FINE, 10, "nosegneg" },
		{ "", "hwcap 11 tls", LDCONF_DUPLICATE, 11, "tls" },
		{ "", "hwcap 11 nosegneg", LDCONF_INDEX_TAKEN, 11, "nosegneg" },
		{ "", "hwcap 12 nosegneg", LDCONF_INDEX_RANGE, 12, "nosegneg" },
		{ "", "hwcap -1 nosegneg", LDCONF_INDEX_RANGE, ULONG_MAX, "nosegneg" },
		{ "", "hwcap 3 tls", LDCONF_NAME_TAKEN, 3, "tls" },
		{ "", "hwcap nosegneg", LDCONF_SYNTAX, 0, "" },
		{ "", "hwcap  nosegneg", LDCONF_FINE, 0, "nosegneg" }, /* strtoul: no digits, and a blank is left */
		{ "", "hwcap 1", LDCONF_SYNTAX, 1, "" },
		{ "", "hwcap 1 ", LDCONF_SYNTAX, 1, "" },
		{ "", "hwcap 1nosegneg", LDCONF_SYNTAX, 1, "" },
		{ "", "hwcap 1 nosegneg i686", LDCONF_SYNTAX, 1, "" },
		{ "", "hwcap 1 # nosegneg", LDCONF_SYNTAX, 1, "" },
		{ "hwcap 1 nosegneg", "hwcap 1 nosegneg", LDCONF_DUPLICATE, 1, "nosegneg" },
		{ "hwcap 1 nosegneg", "hwcap 0 nosegneg", LDCONF_NAME_TAKEN, 0, "nosegneg" },
		{ "hwcap 1 nosegneg", "hwcap 1 other", LDCONF_INDEX_TAKEN, 1, "other" },
		{ "hwcap 1 nosegneg", "hwcap 1 NoSegNeg", LDCONF_INDEX_TAKEN, 1, "NoSegNeg" },
		{ "hwcap 1 nosegneg", "hwcap 2 other", LDCONF_FINE, 2, "other" },
		{ "hwcap 12 nosegneg", "hwcap 1 nosegneg", LDCONF_FINE, 1, "nosegneg" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		_cleanup_ldconf_ struct ldconf *conf = NULL;
		const struct ldconf_hwcap *h;
		char text[256];

		snprintf(text, sizeof(text), "%s\n%s\n", table[i].first, table[i].second);
		conf = parse(text);
		assert_int_equal(conf->nhwcap, *table[i].first ? 2 : 1);
		h = &conf->hwcap[conf->nhwcap - 1];
		assert_int_equal(h->fault, table[i].fault);
		assert_int_equal(h->index, table[i].index);
		assert_string_equal(h->name, table[i].name);
		assert_int_equal(h->line, 2);
		assert_int_equal(conf->ndirectory, 0);
	}
}

static void test_clash_names_the_line(void **state)
{
	_cleanup_ldconf_ struct ldconf *conf = parse("hwcap 3 a\nhwcap 1 b\nhwcap 4 b\nhwcap 3 c\nhwcap 11 d");
	const struct ldconf_hwcap *first = NULL;

	(void)state;
	assert_true(ldconf_would_break(conf, &first));
	assert_ptr_equal(first, &conf->hwcap[2]);
	assert_int_equal(conf->hwcap[2].fault, LDCONF_NAME_TAKEN);
	assert_int_equal(conf->hwcap[2].clash, 1);
	assert_int_equal(conf->hwcap[3].fault, LDCONF_INDEX_TAKEN);
	assert_int_equal(conf->hwcap[3].clash, 0);
	assert_int_equal(conf->hwcap[4].clash, SIZE_MAX);
	assert_ptr_equal(ldconf_find_hwcap(conf, "b"), &conf->hwcap[1]);
	assert_null(ldconf_find_hwcap(conf, "c"));
	for (int fault = LDCONF_DUPLICATE; fault <= LDCONF_NAME_TAKEN; fault++)
		assert_true(*ldconf_fault_text((enum ldconf_fault)fault));
}

static void test_does_not_break(void **state)
{
	_cleanup_ldconf_ struct ldconf *conf = parse("hwcap 1 nosegneg\n/lib\nhwcap 1 nosegneg\nhwcapx 1 a\n");

	(void)state;
	assert_false(ldconf_would_break(conf, NULL));
	assert_int_equal(conf->nhwcap, 2);
	assert_int_equal(conf->ndirectory, 2); /* "hwcapx 1 a" is the name of a directory */
}

static void test_directories(void **state)
{
	static const struct {
		const char *text, *path, *type;
	} table[] = {
		{ "/usr/local/lib", "/usr/local/lib", NULL },
		{ "\v\f /usr/local/lib// \r", "/usr/local/lib", NULL },
		{ "/a b/c # comment", "/a b/c", NULL },
		{ "/lib/old=libc5", "/lib/old", "libc5" },
		{ "/lib/old = libc5", "/lib/old", " libc5" },
		{ "relative/x", "relative/x", NULL },
		{ "Include /x", "Include /x", NULL }, /* the word is in lower case, or it is a directory */
		{ "include", "include", NULL },
		{ "includes/x", "includes/x", NULL },
		{ "hwcap", "hwcap", NULL },
	};
	static const char *const nothing[] = { "", "   ", "#/x", "  # /x", "/", "///", "=libc6", "include ", "\n\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		_cleanup_ldconf_ struct ldconf *conf = parse(table[i].text);

		assert_int_equal(conf->ndirectory, 1);
		assert_string_equal(conf->directory[0].path, table[i].path);
		assert_int_equal(table[i].type != NULL, conf->directory[0].type != NULL);
		if (table[i].type)
			assert_string_equal(conf->directory[0].type, table[i].type);
	}
	for (size_t i = 0; i < ARRAY_SIZE(nothing); i++) {
		_cleanup_ldconf_ struct ldconf *conf = parse(nothing[i]);

		assert_int_equal(conf->ndirectory + conf->nhwcap + conf->ninclude, 0);
	}
}

static void test_text_is_pointer_and_length(void **state)
{
	_cleanup_ldconf_ struct ldconf *conf = NULL;
	static const char text[] = { '/', 'a', '\0', 'b', '\n', '/', 'c', 'd' };

	(void)state;
	assert_int_equal(ldconf_parse("x", text, sizeof(text) - 1, &conf, why), 0);
	assert_int_equal(conf->ndirectory, 2);
	assert_string_equal(conf->directory[0].path, "/a");
	assert_string_equal(conf->directory[1].path, "/c");
	assert_int_equal(conf->directory[1].line, 2);
}

/* A root directory in /tmp; `make` puts a file into it. */
static char top[] = "/tmp/ldconf-test-XXXXXX";

static void make(const char *path, const char *text)
{
	char full[PATH_MAX];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", top, path);
	for (char *slash = full + strlen(top) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(full, 0755);
	}
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int set_up(void **state)
{
	char command[PATH_MAX];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s && mkdir %s", top, top);
	return system(command);
}

static int make_top(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int remove_top(void **state)
{
	char command[PATH_MAX];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

static struct ldconf *read_top(void)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	struct ldconf *conf = NULL;

	assert_int_equal(root_open_tree(&root, top), 0);
	assert_int_equal(ldconf_read(&root, LDCONF_PATH, &conf, why), 0);
	return conf;
}

/* Files of the list, in one string. */
static const char *files(const struct ldconf *conf)
{
	static char buf[4096];

	buf[0] = '\0';
	for (size_t i = 0; i < conf->nfile; i++) {
		strcat(buf, conf->file[i].path);
		strcat(buf, conf->file[i].error ? "! " : " ");
	}
	return buf;
}

static void test_includes_in_order(void **state)
{
	_cleanup_ldconf_ struct ldconf *conf = NULL;

	(void)state;
	make("/etc/ld.so.conf", "/first\ninclude /etc/ld.so.conf.d/*.conf\n/last\n");
	make("/etc/ld.so.conf.d/b.conf", "/b\nhwcap 1 nosegneg\n");
	make("/etc/ld.so.conf.d/a.conf", "/a\n");
	make("/etc/ld.so.conf.d/B.conf", "/B\n");
	make("/etc/ld.so.conf.d/.hidden.conf", "/hidden\n");
	make("/etc/ld.so.conf.d/c.conf.dpkg-old", "/old\n");
	conf = read_top();
	assert_string_equal(files(conf), "/etc/ld.so.conf /etc/ld.so.conf.d/B.conf /etc/ld.so.conf.d/a.conf "
					 "/etc/ld.so.conf.d/b.conf ");
	assert_int_equal(conf->ndirectory, 5);
	assert_string_equal(conf->directory[0].path, "/first");
	assert_string_equal(conf->directory[1].path, "/B");
	assert_string_equal(conf->directory[3].path, "/b");
	assert_string_equal(conf->directory[4].path, "/last");
	assert_int_equal(conf->directory[4].line, 3);
	assert_int_equal(conf->directory[4].file, 0);
	assert_int_equal(conf->hwcap[0].file, 3);
	assert_int_equal(conf->include[0].matches, 3);
	assert_false(conf->include[0].relative);
	assert_true(ldconf_includes(conf, "/etc/ld.so.conf.d/00-nosegneg.conf"));
	assert_true(ldconf_includes(conf, "/etc/ld.so.conf.d/b.conf"));
	assert_false(ldconf_includes(conf, "/etc/ld.so.conf.d/.hidden.conf"));
	assert_false(ldconf_includes(conf, "/etc/ld.so.conf.d/x/y.conf"));
	assert_false(ldconf_includes(conf, "/etc/ld.so.conf.d/00-nosegneg"));
}

static void test_relative_includes(void **state)
{
	_cleanup_ldconf_ struct ldconf *conf = NULL;

	(void)state;
	make("/etc/ld.so.conf", "include ld.so.conf.d/*.conf\tld.so.conf.d/x.conf missing.conf\n");
	make("/etc/ld.so.conf.d/x.conf", "/x\ninclude more/?.con[fg]\n");
	make("/etc/ld.so.conf.d/more/y.conf", "/y\n");
	conf = read_top();
	assert_string_equal(files(conf), "/etc/ld.so.conf /etc/ld.so.conf.d/x.conf /etc/ld.so.conf.d/more/y.conf "
					 "/etc/ld.so.conf.d/x.conf /etc/ld.so.conf.d/more/y.conf ");
	assert_true(conf->include[0].relative);
	assert_string_equal(conf->include[0].pattern, "/etc/ld.so.conf.d/*.conf");
	assert_true(ldconf_includes(conf, "/etc/missing.conf"));
	assert_true(ldconf_includes(conf, "/etc/ld.so.conf.d/more/z.cong"));
}

static void test_magic_directories_and_links(void **state)
{
	_cleanup_ldconf_ struct ldconf *conf = NULL;
	char link[PATH_MAX];

	(void)state;
	make("/etc/ld.so.conf", "include /opt/*/etc/l*.conf\n");
	make("/opt/b/etc/lb.conf", "/b\n");
	make("/opt/a/etc/la.conf", "/a\n");
	make("/target/etc/lt.conf", "/t\n");
	snprintf(link, sizeof(link), "%s/opt/c", top);
	assert_int_equal(symlink("/target", link), 0); /* absolute: inside the root */
	conf = read_top();
	assert_string_equal(files(conf), "/etc/ld.so.conf /opt/a/etc/la.conf /opt/b/etc/lb.conf /opt/c/etc/lt.conf ");
}

static void test_circles_end(void **state)
{
	_cleanup_ldconf_ struct ldconf *conf = NULL;

	(void)state;
	make("/etc/ld.so.conf", "/a\ninclude /etc/b.conf\n/d\n");
	make("/etc/b.conf", "/b\ninclude /etc/*.conf\n/c\n");
	conf = read_top();
	assert_string_equal(files(conf), "/etc/ld.so.conf /etc/b.conf /etc/b.conf! /etc/ld.so.conf! ");
	assert_int_equal(conf->file[2].error, -ELOOP);
	assert_int_equal(conf->ndirectory, 4);
	assert_string_equal(conf->directory[3].path, "/d");
}

static void test_depth_is_bounded(void **state)
{
	_cleanup_ldconf_ struct ldconf *conf = NULL;
	char path[64], text[64];

	(void)state;
	make("/etc/ld.so.conf", "include /etc/0");
	for (int i = 0; i < 40; i++) {
		snprintf(path, sizeof(path), "/etc/%d", i);
		snprintf(text, sizeof(text), "include /etc/%d", i + 1);
		make(path, text);
	}
	conf = read_top();
	assert_int_equal(conf->nfile, 17);
	assert_int_equal(conf->file[16].error, -ELOOP);
}

static void test_missing_and_unreadable(void **state)
{
	_cleanup_ldconf_ struct ldconf *conf = read_top();
	char directory[PATH_MAX];

	(void)state;
	assert_int_equal(conf->nfile, 1);
	assert_int_equal(conf->file[0].error, -ENOENT);
	assert_false(ldconf_includes(conf, "/etc/ld.so.conf.d/x.conf"));

	ldconf_free(conf);
	make("/etc/ld.so.conf", "include /etc/ld.so.conf.d/*\n");
	make("/etc/ld.so.conf.d/b", "/b\n");
	snprintf(directory, sizeof(directory), "%s/etc/ld.so.conf.d/a", top);
	assert_int_equal(mkdir(directory, 0755), 0);
	snprintf(directory, sizeof(directory), "%s/etc/ld.so.conf.d/dangling", top);
	assert_int_equal(symlink("nowhere", directory), 0);
	conf = read_top();
	assert_string_equal(files(conf), "/etc/ld.so.conf /etc/ld.so.conf.d/a! /etc/ld.so.conf.d/b "
					 "/etc/ld.so.conf.d/dangling! ");
	assert_int_equal(conf->file[1].error, -EISDIR);
	assert_int_equal(conf->file[3].error, -ENOENT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hwcap_lines),
		cmocka_unit_test(test_clash_names_the_line),
		cmocka_unit_test(test_does_not_break),
		cmocka_unit_test(test_directories),
		cmocka_unit_test(test_text_is_pointer_and_length),
		cmocka_unit_test_setup(test_includes_in_order, set_up),
		cmocka_unit_test_setup(test_relative_includes, set_up),
		cmocka_unit_test_setup(test_magic_directories_and_links, set_up),
		cmocka_unit_test_setup(test_circles_end, set_up),
		cmocka_unit_test_setup(test_depth_is_bounded, set_up),
		cmocka_unit_test_setup(test_missing_and_unreadable, set_up),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, make_top, remove_top);
}
