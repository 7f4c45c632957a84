// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdbool.h>

#include "xen/segfixup.h"

/* A set of 256 opcodes, 32 to a word, lowest bit first. */
typedef uint32_t opcode_set[8];

static bool has(const opcode_set set, uint8_t opcode)
{
	return set[opcode / 32] >> (opcode % 32) & 1;
}

/* One-byte opcodes: the arithmetic groups 00-03, 08-0b, ... 38-3b; imul 69, 6b; 80-8f but lea (8d), so pop (8f) is in;
 * mov to and from an absolute address a0-a3; shifts c0, c1, d0-d3; mov c6, c7; the unary groups f6, f7, fe, ff. */
static const opcode_set one_byte = {
	0x0f0f0f0f,
	0x0f0f0f0f,
	0x00000000,
	0x00000a00,
	0x0000dfff,
	0x0000000f,
	0x000f00c3,
	0xc0c00000,
};

/* Opcodes behind 0f: prefetch 18; cmov 40-4f; setcc 90-9f; bt, shld, bts, shrd, imul; btr, movzx, bit group ba,
 * btc, bsf, bsr, movsx; xadd c0, c1; movnti c3; cmpxchg8b c7. No cmpxchg (b0, b1), no load or store of an MMX or SSE
 * register. */
static const opcode_set two_byte = {
	0x01000000,
	0x00000000,
	0x0000ffff,
	0x00000000,
	0xffff0000,
	0xfcc8b878,
	0x0000008b,
	0x00000000,
};

/* x87 memory instructions by opcode d8-df and the reg field of ModRM, eight to a byte: those that do not exist are
 * refused (d9 /1; db /1, /4, /6; dd /5; df /1). */
static const uint8_t x87[8] = { 0xff, 0xfd, 0xff, 0xad, 0xff, 0xdf, 0xff, 0xfd };

static const char *refused_prefix(uint8_t byte)
{
	switch (byte) {
	case 0x67:
		return "16-bit address";
	case 0x64:
		return "%fs";
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
		return "another segment prefix";
	default:
		return NULL;
	}
}

static bool is_accepted_prefix(uint8_t byte)
{
	return byte == 0x65 || byte == 0x66 || byte == 0xf0 || byte == 0xf2 || byte == 0xf3;
}

const char *xen_segfixup_refusal(const uint8_t *insn, size_t len)
{
	bool gs = false;
	size_t i = 0;

	for (; i < len && (is_accepted_prefix(insn[i]) || refused_prefix(insn[i])); i++) {
		if (refused_prefix(insn[i]))
			return refused_prefix(insn[i]);
		gs |= insn[i] == 0x65;
	}
	if (i == len)
		return "no opcode";
	if (!gs)
		return "no %gs prefix";
	if (insn[i] == 0x0f)
		return i + 1 < len && has(two_byte, insn[i + 1]) ? NULL : "opcode unknown to Xen's fix-up";
	if (insn[i] >= 0xd8 && insn[i] <= 0xdf)
		return i + 1 < len && x87[insn[i] - 0xd8] >> (insn[i + 1] >> 3 & 7) & 1
				       ? NULL
				       : "x87 opcode unknown to Xen's fix-up";
	return has(one_byte, insn[i]) ? NULL : "opcode unknown to Xen's fix-up";
}
