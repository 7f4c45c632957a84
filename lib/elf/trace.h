/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the value of a register comes from.
 *
 * A value is traced backwards from its use, along every path that the branches of the function allow, through moves,
 * spills to the stack and simple arithmetic. It is known only where all paths agree. */
#ifndef ELF_TRACE_H
#define ELF_TRACE_H

#include "elf/flow.h"
#include "elf/image.h"

enum value_kind {
	VALUE_NONE, /* no path yields one (dead code) */
	VALUE_UNKNOWN,
	VALUE_INTEGER,      /* num: a constant of the program */
	VALUE_ADDRESS,      /* num: an address in the file's own numbering, computed from %eip */
	VALUE_STACK,        /* num: bytes relative to %esp at the function's entry */
	VALUE_THREAD,       /* the thread pointer, read from %gs:0 */
	VALUE_TLS_OFFSET,   /* below the thread pointer: from a TPOFF slot or relocation at `num`, perhaps with an index
			     */
	VALUE_TLS_POSITIVE, /* the same as a positive number, to be subtracted (R_386_TLS_TPOFF32) */
	VALUE_DESCRIPTOR,   /* the address of a TLS descriptor, by its relocation at `num` */
};

struct value {
	enum value_kind kind;
	uint32_t num;
};

/* What a trace knows of a function that is called: whether it is a helper that returns its caller's address. */
struct trace_callee {
	uint32_t addr;
	enum gpr thunk; /* the register that it loads, or GPR_NONE */
	bool known;
};
#define TRACE_CALLEES 1024 /* a power of two: a table by address, in which a newer callee replaces an older one */

/* The caller sets what is above the blank line; the rest begins as zeros and is kept between functions of one image. */
struct tracer {
	struct flow *flow;
	const struct image *img;
	uint32_t shndx; /* the function's section in a relocatable file, else 0 */

	struct trace_callee callee[TRACE_CALLEES];
	struct trace_slot *slot; /* by index of flow.store; private */
	size_t slot_cap;
	uint32_t *state; /* private */
	size_t state_cap;
	uint64_t budget; /* steps that the traces of this function may still take */
	int error;       /* 0, or -ENOMEM of looking at the stack */
};

/* Forgets the last function: to be called after each flow_sweep. */
void trace_begin(struct tracer *t);

/* Traces a register's value before instruction `at` (an index of flow.insn). A constant that is not negative is only
 * believed where it was found in the same block and not in memory: an unknown path or store could make the difference
 * between an access that is safe and one that is not. Returns 0 or -ENOMEM. */
int trace_register(struct tracer *t, size_t at, enum gpr reg, struct value *value);

void trace_free(struct tracer *t);

#endif
