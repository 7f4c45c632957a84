// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "base/util.h"
#include "elf/flow.h"

#define MAX_SWITCHES     32 /* indirect jumps of a function whose cases are looked for */
#define MAX_SWITCH_EDGES 65536

/* Goes on where the last sweep stopped. */
static void sweep_on(struct flow *f, size_t end)
{
	size_t off = f->swept;

	while (off < end) {
		struct flow_insn *at = &f->insn[f->n++];

		at->off = (uint32_t)off;
		at->edges = 0;
		insn_decode(f->decoder, f->bytes + off, f->avail - off, &at->in);
		off += at->in.len;
	}
	f->swept = off;
}

int flow_sweep(struct flow *f, size_t end)
{
	int r = array_reserve(&f->insn, &f->cap, f->size, sizeof(*f->insn)); /* no instruction is shorter than a byte */

	if (r < 0)
		return r;
	f->n = f->swept = f->nedge = f->nstore = 0;
	f->linked = f->stacked = false;
	sweep_on(f, end);
	return 0;
}

void flow_free(struct flow *f)
{
	free(f->insn);
	free(f->index);
	free(f->edge);
	free(f->depth);
	free(f->store);
}

const uint8_t *flow_bytes(const struct flow *f, size_t i)
{
	return f->bytes + f->insn[i].off;
}

bool flow_decode_full(const struct flow *f, size_t i, struct insn_full *full)
{
	return insn_decode_full(f->decoder, flow_bytes(f, i), f->avail - f->insn[i].off, full);
}

uint32_t flow_target(const struct flow *f, size_t i)
{
	return insn_target(flow_bytes(f, i), f->insn[i].in.len, f->addr + f->insn[i].off);
}

/* The instruction that begins at a byte of the function; f->n where none does. */
static size_t index_at(const struct flow *f, uint32_t off)
{
	return off < f->size && f->index[off] ? f->index[off] - 1 : f->n;
}

static int index_instructions(struct flow *f)
{
	int r = array_reserve(&f->index, &f->index_cap, f->size, sizeof(*f->index));

	if (r < 0)
		return r;
	memset(f->index, 0, f->size * sizeof(*f->index));
	for (size_t i = 0; i < f->n; i++)
		f->index[f->insn[i].off] = (uint32_t)i + 1;
	return 0;
}

static bool falls_through(struct insn in)
{
	return in.valid && in.flow != FLOW_JUMP && in.flow != FLOW_INDIRECT && in.flow != FLOW_END;
}

static int add_edge(struct flow *f, size_t target, size_t source)
{
	int r = array_reserve(&f->edge, &f->edge_cap, f->nedge + 1, sizeof(*f->edge));

	if (r < 0)
		return r;
	f->edge[f->nedge++] = (struct flow_edge){ (uint32_t)source, f->insn[target].edges };
	f->insn[target].edges = (uint32_t)f->nedge;
	return 0;
}

