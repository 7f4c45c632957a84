// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "loader/ldcache.h"

#define NOSEGNEG_1 (UINT64_C(1) << 53) /* "hwcap 1 nosegneg" of ldconfig */
#define I686       (UINT64_C(1) << 49)
#define XEON_PHI   (UINT64_C(1) << 51)
#define I386_HWCAP 1 /* SSE2 */

static char why[WHY_MAX];

struct row {
	const char *name, *path;
	int32_t flags;
	uint64_t hwcap;
	uint32_t osversion;
};

/* A cache as ldconfig writes it, put together by hand; the rows are in the order they have in the file. */
struct builder {
	uint8_t data[8192];
	size_t size;
};

static void put(struct builder *b, size_t at, const void *bytes, size_t n)
{
	assert_true(at + n <= sizeof(b->data));
	memcpy(b->data + at, bytes, n);
	if (b->size < at + n)
		b->size = at + n;
}

static void put32(struct builder *b, size_t at, uint32_t value)
{
	put(b, at, &value, 4);
}

static uint32_t put_string(struct builder *b, const char *s)
{
	uint32_t at = (uint32_t)b->size;

	put(b, at, s, strlen(s) + 1);
	return at;
}

/* `base` is what the strings' offsets count from. */
static void put_entries(
		struct builder *b, size_t entries, size_t entry_size, uint32_t base, const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = entries + i * entry_size;

		put32(b, at, (uint32_t)row[i].flags);
		put32(b, at + 4, put_string(b, row[i].name) - base);
		put32(b, at + 8, put_string(b, row[i].path) - base);
		if (entry_size == 24) {
			put32(b, at + 12, row[i].osversion);
			put(b, at + 16, &row[i].hwcap, 8);
		}
	}
}

static void build_new(struct builder *b, size_t at, const struct row *row, size_t n)
{
	put(b, at, "glibc-ld.so.cache1.1", 20);
	put32(b, at + 20, (uint32_t)n);
	b->size = at + 48 + n * 24;
	put_entries(b, at + 48, 24, (uint32_t)at, row, n);
}

/* Behind everything else, as ldconfig does: the names' table and the directory. */
static void build_extension(struct builder *b, const char *const *names, size_t n)
{
	uint32_t name[8], directory;

	for (size_t i = 0; i < n; i++)
		name[i] = put_string(b, names[i]);
	while (b->size % 4)
		put(b, b->size, "", 1);
	directory = (uint32_t)b->size;
	put32(b, 32, directory);
	b->data[28] = 2;
	put32(b, directory, 0xeaa42174);
	put32(b, directory + 4, 2);
	put(b, directory + 8, (uint32_t[]){ 0, 0, directory + 40 + 4 * (uint32_t)n, 4 }, 16);
	put(b, directory + 24, (uint32_t[]){ 1, 0, directory + 40, 4 * (uint32_t)n }, 16);
	put(b, directory + 40, name, 4 * n);
	put(b, b->size, "ldcf", 4);
}

static void build_old(struct builder *b, const struct row *row, size_t n)
{
	put(b, 0, "ld.so-1.7.0", 11);
	put32(b, 12, (uint32_t)n);
	b->size = 16 + 12 * n;
	put_entries(b, 16, 12, (uint32_t)b->size, row, n);
}

static void parse(const struct builder *b, struct ldcache *c)
{
	assert_int_equal(ldcache_parse(b->data, b->size, c, why), 0);
}

static const char *find(const struct ldcache *c, const char *name, const struct ldcache_rules *rules)
{
	struct ldcache_entry e;

	return ldcache_find(c, name, rules, &e) ? e.path : "none";
}

static const struct ldcache_rules i386_231 = {
	.flags = LDCACHE_I386, .hwcap = I386_HWCAP, .platforms = UINT64_C(3) << 48, .platform = I686
};

