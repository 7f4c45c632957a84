// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <stdbool.h>

#include "base/util.h"
#include "xen/segfixup.h"

#define INSN(...)                                                                                                      \
	{                                                                                                              \
		.bytes = { __VA_ARGS__ }, .len = sizeof((uint8_t[]){ __VA_ARGS__ })                                    \
	}

struct insn_case {
	uint8_t bytes[15];
	size_t len;
};

static void fixes_up_what_xen_fixes_up(void **state)
{
	static const struct insn_case accepted[] = {
		INSN(0x65, 0xa1, 0xf8, 0xff, 0xff, 0xff), /* mov %gs:-8,%eax */
		INSN(0x65, 0x8b, 0x00),                   /* mov %gs:(%eax),%eax */
		INSN(0x65, 0x66, 0x89, 0x08),             /* mov %cx,%gs:(%eax) */
		INSN(0xf0, 0x65, 0x0f, 0xc1, 0x08),       /* lock xadd */
		INSN(0x65, 0x0f, 0x45, 0x00),             /* cmovne: since 57a3afdaf3 */
		INSN(0x65, 0x0f, 0xb6, 0x00),             /* movzbl */
		INSN(0x65, 0xdd, 0x00),                   /* fldl: since ebbd515a32 */
		INSN(0x65, 0xff, 0x30),                   /* push %gs:(%eax) */
		INSN(0x65, 0x8f, 0x00),                   /* pop %gs:(%eax) */
		INSN(0x65, 0x83, 0x05, 0xf8, 0xff, 0xff, 0xff, 0x01),
		INSN(0x65, 0x69, 0x00, 0x01, 0x00, 0x00, 0x00), /* imul */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++)
		assert_null(xen_segfixup_refusal(accepted[i].bytes, accepted[i].len));
}

static void refuses_what_xen_refuses(void **state)
{
	static const struct {
		struct insn_case insn;
		const char *why;
	} refused[] = {
		{ INSN(0x65, 0x0f, 0x6f, 0x00), "opcode unknown to Xen's fix-up" },       /* movq, MMX */
		{ INSN(0x65, 0xf3, 0x0f, 0x6f, 0x00), "opcode unknown to Xen's fix-up" }, /* movdqu */
		{ INSN(0x65, 0x0f, 0x28, 0x00), "opcode unknown to Xen's fix-up" },       /* movaps */
		{ INSN(0xf0, 0x65, 0x0f, 0xb1, 0x08), "opcode unknown to Xen's fix-up" }, /* lock cmpxchg */
		{ INSN(0x65, 0xac), "opcode unknown to Xen's fix-up" },                   /* lods */
		{ INSN(0x65, 0xd7), "opcode unknown to Xen's fix-up" },                   /* xlat */
		{ INSN(0x65, 0xc5, 0xf8, 0x10, 0x00), "opcode unknown to Xen's fix-up" }, /* vmovups */
		{ INSN(0x65, 0xd9, 0x08), "x87 opcode unknown to Xen's fix-up" },         /* d9 /1 */
		{ INSN(0x64, 0xa1, 0xf8, 0xff, 0xff, 0xff), "%fs" },
		{ INSN(0x65, 0x67, 0x8b, 0x07), "16-bit address" },
		{ INSN(0x2e, 0x65, 0x8b, 0x00), "another segment prefix" },
		{ INSN(0x8b, 0x00), "no %gs prefix" },
		{ INSN(0x65), "no opcode" },
		{ INSN(0x65, 0x0f), "opcode unknown to Xen's fix-up" },
		{ INSN(0x65, 0xd9), "x87 opcode unknown to Xen's fix-up" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		assert_string_equal(xen_segfixup_refusal(refused[i].insn.bytes, refused[i].insn.len), refused[i].why);
}

/* The number of opcodes in each table of seg_fixup.c at RELEASE-4.2.5. */
static void tables_have_as_many_opcodes_as_xen(void **state)
{
	size_t one = 0, two = 0, x87 = 0;

	(void)state;
	for (unsigned op = 0; op < 256; op++) {
		bool prefix = op == 0x65 || op == 0x66 || op == 0xf0 || op == 0xf2 || op == 0xf3;
		uint8_t first[3] = { 0x65, (uint8_t)op, 0 }, second[4] = { 0x65, 0x0f, (uint8_t)op, 0 };

		if ((op < 0xd8 || op > 0xdf) && !prefix)
			one += !xen_segfixup_refusal(first, sizeof(first));
		two += !xen_segfixup_refusal(second, sizeof(second));
		for (unsigned reg = 0; op >= 0xd8 && op <= 0xdf && reg < 8; reg++) {
			first[2] = (uint8_t)(reg << 3);
			x87 += !xen_segfixup_refusal(first, sizeof(first));
		}
	}
	assert_int_equal(one, 65);
	assert_int_equal(two, 54);
	assert_int_equal(x87, 58);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixes_up_what_xen_fixes_up),
		cmocka_unit_test(refuses_what_xen_refuses),
		cmocka_unit_test(tables_have_as_many_opcodes_as_xen),
	};

	return RUN_TESTS(tests);
}
