// SPDX-License-Identifier: LGPL-2.1-or-later
/* libFuzzer target: eight registers, then an instruction. Where an operand is found, its offset must be what the raw
 * bytes say by the tables of the SDM (volume 2, 2-1 to 2-3), and what Zydis's own calculator says. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf/operand.h"

#define REGISTERS (8 * sizeof(uint32_t))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t read_disp(const uint8_t *p, unsigned bytes)
{
	uint32_t value = 0;

	memcpy(&value, p, bytes);
	if (bytes == 1)
		value = (uint32_t)(int8_t)value;
	return value;
}

/* Table 2-1. */
static uint32_t address_16(const uint8_t *modrm, const uint32_t *gpr)
{
	static const enum gpr base[8] = { GPR_EBX, GPR_EBX, GPR_EBP, GPR_EBP, GPR_ESI, GPR_EDI, GPR_EBP, GPR_EBX };
	static const enum gpr index[4] = { GPR_ESI, GPR_EDI, GPR_ESI, GPR_EDI };
	unsigned mod = *modrm >> 6, rm = *modrm & 7;
	uint32_t sum = gpr[base[rm]];

	if (mod == 0 && rm == 6)
		return read_disp(modrm + 1, 2);
	if (rm < 4)
		sum += gpr[index[rm]];
	if (mod)
		sum += read_disp(modrm + 1, mod);
	return sum & 0xffff;
}

/* Tables 2-2 and 2-3. */
static uint32_t address_32(const uint8_t *modrm, const uint32_t *gpr)
{
	unsigned mod = *modrm >> 6, rm = *modrm & 7, scale;
	const uint8_t *at = modrm + 1;
	uint32_t sum = 0;

	if (rm == 4) {
		scale = *at >> 6;
		if ((*at >> 3 & 7) != 4)
			sum = gpr[*at >> 3 & 7] << scale;
		rm = *at++ & 7;
	}
	if (mod == 0 && rm == 5)
		return sum + read_disp(at, 4);
	sum += gpr[rm];
	if (mod)
		sum += read_disp(at, mod == 1 ? 1 : 4);
	return sum;
}

static void compare_with_bytes(const struct insn_full *full, const uint8_t *code, const uint32_t *gpr, uint32_t offset)
{
	const uint8_t *modrm = code + full->info.raw.modrm.offset;
	uint32_t expected = full->info.address_width == 16 ? address_16(modrm, gpr) : address_32(modrm, gpr);

	if (offset != expected)
		abort();
}

static void compare_with_zydis(
		const struct insn_full *full, const ZydisDecodedOperand *op, const uint32_t *gpr, uint32_t offset)
{
	ZydisRegisterContext context = { 0 };
	ZyanU64 address;

	for (unsigned i = 0; i < 8; i++) {
		context.values[ZYDIS_REGISTER_EAX + i] = gpr[i];
		context.values[ZYDIS_REGISTER_AX + i] = gpr[i] & 0xffff;
	}
	context.values[ZYDIS_REGISTER_AL] = gpr[0] & 0xff;
	if (ZYAN_FAILED(ZydisCalcAbsoluteAddressEx(&full->info, op, 0, &context, &address)))
		abort();
	if (full->info.mnemonic == ZYDIS_MNEMONIC_XLAT)
		address += gpr[GPR_EAX] & 0xff;
	if ((address & (full->info.address_width == 16 ? 0xffff : 0xffffffff)) != offset)
		abort();
}

static void compare_reach(const struct insn_full *full, const struct operand *op, const uint32_t *gpr)
{
	uint32_t offset = operand_offset(op, gpr), reach = operand_reach(op, gpr);
	int64_t bit, units;

	if (op->bit_index == GPR_NONE) {
		if (reach != offset && (op->popped == 0 || reach - offset != op->popped))
			abort();
		return;
	}
	/* The bit is the same wherever it is counted from: in memory from the operand on, or within the word reached.
	 */
	bit = op->bit_size == 2 ? (int16_t)gpr[op->bit_index] : (int32_t)gpr[op->bit_index];
	units = bit - (bit & (op->bit_size * 8 - 1));
	if ((((uint64_t)offset + (uint64_t)(units / 8)) & (op->wide ? 0xffffffff : 0xffff)) != reach)
		abort();
	if (full->operand[1].size != op->bit_size * 8u)
		abort();
}

static void look(const struct insn_full *full, const uint8_t *code, const uint32_t *gpr)
{
	const ZydisDecodedOperand *memory = NULL;
	struct operand op;

	for (unsigned i = 0; i < full->info.operand_count; i++)
		if (full->operand[i].type == ZYDIS_OPERAND_TYPE_MEMORY &&
				(full->operand[i].mem.segment == ZYDIS_REGISTER_GS ||
						full->operand[i].mem.segment == ZYDIS_REGISTER_FS))
			memory = &full->operand[i];
	if (!operand_find(full, &op))
		return;
	if (!memory || op.size == 0 || op.base > GPR_NONE || op.index > GPR_NONE || op.shift > 3 ||
			op.bit_index > GPR_NONE)
		abort();
	if (op.segment != (memory->mem.segment == ZYDIS_REGISTER_GS ? 5 : 4))
		abort();
	if (memory->encoding == ZYDIS_OPERAND_ENCODING_MODRM_RM)
		compare_with_bytes(full, code, gpr, operand_offset(&op, gpr));
	compare_with_zydis(full, memory, gpr, operand_offset(&op, gpr));
	compare_reach(full, &op, gpr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct insn_decoder *decoder;
	struct insn_full full;
	uint32_t gpr[8];

	if (!decoder)
		decoder = insn_decoder_new();
	if (size <= REGISTERS)
		return 0;
	memcpy(gpr, data, REGISTERS);
	/* As many instructions as there are: seeds are files with code in them. */
	for (size_t at = REGISTERS; at < size; at++)
		if (insn_decode_full(decoder, data + at, size - at, &full))
			look(&full, data + at, gpr);
	return 0;
}