static void test_compare(void **state)
{
	static const struct {
		const char *a, *b;
		int sign;
	} table[] = {
		{ "libc.so.6", "libc.so.6", 0 },
		{ "libc.so.6", "libc.so.10", -1 },
		{ "libc.so.6", "libc.so", 1 },
		{ "libdb-5.3.so", "libdb5.so", -1 },
		{ "lib9", "liba", 1 },
		{ "liba", "lib9", -1 },
		{ "lib007", "lib7", 0 },
		{ "", "a", -1 },
		{ "a", "", 1 },
		{ "lib4294967297", "lib1", 0 }, /* as ld.so overflows */
		{ "libstdc++.so.6", "libstdc.so", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		int r = ldcache_compare(table[i].a, table[i].b);

		assert_int_equal((r > 0) - (r < 0), table[i].sign);
	}
}

static const struct row plain[] = {
	{ "libz.so.1", "/lib/libz.so.1", LDCACHE_I386, 0, 0 },
	{ "libm.so.6", "/lib64/libm.so.6", LDCACHE_X86_64, 0, 0 },
	{ "libm.so.6", "/lib/libm.so.6", LDCACHE_I386, 0, 0 },
	{ "libc.so.6", "/libx32/libc.so.6", LDCACHE_X32, 0, 0 },
	{ "libc.so.6", "/lib64/libc.so.6", LDCACHE_X86_64, 0, 0 },
	{ "libc.so.6", "/lib/libc.so.6", LDCACHE_I386, 0, 0 },
	{ "liba.so.10", "/lib/liba.so.10", LDCACHE_ELF, 0, 0 },
	{ "liba.so.9", "/lib/liba.so.9", LDCACHE_I386, 0, 0 },
};

static void test_plain_lookups(const struct builder *b, enum ldcache_format format)
{
	struct ldcache_rules amd64 = { .flags = LDCACHE_X86_64 }, x32 = { .flags = LDCACHE_X32 };
	struct ldcache_entry e;
	struct ldcache c;

	parse(b, &c);
	assert_int_equal(c.format, format);
	assert_int_equal(c.nentry, ARRAY_SIZE(plain));
	assert_string_equal(find(&c, "libc.so.6", &i386_231), "/lib/libc.so.6");
	assert_string_equal(find(&c, "libc.so.6", &amd64), "/lib64/libc.so.6");
	assert_string_equal(find(&c, "libc.so.6", &x32), "/libx32/libc.so.6");
	assert_string_equal(find(&c, "libm.so.6", &i386_231), "/lib/libm.so.6");
	assert_string_equal(find(&c, "libz.so.1", &i386_231), "/lib/libz.so.1");
	assert_string_equal(find(&c, "libz.so.1", &amd64), "none");
	assert_string_equal(find(&c, "liba.so.9", &i386_231), "/lib/liba.so.9");
	assert_string_equal(find(&c, "liba.so.10", &i386_231), "/lib/liba.so.10"); /* type: any ELF */
	assert_string_equal(find(&c, "liba.so.10", &amd64), "none");
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		assert_true(ldcache_entry(&c, (uint32_t)i, &e));
		assert_string_equal(e.name, plain[i].name);
		assert_string_equal(e.path, plain[i].path);
		assert_int_equal(e.flags, plain[i].flags);
		assert_null(e.subdirectory);
	}
	assert_string_equal(find(&c, "libb.so", &i386_231), "none");
	assert_string_equal(find(&c, "", &i386_231), "none");
	assert_string_equal(find(&c, "zzz", &i386_231), "none");
}

static void test_new_format(void **state)
{
	struct builder b = { 0 };

	(void)state;
	build_new(&b, 0, plain, ARRAY_SIZE(plain));
	test_plain_lookups(&b, LDCACHE_NEW);
}

static void test_old_format(void **state)
{
	struct builder b = { 0 };

	(void)state;
	build_old(&b, plain, ARRAY_SIZE(plain));
	test_plain_lookups(&b, LDCACHE_OLD);
}

/* The old part has other paths, which must not be looked at. Odd numbers of its entries need padding to 8 bytes, which
 * a 32-bit ldconfig does not write. */
