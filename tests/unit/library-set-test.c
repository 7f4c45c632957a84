// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <libelf.h>
#include <string.h>

#include "base/util.h"
#include "fake-glibc.h"
#include "loader/library-set.h"

#define MULTIARCH "/lib/i386-linux-gnu"
#define OURS      "/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg"
#define SHA       "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define WORDS     FAKE_BANNER("Debian GLIBC 2.36-9", "2.36")

static struct glibc release(const char *directory, unsigned minor)
{
	struct glibc g = { .major = 2, .minor = minor, .source = GLIBC_FROM_LIBC, .build_id = "ba" };

	strcpy(g.directory, directory);
	snprintf(g.loader, sizeof(g.loader), "%s/ld-linux.so.2", directory);
	strcpy(g.package, "Debian GLIBC 2.36-9");
	return g;
}

/* What is found, or why nothing is. */
static const char *find(const struct glibc *glibc, enum strategy strategy, const char *path)
{
	static char text[PATH_MAX + WHY_MAX];
	_cleanup_root_ struct root root = tree_root();
	_cleanup_library_set_ struct library_set *set = NULL;
	char why[WHY_MAX] = "";
	int r = library_set_find(&root, glibc, strategy, path, &set, why);

	assert_int_equal(r == 0, set != NULL);
	if (r == 0)
		snprintf(text, sizeof(text), "%s", set->path);
	else
		snprintf(text, sizeof(text), "%d %s", -r, why);
	return text;
}

static void places_in_their_order(void **state)
{
	static const char *const places[] = { "/lib/tls/i686/nosegneg", "/lib/nosegneg", "/lib/i686/nosegneg",
		MULTIARCH "/nosegneg", MULTIARCH "/i686/nosegneg", OURS };
	struct glibc multiarch = release(MULTIARCH, 36), plain = release("/lib", 12);

	(void)state;
	assert_string_equal(find(&multiarch, STRATEGY_DIRECTORY, ""), "2 no nosegneg libraries are installed");
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/readme", places[i]); /* no C library in it: no set */
		tree_text(path, "");
		assert_string_not_equal(find(&multiarch, STRATEGY_DIRECTORY, ""), places[i]);
		snprintf(path, sizeof(path), "%s/libc.so.6", places[i]);
		fake_library(path, 2, WORDS);
		assert_string_equal(find(&multiarch, STRATEGY_DIRECTORY, ""), places[i]);
	}
	/* A hwcap line works for hwcap directories only. */
	assert_string_equal(find(&multiarch, STRATEGY_HWCAP, ""), MULTIARCH "/i686/nosegneg");
	assert_string_equal(find(&plain, STRATEGY_HWCAP, ""), "/lib/i686/nosegneg");
	assert_string_equal(find(&plain, STRATEGY_ALIAS, ""), OURS);
}

static void a_path_that_was_given(void **state)
{
	struct glibc glibc = release(MULTIARCH, 36);
	char path[PATH_MAX + 1];

	(void)state;
	fake_library("/opt/set/libc.so.6", 2, WORDS);
	fake_library(OURS "/libc.so.6", 2, WORDS);
	tree_link("set", "/opt/link");
	tree_text("/opt/file", "");
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, "/opt/set"), "/opt/set");
	assert_string_equal(find(&glibc, STRATEGY_HWCAP, "/opt/set"), "/opt/set");       /* the caller judges */
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, "/opt/link"), "/opt/link"); /* as it was said */
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, "/opt"), "2 no libc.so.6 in it: not a library set");
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, "/missing"), "2 no libc.so.6 in it: not a library set");
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, "/opt/file"), "20 Not a directory");
	memset(path, 'a', PATH_MAX);
	path[0] = '/';
	path[PATH_MAX] = '\0';
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, path), "36 File name too long");
	path[PATH_MAX - 5] = '\0';
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, path), "36 File name too long");
}

