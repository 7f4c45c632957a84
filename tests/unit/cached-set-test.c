// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "base/process.h"
#include "base/util.h"
#include "fake-glibc.h"
#include "loader/cached-set.h"

#define BASE "/lib/i386-linux-gnu"
#define SET  BASE "/i686/nosegneg"

struct row {
	const char *name, *path;
	int32_t flags;
	uint64_t hwcap;
};

/* A cache of the new format, as ldconfig writes it: names sorted downwards. Rows end with one without a name. */
static void put_cache(const struct row *row)
{
	static uint8_t data[16384];
	uint32_t n = 0, at;

	memset(data, 0, sizeof(data));
	while (row[n].name)
		n++;
	memcpy(data, "glibc-ld.so.cache1.1", 20);
	memcpy(data + 20, &n, 4);
	at = 48 + n * 24;
	for (uint32_t i = 0; i < n; i++) {
		uint8_t *entry = data + 48 + (size_t)i * 24;

		memcpy(entry, &row[i].flags, 4);
		memcpy(entry + 4, &at, 4);
		at += (uint32_t)sprintf((char *)data + at, "%s", row[i].name) + 1;
		memcpy(entry + 8, &at, 4);
		at += (uint32_t)sprintf((char *)data + at, "%s", row[i].path) + 1;
		memcpy(entry + 16, &row[i].hwcap, 8);
	}
	tree_put("/etc/ld.so.cache", data, at);
}

static struct library_set *open_set(const struct root *root, const char *path)
{
	struct glibc glibc = { .directory = BASE };
	struct library_set *set = NULL;
	char why[WHY_MAX];

	assert_int_equal(library_set_find(root, &glibc, STRATEGY_DIRECTORY, path, &set, why), 0);
	return set;
}

static void make_set(void)
{
	fake_library(SET "/libc.so.6", 1, "x");
	fake_library(SET "/libm.so.6", 2, "x");
	tree_link("i386-linux-gnu/i686/nosegneg", "/lib/link");
}

/* What the cache makes of it, in one line. */
static const char *read_set(const char *path)
{
	static char text[PATH_MAX + 128];
	_cleanup_root_ struct root root = tree_root();
	_cleanup_library_set_ struct library_set *set = open_set(&root, path);
	_cleanup_free_ char *data = NULL;
	struct cached_set c;
	struct ldcache cache;
	char why[WHY_MAX] = "";

	if (cached_set_open(&root, &data, &cache, why) < 0)
		return strcpy(text, why);
	assert_int_equal(cached_set_read(&root, &cache, set, &c), 0);
	snprintf(text, sizeof(text), "chosen %zu marked %zu %#llx first %s", c.chosen, c.marked,
			(unsigned long long)c.marks, c.first);
	return text;
}