static void test_mixed_format(void **state)
{
	static const struct row old[] = {
		{ "libc.so.6", "/wrong", LDCACHE_I386, 0, 0 },
		{ "libb.so.6", "/wrong", LDCACHE_I386, 0, 0 },
		{ "liba.so.6", "/wrong", LDCACHE_I386, 0, 0 },
	};

	(void)state;
	for (size_t n = 0; n <= ARRAY_SIZE(old); n++) {
		struct builder b = { 0 };

		put(&b, 0, "ld.so-1.7.0", 11);
		put32(&b, 12, (uint32_t)n);
		build_new(&b, 16 + 12 * n + (n & 1) * 4, plain, ARRAY_SIZE(plain));
		test_plain_lookups(&b, LDCACHE_MIXED);
		memset(&b, 0, sizeof(b));
		put(&b, 0, "ld.so-1.7.0", 11);
		put32(&b, 12, (uint32_t)n);
		build_new(&b, 16 + 12 * n, plain, ARRAY_SIZE(plain));
		test_plain_lookups(&b, LDCACHE_MIXED);
	}
}

/* What was measured with glibc 2.25 and 2.31: the first entries are the set's, with one more bit. */
static void test_hwcap_bits(void **state)
{
	static const struct row rows[] = {
		{ "libc.so.6", "/lib/i686/nosegneg/libc.so.6", LDCACHE_I386, NOSEGNEG_1 | I686, 0 },
		{ "libc.so.6", "/lib/xeon_phi/libc.so.6", LDCACHE_I386, XEON_PHI, 0 },
		{ "libc.so.6", "/lib/tls/i586/libc.so.6", LDCACHE_I386, LDCACHE_TLS | UINT64_C(1) << 48, 0 },
		{ "libc.so.6", "/lib/tls/sse2/libc.so.6", LDCACHE_I386, LDCACHE_TLS | 1, 0 },
		{ "libc.so.6", "/lib/libc.so.6", LDCACHE_I386, 0, 0 },
	};
	struct ldcache_rules rules = i386_231;
	struct builder b = { 0 };
	struct ldcache c;

	(void)state;
	build_new(&b, 0, rows, ARRAY_SIZE(rows));
	parse(&b, &c);
	assert_string_equal(find(&c, "libc.so.6", &rules), "/lib/tls/sse2/libc.so.6");
	rules.hwcap = 0;
	assert_string_equal(find(&c, "libc.so.6", &rules), "/lib/libc.so.6");
	rules.hwcap = NOSEGNEG_1;
	assert_string_equal(find(&c, "libc.so.6", &rules), "/lib/i686/nosegneg/libc.so.6");
	rules.platform = UINT64_C(1) << 48;
	assert_string_equal(find(&c, "libc.so.6", &rules), "/lib/tls/i586/libc.so.6");
	rules.hwcap = XEON_PHI; /* the alias: outside of the i386 loader's platform bits, it is a bit like others */
	assert_string_equal(find(&c, "libc.so.6", &rules), "/lib/xeon_phi/libc.so.6");
	rules.plain_only = true;
	assert_string_equal(find(&c, "libc.so.6", &rules), "/lib/libc.so.6");
}

static void test_osversion(void **state)
{
	static const struct row rows[] = {
		{ "libc.so.6", "/new", LDCACHE_I386, 0, 0x020620 },
		{ "libc.so.6", "/old", LDCACHE_I386, 0, 0x020412 },
	};
	struct ldcache_rules rules = i386_231;
	struct builder b = { 0 };
	struct ldcache c;

	(void)state;
	build_new(&b, 0, rows, ARRAY_SIZE(rows));
	parse(&b, &c);
	assert_string_equal(find(&c, "libc.so.6", &rules), "/new");
	rules.osversion = 0x020620;
	assert_string_equal(find(&c, "libc.so.6", &rules), "/new");
	rules.osversion = 0x02061f;
	assert_string_equal(find(&c, "libc.so.6", &rules), "/old");
	rules.osversion = 0x020411;
	assert_string_equal(find(&c, "libc.so.6", &rules), "none");
}

