// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <string.h>

#include "base/util.h"
#include "elf/insn.h"

/* The table must say what Zydis says, whatever it was asked before. */
static void assert_same_as_zydis(struct insn_decoder *d, const uint8_t *p, size_t avail)
{
	struct insn in;
	struct insn_full full;
	bool valid = insn_decode_full(d, p, avail, &full), segment;

	insn_decode(d, p, avail, &in);
	if (in.valid != valid || in.len != (valid ? full.info.length : 1))
		fail_msg("%02x %02x %02x %02x %02x %02x %02x: %u bytes, not %u", p[0], p[1], p[2], p[3], p[4], p[5],
				p[6], in.len, valid ? full.info.length : 1);
	if (!valid)
		return;
	segment = full.info.attributes & (ZYDIS_ATTRIB_HAS_SEGMENT_FS | ZYDIS_ATTRIB_HAS_SEGMENT_GS);
	assert_true(in.segment || !segment);
	assert_int_equal(in.relative, !!(full.info.attributes & ZYDIS_ATTRIB_IS_RELATIVE));
	assert_int_equal(in.modrm, full.info.attributes & ZYDIS_ATTRIB_HAS_MODRM ? full.info.raw.modrm.offset : 0);
	for (unsigned i = 0; i < full.info.operand_count; i++)
		if (full.operand[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
				full.operand[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE &&
				insn_gpr(full.operand[i].reg.value) != GPR_NONE)
			assert_true(in.writes & 1 << insn_gpr(full.operand[i].reg.value));
}

/* Random bytes behind each one- and two-byte opcode, with and without prefixes: twice over with one decoder, so that
 * first answers and remembered ones are both compared. */
static void agrees_with_zydis_on_random_bytes(void **state)
{
	static const uint8_t prefixes[] = { 0x00, 0x65, 0x66, 0xf2, 0xf3, 0xf0, 0x67, 0x2e, 0x64 };
	struct insn_decoder *d = insn_decoder_new();
	uint32_t seed = 12345;
	uint8_t bytes[64];

	(void)state;
	for (unsigned round = 0; round < 200000; round++) {
		uint8_t *p = bytes;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(seed >> 24);
		}
		if (round & 1)
			*p++ = prefixes[round / 2 % ARRAY_SIZE(prefixes)];
		if (round & 2)
			*p++ = 0x0f;
		assert_same_as_zydis(d, bytes, sizeof(bytes));
		assert_same_as_zydis(d, bytes, 1 + seed % 15);
	}
	insn_decoder_free(d);
}

/* An opcode is met first in one form, then in the other: the length must not stick. */
static void remembers_only_what_does_not_vary(void **state)
{
	static const uint8_t form[][16] = {
		{ 0x8b, 0x04, 0x05, 1, 2, 3, 4 }, /* SIB with disp32 and no base */
		{ 0x8b, 0x04, 0x24 },             /* SIB without */
		{ 0x65, 0x8b, 0x04, 0x05, 1, 2, 3, 4 },
		{ 0xb8, 0x04, 0x05, 0x00, 0x00 }, /* bytes that look like ModRM and SIB */
		{ 0x66, 0xb8, 0x04, 0x05 },
		{ 0xc5, 0xf8, 0x10, 0x00 }, /* VEX */
		{ 0xc5, 0x00 },             /* lds */
		{ 0x0f, 0x0f, 0xc0, 0x9e }, /* 3DNow! */
		{ 0x0f, 0x38, 0x00, 0xc1 },
		{ 0x66, 0x0f, 0x3a, 0x0f, 0xc1, 0x08 },
	};
	struct insn_decoder *d = insn_decoder_new();
	uint8_t bytes[64];

	(void)state;
	for (unsigned round = 0; round < 3; round++)
		for (size_t i = 0; i < ARRAY_SIZE(form); i++) {
			memset(bytes, 0x90, sizeof(bytes));
			memcpy(bytes, form[i], sizeof(form[i]));
			assert_same_as_zydis(d, bytes, sizeof(bytes));
		}
	insn_decoder_free(d);
}

static struct insn decoded(struct insn_decoder *d, const uint8_t bytes[40])
{
	struct insn in;

	insn_decode(d, bytes, 40, &in);
	return in;
}

static void follows_control_and_stack(void **state)
{
	static const struct {
		uint8_t bytes[40];
		enum insn_flow flow;
		int stack;
	} cases[] = {
		{ { 0x50 }, FLOW_NEXT, -4 },
		{ { 0x5f }, FLOW_NEXT, 4 },
		{ { 0x66, 0x50 }, FLOW_NEXT, -2 },
		{ { 0x83, 0xec, 0x10 }, FLOW_NEXT, INSN_STACK_SUB },
		{ { 0x81, 0xc4, 0, 1, 0, 0 }, FLOW_NEXT, INSN_STACK_ADD },
		{ { 0x83, 0xe8, 0x10 }, FLOW_NEXT, INSN_STACK_OTHER },
		{ { 0xe8, 1, 0, 0, 0 }, FLOW_CALL, INSN_STACK_OTHER },
		{ { 0xff, 0xd0 }, FLOW_CALL, INSN_STACK_OTHER },
		{ { 0xeb, 0xfe }, FLOW_JUMP, INSN_STACK_OTHER },
		{ { 0x0f, 0x84, 1, 0, 0, 0 }, FLOW_BRANCH, INSN_STACK_OTHER },
		{ { 0xff, 0x24, 0x85, 0, 0, 0, 0 }, FLOW_INDIRECT, INSN_STACK_OTHER },
		{ { 0xc3 }, FLOW_END, INSN_STACK_OTHER },
		{ { 0x0f, 0x0b }, FLOW_END, INSN_STACK_OTHER },
		{ { 0xf4 }, FLOW_END, INSN_STACK_OTHER },
	};
	struct insn_decoder *d = insn_decoder_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct insn in = decoded(d, cases[i].bytes);

		assert_int_equal(in.flow, cases[i].flow);
		assert_int_equal(in.stack, cases[i].stack);
	}
	insn_decoder_free(d);
}

