// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <string.h>

#include "base/util.h"
#include "elf/operand.h"

/* Each register tells itself from the others in every byte. */
static const uint32_t gpr[8] = { 0x81a2b3c4, 0x12345678, 0xffffff85, 0x40506070, 0xbfffe7c0, 0xbffff080, 0x00010203,
	0xdeadbee1 };

enum { EAX = 0x81a2b3c4u, ECX = 0x12345678, EBX = 0x40506070, ESP = 0xbfffe7c0u, EBP = 0xbffff080u, ESI = 0x10203 };

#define CODE(...)                                                                                                      \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}

static bool find(const uint8_t *code, struct operand *op)
{
	struct insn_decoder *d = insn_decoder_new();
	struct insn_full full;
	bool found;

	memset(op, 0x55, sizeof(*op));
	assert_true(insn_decode_full(d, code, 15, &full));
	found = operand_find(&full, op);
	insn_decoder_free(d);
	return found;
}

static void computes_offsets(void **state)
{
	static const struct {
		uint8_t code[15];
		uint32_t offset, size;
	} cases[] = {
		{ CODE(0x65, 0xa1, 0xf8, 0xff, 0xff, 0xff), -8u, 4 }, { CODE(0x65, 0xa0, 0x14, 0, 0, 0), 0x14, 1 },
		{ CODE(0x65, 0x66, 0xa3, 0x14, 0, 0, 0x80), 0x80000014, 2 },
		{ CODE(0x65, 0x67, 0xa1, 0xf8, 0xff), 0xfff8, 4 }, { CODE(0x65, 0x8b, 0x01), ECX, 4 },
		{ CODE(0x65, 0x8b, 0x41, 0x80), ECX - 0x80, 4 },
		{ CODE(0x65, 0x8b, 0x81, 4, 3, 2, 1), ECX + 0x1020304, 4 },
		{ CODE(0x65, 0x8b, 0x05, 0xf0, 0xff, 0xff, 0xff), -16u, 4 },
		{ CODE(0x65, 0x8b, 0x04, 0x08), EAX + ECX, 4 }, { CODE(0x65, 0x8b, 0x04, 0x4b), EBX + 2u * ECX, 4 },
		{ CODE(0x65, 0x8b, 0x04, 0x83), EBX + 4u * EAX, 4 },
		{ CODE(0x65, 0x8b, 0x44, 0xf5, 0xfc), EBP + 8u * ESI - 4, 4 },
		{ CODE(0x65, 0x8b, 0x04, 0xc5, 8, 0, 0, 0), 8u * EAX + 8, 4 }, { CODE(0x65, 0x8b, 0x04, 0x24), ESP, 4 },
		{ CODE(0x65, 0x8b, 0x04, 0xe4), ESP, 4 }, /* an index of 4 is none, whatever the scale */
		{ CODE(0x65, 0x67, 0x8b, 0x00), (EBX + ESI) & 0xffff, 4 },
		{ CODE(0x65, 0x67, 0x8b, 0x42, 0xff), (EBP + ESI - 1) & 0xffff, 4 },
		{ CODE(0x65, 0x67, 0x8b, 0x87, 0xff, 0xff), (EBX - 1) & 0xffff, 4 },
		{ CODE(0x65, 0x67, 0x8b, 0x06, 0xfe, 0xff), 0xfffe, 4 },
		{ CODE(0x65, 0x67, 0x8b, 0x46, 0x00), EBP & 0xffff, 4 },
		{ CODE(0x65, 0xff, 0x31), ECX, 4 },          /* push: the stack is not meant */
		{ CODE(0x65, 0x66, 0xff, 0x31), ECX, 2 },    /* the same of 16 bits */
		{ CODE(0x65, 0xff, 0x34, 0x24), ESP, 4 },    /* by %esp as it was */
		{ CODE(0x65, 0x8f, 0x01), ECX, 4 },          /* pop */
		{ CODE(0x65, 0xff, 0x11), ECX, 4 },          /* call */
		{ CODE(0x65, 0xff, 0x19), ECX, 6 },          /* far call */
		{ CODE(0x65, 0xa5), ESI, 4 },                /* movsl */
		{ CODE(0xf3, 0x65, 0xa4), ESI, 1 },          /* rep movsb */
		{ CODE(0x65, 0x67, 0xa5), ESI & 0xffff, 4 }, /* by %si */
		{ CODE(0x65, 0xa7), ESI, 4 },                /* cmpsl */
		{ CODE(0x65, 0xac), ESI, 1 },                /* lodsb */
		{ CODE(0x65, 0x6f), ESI, 4 },                /* outsl */
		{ CODE(0x65, 0xd7), EBX + 0xc4, 1 },         /* xlat */
		{ CODE(0x65, 0x67, 0xd7), (EBX + 0xc4) & 0xffff, 1 },
		{ CODE(0x65, 0x0f, 0xf7, 0xc1), 0xdeadbee1, 8 },                                     /* maskmovq */
		{ CODE(0x65, 0x66, 0x0f, 0xf7, 0xc1), 0xdeadbee1, 16 },                              /* maskmovdqu */
		{ CODE(0x65, 0x0f, 0xc7, 0x09), ECX, 8 },                                            /* cmpxchg8b */
		{ CODE(0x65, 0x0f, 0xae, 0x01), ECX, 512 },                                          /* fxsave */
		{ CODE(0x65, 0xdd, 0x31), ECX, 108 },                                                /* fnsave */
		{ CODE(0x66, 0x65, 0xdd, 0x31), ECX, 94 }, { CODE(0x65, 0xd9, 0x31), ECX, 28 },      /* fnstenv */
		{ CODE(0x65, 0xdb, 0x29), ECX, 10 },                                                 /* fldt */
		{ CODE(0x65, 0xdd, 0x01), ECX, 8 },                                                  /* fldl */
		{ CODE(0x65, 0x0f, 0x10, 0x01), ECX, 16 }, { CODE(0x65, 0x0f, 0x6f, 0x01), ECX, 8 }, /* movq to MMX */
		{ CODE(0x65, 0xc5, 0xfe, 0x6f, 0x01), ECX, 32 },                                     /* vmovdqu */
		{ CODE(0x65, 0x0f, 0xb6, 0x01), ECX, 1 },                                            /* movzbl */
		{ CODE(0x65, 0x0f, 0xbf, 0x01), ECX, 2 },                                            /* movswl */
		{ CODE(0x65, 0x62, 0x01), ECX, 8 },                                                  /* bound */
		{ CODE(0x65, 0x0f, 0x44, 0x01), ECX, 4 },       /* cmove reads in any case */
		{ CODE(0xf0, 0x65, 0x0f, 0xc1, 0x01), ECX, 4 }, /* lock xadd */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct operand op;

		if (!find(cases[i].code, &op))
			fail_msg("case %zu: not found", i);
		if (op.segment != 5 || operand_offset(&op, gpr) != cases[i].offset || op.size != cases[i].size)
			fail_msg("case %zu: %u bytes at %x", i, op.size, operand_offset(&op, gpr));
		assert_int_equal(operand_reach(&op, gpr), cases[i].offset);
		assert_int_equal(op.bit_index, GPR_NONE);
	}
}