/* From 2.33 on the first plain entry that fits ends the search, before it the exact type was preferred. */
static void test_general_type(void **state)
{
	static const struct row rows[] = {
		{ "libc.so.6", "/general", LDCACHE_ELF, 0, 0 },
		{ "libc.so.6", "/exact", LDCACHE_I386, 0, 0 },
	};
	struct ldcache_rules rules = i386_231;
	struct builder b = { 0 };
	struct ldcache c;

	(void)state;
	build_new(&b, 0, rows, ARRAY_SIZE(rows));
	parse(&b, &c);
	assert_string_equal(find(&c, "libc.so.6", &rules), "/exact");
	rules.named = true;
	assert_string_equal(find(&c, "libc.so.6", &rules), "/general");
}

#define NAMED(index, isa) (LDCACHE_NAMED | (uint64_t)(isa) << 32 | (index))

static const char *const names[] = { "nosegneg", "x86-64-v2", "x86-64-v3" };
static const struct row named[] = {
	{ "libd.so", "/x/libd.so", LDCACHE_I386, NAMED(7, 0), 0 },
	{ "libc.so", "/v2/libc.so", LDCACHE_X86_64, NAMED(1, 1), 0 },
	{ "libc.so", "/v3/libc.so", LDCACHE_X86_64, NAMED(2, 2), 0 },
	{ "libc.so", "/nosegneg/libc.so", LDCACHE_I386, NAMED(0, 0), 0 },
	{ "libc.so", "/64/libc.so", LDCACHE_X86_64, 0, 0 },
	{ "libc.so", "/32/libc.so", LDCACHE_I386, 0, 0 },
};

static void test_glibc_hwcaps(void **state)
{
	static const char *const v3_v2[] = { "x86-64-v3", "x86-64-v2" }, *const v2_v3[] = { "x86-64-v2", "x86-64-v3" };
	struct ldcache_rules amd64 = {
		.flags = LDCACHE_X86_64, .named = true, .isa = 7, .priority = v3_v2, .npriority = 2
	};
	struct ldcache_rules i386 = { .flags = LDCACHE_I386, .named = true, .isa = 1 };
	struct ldcache_entry e;
	struct builder b = { 0 };
	struct ldcache c;

	(void)state;
	build_new(&b, 0, named, ARRAY_SIZE(named));
	build_extension(&b, names, ARRAY_SIZE(names));
	parse(&b, &c);
	assert_false(c.extension_broken);
	assert_int_equal(c.nname, 3);
	assert_memory_equal(c.data + c.generator, "ldcf", c.generator_size);
	assert_string_equal(find(&c, "libc.so", &amd64), "/v3/libc.so");
	amd64.priority = v2_v3;
	assert_string_equal(find(&c, "libc.so", &amd64), "/v2/libc.so");
	amd64.priority = v3_v2;
	amd64.isa = 3;
	assert_string_equal(find(&c, "libc.so", &amd64), "/v2/libc.so");
	amd64.isa = 1;
	assert_string_equal(find(&c, "libc.so", &amd64), "/64/libc.so");
	amd64.named = false;
	amd64.isa = 7;
	assert_string_equal(find(&c, "libc.so", &amd64), "/64/libc.so");
	assert_string_equal(find(&c, "libc.so", &i386), "/32/libc.so");
	i386.priority = names;
	i386.npriority = 1;
	assert_string_equal(find(&c, "libc.so", &i386), "/nosegneg/libc.so");
	i386.plain_only = true; /* 2.40: no entries with hwcap bits, but these */
	assert_string_equal(find(&c, "libc.so", &i386), "/nosegneg/libc.so");
	assert_string_equal(find(&c, "libd.so", &i386), "none"); /* its name is not in the table */
	assert_true(ldcache_entry(&c, 2, &e));
	assert_string_equal(e.subdirectory, "x86-64-v3");
	assert_int_equal(e.isa_level, 2);
	assert_true(ldcache_entry(&c, 0, &e));
	assert_null(e.subdirectory);
}

