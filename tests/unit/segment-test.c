// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "xen/segment.h"

#define PAE    XEN_HOLE_PAE
#define NONPAE XEN_HOLE_NONPAE

/* A thread segment as glibc asks for it: flat, in pages. */
static struct user_desc thread_segment(uint32_t base, uint32_t limit, unsigned contents)
{
	return (struct user_desc){ .entry_number = 12,
		.base_addr = base,
		.limit = limit,
		.seg_32bit = 1,
		.contents = contents & 3,
		.limit_in_pages = 1,
		.useable = 1 };
}

static void assert_same(const struct user_desc *a, const struct user_desc *b)
{
	assert_int_equal(a->entry_number, b->entry_number);
	assert_int_equal(a->base_addr, b->base_addr);
	assert_int_equal(a->limit, b->limit);
	assert_int_equal(a->seg_32bit, b->seg_32bit);
	assert_int_equal(a->contents, b->contents);
	assert_int_equal(a->read_exec_only, b->read_exec_only);
	assert_int_equal(a->limit_in_pages, b->limit_in_pages);
	assert_int_equal(a->seg_not_present, b->seg_not_present);
	assert_int_equal(a->useable, b->useable);
}

static void truncates_below_the_hole(void **state)
{
	static const struct {
		uint32_t base, limit, hole;
		int r;
		uint32_t to;
	} cases[] = {
		{ 0, 0xfffff, PAE, 1, 0xf67ff },
		{ 0, 0xfffff, NONPAE, 1, 0xfc3ff },
		{ 0, 0xf6800, PAE, 1, 0xf67ff },
		{ 0, 0xf67ff, PAE, 0, 0xf67ff }, /* ends at the hole */
		{ 0, 0, PAE, 0, 0 },
		{ 0xb7abc6c0, 0xfffff, PAE, 1, 0x3ed42 }, /* the usual: 0xf6800000 - base, less one page and a part */
		{ 0xb7abc6c0, 0x3ed42, PAE, 0, 0x3ed42 },
		{ 0xb7abc6c0, 0x3ed43, PAE, 1, 0x3ed42 }, /* its last byte alone is behind the hole's begin */
		{ 0xb7abc000, 0x3ed43, PAE, 0, 0x3ed43 },
		{ 0xb7abc000, 0x48543, PAE, 1, 0x3ed43 }, /* ends at 4 GiB */
		{ 0xb7abc000, 0x48544, PAE, 1, 0x3ed43 }, /* and behind it */
		{ 0xf67fefff, 0xfffff, PAE, 1, 0 },
		{ 0xf67ff000, 0xfffff, PAE, -ERANGE, 0 },
		{ 0xf67ff000, 0, PAE, -ERANGE, 0 }, /* though it would end below */
		{ 0xffffffff, 0, PAE, -ERANGE, 0 },
		{ 0xf67ff000, 0xfffff, NONPAE, 1, 0x5c00 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct user_desc desc = thread_segment(cases[i].base, cases[i].limit, 0), want = desc;

		if (cases[i].r >= 0)
			want.limit = cases[i].to;
		assert_int_equal(xen_segment_truncate(&desc, cases[i].hole), cases[i].r);
		assert_same(&desc, &want);
		if (cases[i].r < 0)
			continue;
		assert_int_equal(xen_segment_truncate(&desc, cases[i].hole), 0);
	}
}

static void truncates_data_that_is_there(void **state)
{
	struct user_desc desc = thread_segment(0xb7abc6c0, 0xfffff, 0), want;

	(void)state;
	for (unsigned contents = 1; contents < 4; contents++) {
		want = desc = thread_segment(0xf6800000, 0xfffff, contents);
		assert_int_equal(xen_segment_truncate(&desc, PAE), 0);
		assert_same(&desc, &want);
	}
	want = desc = (struct user_desc){ .read_exec_only = 1, .seg_not_present = 1 }; /* empty */
	assert_int_equal(xen_segment_truncate(&desc, PAE), 0);
	assert_same(&desc, &want);
	want = desc = (struct user_desc){ .base_addr = 0xffff0000, .seg_not_present = 1 };
	assert_int_equal(xen_segment_truncate(&desc, PAE), 0);
	assert_same(&desc, &want);
	/* Bits above the field are the kernel's to ignore. */
	desc = thread_segment(0xf67f0000, 0xfff0ffff, 0);
	desc.limit_in_pages = 0;
	assert_int_equal(xen_segment_truncate(&desc, PAE), 0);
}

static void refuses_bytes_in_the_hole(void **state)
{
	struct user_desc desc = thread_segment(0xf67f0000, 0xffff, 0), want;

	(void)state;
	desc.limit_in_pages = 0;
	want = desc;
	assert_int_equal(xen_segment_truncate(&desc, PAE), 0);
	desc.limit = want.limit = 0x10000;
	assert_int_equal(xen_segment_truncate(&desc, PAE), -ERANGE);
	assert_same(&desc, &want);
}

static void turns_a_truncated_segment_round(void **state)
{
	static const struct {
		uint32_t base, limit;
		unsigned contents;
		uint32_t offset;
		bool flips;
		uint32_t to;
	} cases[] = {
		{ 0xb7abc6c0, 0x3ed42, 0, 0xfffffff8, true, 0x48543 },
		{ 0xb7abc6c0, 0x48543, 1, 0, true, 0x3ed42 },
		{ 0xb7abc6c0, 0x48543, 1, 0x48544000, true,
				0x3ed42 }, /* the first byte that it holds: Xen's rounding */
		{ 0xb7abc6c0, 0x48543, 1, 0x48544001, false, 0 },
		{ 0xb7abc6c0, 0x48543, 1, 0xfffffff8, false, 0 },
		{ 0xb7abc6c0, 0x3ed42, 0, 0x3ed43001, true, 0x48543 },
		{ 0xb7abc6c0, 0x3ed42, 0, 0x3ed43000, false, 0 }, /* the first byte beyond: one too few */
		{ 0xb7abc6c0, 0x3ed42, 0, 0, false, 0 },
		{ 0xb7abc6c0, 0x3ed41, 0, 0xfffffff8, false, 0 }, /* ends a page before the hole's begin, and more */
		{ 0xb7abc6c0, 0x3ed43, 0, 0xfffffff8, false, 0 }, /* ends behind it */
		{ 0xb7abc6c0, 0xfffff, 0, 0xfffffff8, false, 0 }, /* whole */
		{ 0xb7abc000, 0x3ed43, 0, 0xfffffff8, true, 0x48543 },
		{ 0xb7abc000, 0x3ed42, 0, 0xfffffff8, false, 0 }, /* a page before it */
		{ 0xb7abc000, 0x48543, 1, 0, true, 0x3ed43 },
		{ 0xb7abc000, 0x48544, 1, 0, false, 0 },
		{ 0xb7abcfff, 0x48543, 1, 0, true, 0x3ed42 },
		{ 0xb7abc6c0, 0x48542, 1, 0, false, 0 }, /* does not begin in the last page */
		{ 0xb7abc6c0, 0x48544, 1, 0, false, 0 },
		{ 0, 0xf67ff, 0, 0xfffffff8, true, 0xfffff }, /* which then holds nothing */
		{ 0, 0xfffff, 1, 0, true, 0xf67ff },
		{ 0, 0xfffff, 1, 1, false, 0 },
		{ 0xb7abc6c0, 0x3ed42, 2, 0xfffffff8, false, 0 },
		{ 0xb7abc6c0, 0x48543, 3, 0, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct user_desc desc = thread_segment(cases[i].base, cases[i].limit, cases[i].contents), want = desc;

		if (cases[i].flips) {
			want.limit = cases[i].to;
			want.contents ^= 1;
		}
		if (xen_segment_flip(&desc, PAE, cases[i].offset) != cases[i].flips)
			fail_msg("case %zu", i);
		assert_same(&desc, &want);
	}
}

static void knows_a_short_one(void **state)
{
	(void)state;
	for (unsigned contents = 0; contents < 4; contents++)
		for (uint32_t limit = 0; limit <= 0xfffff; limit++) {
			struct user_desc desc = thread_segment(0xb7abc6c0, limit, contents), up = desc, down = desc;
			bool flips = xen_segment_flip(&up, PAE, 0xfffffff8) || xen_segment_flip(&down, PAE, 0);

			if (xen_segment_is_short(&desc, PAE) != flips)
				fail_msg("limit %x, contents %u", (unsigned)limit, contents);
		}
}

static void turns_only_what_xen_reads(void **state)
{
	struct user_desc good = thread_segment(0xb7abc6c0, 0x3ed42, 0), desc = good;

	(void)state;
	desc.seg_32bit = 0;
	assert_false(xen_segment_flip(&desc, PAE, 0xfffffff8));
	desc = thread_segment(0xf6780000, 0x7ffff, 0); /* in bytes this would end at the hole, too */
	desc.limit_in_pages = 0;
	assert_false(xen_segment_flip(&desc, PAE, 0xfffffff8));
	desc = good;
	desc.seg_not_present = 1;
	assert_false(xen_segment_flip(&desc, PAE, 0xfffffff8));
	desc = good;
	assert_false(xen_segment_flip(&desc, NONPAE, 0xfffffff8));
	assert_true(xen_segment_flip(&desc, PAE, 0xfffffff8));
}

/* Whatever the base: a negative access faults, is fixed up, passes; a positive one then does the same. */
static void goes_on_as_on_xen(void **state)
{
	static const uint32_t holes[] = { PAE, NONPAE };

	(void)state;
	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t base = 0x08000000 + i * 0xb6b7, hole = holes[i % 2], negative = -4 * (1 + i % 1000);
		struct user_desc desc = thread_segment(base, 0xfffff, 0), shortened;

		assert_true(xen_segment_holds(&desc, negative, 4));
		assert_int_equal(xen_segment_truncate(&desc, hole), 1);
		assert_true((uint64_t)base + (desc.limit + 1) * UINT64_C(4096) <= hole);
		assert_false(xen_segment_holds(&desc, negative, 4));
		assert_true(xen_segment_holds(&desc, 0x14, 4));
		shortened = desc;
		assert_false(xen_segment_flip(&desc, hole, 0x14));
		assert_true(xen_segment_flip(&desc, hole, negative));
		assert_true(xen_segment_holds(&desc, negative, 4));
		assert_false(xen_segment_holds(&desc, 0x14, 4));
		assert_false(xen_segment_flip(&desc, hole, negative));
		assert_true(xen_segment_flip(&desc, hole, 0x14));
		assert_same(&desc, &shortened);
	}
}

struct access {
	struct user_desc desc;
	uint32_t offset, size;
};

/* Memory of the fixture's. What is read in two steps may meet a missing page before it meets the limit. */
#define MEMORY      0x10000000u
#define MEMORY_SIZE 0x20000u

static bool is_comparable(const struct access *a)
{
	uint32_t addr = a->desc.base_addr + a->offset;

	/* Past the end of a flat segment the processor may do either. */
	if (a->desc.contents == 0 && a->desc.limit_in_pages && a->desc.limit == 0xfffff &&
			(uint64_t)a->offset + a->size > UINT64_C(1) << 32)
		return false;
	return a->size != 10 || (addr >= MEMORY && addr <= MEMORY + MEMORY_SIZE - a->size);
}

static size_t add_accesses(struct access *out, struct user_desc desc)
{
	static const uint32_t size[] = { 1, 2, 4, 8, 10, 16 };
	static const int around[] = { -17, -16, -15, -10, -9, -8, -7, -4, -3, -2, -1, 0, 1, 2 };
	uint32_t limit = desc.limit_in_pages ? desc.limit << 12 | 0xfff : desc.limit;
	const uint32_t edge[] = { limit, 0, 0x10000, 0x80000000 };
	size_t n = 0;

	for (size_t e = 0; e < ARRAY_SIZE(edge); e++)
		for (size_t i = 0; i < ARRAY_SIZE(around); i++)
			for (size_t s = 0; s < ARRAY_SIZE(size); s++) {
				struct access a = { desc, edge[e] + (uint32_t)around[i], size[s] };

				if (is_comparable(&a))
					out[n++] = a;
			}
	return n;
}

#define PER_SEGMENT (4 * 14 * 6)

/* Every kind of data segment with limits at the edges of what their fields hold. */
static struct access *make_accesses(size_t *n)
{
	static const uint32_t base[] = { 0, MEMORY, MEMORY + 0xffb, 0xb7abc6c0, 0xfffff000 };
	static const uint32_t limit[] = { 0, 1, 3, 7, 9, 15, 16, 0xff, 0xfff, 0xfffe, 0xffff, 0x3ed42, 0xffffe,
		0xfffff };
	struct access *out = calloc(ARRAY_SIZE(base) * ARRAY_SIZE(limit) * 8 * PER_SEGMENT, sizeof(*out));

	*n = 0;
	for (size_t b = 0; b < ARRAY_SIZE(base); b++)
		for (size_t l = 0; l < ARRAY_SIZE(limit); l++)
			for (unsigned kind = 0; kind < 8; kind++) {
				struct user_desc desc = thread_segment(base[b], limit[l], kind & 1);

				desc.limit_in_pages = kind >> 1 & 1;
				desc.seg_32bit = kind >> 2 & 1;
				*n += add_accesses(out + *n, desc);
			}
	return out;
}

static char *ask_processor(const struct access *access, size_t n)
{
	char path[] = "/tmp/segment-test.XXXXXX", command[256], *answers = calloc(n + 2, 1);
	int fd = mkstemp(path);
	FILE *in, *out;

	assert_true(fd >= 0);
	in = fdopen(fd, "w");
	for (size_t i = 0; i < n; i++)
		fprintf(in, "%x %x %x %x %x %x %x\n", access[i].desc.base_addr, access[i].desc.limit,
				access[i].desc.contents, access[i].desc.limit_in_pages, access[i].desc.seg_32bit,
				access[i].offset, access[i].size);
	assert_int_equal(fclose(in), 0);
	snprintf(command, sizeof(command), "%s <%s", FIXTURE("segment-probe"), path);
	out = popen(command, "r");
	if (!out || !fgets(answers, (int)n + 1, out))
		*answers = '\0';
	if (out)
		pclose(out);
	unlink(path);
	return answers;
}

static void agrees_with_the_processor(void **state)
{
	size_t n, faults = 0, refused = 0;
	_cleanup_free_ struct access *access = make_accesses(&n);
	_cleanup_free_ char *answers = ask_processor(access, n);

	(void)state;
	if (!*answers) {
		print_message("the kernel runs no i386 programs\n");
		skip();
	}
	assert_int_equal(strlen(answers), n);
	for (size_t i = 0; i < n; i++) {
		faults += answers[i] == '0';
		refused += answers[i] == '-';
	}
	if (faults == 0) {
		print_message("this processor is an emulator without segment limits\n");
		skip();
	}
	for (size_t i = 0; i < n; i++) {
		const struct access *a = &access[i];

		if (answers[i] != '-' && xen_segment_holds(&a->desc, a->offset, a->size) != (answers[i] == '1'))
			fail_msg("base %x limit %x contents %u pages %u 32-bit %u: %u bytes at %x: the processor says "
				 "%c",
					a->desc.base_addr, a->desc.limit, a->desc.contents, a->desc.limit_in_pages,
					a->desc.seg_32bit, a->size, a->offset, answers[i]);
	}
	print_message("%zu accesses, %zu faults, %zu not asked\n", n, faults, refused);
}

static void holds_what_fits(void **state)
{
	struct user_desc flat = thread_segment(0, 0xfffff, 0), down = thread_segment(0, 0xfffff, 1);
	struct user_desc code = thread_segment(0, 1, 3), absent = flat;

	(void)state;
	assert_true(xen_segment_holds(&flat, 0xfffffffc, 4));
	assert_false(xen_segment_holds(&flat, 0xfffffffd, 4));
	assert_true(xen_segment_holds(&flat, 0, UINT32_MAX));
	assert_false(xen_segment_holds(&down, 0xffffffff, 1));
	assert_true(xen_segment_holds(&code, 0x1ffc, 4)); /* the bit that means "down" says "conforming" there */
	assert_false(xen_segment_holds(&code, 0x1ffd, 4));
	flat.limit = 0xfff00001;
	assert_true(xen_segment_holds(&flat, 0x1ffc, 4));
	assert_false(xen_segment_holds(&flat, 0x1ffd, 4));
	absent.seg_not_present = 1;
	assert_false(xen_segment_holds(&absent, 0, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(truncates_below_the_hole),
		cmocka_unit_test(truncates_data_that_is_there),
		cmocka_unit_test(refuses_bytes_in_the_hole),
		cmocka_unit_test(turns_a_truncated_segment_round),
		cmocka_unit_test(knows_a_short_one),
		cmocka_unit_test(turns_only_what_xen_reads),
		cmocka_unit_test(goes_on_as_on_xen),
		cmocka_unit_test(holds_what_fits),
		cmocka_unit_test(agrees_with_the_processor),
	};

	return RUN_TESTS(tests);
}