static int find_branches(struct flow *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct insn in = f->insn[i].in;
		size_t target;
		int r;

		f->insn[i].fallen = i > 0 && falls_through(f->insn[i - 1].in);
		if (!in.relative || (in.flow != FLOW_BRANCH && in.flow != FLOW_JUMP))
			continue;
		target = index_at(f, flow_target(f, i) - f->addr);
		r = target < f->n ? add_edge(f, target, i) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

/* A block that no branch reaches and nothing falls into. */
static bool is_orphan(const struct flow *f, size_t i)
{
	return f->insn[i].edges == 0 && !f->insn[i].fallen;
}

/* An orphan is taken for a case of a switch: its predecessors are the
 * function's indirect jumps. In a function with very many of them (an interpreter) it stays without any. */
static int find_switches(struct flow *f)
{
	size_t jump[MAX_SWITCHES], jumps = 0, orphans = 0;

	for (size_t i = 0; i < f->n; i++) {
		orphans += i > 0 && is_orphan(f, i);
		if (f->insn[i].in.flow != FLOW_INDIRECT)
			continue;
		if (jumps == MAX_SWITCHES)
			return 0;
		jump[jumps++] = i;
	}
	if (orphans * jumps > MAX_SWITCH_EDGES)
		return 0;
	for (size_t i = 1; i < f->n && jumps; i++) {
		bool orphan = is_orphan(f, i);

		for (size_t j = 0; j < jumps && orphan; j++) {
			int r = add_edge(f, i, jump[j]);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

int flow_link(struct flow *f)
{
	int r;

	if (f->linked)
		return 0;
	sweep_on(f, f->size);
	r = index_instructions(f);
	if (r == 0)
		r = find_branches(f);
	if (r == 0)
		r = find_switches(f);
	f->linked = r == 0;
	return r;
}

/* The depth behind an instruction. What cannot be followed (leave, mov %ebp,%esp) leaves it as it was: an epilogue
 * comes next, and what follows that is reached by a branch, which brings its own depth. So does an alignment (and):
 * what lies below is numbered from there on, consistently. */
static int32_t depth_after(const struct flow *f, size_t i, int32_t depth)
{
	struct insn in = f->insn[i].in;
	int32_t disp;
	enum gpr base;

	if (!(in.writes & (1 << GPR_ESP)) || in.flow == FLOW_CALL)
		return depth;
	if (in.stack == INSN_STACK_ADD || in.stack == INSN_STACK_SUB)
		return (int32_t)((uint32_t)depth + (uint32_t)insn_stack_immediate(flow_bytes(f, i), in));
	if (in.stack != INSN_STACK_OTHER)
		return depth + in.stack;
	/* lea disp(%esp),%esp: the one instruction that computes %esp from a memory operand without reading memory. */
	if (flow_bytes(f, i)[0] == 0x8d && insn_base_disp(flow_bytes(f, i), in, &base, &disp) && base == GPR_ESP)
		return (int32_t)((uint32_t)depth + (uint32_t)disp);
	return depth;
}

#define DEPTH_UNSET INT32_MIN

/* One pass in address order: forward branches carry the depth over epilogues in the middle of a function. Where neither
 * a branch nor the previous instruction gives it, the body's usual depth (that of the last branch) is assumed. */
static int find_depths(struct flow *f)
{
	int32_t depth = 0, body = 0;
	int r = array_reserve(&f->depth, &f->depth_cap, f->n, sizeof(*f->depth));

	if (r < 0)
		return r;
	for (size_t i = 0; i < f->n; i++)
		f->depth[i] = DEPTH_UNSET;
	for (size_t i = 0; i < f->n; i++) {
		struct insn in = f->insn[i].in;

		if (f->depth[i] != DEPTH_UNSET)
			depth = f->depth[i];
		else if (i > 0 && !falls_through(f->insn[i - 1].in))
			depth = body;
		f->depth[i] = depth;
		if (in.relative && (in.flow == FLOW_BRANCH || in.flow == FLOW_JUMP)) {
			size_t target = index_at(f, flow_target(f, i) - f->addr);

			body = depth;
			if (target < f->n && f->depth[target] == DEPTH_UNSET)
				f->depth[target] = depth;
		} else if (in.flow == FLOW_INDIRECT) {
			body = depth;
		}
		depth = depth_after(f, i, depth);
	}
	return 0;
}

/* Whether the function keeps %ebp as frame pointer: set once from %esp, else only restored. */
static void find_frame(struct flow *f)
{
	size_t set = 0;

	f->framed = false;
	for (size_t i = 0; i < f->n; i++) {
		struct insn_full full;

		if (!(f->insn[i].in.writes & (1 << GPR_EBP)) || !flow_decode_full(f, i, &full))
			continue;
		if (full.info.mnemonic == ZYDIS_MNEMONIC_POP || full.info.mnemonic == ZYDIS_MNEMONIC_LEAVE)
			continue;
		if (full.info.mnemonic != ZYDIS_MNEMONIC_MOV || full.operand[1].type != ZYDIS_OPERAND_TYPE_REGISTER ||
				full.operand[1].reg.value != ZYDIS_REGISTER_ESP || set++ > 0)
			return;
		f->frame = f->depth[i];
	}
	f->framed = set == 1;
}

/* The stack slot that instruction i stores to. */
static bool stored_slot(const struct flow *f, size_t i, int32_t *slot)
{
	struct insn in = f->insn[i].in;
	enum gpr base;

	if (in.stack < 0) { /* a push */
		*slot = f->depth[i] + in.stack;
		return true;
	}
	if (!in.stores || !insn_base_disp(flow_bytes(f, i), in, &base, slot))
		return false;
	if (base == GPR_ESP)
		*slot = (int32_t)((uint32_t)*slot + (uint32_t)f->depth[i]);
	else if (base == GPR_EBP && f->framed)
		*slot = (int32_t)((uint32_t)*slot + (uint32_t)f->frame);
	else
		return false;
	return true;
}

static size_t bucket_of(int32_t slot)
{
	return (uint32_t)slot / 4 % FLOW_BUCKETS;
}

static int find_stores(struct flow *f)
{
	memset(f->bucket, 0, sizeof(f->bucket));
	for (size_t i = 0; i < f->n; i++) {
		int32_t slot;
		int r;

		if (!stored_slot(f, i, &slot))
			continue;
		r = array_reserve(&f->store, &f->store_cap, f->nstore + 1, sizeof(*f->store));
		if (r < 0)
			return r;
		f->store[f->nstore++] = (struct flow_store){
			.slot = slot, .insn = (uint32_t)i, .next = f->bucket[bucket_of(slot)]
		};
		f->bucket[bucket_of(slot)] = (uint32_t)f->nstore;
	}
	return 0;
}

uint32_t flow_stores(const struct flow *f, int32_t slot)
{
	return f->bucket[bucket_of(slot)];
}

int flow_stack(struct flow *f)
{
	int r;

	if (f->stacked)
		return 0;
	r = find_depths(f);
	if (r == 0) {
		find_frame(f);
		r = find_stores(f);
	}
	f->stacked = r == 0;
	return r;
}