static void lists_the_libraries(void **state)
{
	_cleanup_root_ struct root root = tree_root();
	_cleanup_library_set_ struct library_set *set = NULL;
	struct glibc glibc = release(MULTIARCH, 36);
	char why[WHY_MAX] = "";

	(void)state;
	fake_library("/opt/set/libpthread.so.0", 3, NULL);
	fake_library("/opt/set/libc-2.36.so", 2, WORDS);
	tree_link("libc-2.36.so", "/opt/set/libc.so.6");
	fake_library("/opt/set/libm.so.6", 3, NULL);
	fake_library("/opt/set/ld-linux.so.2", 3, NULL); /* none of these is asked for by this name */
	tree_text("/opt/set/libm.so", "");
	tree_text("/opt/set/.libx.so.6", "");
	tree_text("/opt/set/readme", "");
	tree_link("/opt/set", "/opt/link");
	assert_int_equal(library_set_find(&root, &glibc, STRATEGY_DIRECTORY, "/opt/link", &set, why), 0);
	assert_int_equal(set->nlibrary, 3);
	assert_string_equal(set->library[0], "libc.so.6");
	assert_string_equal(set->library[1], "libm.so.6");
	assert_string_equal(set->library[2], "libpthread.so.0");
	assert_string_equal(set->path, "/opt/link");
	assert_string_equal(set->real, "/opt/set");
	assert_null(set->manifest);
}

static void too_many_libraries(void **state)
{
	struct glibc glibc = release(MULTIARCH, 36);

	(void)state;
	fake_library("/opt/set/libc.so.6", 2, WORDS);
	for (int i = 0; i < 63; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/opt/set/lib%d.so.1", i);
		tree_text(path, "");
	}
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, "/opt/set"), "/opt/set");
	tree_text("/opt/set/libx.so.1", "");
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, "/opt/set"), "74 more than 64 libraries");
}

static void broken_manifests(void **state)
{
	struct glibc glibc = release(MULTIARCH, 36);

	(void)state;
	fake_library("/opt/set/libc.so.6", 2, WORDS);
	tree_text("/opt/set/manifest", "");
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, "/opt/set"),
			"74 manifest:1: not a nosegneg manifest: it is empty");
	tree_text("/opt/set/manifest", "nosegneg-manifest: 1\nlibrary: libc.so.6\n");
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, "/opt/set"),
			"74 manifest:2: a library needs sha256=, build-id= and base-build-id=");
	unlink(tree_path("/opt/set/manifest"));
	tree_link("manifest", "/opt/set/manifest");
	assert_string_equal(
			find(&glibc, STRATEGY_DIRECTORY, "/opt/set"), "74 manifest: Too many levels of symbolic links");
	/* A broken set in a usual place is not passed over for another one. */
	fake_library(OURS "/libc.so.6", 2, WORDS);
	tree_text(OURS "/manifest", "x");
	fake_library("/lib/nosegneg/libc.so.6", 2, WORDS);
	assert_string_equal(find(&glibc, STRATEGY_DIRECTORY, ""), "74 manifest:1: no 'key: value'");
}

static void hwcap_directories(void **state)
{
	static const struct {
		const char *real, *directory;
		bool is;
	} cases[] = {
		{ MULTIARCH "/i686/nosegneg", MULTIARCH, true },
		{ MULTIARCH "/nosegneg", MULTIARCH, true },
		{ MULTIARCH "/tls/i686/nosegneg", MULTIARCH, true },
		{ "/lib/i686/nosegneg", "/lib", true },
		{ "/lib/i686/nosegneg", MULTIARCH, true },
		{ "/usr/lib/i686/nosegneg", MULTIARCH, true },
		{ "/usr/lib/i686/nosegneg2", MULTIARCH, false },
		{ "/opt/i686/nosegneg", MULTIARCH, false },
		{ "/lib64/i686/nosegneg", MULTIARCH, false },
		{ MULTIARCH "/i686/nosegneg", "/lib", false },
		{ MULTIARCH "/nosegneg/i686", MULTIARCH, false },
		{ MULTIARCH "/i686/nosegneg2", MULTIARCH, false },
		{ MULTIARCH "2/nosegneg", MULTIARCH, false },
		{ MULTIARCH, MULTIARCH, false },
		{ OURS, "/usr/lib/i386-linux-gnu", false },
	};
	static struct library_set set;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct glibc glibc = release(cases[i].directory, 25);

		strcpy(set.real, cases[i].real);
		assert_int_equal(library_set_is_hwcap_directory(&set, &glibc), cases[i].is);
	}
}

