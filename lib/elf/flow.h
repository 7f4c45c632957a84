/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The instructions of one function, and where the value of a register comes from.
 *
 * A value is traced backwards from its use, along every path that the branches of the function allow, through moves,
 * spills to the stack and simple arithmetic. It is known only where all paths agree. */
#ifndef ELF_FLOW_H
#define ELF_FLOW_H

#include "elf/image.h"
#include "elf/insn.h"

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
};

struct value {
	enum value_kind kind;
	uint32_t num;
};

struct flow_insn {
	uint32_t off; /* from the first byte of the function */
	struct insn in;
	/* Set on the first trace: */
	uint32_t edges; /* the first of the branches that lead here, as an index of flow.edge plus 1; 0: none */
	bool fallen;    /* into, from the instruction before */
};

/* What is known of the functions that are called: whether one is a helper that returns its caller's address. */
struct flow_callee {
	uint32_t addr;
	enum gpr thunk; /* the register that it loads, or GPR_NONE */
	bool known;
};
#define FLOW_SLOTS   256
#define FLOW_CALLEES 1024 /* a power of two: a table by address, in which a newer callee replaces an older one */

/* One function; reused for the next one, so that its arrays are allocated once a file. */
struct flow {
	const struct image *img;
	struct insn_decoder *decoder;
	const uint8_t *bytes; /* the function's, borrowed */
	size_t size;          /* bytes of the function */
	size_t avail;         /* bytes that may be read from `bytes` on */
	uint32_t addr;        /* of the first byte */
	uint32_t shndx;       /* in a relocatable file, else 0 */

	struct flow_insn *insn;
	size_t n, cap;

	/* Built on the first trace. */
	bool linked;
	uint32_t *index; /* of the instruction that begins at a byte, plus 1; private */
	size_t index_cap;
	struct flow_edge *edge; /* private */
	size_t nedge, edge_cap;

	/* Built when the first trace comes to the stack. */
	bool stacked;
	int error;      /* of building it: 0 or -ENOMEM */
	int32_t *depth; /* of the stack before each instruction: bytes below the entry's %esp, as a negative number */
	size_t depth_cap;
	struct flow_store *store; /* to the stack frame; private */
	size_t nstore, store_cap;
	uint32_t slots[FLOW_SLOTS]; /* the first store of each bucket of slots, plus 1; private */
	bool framed;                /* %ebp is the frame pointer, */
	int32_t frame;              /* at this depth */
	uint32_t *seen;             /* private */
	size_t seen_cap;
	struct flow_callee callee[FLOW_CALLEES];
	uint64_t budget; /* steps that traces in this function may still take */
};

/* Decodes a function from its first byte to its last. Returns 0 or -ENOMEM. */
int flow_sweep(struct flow *f);

/* Traces a register's value before instruction `at` (an index of f->insn). Returns 0 or -ENOMEM. */
int flow_trace(struct flow *f, size_t at, enum gpr reg, struct value *value);

void flow_free(struct flow *f);

#endif