static void names_the_segment(void **state)
{
	static const uint8_t fs[15] = { 0x64, 0x8b, 0x01 }, both[15] = { 0x65, 0x64, 0x8b, 0x01 };
	static const uint8_t back[15] = { 0x64, 0x65, 0x8b, 0x01 };
	struct operand op;

	(void)state;
	assert_true(find(fs, &op));
	assert_int_equal(op.segment, 4);
	assert_true(find(both, &op)); /* the last one counts */
	assert_int_equal(op.segment, 4);
	assert_true(find(back, &op));
	assert_int_equal(op.segment, 5);
}

static void finds_no_operand(void **state)
{
	static const uint8_t cases[][15] = {
		{ 0x8b, 0x01 },                         /* no prefix */
		{ 0x65, 0x90 },                         /* nothing for it */
		{ 0x65, 0x8b, 0xc1 },                   /* registers */
		{ 0x65, 0x8d, 0x01 },                   /* lea */
		{ 0x65, 0x0f, 0x1f, 0x01 },             /* nop */
		{ 0x65, 0x0f, 0x19, 0x01 },             /* a reserved one */
		{ 0x65, 0x0f, 0x18, 0x01 },             /* prefetchnta */
		{ 0x65, 0x0f, 0x0d, 0x09 },             /* prefetchw */
		{ 0x65, 0x0f, 0x0d, 0x11 },             /* prefetchwt1 */
		{ 0x65, 0x0f, 0x1c, 0x01 },             /* cldemote */
		{ 0x65, 0x0f, 0x1a, 0x01 },             /* bndldx */
		{ 0x65, 0x0f, 0x1b, 0x01 },             /* bndstx */
		{ 0x65, 0xaa },                         /* stosb: always %es */
		{ 0x65, 0xae },                         /* scasb */
		{ 0x65, 0x6c },                         /* insb */
		{ 0x65, 0x50 },                         /* push %eax */
		{ 0x65, 0xc3 },                         /* ret */
		{ 0x65, 0xc9 },                         /* leave */
		{ 0x2e, 0x8b, 0x01 },                   /* %cs */
		{ 0x65, 0x2e, 0x8b, 0x01 },             /* the last prefix counts */
		{ 0xc4, 0xe2, 0x69, 0x90, 0x04, 0x08 }, /* vpgatherdd without a prefix, and with one */
		{ 0x65, 0xc4, 0xe2, 0x69, 0x90, 0x04, 0x08 }, { 0x65, 0xe8, 0, 0, 0, 0 },
		{ 0x8e, 0xe8 }, /* mov %eax,%gs */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct operand op, same;

		memset(&same, 0x55, sizeof(same));
		if (find(cases[i], &op))
			fail_msg("case %zu: found", i);
		assert_memory_equal(&op, &same, sizeof(op));
	}
}

