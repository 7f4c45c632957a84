/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Instruction boundaries at the speed of a table, with Zydis as the only authority.
 *
 * Length, control flow and the registers that are written depend on the mandatory prefix, the opcode and the ModRM byte
 * alone (Intel SDM, volume 2, chapter 2). The decoder asks Zydis once for each such combination and remembers the
 * answer; encodings for which this is not so (VEX, EVEX, XOP, 3DNow!, 16-bit addresses, LOCK) go to Zydis each time. */
#ifndef ELF_INSN_H
#define ELF_INSN_H

#include <Zydis/Zydis.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum insn_flow {
	FLOW_NEXT,     /* goes on with the next instruction */
	FLOW_CALL,     /* so does this one, when the callee returns */
	FLOW_BRANCH,   /* conditional, relative */
	FLOW_JUMP,     /* unconditional, relative */
	FLOW_INDIRECT, /* jump through a register or memory */
	FLOW_END,      /* return, halt, undefined instruction */
};

/* Registers in the order of their encoding; a bit mask of them is 1 << GPR_x. */
enum gpr { GPR_EAX, GPR_ECX, GPR_EDX, GPR_EBX, GPR_ESP, GPR_EBP, GPR_ESI, GPR_EDI, GPR_NONE };

/* Eight bytes: a table of them is copied from in one load. */
struct insn {
	uint8_t len;    /* bytes; 1 where nothing can be decoded */
	uint8_t flow;   /* enum insn_flow */
	uint8_t writes; /* general registers, by mask; a call's are those that the i386 psABI lets it change */
	uint8_t modrm;  /* offset of the ModRM byte in the instruction; 0: it has none */
	int8_t stack;   /* bytes that a push or pop adds to %esp, or one of the values below */
	bool valid : 1;
	bool segment : 1;  /* has a %fs or %gs prefix */
	bool stores : 1;   /* writes memory at its ModRM operand */
	bool sib : 1;      /* has a SIB byte */
	bool relative : 1; /* ends in a displacement relative to the next instruction */
	uint8_t spare[2];
};

enum { INSN_STACK_ADD = 100, INSN_STACK_SUB, INSN_STACK_OTHER }; /* adds or subtracts its immediate; see the operands */

/* A decoder with its memory, 8 MiB of which only what is used is touched. Any number of threads may share one. */
struct insn_decoder;

/* Returns NULL where memory is short. */
struct insn_decoder *insn_decoder_new(void);
void insn_decoder_free(struct insn_decoder *d);

/* Decodes the instruction at p, of which `avail` bytes (at least one) may be read. */
void insn_decode(struct insn_decoder *d, const uint8_t *p, size_t avail, struct insn *insn);

/* All that Zydis knows of the instruction at p; false where it is none. */
struct insn_full {
	ZydisDecodedInstruction info;
	ZydisDecodedOperand operand[ZYDIS_MAX_OPERAND_COUNT];
};
bool insn_decode_full(const struct insn_decoder *d, const uint8_t *p, size_t avail, struct insn_full *full);

/* Where a relative branch or call of `len` bytes at address `addr` goes. */
uint32_t insn_target(const uint8_t *p, uint8_t len, uint32_t addr);

/* What an add or sub of INSN_STACK_ADD or _SUB changes %esp by. */
int32_t insn_stack_immediate(const uint8_t *p, struct insn in);

/* The base and displacement of a memory operand without index, from its ModRM and SIB bytes (Intel SDM, volume 2,
 * tables 2-2 and 2-3). False where it has no such operand. */
bool insn_base_disp(const uint8_t *p, struct insn in, enum gpr *base, int32_t *disp);

/* The 32-bit register that a Zydis register is part of, or GPR_NONE. */
enum gpr insn_gpr(ZydisRegister reg);

#endif
