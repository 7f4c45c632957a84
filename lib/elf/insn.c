// SPDX-License-Identifier: LGPL-2.1-or-later
#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "base/util.h"
#include "elf/insn.h"

#define CALL_CLOBBERS (1 << GPR_EAX | 1 << GPR_ECX | 1 << GPR_EDX)

/* call *%gs:0x10 is a system call, which changes nothing but its result (glibc, sysdeps/unix/sysv/linux/i386). */
#define SYSCALL_WRITES (1 << GPR_EAX | 1 << GPR_ESP)

/* What selects an instruction besides its opcode and ModRM byte: the mandatory prefix and the opcode map. */
enum { PREFIX_NONE, PREFIX_66, PREFIX_F2, PREFIX_F3, PREFIX_COUNT };
enum { MAP_ONE, MAP_0F, MAP_0F38, MAP_0F3A, MAP_COUNT };

/* What is known of one opcode, by ModRM byte: a struct insn each, len 0 where Zydis was not asked yet. All the same for
 * an opcode without ModRM byte. Threads that learn the same entry at once write the same word. */
struct opcode_row {
	_Atomic uint64_t insn[256];
};

struct insn_decoder {
	ZydisDecoder zydis;
	struct opcode_row row[PREFIX_COUNT][MAP_COUNT][256];
};

static_assert(sizeof(struct insn) == sizeof(uint64_t), "an entry is one word");

static struct insn recall(const _Atomic uint64_t *entry)
{
	uint64_t word = atomic_load_explicit(entry, memory_order_relaxed);
	struct insn in;

	memcpy(&in, &word, sizeof(in));
	return in;
}

static void remember(_Atomic uint64_t *entry, struct insn in)
{
	uint64_t word;

	memcpy(&word, &in, sizeof(word));
	atomic_store_explicit(entry, word, memory_order_relaxed);
}

struct insn_decoder *insn_decoder_new(void)
{
	struct insn_decoder *d = calloc(1, sizeof(*d));

	if (d)
		ZydisDecoderInit(&d->zydis, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
	return d;
}

void insn_decoder_free(struct insn_decoder *d)
{
	free(d);
}

bool insn_decode_full(const struct insn_decoder *d, const uint8_t *p, size_t avail, struct insn_full *full)
{
	return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&d->zydis, p, avail, &full->info, full->operand));
}

int32_t insn_stack_immediate(const uint8_t *p, struct insn in)
{
	int32_t value = (int8_t)p[in.len - 1];

	if (in.len - in.modrm - 1 >= (int)sizeof(value))
		memcpy(&value, p + in.len - sizeof(value), sizeof(value));
	return in.stack == INSN_STACK_SUB ? (int32_t) - (uint32_t)value : value;
}

bool insn_base_disp(const uint8_t *p, struct insn in, enum gpr *base, int32_t *disp)
{
	const uint8_t *at = p + in.modrm;
	unsigned mod = at[0] >> 6, rm = at[0] & 7;

	if (in.modrm == 0 || mod == 3)
		return false;
	at++;
	if (rm == 4) {
		if ((*at >> 3 & 7) != 4)
			return false;
		rm = *at++ & 7;
	}
	if (mod == 0 && rm == 5)
		return false;
	*base = (enum gpr)rm;
	*disp = mod == 1 ? (int8_t)*at : 0;
	if (mod == 2)
		memcpy(disp, at, sizeof(*disp));
	return true;
}

enum gpr insn_gpr(ZydisRegister reg)
{
	ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LEGACY_32, reg);

	if (whole < ZYDIS_REGISTER_EAX || whole > ZYDIS_REGISTER_EDI)
		return GPR_NONE;
	return (enum gpr)(whole - ZYDIS_REGISTER_EAX);
}

static enum insn_flow flow_of(const ZydisDecodedInstruction *info)
{
	bool relative = info->attributes & ZYDIS_ATTRIB_IS_RELATIVE;

	switch (info->meta.category) {
	case ZYDIS_CATEGORY_CALL:
		return FLOW_CALL;
	case ZYDIS_CATEGORY_COND_BR:
		return FLOW_BRANCH;
	case ZYDIS_CATEGORY_UNCOND_BR:
		return relative ? FLOW_JUMP : FLOW_INDIRECT;
	case ZYDIS_CATEGORY_RET:
		return FLOW_END;
	default:
		break;
	}
	if (info->mnemonic == ZYDIS_MNEMONIC_HLT || info->mnemonic == ZYDIS_MNEMONIC_UD2)
		return FLOW_END;
	return FLOW_NEXT;
}