static void who_gets_the_libraries(void **state)
{
	static const struct {
		struct row row[8];
		const char *expected;
	} cases[] = {
		{ { { 0 } }, "chosen 0 marked 0 0 first " },
		{ { { "libm.so.6", BASE "/libm.so.6", LDCACHE_I386, 0 },
				  { "libc.so.6", BASE "/libc.so.6", LDCACHE_I386, 0 } },
				"chosen 0 marked 0 0 first " BASE "/libc.so.6" },
		{ { { "libm.so.6", SET "/libm.so.6", LDCACHE_I386, 0 },
				  { "libc.so.6", SET "/libc.so.6", LDCACHE_I386, 0 } },
				"chosen 2 marked 0 0 first " SET "/libc.so.6" },
		/* The first of two is taken. */
		{ { { "libc.so.6", SET "/libc.so.6", LDCACHE_I386, 0 },
				  { "libc.so.6", BASE "/libc.so.6", LDCACHE_I386, 0 } },
				"chosen 1 marked 0 0 first " SET "/libc.so.6" },
		{ { { "libc.so.6", BASE "/libc.so.6", LDCACHE_I386, 0 },
				  { "libc.so.6", SET "/libc.so.6", LDCACHE_I386, 0 } },
				"chosen 0 marked 0 0 first " BASE "/libc.so.6" },
		/* Those with bits wait for somebody. */
		{ { { "libm.so.6", SET "/libm.so.6", LDCACHE_I386, UINT64_C(0x28) << 48 },
				  { "libm.so.6", BASE "/libm.so.6", LDCACHE_I386, 0 },
				  { "libc.so.6", SET "/libc.so.6", LDCACHE_I386, UINT64_C(0x18) << 48 },
				  { "libc.so.6", BASE "/libc.so.6", LDCACHE_I386, 0 } },
				"chosen 0 marked 2 0x38000000000000 first " BASE "/libc.so.6" },
		/* Other machines' libraries, other names and other directories are nothing to it. */
		{ { { "libz.so.1", SET "/libz.so.1", LDCACHE_I386, 1 },
				  { "libm.so.6", SET "/libm.so.6", LDCACHE_X86_64, 1 },
				  { "libm.so.6", "/opt/libm.so.6", LDCACHE_I386, 1 },
				  { "libc.so.6", SET "2/libc.so.6", LDCACHE_I386, 1 },
				  { "libc.so.6", SET "/libc.so.6", LDCACHE_X86_64, 0 },
				  { "libc.so.6", "libc.so.6", LDCACHE_I386, 0 } },
				"chosen 0 marked 0 0 first libc.so.6" },
		/* The same directory by another path. */
		{ { { "libm.so.6", "/lib/link/libm.so.6", LDCACHE_I386, 0 },
				  { "libc.so.6", "/lib/./link/libc.so.6", LDCACHE_I386, 0 } },
				"chosen 2 marked 0 0 first /lib/./link/libc.so.6" },
	};

	(void)state;
	make_set();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		put_cache(cases[i].row);
		assert_string_equal(read_set(SET), cases[i].expected);
		assert_string_equal(read_set("/lib/link"), cases[i].expected); /* the set by another path */
	}
}

static void caches_that_cannot_be_read(void **state)
{
	(void)state;
	make_set();
	assert_string_equal(read_set(SET), "No such file or directory");
	tree_text("/etc/ld.so.cache", "");
	assert_string_not_equal(read_set(SET), "");
	tree_text("/etc/ld.so.cache", "no cache at all, but longer than a header of the new format would be");
	assert_memory_not_equal(read_set(SET), "chosen", 6);
	unlink(tree_path("/etc/ld.so.cache"));
	tree_directory("/etc/ld.so.cache");
	assert_string_equal(read_set(SET), "Is a directory");
}

