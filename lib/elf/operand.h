/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which bytes an instruction reaches through %gs or %fs, by its registers. */
#ifndef ELF_OPERAND_H
#define ELF_OPERAND_H

#include "elf/insn.h"

/* The memory operand of an instruction that has a segment prefix: offset = base + (index << scale) + disp, modulo
 * 2^32 (2^16 where `wide` is false). Intel SDM, volume 2, 2.1.5. */
struct operand {
	uint8_t segment;     /* 4: %fs, 5: %gs, as in the encoding of segment registers */
	uint8_t base, index; /* enum gpr; GPR_NONE: none */
	uint8_t shift;       /* of the index: 0 to 3 */
	bool byte_index;     /* the index is the low byte of its register: xlat */
	bool wide;           /* 32-bit address */
	uint8_t bit_index;   /* bt, bts, btr, btc: the register with a bit number from the operand on, else GPR_NONE */
	uint8_t bit_size;    /* its size in bytes, 2 or 4 */
	uint8_t popped;      /* bytes by which a pop moves its own base %esp before it stores, else 0 */
	int32_t disp;
	uint32_t size; /* bytes that are accessed */
};

/* Finds it in what Zydis says. False where the instruction reaches no memory through %gs or %fs (lea, nop, prefetch and
 * instructions with a register operand among them), or in a way that the registers alone do not tell (vector index). */
bool operand_find(const struct insn_full *full, struct operand *out);

/* The offset in the segment, where `gpr` has the general registers in the order of enum gpr. Without the part that a
 * bit number or a pop adds, as Xen's fix-up computes it. */
uint32_t operand_offset(const struct operand *op, const uint32_t gpr[8]);

/* The same as the processor computes it: differs for bt and its kin, and for a pop to where %esp points. */
uint32_t operand_reach(const struct operand *op, const uint32_t gpr[8]);

#endif
