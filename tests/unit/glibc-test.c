// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "fake-glibc.h"
#include "loader/glibc.h"

static bool read_banner(const char *text, size_t size, struct glibc *out)
{
	/* An allocation of exactly that size, so that a sanitizer sees one byte too much. */
	_cleanup_free_ char *copy = malloc(size ? size : 1);

	*out = (struct glibc){ 0 };
	memcpy(copy, text, size);
	return glibc_read_banner(copy, size, out);
}

static void the_words_of_many_releases(void **state)
{
	static const struct {
		const char *text;
		unsigned major, minor, patch;
		const char *package;
	} cases[] = {
		{ "GNU C Library stable release version 2.3.2, by Roland McGrath et al.", 2, 3, 2, "" },
		{ "GNU C Library stable release version 2.3.4, by Roland McGrath et al.", 2, 3, 4, "" },
		{ "GNU C Library development release version 2.4.90, by Roland McGrath et al.", 2, 4, 90, "" },
		{ "GNU C Library stable release version 2.5, by Roland McGrath et al.", 2, 5, 0, "" },
		{ "GNU C Library (EGLIBC) stable release version 2.11.3, by Roland", 2, 11, 3, "EGLIBC" },
		{ "GNU C Library (Debian EGLIBC 2.13-38+deb7u10) stable release version 2.13, by Roland", 2, 13, 0,
				"Debian EGLIBC 2.13-38+deb7u10" },
		{ "GNU C Library (GNU libc) stable release version 2.17, by Roland McGrath et al.", 2, 17, 0,
				"GNU libc" },
		{ "GNU C Library (Debian GLIBC 2.24-11+deb9u4) stable release version 2.24, by Roland", 2, 24, 0,
				"Debian GLIBC 2.24-11+deb9u4" },
		{ "GNU C Library (Ubuntu GLIBC 2.27-3ubuntu1.6) stable release version 2.27.", 2, 27, 0,
				"Ubuntu GLIBC 2.27-3ubuntu1.6" },
		{ "GNU C Library (Debian GLIBC 2.31-13+deb11u11) stable release version 2.31.\n", 2, 31, 0,
				"Debian GLIBC 2.31-13+deb11u11" },
		{ "ld.so (Debian GLIBC 2.36-9+deb12u14) stable release version 2.36.\n", 2, 36, 0,
				"Debian GLIBC 2.36-9+deb12u14" },
		{ "ld.so (GNU libc) stable release version 2.41.", 2, 41, 0, "GNU libc" },
		{ "GNU C Library (GNU libc) development release version 2.40.9000.", 2, 40, 9000, "GNU libc" },
		{ "GNU C Library (Buildroot) stable release version 2.38", 2, 38, 0, "Buildroot" },
		{ "GNU C Library (a (b) c) stable release version 2.38.", 2, 38, 0, "a (b) c" },
		{ "GNU C Library (a\tb) stable release version 2.38.", 2, 38, 0, "" }, /* for a terminal */
		{ "GNU C Library () stable release version 2.38.", 2, 38, 0, "" },
		{ "GNU C Library )( stable release version 2.38.", 2, 38, 0, "" },
		{ "x release version 9.9 y GNU C Library stable release version 2.5,", 2, 5, 0, "" },
		{ "GNU C Library stable release version x release version 2.6,", 2, 6, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct glibc g;

		if (!read_banner(cases[i].text, strlen(cases[i].text), &g))
			fail_msg("not read: %s", cases[i].text);
		assert_int_equal(g.major, cases[i].major);
		assert_int_equal(g.minor, cases[i].minor);
		assert_int_equal(g.patch, cases[i].patch);
		assert_string_equal(g.package, cases[i].package);
	}
}

static void words_that_say_nothing(void **state)
{
	static const char *const cases[] = { "", "GNU C Library", " release version 2.36.", "release version 2.36",
		"GNU C Library stable release version ", "GNU C Library stable release version x.y",
		"GNU C Library stable release version 2", "GNU C Library stable release version 2.",
		"GNU C Library stable release version 2,36", "GNU C Library stable release version -2.36",
		"GNU C Library stable release version 2.-36", "GNU C Library stable release version 100.1",
		"GNU C Library stable release version 2.1000", "GNU C Library stable release version 99999999999999.1",
		"GNU Libc stable release version 2.36", "ld.so stable release version 2.36",
		"musl libc (i386) release version 1.2" };
	struct glibc g;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (read_banner(cases[i], strlen(cases[i]), &g))
			fail_msg("read %u.%u from: %s", g.major, g.minor, cases[i]);
}

/* Where the words stand in the file, and how far the name may be from the version. */
static void at_any_place(void **state)
{
	static const char banner[] = "GNU C Library (X 1) stable release version 2.36";
	char text[600], package[200];
	struct glibc g;

	(void)state;
	for (size_t at = 0; at < 400; at++) {
		memset(text, 0, sizeof(text));
		memcpy(text + at, banner, sizeof(banner) - 1);
		assert_true(read_banner(text, sizeof(text), &g));
		assert_true(read_banner(text, at + sizeof(banner) - 1, &g)); /* nothing behind it */
		assert_int_equal(g.minor, 36);
		assert_true(read_banner(text, at + sizeof(banner) - 2, &g)); /* cut in the middle of the number */
		assert_int_equal(g.minor, 3);
		assert_false(read_banner(text, at + sizeof(banner) - 3, &g));
		assert_string_equal(g.package, "");
	}
	for (size_t n = 0; n < sizeof(package); n++) {
		memset(package, 'p', n);
		package[n] = '\0';
		snprintf(text, sizeof(text), "GNU C Library (%s) stable release version 2.36.", package);
		assert_int_equal(read_banner(text, strlen(text), &g), strlen(text) - 5 <= 160);
		assert_string_equal(g.package, n < sizeof(g.package) && n <= 120 ? package : "");
	}
}

static void find(const char *loader, const char *directory, unsigned minor, enum glibc_source source)
{
	_cleanup_root_ struct root root = tree_root();
	struct glibc g;
	char why[WHY_MAX] = "";

	if (glibc_find(&root, &g, why) != 0)
		fail_msg("%s", why);
	assert_string_equal(g.loader, loader);
	assert_string_equal(g.directory, directory);
	assert_int_equal(g.major, source == GLIBC_UNKNOWN ? 0 : 2);
	assert_int_equal(g.minor, minor);
	assert_int_equal(g.source, source);
}

static void debian_before_the_merge(void **state)
{
	(void)state;
	fake_library("/lib/i386-linux-gnu/ld-2.31.so", 1, NULL);
	fake_library("/lib/i386-linux-gnu/libc-2.31.so", 2, FAKE_BANNER("Debian GLIBC 2.31-13+deb11u11", "2.31"));
	tree_link("libc-2.31.so", "/lib/i386-linux-gnu/libc.so.6");
	tree_link("i386-linux-gnu/ld-2.31.so", "/lib/ld-linux.so.2");
	find("/lib/i386-linux-gnu/ld-2.31.so", "/lib/i386-linux-gnu", 31, GLIBC_FROM_LIBC);
}

static void debian_after_the_merge(void **state)
{
	(void)state;
	fake_library("/usr/lib/i386-linux-gnu/ld-linux.so.2", 1,
			"ld.so (Debian GLIBC 2.36-9) stable release version 2.36.\n");
	fake_library("/usr/lib/i386-linux-gnu/libc.so.6", 2, FAKE_BANNER("other", "2.40"));
	tree_link("usr/lib", "/lib");
	tree_link("/lib/i386-linux-gnu/ld-linux.so.2", "/usr/lib/ld-linux.so.2");
	find("/usr/lib/i386-linux-gnu/ld-linux.so.2", "/usr/lib/i386-linux-gnu", 36, GLIBC_FROM_LOADER);
}

static void fedora(void **state)
{
	(void)state;
	fake_library("/lib/ld-2.12.so", 1, NULL);
	tree_link("ld-2.12.so", "/lib/ld-linux.so.2");
	find("/lib/ld-2.12.so", "/lib", 12, GLIBC_FROM_NAME);
	fake_library("/lib/libc.so.6", 2, "GNU C Library stable release version 2.5, by Roland McGrath et al.\n");
	find("/lib/ld-2.12.so", "/lib", 5, GLIBC_FROM_LIBC); /* what the files say is more than their names */
}

static void names_alone(void **state)
{
	static const struct {
		const char *name;
		unsigned minor;
	} cases[] = { { "ld-2.25.so", 25 }, { "ld-2.3.2.so", 3 }, { "ld-linux.so.2", 0 }, { "ld-2.so", 0 },
		{ "ld.so.1", 0 }, { "xld-2.25.so", 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char dir[32], path[64];

		snprintf(dir, sizeof(dir), "/opt/%zu", i);
		snprintf(path, sizeof(path), "%s/%s", dir, cases[i].name);
		fake_library(path, 1, NULL);
		tree_link(path, "/lib/ld-linux.so.2");
		find(path, dir, cases[i].minor, cases[i].minor ? GLIBC_FROM_NAME : GLIBC_UNKNOWN);
		unlink(tree_path("/lib/ld-linux.so.2"));
	}
}

/* A loader without a release in its name, and beside it the file that libc.so.6 would lead to. */
static void names_beside(void **state)
{
	(void)state;
	fake_library("/lib/ld-linux.so.2", 1, NULL);
	fake_library("/lib/libcrypt-2.24.so", 1, NULL);
	find("/lib/ld-linux.so.2", "/lib", 0, GLIBC_UNKNOWN);
	fake_library("/lib/libc-2.25.so", 1, NULL);
	find("/lib/ld-linux.so.2", "/lib", 25, GLIBC_FROM_NAME);
}

/* What real programs ask for counts; those of other kinds do not. */
static void the_interpreter_of_programs(void **state)
{
	(void)state;
	fake_library("/lib/ld-linux.so.2", 1, FAKE_BANNER("usual", "2.30"));
	fake_library("/opt/lib/ld.so.1", 2, FAKE_BANNER("other", "2.20"));
	find("/lib/ld-linux.so.2", "/lib", 30, GLIBC_FROM_LOADER);
	fake_object("/bin/sh", true, ET_DYN, 1, NULL, "/opt/lib/ld.so.1");
	find("/lib/ld-linux.so.2", "/lib", 30, GLIBC_FROM_LOADER);
	fake_object("/sbin/init", false, ET_DYN, 1, NULL, "/opt/lib/ld.so.1");
	find("/opt/lib/ld.so.1", "/opt/lib", 20, GLIBC_FROM_LOADER);
	fake_object("/bin/sh", false, ET_EXEC, 1, NULL, "/lib/ld-linux.so.2"); /* the first one decides */
	find("/lib/ld-linux.so.2", "/lib", 30, GLIBC_FROM_LOADER);
	fake_object("/bin/sh", false, ET_EXEC, 1, NULL, NULL); /* a static one says nothing */
	find("/opt/lib/ld.so.1", "/opt/lib", 20, GLIBC_FROM_LOADER);
	fake_object("/bin/sh", false, ET_EXEC, 1, NULL, "lib/ld.so"); /* where that is depends on the directory */
	find("/lib/ld-linux.so.2", "/lib", 30, GLIBC_FROM_LOADER);
	fake_object("/bin/sh", false, ET_EXEC, 1, NULL, "/ld.so.9");
	fake_library("/ld.so.9", 3, NULL);
	fake_library("/libc.so.6", 4, FAKE_BANNER("in the root directory", "2.8"));
	find("/ld.so.9", "", 8, GLIBC_FROM_LIBC);
}

static void refuse(int error, const char *words)
{
	_cleanup_root_ struct root root = tree_root();
	struct glibc g;
	char why[WHY_MAX] = "";

	assert_int_equal(glibc_find(&root, &g, why), error);
	assert_string_equal(why, words);
}

static void what_is_no_loader(void **state)
{
	char interp[PATH_MAX];

	(void)state;
	refuse(-ENOENT, "/lib/ld-linux.so.2: No such file or directory");
	tree_link("nowhere", "/lib/ld-linux.so.2");
	refuse(-ENOENT, "/lib/ld-linux.so.2: No such file or directory");
	fake_object("/lib/nowhere", true, ET_DYN, 1, NULL, NULL);
	refuse(-ENOEXEC, "/lib/nowhere: not a loader of i386 programs");
	tree_text("/lib/nowhere", "#!/bin/sh\n");
	refuse(-ENOEXEC, "/lib/nowhere: not an ELF file, or a truncated one");
	unlink(tree_path("/lib/nowhere"));
	assert_int_equal(mkfifo(tree_path("/lib/nowhere"), 0644), 0);
	refuse(-ENOEXEC, "/lib/nowhere: not an ELF file, or a truncated one"); /* without waiting */
	unlink(tree_path("/lib/nowhere"));
	tree_link("nowhere", "/lib/nowhere");
	refuse(-ELOOP, "/lib/ld-linux.so.2: Too many levels of symbolic links");
	memset(interp, 'i', 300);
	memcpy(interp, "/", 1);
	interp[300] = '\0';
	fake_object("/bin/sh", false, ET_EXEC, 1, NULL, interp);
	interp[80] = '\0';
	{
		char words[200];

		snprintf(words, sizeof(words), "%s: File name too long", interp);
		refuse(-ENAMETOOLONG, words);
	}
}

static void says_what_it_found(void **state)
{
	_cleanup_root_ struct root root = tree_root();
	struct glibc g;
	char why[WHY_MAX];

	(void)state;
	fake_library("/lib/ld-linux.so.2", 0xab, FAKE_BANNER("Debian GLIBC 2.31-13", "2.31"));
	assert_int_equal(glibc_find(&root, &g, why), 0);
	assert_string_equal(g.package, "Debian GLIBC 2.31-13");
	assert_string_equal(g.build_id, "ab");
	fake_library("/lib/ld-linux.so.2", 0, NULL);
	assert_int_equal(glibc_find(&root, &g, why), 0);
	assert_string_equal(g.build_id, "");
	assert_string_equal(g.package, "");
}

/* The machine's own, where it has one. */
static void the_loader_of_this_machine(void **state)
{
	_cleanup_root_ struct root host = ROOT_EMPTY;
	struct glibc g;
	char why[WHY_MAX] = "";

	(void)state;
	assert_int_equal(root_open_tree(&host, NULL), 0);
	if (glibc_find(&host, &g, why) != 0) {
		print_message("%s\n", why);
		skip();
	}
	assert_int_not_equal(g.source, GLIBC_UNKNOWN);
	assert_int_equal(g.major, 2);
	assert_true(g.minor >= 4 && g.minor < 100);
	assert_true(*g.build_id != '\0');
	assert_true(glibc_ldconfig(&host) != LDCONFIG_ABSENT);
	if (glibc_at_least(&g, 2, 32))
		assert_int_not_equal(glibc_ldconfig(&host), LDCONFIG_HONOURS_HWCAP);
}

static void what_ldconfig_does(void **state)
{
	static const char honours[] = "%s:%u: hwcap index %lu above maximum %u",
			  ignores[] = "%s:%u: hwcap directive ignored";
	_cleanup_root_ struct root root = tree_root();

	(void)state;
	assert_int_equal(glibc_ldconfig(&root), LDCONFIG_ABSENT);
	tree_text("/sbin/ldconfig", "#!/bin/sh\nexec /sbin/ldconfig.real \"$@\"\n");
	assert_int_equal(glibc_ldconfig(&root), LDCONFIG_UNKNOWN);
	tree_text("/sbin/ldconfig", honours);
	assert_int_equal(glibc_ldconfig(&root), LDCONFIG_HONOURS_HWCAP);
	tree_text("/sbin/ldconfig.real", ignores);
	assert_int_equal(glibc_ldconfig(&root), LDCONFIG_IGNORES_HWCAP);
	tree_text("/sbin/ldconfig.real", "nothing");
	assert_int_equal(glibc_ldconfig(&root), LDCONFIG_HONOURS_HWCAP);
}

/* The release from which on, and up to which, each thing is so. */
static void generations(void **state)
{
	(void)state;
	for (unsigned minor = 0; minor < 60; minor++) {
		struct glibc glibc = { .major = 2, .minor = minor };
		const struct glibc_generation *g = glibc_generation(&glibc);

		assert_true(minor >= g->from && minor <= g->to);
		assert_int_equal(g->reads_note, minor >= 4 && minor <= 31);
		assert_int_equal(g->honours_hwcap, minor >= 4 && minor <= 31);
		assert_int_equal(g->cache_obeys_note, minor >= 4 && minor <= 31 && minor != 12);
		assert_int_equal(g->loader_base, minor < 4 || minor > 31 ? 0 : minor < 26 ? 52 : 50);
		assert_int_equal(g->cache_base, minor < 4 || minor > 31 ? 0 : 52);
		assert_int_equal(g->glibc_hwcaps, minor >= 33);
		assert_int_equal(g->legacy_hwcaps, minor <= 36);
		assert_true(*g->words != '\0');
	}
	assert_int_equal(glibc_generation(&(struct glibc){ 0 })->to, UINT_MAX);
	assert_int_equal(glibc_generation(&(struct glibc){ .major = 3, .minor = 5 })->to, UINT_MAX);
	assert_int_equal(glibc_generation(&(struct glibc){ .major = 1, .minor = 20 })->to, UINT_MAX);
}

static void comparisons(void **state)
{
	static const struct glibc a = { .major = 2, .minor = 31 }, unknown = { 0 };

	(void)state;
	assert_true(glibc_at_least(&a, 2, 31) && glibc_at_least(&a, 2, 30) && glibc_at_least(&a, 1, 99));
	assert_false(glibc_at_least(&a, 2, 32) || glibc_at_least(&a, 3, 0) || glibc_at_least(&unknown, 2, 0));
	assert_true(glibc_at_most(&a, 2, 31) && glibc_at_most(&a, 2, 32) && glibc_at_most(&a, 3, 0));
	assert_false(glibc_at_most(&a, 2, 30) || glibc_at_most(&a, 1, 99) || glibc_at_most(&unknown, 2, 99));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_words_of_many_releases),
		cmocka_unit_test(words_that_say_nothing),
		cmocka_unit_test(at_any_place),
		TREE_TEST(debian_before_the_merge),
		TREE_TEST(debian_after_the_merge),
		TREE_TEST(fedora),
		TREE_TEST(names_alone),
		TREE_TEST(names_beside),
		TREE_TEST(the_interpreter_of_programs),
		TREE_TEST(what_is_no_loader),
		TREE_TEST(says_what_it_found),
		cmocka_unit_test(the_loader_of_this_machine),
		TREE_TEST(what_ldconfig_does),
		cmocka_unit_test(generations),
		cmocka_unit_test(comparisons),
	};

	return RUN_TESTS(tests);
}