/* What was measured with loaders of these releases: the cache's bits, the note's mask, and whether ld.so takes it. */
static void under_which_note(void **state)
{
	static const struct {
		unsigned minor;
		uint64_t hwcap;
		int mask; /* -1: a kernel without the note */
		bool taken;
	} cases[] = {
		{ 25, UINT64_C(0x0028000000000000), 2, true },  /* i686/nosegneg, "hwcap 1" */
		{ 25, UINT64_C(0x0028000000000000), 0, false }, /* the same kernel, not on Xen */
		{ 25, UINT64_C(0x0028000000000000), 1, false }, /* another kernel's index */
		{ 25, UINT64_C(0x0028000000000000), -1, false },
		{ 25, UINT64_C(0x0018000000000000), 1, true }, /* "hwcap 0" */
		{ 25, UINT64_C(0x0018000000000000), 2, false },
		{ 5, UINT64_C(0x0018000000000000), 1, true },
		{ 12, UINT64_C(0x0028000000000000), 2, false }, /* masked out of the cache */
		{ 31, UINT64_C(0x0022000000000000), 2, false }, /* "hwcap 1": bit 53, and ld.so tests 51 */
		{ 31, UINT64_C(0x0008000000000000), 2, true },  /* xeon_phi */
		{ 31, UINT64_C(0x0008000000000000), 1, false },
		{ 31, UINT64_C(0x0008000000000000), -1, false },
		{ 31, UINT64_C(0x0004000000000000), 1, true }, /* haswell */
		{ 31, UINT64_C(0x0012000000000000), 4, true }, /* "hwcap 0", bit 2 of the note */
		{ 36, UINT64_C(0x0028000000000000), 2, false },
		{ 36, 0, -1, true },
		{ 25, 0, -1, true },
	};

	(void)state;
	make_set();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct row rows[] = { { "libc.so.6", SET "/libc.so.6", LDCACHE_I386, cases[i].hwcap },
			{ "libc.so.6", BASE "/libc.so.6", LDCACHE_I386, 0 }, { 0 } };
		struct kernelcap note = { .present = cases[i].mask >= 0, .mask = (uint32_t)cases[i].mask };
		struct glibc glibc = { .major = 2, .minor = cases[i].minor, .source = GLIBC_FROM_LIBC };
		_cleanup_root_ struct root root = tree_root();
		_cleanup_library_set_ struct library_set *set = open_set(&root, SET);
		_cleanup_free_ char *data = NULL;
		struct ldcache_rules rules;
		struct ldcache cache;
		char why[WHY_MAX];

		put_cache(rows);
		assert_int_equal(cached_set_open(&root, &data, &cache, why), 0);
		cached_set_rules(&glibc, cases[i].mask < 0 ? NULL : &note, false, &rules);
		if (cached_set_taken(&root, &cache, set, &rules) != cases[i].taken)
			fail_msg("2.%u, %#llx, mask %d", cases[i].minor, (unsigned long long)cases[i].hwcap,
					cases[i].mask);
		cached_set_rules(&glibc, cases[i].mask < 0 ? NULL : &note, true, &rules);
		assert_int_equal(cached_set_taken(&root, &cache, set, &rules), cases[i].hwcap == 0);
	}
}

/* The machine's own ldconfig, on copies of the machine's own libraries. */
static void run_ldconfig(const char *conf)
{
	char *const argv[] = { "/sbin/ldconfig", "-X", "-r", tree_top, NULL }, *const env[] = { NULL };
	struct process_spec spec = { .argv = argv, .env = env };
	char output[4096];
	int status;

	tree_text("/etc/ld.so.conf", conf);
	status = process_run(&spec, 60000, output, sizeof(output));
	if (status != 0)
		fail_msg("ldconfig: %d %s", status, output);
}

static void caches_of_the_real_ldconfig(void **state)
{
	static const char named[] = "/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg";
	static const char *const names[] = { "libc.so.6", "libm.so.6" };
	char from[64], to[PATH_MAX], plain[128], line[128];

	(void)state;
	if (access(BASE "/libc.so.6", R_OK) != 0 || access("/sbin/ldconfig", X_OK) != 0) {
		print_message("no i386 libraries here\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(from, sizeof(from), BASE "/%s", names[i]);
		snprintf(to, sizeof(to), "/usr/lib/i386-linux-gnu/%s", names[i]);
		tree_copy(from, to);
		snprintf(to, sizeof(to), "%s/%s", named, names[i]);
		tree_copy(from, to);
	}
	run_ldconfig("/usr/lib/i386-linux-gnu\n");
	snprintf(plain, sizeof(plain), "chosen 0 marked 0 0 first /usr/lib/i386-linux-gnu/libc.so.6");
	assert_string_equal(read_set(named), plain); /* on demand only: binds nobody */
	snprintf(line, sizeof(line), "%s\n/usr/lib/i386-linux-gnu\n", named);
	run_ldconfig(line);
	snprintf(plain, sizeof(plain), "chosen 2 marked 0 0 first %s/libc.so.6", named);
	assert_string_equal(read_set(named), plain);
	snprintf(line, sizeof(line), "/usr/lib/i386-linux-gnu\n%s\n", named); /* too late: the base comes first */
	run_ldconfig(line);
	assert_string_equal(read_set(named), "chosen 0 marked 0 0 first /usr/lib/i386-linux-gnu/libc.so.6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(who_gets_the_libraries),
		TREE_TEST(caches_that_cannot_be_read),
		TREE_TEST(under_which_note),
		TREE_TEST(caches_of_the_real_ldconfig),
	};

	return RUN_TESTS(tests);
}
