/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The instructions of one function, how control passes between them, and its stack frame: what trace.h stands on. */
#ifndef ELF_FLOW_H
#define ELF_FLOW_H

#include "elf/insn.h"

struct flow_insn {
	uint32_t off; /* from the first byte of the function */
	struct insn in;
	/* Set by flow_link: */
	uint32_t edges; /* the first of the branches that lead here, as an index of flow.edge plus 1; 0: none */
	bool fallen;    /* into, from the instruction before */
};

/* A branch within the function. */
struct flow_edge {
	uint32_t source; /* the instruction that branches */
	uint32_t next;   /* edge to the same target, as flow_insn.edges */
};

/* A store to a word of the stack frame. */
struct flow_store {
	int32_t slot;  /* bytes relative to %esp at entry */
	uint32_t insn; /* the instruction */
	uint32_t next; /* store of the same bucket of slots, as an index of flow.store plus 1; 0: none */
};
#define FLOW_BUCKETS 256

/* One function; reused for the next one, so that its arrays are allocated once a file. The caller sets what is above
 * the blank line, the functions below the rest. */
struct flow {
	struct insn_decoder *decoder;
	const uint8_t *bytes; /* the function's, borrowed */
	size_t size;          /* bytes of the function */
	size_t avail;         /* bytes that may be read from `bytes` on */
	uint32_t addr;        /* of the first byte */

	struct flow_insn *insn;
	size_t n, cap;
	size_t swept; /* bytes that they cover */

	bool linked;
	uint32_t *index; /* of the instruction that begins at a byte, plus 1; 0: none does */
	size_t index_cap;
	struct flow_edge *edge;
	size_t nedge, edge_cap;

	bool stacked;
	int32_t *depth; /* of the stack before each instruction: bytes below the entry's %esp, as a negative number */
	size_t depth_cap;
	bool framed;   /* %ebp is the frame pointer, */
	int32_t frame; /* at this depth */
	struct flow_store *store;
	size_t nstore, store_cap;
	uint32_t bucket[FLOW_BUCKETS]; /* its first store, as flow_store.next */
};

/* Decodes a function from its first byte on, at least up to `end` (at most f->size). Returns 0 or -ENOMEM.
 * flow_link does the rest, for which a function without anything to trace has no use. */
int flow_sweep(struct flow *f, size_t end);

/* Finds the branches. Returns 0 or -ENOMEM; does nothing the second time. */
int flow_link(struct flow *f);

/* Finds depth, frame and stores; wants a linked function. Returns 0 or -ENOMEM; does nothing the second time. */
int flow_stack(struct flow *f);

void flow_free(struct flow *f);

/* The bytes of instruction i, and all that Zydis knows of it. */
const uint8_t *flow_bytes(const struct flow *f, size_t i);
bool flow_decode_full(const struct flow *f, size_t i, struct insn_full *full);

/* Where instruction i, a relative branch or call, goes. */
uint32_t flow_target(const struct flow *f, size_t i);

/* The first store of the bucket that a stack slot belongs to, as flow_store.next; the others of the bucket follow it,
 * and not all of them are to that slot. */
uint32_t flow_stores(const struct flow *f, int32_t slot);

#endif