static void follows_bit_numbers(void **state)
{
	static const uint8_t bt32[15] = { 0x65, 0x0f, 0xa3, 0x0b }, bt16[15] = { 0x66, 0x65, 0x0f, 0xb3, 0x0b };
	static const uint8_t narrow[15] = { 0x67, 0x65, 0x0f, 0xab, 0x0f },
			     immediate[15] = { 0x65, 0x0f, 0xba, 0x23, 0xff };
	static const uint8_t btc[15] = { 0x65, 0x0f, 0xbb, 0x0b };
	static const uint8_t other[15] = { 0x65, 0x0f, 0xa5, 0x0b }; /* shld by %cl */
	static const struct {
		const uint8_t *code;
		uint32_t bit, size;
		int32_t added;
	} cases[] = {
		{ bt32, 0, 4, 0 },
		{ bt32, 31, 4, 0 },
		{ bt32, 32, 4, 4 },
		{ bt32, 63, 4, 4 },
		{ bt32, 0x7fffffff, 4, 0xffffffc },
		{ bt32, -1u, 4, -4 },
		{ bt32, -32u, 4, -4 },
		{ bt32, -33u, 4, -8 },
		{ bt32, 0x80000000, 4, -0x10000000 },
		{ bt16, 15, 2, 0 },
		{ bt16, 16, 2, 2 },
		{ bt16, 0x1234fff0, 2, -2 },
		{ bt16, 0xffff7fff, 2, 0xffe },
		{ bt16, 0x8000, 2, -0x1000 },
		{ btc, 32, 4, 4 },
		{ immediate, 0x80000000, 4, 0 },
		{ other, 0x80000000, 4, 0 },
	};
	uint32_t regs[8] = { 0, 0, 0, 0x2000 };
	struct operand op;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		regs[GPR_ECX] = cases[i].bit;
		assert_true(find(cases[i].code, &op));
		assert_int_equal(op.size, cases[i].size);
		assert_int_equal(operand_offset(&op, regs), 0x2000);
		assert_int_equal(operand_reach(&op, regs), 0x2000 + (uint32_t)cases[i].added);
	}
	regs[GPR_ECX] = -1u;
	regs[GPR_EBX] = 2;
	assert_true(find(narrow, &op));
	assert_int_equal(operand_reach(&op, regs), 0xfffe);
}

/* SDM, volume 2, POP: with %esp as its base the address is computed after %esp has been increased. */
static void pops_above_itself(void **state)
{
	static const uint8_t pop32[15] = { 0x65, 0x8f, 0x44, 0x24, 0xf8 }, pop16[15] = { 0x66, 0x65, 0x8f, 0x04, 0x24 };
	static const uint8_t index[15] = { 0x65, 0x8f, 0x04, 0x21 }; /* %ecx alone */
	struct operand op;

	(void)state;
	assert_true(find(pop32, &op));
	assert_int_equal(operand_offset(&op, gpr), ESP - 8);
	assert_int_equal(operand_reach(&op, gpr), ESP - 4);
	assert_true(find(pop16, &op));
	assert_int_equal(operand_reach(&op, gpr), ESP + 2);
	assert_true(find(index, &op));
	assert_int_equal(operand_reach(&op, gpr), ECX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(computes_offsets),
		cmocka_unit_test(names_the_segment),
		cmocka_unit_test(finds_no_operand),
		cmocka_unit_test(follows_bit_numbers),
		cmocka_unit_test(pops_above_itself),
	};

	return RUN_TESTS(tests);
}