static void where_a_set_would_lie(void **state)
{
	static const struct {
		const char *directory;
		unsigned minor;
		enum strategy strategy;
		const char *place;
	} cases[] = {
		{ MULTIARCH, 36, STRATEGY_DIRECTORY, OURS },
		{ "/usr/lib/i386-linux-gnu", 36, STRATEGY_DIRECTORY, OURS },
		{ MULTIARCH, 32, STRATEGY_DIRECTORY, MULTIARCH "/i686/nosegneg" },
		{ MULTIARCH, 31, STRATEGY_ALIAS, MULTIARCH "/i686/nosegneg" },
		{ MULTIARCH, 25, STRATEGY_HWCAP, MULTIARCH "/i686/nosegneg" },
		{ "/lib", 36, STRATEGY_DIRECTORY, "/lib/i686/nosegneg" },
		{ "/lib", 12, STRATEGY_HWCAP, "/lib/i686/nosegneg" },
		{ "", 8, STRATEGY_HWCAP, "/lib/i686/nosegneg" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct glibc glibc = release(cases[i].directory, cases[i].minor);
		char path[PATH_MAX];

		library_set_place(&glibc, cases[i].strategy, path);
		assert_string_equal(path, cases[i].place);
	}
}

static void check(const struct glibc *glibc, int r, const char *words)
{
	_cleanup_root_ struct root root = tree_root();
	_cleanup_library_set_ struct library_set *set = NULL;
	char why[WHY_MAX] = "";

	assert_int_equal(library_set_find(&root, glibc, STRATEGY_DIRECTORY, "/set", &set, why), 0);
	assert_int_equal(library_set_check(&root, set, glibc, why), r);
	if (r < 0)
		assert_string_equal(why, words);
}

#define LIBRARY(name, id, base) "library: " name " sha256=" SHA " build-id=" id " base-build-id=" base "\n"
#define RTLD                    "rtld: _rtld_global=4 _rtld_global_ro=4 base-build-id=ba\n"
#define MANIFEST                                                                                                       \
	"nosegneg-manifest: 1\nbase-package: libc6 2.36-9\n" RTLD LIBRARY("libc.so.6", "c1", "c0")                     \
			LIBRARY("libm.so.6", "d1", "d0")

static void make_base_and_set(const char *manifest)
{
	fake_library(MULTIARCH "/libc.so.6", 0xc0, WORDS);
	fake_library(MULTIARCH "/libm.so.6", 0xd0, NULL);
	fake_library("/set/libc.so.6", 0xc1, WORDS);
	fake_library("/set/libm.so.6", 0xd1, NULL);
	if (manifest)
		tree_text("/set/manifest", manifest);
}

static void the_manifest_fits(void **state)
{
	struct glibc glibc = release(MULTIARCH, 36);

	(void)state;
	make_base_and_set(MANIFEST);
	check(&glibc, 0, "");
	strcpy(glibc.build_id, "bb");
	check(&glibc, -EBADMSG, "built for another loader: libc6 2.36-9, and this machine has Debian GLIBC 2.36-9");
	*glibc.package = '\0';
	check(&glibc, -EBADMSG, "built for another loader: libc6 2.36-9, and this machine has a different build");
}

static void the_base_is_another_one(void **state)
{
	struct glibc glibc = release(MULTIARCH, 36);

	(void)state;
	make_base_and_set(MANIFEST);
	fake_library(MULTIARCH "/libm.so.6", 0xd7, NULL);
	check(&glibc, -EBADMSG,
			"built for another C library: libm.so.6 of this machine is not the one it was built against");
	fake_library(MULTIARCH "/libm.so.6", 0, NULL); /* without a build-id */
	check(&glibc, -EBADMSG,
			"built for another C library: libm.so.6 of this machine is not the one it was built against");
	unlink(tree_path(MULTIARCH "/libm.so.6"));
	check(&glibc, 0, ""); /* nothing can load it */
	tree_text(MULTIARCH "/libm.so.6", "x");
	check(&glibc, -ENOEXEC, "libm.so.6: not an ELF file, or a truncated one");
}

static void the_set_was_changed(void **state)
{
	struct glibc glibc = release(MULTIARCH, 36);

	(void)state;
	make_base_and_set(MANIFEST);
	fake_library("/set/libm.so.6", 0xd7, NULL);
	check(&glibc, -EBADMSG, "libm.so.6 is not the file that the manifest names: build-id d7..., not d1...");
	fake_library("/set/libm.so.6", 0, NULL);
	check(&glibc, -EBADMSG, "libm.so.6 is not the file that the manifest names: build-id none..., not d1...");
	tree_text("/set/libm.so.6", "");
	check(&glibc, -ENOEXEC, "libm.so.6: not an ELF file, or a truncated one");
	unlink(tree_path("/set/libm.so.6"));
	check(&glibc, -ENOENT, "libm.so.6: No such file or directory"); /* a library of the set is missing */
	unlink(tree_path(MULTIARCH "/libm.so.6"));
	check(&glibc, 0, ""); /* nobody has it: a small image */
	fake_library(MULTIARCH "/libm.so.6", 0xd0, NULL);
	tree_link("libm.so.6", "/set/libm.so.6");
	check(&glibc, -ELOOP, "libm.so.6: Too many levels of symbolic links");
}

/* As nosegneg-copy makes images. The other way round, a set that is links to the base, is none. */
static void the_base_is_links_to_the_set(void **state)
{
	struct glibc glibc = release(MULTIARCH, 36);

	(void)state;
	make_base_and_set(MANIFEST);
	unlink(tree_path(MULTIARCH "/libc.so.6"));
	tree_link("/set/libc.so.6", MULTIARCH "/libc.so.6");
	check(&glibc, 0, "");
	unlink(tree_path(MULTIARCH "/libm.so.6"));
	tree_link("../../set/libm.so.6", MULTIARCH "/libm.so.6");
	check(&glibc, 0, "");
	strcpy(glibc.build_id, "bb");
	check(&glibc, -EBADMSG, "built for another loader: libc6 2.36-9, and this machine has Debian GLIBC 2.36-9");
	strcpy(glibc.build_id, "ba");
	unlink(tree_path(MULTIARCH "/libc.so.6"));
	unlink(tree_path(MULTIARCH "/libm.so.6"));
	make_base_and_set(MANIFEST);
	unlink(tree_path("/set/libc.so.6"));
	tree_link(MULTIARCH "/libc.so.6", "/set/libc.so.6");
	check(&glibc, -EBADMSG, "its libc.so.6 is the base's own");
}

static void a_set_without_a_manifest(void **state)
{
	struct glibc glibc = release(MULTIARCH, 36);

	(void)state;
	make_base_and_set(NULL);
	check(&glibc, 0, "");
	fake_library("/set/libc.so.6", 0xc1, FAKE_BANNER("Debian GLIBC 2.36-8", "2.36"));
	check(&glibc, -EBADMSG,
			"of another C library: 2.36 Debian GLIBC 2.36-8, and the base is 2.36 Debian GLIBC 2.36-9");
	fake_library("/set/libc.so.6", 0xc1, FAKE_BANNER("Debian GLIBC 2.36-9", "2.35"));
	check(&glibc, -EBADMSG,
			"of another C library: 2.35 Debian GLIBC 2.36-9, and the base is 2.36 Debian GLIBC 2.36-9");
	fake_library("/set/libc.so.6", 0xc1, "x");
	check(&glibc, -EBADMSG, "/set/libc.so.6 does not say which release it is");
	fake_library("/set/libc.so.6", 0xc1, WORDS);
	unlink(tree_path(MULTIARCH "/libc.so.6"));
	check(&glibc, -ENOENT, "No such file or directory");
}

/* A manifest that does not say which loader, or a loader without a build-id: the words have to do. */
static void a_manifest_without_the_loader(void **state)
{
	struct glibc glibc = release(MULTIARCH, 36);

	(void)state;
	make_base_and_set("nosegneg-manifest: 1\n" LIBRARY("libc.so.6", "ff", "ff"));
	check(&glibc, 0, "");
	tree_text("/set/manifest", MANIFEST);
	fake_library(MULTIARCH "/libc.so.6", 0xc0, FAKE_BANNER("other", "2.36"));
	*glibc.build_id = '\0';
	check(&glibc, -EBADMSG, "of another C library: 2.36 Debian GLIBC 2.36-9, and the base is 2.36 other");
}

static void check_symbols(int r, const char *words)
{
	_cleanup_root_ struct root root = tree_root();
	_cleanup_library_set_ struct library_set *set = NULL;
	struct glibc glibc = release("/lib", 36);
	char why[WHY_MAX] = "";

	assert_int_equal(library_set_find(&root, &glibc, STRATEGY_DIRECTORY, "/set", &set, why), 0);
	assert_int_equal(library_set_check_symbols(&root, set, &glibc, why), r);
	if (r < 0)
		assert_string_equal(why, words);
}

static void private_symbols(void **state)
{
	(void)state;
	tree_copy(FIXTURE("private-ld-more.so"), "/lib/ld-linux.so.2");
	tree_copy(FIXTURE("private-lib-few.so"), "/set/libc.so.6");
	tree_copy(FIXTURE("private-lib-more.so"), "/set/libm.so.6");
	check_symbols(0, "");
	tree_copy(FIXTURE("private-ld-few.so"), "/lib/ld-linux.so.2");
	check_symbols(-EBADMSG, "libm.so.6 wants the private symbol extra, which this machine's loader lacks");
	tree_copy(FIXTURE("private-lib-few.so"), "/set/libm.so.6"); /* it does without the weak one */
	check_symbols(0, "");
	tree_text("/set/libm.so.6", "x");
	check_symbols(-ENOEXEC, "libm.so.6: not an ELF file");
	tree_copy(FIXTURE("object-64-new.so"), "/set/libm.so.6");
	check_symbols(-EBADMSG, "libm.so.6: not an i386 library");
	unlink(tree_path("/lib/ld-linux.so.2"));
	check_symbols(-ENOENT, "ld-linux.so.2: No such file or directory");
}

/* The third number counts, too. */
static void another_patch_level(void **state)
{
	struct glibc glibc = release(MULTIARCH, 3);
	static char why[WHY_MAX];
	_cleanup_root_ struct root root = tree_root();
	_cleanup_library_set_ struct library_set *set = NULL;

	(void)state;
	fake_library(MULTIARCH "/libc.so.6", 1, "GNU C Library stable release version 2.3.4, by Roland");
	fake_library("/set/libc.so.6", 1, "GNU C Library stable release version 2.3.2, by Roland");
	assert_int_equal(library_set_find(&root, &glibc, STRATEGY_DIRECTORY, "/set", &set, why), 0);
	assert_int_equal(library_set_check(&root, set, &glibc, why), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(places_in_their_order),
		TREE_TEST(a_path_that_was_given),
		TREE_TEST(lists_the_libraries),
		TREE_TEST(too_many_libraries),
		TREE_TEST(broken_manifests),
		cmocka_unit_test(hwcap_directories),
		cmocka_unit_test(where_a_set_would_lie),
		TREE_TEST(the_manifest_fits),
		TREE_TEST(the_base_is_another_one),
		TREE_TEST(the_set_was_changed),
		TREE_TEST(the_base_is_links_to_the_set),
		TREE_TEST(a_set_without_a_manifest),
		TREE_TEST(a_manifest_without_the_loader),
		TREE_TEST(another_patch_level),
		TREE_TEST(private_symbols),
	};

	elf_version(EV_CURRENT);
	return RUN_TESTS(tests);
}