static void reads_immediates_and_targets(void **state)
{
	static const uint8_t sub8[40] = { 0x83, 0xec, 0xf0 }, add32[40] = { 0x81, 0xc4, 0x00, 0x01, 0x00, 0x00 };
	static const uint8_t back[40] = { 0xeb, 0xfe }, far[40] = { 0x0f, 0x85, 0x00, 0x10, 0x00, 0x00 };
	struct insn_decoder *d = insn_decoder_new();

	(void)state;
	assert_int_equal(insn_stack_immediate(sub8, decoded(d, sub8)), 16);
	assert_int_equal(insn_stack_immediate(add32, decoded(d, add32)), 256);
	assert_int_equal(insn_target(back, 2, 0x1000), 0x1000);
	assert_int_equal(insn_target(far, 6, 0x1000), 0x2006);
	insn_decoder_free(d);
}

static void finds_base_and_displacement(void **state)
{
	static const struct {
		uint8_t bytes[40];
		bool ok;
		enum gpr base;
		int32_t disp;
	} cases[] = {
		{ { 0x89, 0x44, 0x24, 0x0c }, true, GPR_ESP, 12 }, { { 0x89, 0x45, 0xf4 }, true, GPR_EBP, -12 },
		{ { 0x89, 0x84, 0x24, 0, 1, 0, 0 }, true, GPR_ESP, 256 }, { { 0x89, 0x01 }, true, GPR_ECX, 0 },
		{ { 0x66, 0x89, 0x45, 0x08 }, true, GPR_EBP, 8 },
		{ { 0x89, 0xc8 }, false, GPR_NONE, 0 },             /* a register */
		{ { 0x89, 0x05, 1, 2, 3, 4 }, false, GPR_NONE, 0 }, /* no base */
		{ { 0x89, 0x44, 0x84, 0x0c }, false, GPR_NONE, 0 }, /* an index */
		{ { 0x89, 0x04, 0x25, 1, 2, 3, 4 }, false, GPR_NONE, 0 },
		{ { 0x50 }, false, GPR_NONE, 0 }, /* no ModRM byte */
	};
	struct insn_decoder *d = insn_decoder_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		enum gpr base = GPR_NONE;
		int32_t disp = 0;

		assert_int_equal(insn_base_disp(cases[i].bytes, decoded(d, cases[i].bytes), &base, &disp), cases[i].ok);
		assert_int_equal(base, cases[i].base);
		assert_int_equal(disp, cases[i].disp);
	}
	insn_decoder_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_zydis_on_random_bytes),
		cmocka_unit_test(remembers_only_what_does_not_vary),
		cmocka_unit_test(follows_control_and_stack),
		cmocka_unit_test(reads_immediates_and_targets),
		cmocka_unit_test(finds_base_and_displacement),
	};

	return RUN_TESTS(tests);
}