static int8_t stack_change(const struct insn_full *full)
{
	const ZydisDecodedOperand *op = full->operand;

	if (full->info.mnemonic == ZYDIS_MNEMONIC_PUSH)
		return (int8_t) - (full->info.operand_width / 8);
	if (full->info.mnemonic == ZYDIS_MNEMONIC_POP)
		return (int8_t)(full->info.operand_width / 8);
	if (full->info.operand_count_visible == 2 && op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
			op[0].reg.value == ZYDIS_REGISTER_ESP && op[1].type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		if (full->info.mnemonic == ZYDIS_MNEMONIC_ADD)
			return INSN_STACK_ADD;
		if (full->info.mnemonic == ZYDIS_MNEMONIC_SUB)
			return INSN_STACK_SUB;
	}
	return INSN_STACK_OTHER;
}

static struct insn summarise(const struct insn_full *full)
{
	struct insn in = { .len = full->info.length, .valid = true, .flow = (uint8_t)flow_of(&full->info) };

	in.stack = stack_change(full);
	in.relative = full->info.attributes & ZYDIS_ATTRIB_IS_RELATIVE;
	in.segment = full->info.attributes & (ZYDIS_ATTRIB_HAS_SEGMENT_FS | ZYDIS_ATTRIB_HAS_SEGMENT_GS);
	in.sib = full->info.attributes & ZYDIS_ATTRIB_HAS_SIB;
	if (full->info.attributes & ZYDIS_ATTRIB_HAS_MODRM)
		in.modrm = full->info.raw.modrm.offset;
	for (unsigned i = 0; i < full->info.operand_count; i++) {
		const ZydisDecodedOperand *op = &full->operand[i];

		if (!(op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
			continue;
		if (op->type == ZYDIS_OPERAND_TYPE_MEMORY && op->encoding == ZYDIS_OPERAND_ENCODING_MODRM_RM)
			in.stores = true;
		if (op->type == ZYDIS_OPERAND_TYPE_REGISTER && insn_gpr(op->reg.value) != GPR_NONE)
			in.writes |= (uint8_t)(1 << insn_gpr(op->reg.value));
	}
	if (in.flow == FLOW_CALL)
		in.writes |= CALL_CLOBBERS;
	if (full->info.mnemonic == ZYDIS_MNEMONIC_INT || full->info.mnemonic == ZYDIS_MNEMONIC_SYSENTER)
		in.writes |= 1 << GPR_EAX;
	return in;
}

static struct insn ask_zydis(const struct insn_decoder *d, const uint8_t *p, size_t avail, bool *bare)
{
	struct insn_full full;

	if (!insn_decode_full(d, p, avail, &full)) {
		*bare = false;
		return (struct insn){ .len = 1, .flow = FLOW_NEXT };
	}
	*bare = !(full.info.attributes & ZYDIS_ATTRIB_HAS_MODRM);
	return summarise(&full);
}

/* What the first byte of an instruction, or of what follows its prefixes, says. */
enum {
	LEAD_OPCODE,
	LEAD_IRREGULAR, /* VEX, EVEX or XOP, or an older instruction that shares its opcode with them */
	LEAD_ESCAPE,    /* to the opcode maps 0F, 0F38 and 0F3A */
	LEAD_IGNORED,   /* a prefix without influence on what the table holds */
	LEAD_SEGMENT,   /* %fs or %gs */
	LEAD_MANDATORY, /* a prefix that selects another instruction or operand size */
	LEAD_UNUSUAL,   /* a prefix that the table does not serve: LOCK, 16-bit addresses */
};

static const uint8_t lead[256] = {
	[0x62] = LEAD_IRREGULAR,
	[0x8f] = LEAD_IRREGULAR,
	[0xc4] = LEAD_IRREGULAR,
	[0xc5] = LEAD_IRREGULAR,
	[0x0f] = LEAD_ESCAPE,
	[0x26] = LEAD_IGNORED,
	[0x2e] = LEAD_IGNORED,
	[0x36] = LEAD_IGNORED,
	[0x3e] = LEAD_IGNORED,
	[0x64] = LEAD_SEGMENT,
	[0x65] = LEAD_SEGMENT,
	[0x66] = LEAD_MANDATORY,
	[0xf2] = LEAD_MANDATORY,
	[0xf3] = LEAD_MANDATORY,
	[0xf0] = LEAD_UNUSUAL,
	[0x67] = LEAD_UNUSUAL,
};

/* Reads the prefixes in front of an opcode. False for an instruction that the table does not hold: one with two
 * mandatory prefixes, an unusual one, or more of them than compilers write. */
static bool read_prefixes(const uint8_t *p, size_t *count, unsigned *mandatory, bool *segment)
{
	for (size_t i = 0; i < 5; i++) {
		switch (lead[p[i]]) {
		case LEAD_SEGMENT:
			*segment = true;
			break;
		case LEAD_MANDATORY:
			if (*mandatory != PREFIX_NONE)
				return false;
			*mandatory = p[i] == 0x66 ? PREFIX_66 : p[i] == 0xf2 ? PREFIX_F2 : PREFIX_F3;
			break;
		case LEAD_IGNORED:
			break;
		case LEAD_OPCODE:
		case LEAD_ESCAPE:
			*count = i;
			return true;
		default:
			return false;
		}
	}
	return false;
}

/* The operand of call *%gs:0x10, from its opcode on. */
static bool is_system_call(const uint8_t *op)
{
	return memcmp(op, (const uint8_t[]){ 0xff, 0x15, 0x10, 0, 0, 0 }, 6) == 0;
}

/* mod 0 with a SIB byte is the one case where a third byte decides the length: base 5 means disp32. */
static bool has_sib_disp(struct insn in, const uint8_t *op)
{
	return in.sib && op[1] < 0x40 && (op[2] & 7) == 5;
}

/* Asks Zydis and remembers the answer, less the prefixes, for all instructions that share it: `row` is that of the
 * opcode at `op`, behind the prefixes and the escape to another map. */
static struct insn learn(const struct insn_decoder *d, struct opcode_row *row, const uint8_t *p, const uint8_t *op,
		size_t prefixes)
{
	bool bare;
	struct insn in = ask_zydis(d, p, ZYDIS_MAX_INSTRUCTION_LENGTH, &bare), known = in;

	if (in.valid) {
		known.len = (uint8_t)(in.len - prefixes);
		known.modrm = in.modrm ? (uint8_t)(in.modrm - prefixes) : 0;
	}
	if (in.valid && bare) {
		for (size_t i = 0; i < 256; i++)
			remember(&row->insn[i], known);
	} else if (!has_sib_disp(in, op)) { /* the entry is for the form without that displacement */
		remember(&row->insn[op[1]], known);
	}
	return in;
}

static struct insn with_prefixes(struct insn in, const uint8_t *op, size_t prefixes, bool segment)
{
	in.len = (uint8_t)(in.len + prefixes + (has_sib_disp(in, op) ? 4 : 0));
	in.modrm = in.modrm ? (uint8_t)(in.modrm + prefixes) : 0;
	in.segment = segment;
	return in;
}

static struct insn look_up(struct insn_decoder *d, const uint8_t *p)
{
	unsigned prefix = PREFIX_NONE, map = MAP_ONE;
	size_t prefixes = 0;
	bool bare, segment = false;
	const uint8_t *op = p;
	struct opcode_row *row;
	struct insn in;

	if (!read_prefixes(p, &prefixes, &prefix, &segment))
		return ask_zydis(d, p, ZYDIS_MAX_INSTRUCTION_LENGTH, &bare);
	op += prefixes;
	if (lead[*op] == LEAD_ESCAPE) {
		op++;
		map = *op == 0x38 ? MAP_0F38 : *op == 0x3a ? MAP_0F3A : MAP_0F;
		op += map != MAP_0F;
		if (map == MAP_0F && *op == 0x0f) /* 3DNow!: the opcode comes last */
			return ask_zydis(d, p, ZYDIS_MAX_INSTRUCTION_LENGTH, &bare);
	}
	row = &d->row[prefix][map][op[0]];
	in = recall(&row->insn[op[1]]);
	if (in.len == 0)
		in = learn(d, row, p, op, prefixes);
	else if (in.valid)
		in = with_prefixes(in, op, prefixes, segment);
	if (segment && is_system_call(op))
		in.writes = SYSCALL_WRITES;
	return in;
}

void insn_decode(struct insn_decoder *d, const uint8_t *p, size_t avail, struct insn *insn)
{
	bool bare;

	/* Near the end of the buffer every byte has to be counted: Zydis does. */
	if (avail < 2 * ZYDIS_MAX_INSTRUCTION_LENGTH) {
		*insn = ask_zydis(d, p, avail, &bare);
		return;
	}
	*insn = recall(&d->row[PREFIX_NONE][MAP_ONE][p[0]].insn[p[1]]);
	if (lead[*p] != LEAD_OPCODE || insn->len == 0)
		*insn = look_up(d, p);
	else if (has_sib_disp(*insn, p))
		insn->len = (uint8_t)(insn->len + 4);
}

uint32_t insn_target(const uint8_t *p, uint8_t len, uint32_t addr)
{
	int32_t rel = (int8_t)p[len - 1];

	if (len >= 5)
		memcpy(&rel, p + len - sizeof(rel), sizeof(rel));
	return addr + len + (uint32_t)rel;
}
