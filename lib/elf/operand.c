// SPDX-License-Identifier: LGPL-2.1-or-later
#include "elf/operand.h"

/* Through another table than the segment's (bndldx, bndstx), at addresses in a vector register, or not at all. */
static bool is_plain_access(const struct insn_full *full, const ZydisDecodedOperand *op)
{
	switch (full->info.meta.category) {
	case ZYDIS_CATEGORY_NOP:
	case ZYDIS_CATEGORY_WIDENOP:
	case ZYDIS_CATEGORY_PREFETCH:
	case ZYDIS_CATEGORY_PREFETCHWT1:
	case ZYDIS_CATEGORY_CLDEMOTE: /* a hint, too */
		return false;
	default:
		return op->mem.type == ZYDIS_MEMOP_TYPE_MEM && op->size >= 8;
	}
}

/* The prefix moves one operand at most: the stack, and what string instructions write, are not subject to it. */
static const ZydisDecodedOperand *segment_operand(const struct insn_full *full)
{
	for (unsigned i = 0; i < full->info.operand_count; i++) {
		const ZydisDecodedOperand *op = &full->operand[i];

		if (op->type == ZYDIS_OPERAND_TYPE_MEMORY &&
				(op->mem.segment == ZYDIS_REGISTER_GS || op->mem.segment == ZYDIS_REGISTER_FS))
			return is_plain_access(full, op) ? op : NULL;
	}
	return NULL;
}

static uint8_t shift_of(const ZydisDecodedOperand *op)
{
	return op->mem.scale > 1 ? (uint8_t)__builtin_ctz(op->mem.scale) : 0;
}

/* A bit number in a register selects a word of memory around the operand; an immediate one stays inside it. */
static void find_bit_index(const struct insn_full *full, struct operand *out)
{
	const ZydisDecodedOperand *bit = &full->operand[1];

	switch (full->info.mnemonic) {
	case ZYDIS_MNEMONIC_BT:
	case ZYDIS_MNEMONIC_BTS:
	case ZYDIS_MNEMONIC_BTR:
	case ZYDIS_MNEMONIC_BTC:
		if (bit->type != ZYDIS_OPERAND_TYPE_REGISTER)
			return;
		out->bit_index = (uint8_t)insn_gpr(bit->reg.value);
		out->bit_size = (uint8_t)(bit->size / 8);
		return;
	default:
		return;
	}
}

bool operand_find(const struct insn_full *full, struct operand *out)
{
	const ZydisDecodedOperand *op = segment_operand(full);

	if (!op)
		return false;
	*out = (struct operand){
		.segment = op->mem.segment == ZYDIS_REGISTER_GS ? 5 : 4,
		.base = (uint8_t)insn_gpr(op->mem.base),
		.index = (uint8_t)insn_gpr(op->mem.index),
		.shift = shift_of(op),
		.wide = full->info.address_width == 32,
		.bit_index = GPR_NONE,
		.disp = (int32_t)op->mem.disp.value,
		.size = op->size / 8u,
	};
	if (full->info.mnemonic == ZYDIS_MNEMONIC_XLAT) { /* to Zydis 4.0 the index is an operand of its own */
		out->index = GPR_EAX;
		out->byte_index = true;
	}
	find_bit_index(full, out);
	if (full->info.mnemonic == ZYDIS_MNEMONIC_POP && out->base == GPR_ESP)
		out->popped = (uint8_t)out->size;
	return true;
}

/* Registers and sums are cut to 16 bits by one mask at the end: what is above does not reach below it. */
static uint32_t wrap(const struct operand *op, uint32_t offset)
{
	return op->wide ? offset : offset & UINT16_MAX;
}

uint32_t operand_offset(const struct operand *op, const uint32_t gpr[8])
{
	uint32_t offset = (uint32_t)op->disp;

	if (op->base != GPR_NONE)
		offset += gpr[op->base];
	if (op->index != GPR_NONE)
		offset += (op->byte_index ? gpr[op->index] & UINT8_MAX : gpr[op->index]) << op->shift;
	return wrap(op, offset);
}

/* Bit numbers are signed. The operand's words follow each other in both directions from where it is. */
static uint32_t bit_offset(const struct operand *op, const uint32_t gpr[8])
{
	int32_t bit;

	if (op->bit_index == GPR_NONE)
		return 0;
	bit = (int32_t)gpr[op->bit_index];
	if (op->bit_size == 2)
		bit = (int16_t)bit;
	return (uint32_t)(bit >> 3) & ~(op->bit_size - 1u);
}

uint32_t operand_reach(const struct operand *op, const uint32_t gpr[8])
{
	return wrap(op, operand_offset(op, gpr) + bit_offset(op, gpr) + op->popped);
}