static void test_broken_extensions(void **state)
{
	static const struct {
		size_t from_directory;
		uint32_t value;
	} table[] = {
		{ 0, 0 },               /* magic */
		{ 4, 65 },              /* more sections than any ldconfig writes */
		{ 4, UINT32_MAX },      /* more than fit */
		{ 32, UINT32_MAX },     /* the table's offset */
		{ 36, UINT32_MAX - 3 }, /* its size */
	};
	struct builder b = { 0 }, copy;
	struct ldcache c;
	uint32_t directory;

	(void)state;
	build_new(&b, 0, named, ARRAY_SIZE(named));
	build_extension(&b, names, ARRAY_SIZE(names));
	memcpy(&directory, b.data + 32, 4);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		copy = b;
		put32(&copy, directory + table[i].from_directory, table[i].value);
		parse(&copy, &c);
		assert_true(c.extension_broken);
		assert_int_equal(c.nname, 0);
	}
	for (uint32_t at = 1; at < 12; at++) {
		copy = b;
		put32(&copy, 32, at % 2 ? directory + 1 : (uint32_t)b.size - at);
		parse(&copy, &c);
		assert_true(c.extension_broken);
	}
	copy = b;
	put32(&copy, directory + 40, UINT32_MAX); /* a name outside: only that one is lost */
	parse(&copy, &c);
	assert_int_equal(c.nname, 3);
	assert_string_equal(find(&c, "libc.so",
					    &(struct ldcache_rules){ .flags = LDCACHE_I386,
							    .named = true,
							    .isa = 1,
							    .priority = names,
							    .npriority = 1 }),
			"/32/libc.so");
}

static void test_refused(void **state)
{
	struct builder b = { 0 };
	struct ldcache c;

	(void)state;
	build_new(&b, 0, plain, ARRAY_SIZE(plain));
	assert_int_equal(ldcache_parse(b.data, 0, &c, why), -EBADMSG);
	assert_string_equal(why, "empty");
	assert_int_equal(ldcache_parse(b.data + 1, 40, &c, why), -EBADMSG);
	assert_string_equal(why, "not a cache of ld.so");
	assert_int_equal(ldcache_parse(b.data, 47, &c, why), -EBADMSG);
	assert_int_equal(ldcache_parse(b.data, 48 + 24 * ARRAY_SIZE(plain) - 1, &c, why), -EBADMSG);
	assert_int_equal(ldcache_parse(b.data, 48 + 24 * ARRAY_SIZE(plain), &c, why), 0);
	b.data[28] = 3;
	assert_int_equal(ldcache_parse(b.data, b.size, &c, why), -EBADMSG);
	assert_string_equal(why, "written for another byte order");
	b.data[28] = 2;
	assert_int_equal(ldcache_parse(b.data, b.size, &c, why), 0);
	put32(&b, 20, UINT32_MAX);
	assert_int_equal(ldcache_parse(b.data, b.size, &c, why), -EBADMSG);
	assert_int_equal(ldcache_parse("ld.so-1.7.0\0\377\377\377\377", 16, &c, why), -EBADMSG);
	assert_int_equal(ldcache_parse("ld.so-1.7.0", 11, &c, why), -EBADMSG);
}

/* Every entry of a file cut off anywhere either is whole or is refused; the sanitizers watch. */
static void test_cut_off_anywhere(void **state)
{
	struct builder b = { 0 };

	(void)state;
	build_new(&b, 0, plain, ARRAY_SIZE(plain));
	for (size_t size = 0; size <= b.size; size++) {
		_cleanup_free_ uint8_t *copy = malloc(size ? size : 1);
		size_t whole = 0;
		struct ldcache_entry e;
		struct ldcache c;

		memcpy(copy, b.data, size);
		if (ldcache_parse(copy, size, &c, why) < 0)
			continue;
		for (uint32_t i = 0; i < c.nentry; i++)
			whole += ldcache_entry(&c, i, &e);
		assert_true(whole < ARRAY_SIZE(plain) || size == b.size);
		find(&c, "libc.so.6", &i386_231);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_new_format),
		cmocka_unit_test(test_old_format),
		cmocka_unit_test(test_mixed_format),
		cmocka_unit_test(test_hwcap_bits),
		cmocka_unit_test(test_osversion),
		cmocka_unit_test(test_general_type),
		cmocka_unit_test(test_glibc_hwcaps),
		cmocka_unit_test(test_broken_extensions),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cut_off_anywhere),
	};

	return RUN_TESTS(tests);
}
