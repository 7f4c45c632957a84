// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "elf/flow.h"

/* Bounds on what one question may cost; a function that exceeds them is answered with "unknown". Real code needs a few
 * dozen steps; the bounds keep files that were made to waste time linear. */
#define MAX_STATES       256 /* places where paths meet */
#define MAX_NESTING      12  /* values computed from values */
#define MAX_STEPS        32768
#define STEPS_PER_DECODE 16  /* what a full decode costs, in instructions walked over */
#define STEPS_PER_INSN   200 /* for all questions about a function together */
#define MAX_SWITCHES     32

struct flow_edge {
	uint32_t source; /* the instruction that branches */
	uint32_t next;   /* edge to the same target, as flow_insn.edges */
};

/* A store to a word of the stack frame. */
struct flow_store {
	int32_t slot;                                   /* bytes relative to %esp at entry */
	uint32_t insn;                                  /* the instruction */
	uint32_t next;                                  /* store of the same bucket, as flow.slots */
	enum { SLOT_NEW, SLOT_BUSY, SLOT_KNOWN } state; /* of the slot, kept in the first store found for it */
	struct value value;
};

struct query {
	struct flow *f;
	uint64_t steps; /* left */
	unsigned nesting;
};

static struct value value_at(struct query *q, size_t at, enum gpr reg);
static struct value slot_value(struct query *q, int32_t slot);

int flow_sweep(struct flow *f)
{
	int r = array_reserve(&f->insn, &f->cap, f->size, sizeof(*f->insn)); /* no instruction is shorter than a byte */
	size_t off = 0;

	f->n = 0;
	f->linked = f->stacked = false;
	while (r == 0 && off < f->size) {
		struct flow_insn *at = &f->insn[f->n++];

		at->off = (uint32_t)off;
		at->edges = 0;
		insn_decode(f->decoder, f->bytes + off, f->avail - off, &at->in);
		off += at->in.len;
	}
	return r;
}

void flow_free(struct flow *f)
{
	free(f->insn);
	free(f->edge);
	free(f->depth);
	free(f->index);
	free(f->seen);
	free(f->store);
}

static const uint8_t *insn_bytes(const struct flow *f, size_t i)
{
	return f->bytes + f->insn[i].off;
}

static bool spend(struct query *q, uint64_t steps)
{
	if (q->steps < steps) {
		q->steps = 0;
		return false;
	}
	q->steps -= steps;
	return true;
}

static bool decode_full(const struct flow *f, size_t i, struct insn_full *full)
{
	return insn_decode_full(f->decoder, insn_bytes(f, i), f->avail - f->insn[i].off, full);
}

static bool decode_step(struct query *q, size_t i, struct insn_full *full)
{
	return spend(q, STEPS_PER_DECODE) && decode_full(q->f, i, full);
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

static uint32_t target_of(const struct flow *f, size_t i)
{
	return insn_target(insn_bytes(f, i), f->insn[i].in.len, f->addr + f->insn[i].off);
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
		target = index_at(f, target_of(f, i) - f->addr);
		r = target < f->n ? add_edge(f, target, i) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

/* A block that no branch reaches and nothing falls into is taken for a case of a switch: its predecessors are the
 * function's indirect jumps. In a function with very many of them (an interpreter) it stays without any. */
static int find_switches(struct flow *f)
{
	size_t jump[MAX_SWITCHES], jumps = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (f->insn[i].in.flow != FLOW_INDIRECT)
			continue;
		if (jumps == MAX_SWITCHES)
			return 0;
		jump[jumps++] = i;
	}
	for (size_t i = 1; i < f->n && jumps; i++) {
		if (f->insn[i].edges || f->insn[i].fallen)
			continue;
		for (size_t j = 0; j < jumps; j++) {
			int r = add_edge(f, i, jump[j]);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int find_edges(struct flow *f)
{
	int r;

	f->nedge = 0;
	r = find_branches(f);
	if (r == 0)
		r = find_switches(f);
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
		return (int32_t)((uint32_t)depth + (uint32_t)insn_stack_immediate(insn_bytes(f, i), in));
	if (in.stack != INSN_STACK_OTHER)
		return depth + in.stack;
	/* lea disp(%esp),%esp: the one instruction that computes %esp from a memory operand without reading memory. */
	if (insn_bytes(f, i)[0] == 0x8d && insn_base_disp(insn_bytes(f, i), in, &base, &disp) && base == GPR_ESP)
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
			size_t target = index_at(f, target_of(f, i) - f->addr);

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

		if (!(f->insn[i].in.writes & (1 << GPR_EBP)) || !decode_full(f, i, &full))
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
	if (!in.stores || !insn_base_disp(insn_bytes(f, i), in, &base, slot))
		return false;
	if (base == GPR_ESP)
		*slot = (int32_t)((uint32_t)*slot + (uint32_t)f->depth[i]);
	else if (base == GPR_EBP && f->framed)
		*slot = (int32_t)((uint32_t)*slot + (uint32_t)f->frame);
	else
		return false;
	return true;
}

static uint32_t *slot_bucket(struct flow *f, int32_t slot)
{
	return &f->slots[(uint32_t)slot / 4 % FLOW_SLOTS];
}

static int find_stores(struct flow *f)
{
	f->nstore = 0;
	memset(f->slots, 0, sizeof(f->slots));
	for (size_t i = 0; i < f->n; i++) {
		int32_t slot;
		int r;

		if (!stored_slot(f, i, &slot))
			continue;
		r = array_reserve(&f->store, &f->store_cap, f->nstore + 1, sizeof(*f->store));
		if (r < 0)
			return r;
		f->store[f->nstore++] =
				(struct flow_store){ .slot = slot, .insn = (uint32_t)i, .next = *slot_bucket(f, slot) };
		*slot_bucket(f, slot) = (uint32_t)f->nstore;
	}
	return 0;
}

/* The store with number `next` (as flow.slots) or a later one of its bucket that is to the slot; NULL: no more. */
static struct flow_store *next_store(const struct flow *f, uint32_t next, int32_t slot)
{
	while (next && f->store[next - 1].slot != slot)
		next = f->store[next - 1].next;
	return next ? &f->store[next - 1] : NULL;
}

static int link_function(struct flow *f)
{
	int r = index_instructions(f);

	if (r == 0)
		r = find_edges(f);
	if (r == 0)
		r = array_reserve(&f->seen, &f->seen_cap, (size_t)MAX_STATES * MAX_NESTING, sizeof(*f->seen));
	f->linked = r == 0;
	f->budget = (uint64_t)f->n * STEPS_PER_INSN;
	return r;
}

/* The stack is looked at only where a trace comes to it; many never do. */
static bool know_stack(struct flow *f)
{
	if (!f->stacked) {
		f->stacked = true;
		f->error = find_depths(f);
		if (f->error == 0) {
			find_frame(f);
			f->error = find_stores(f);
		}
	}
	return f->error == 0;
}

static struct value join(struct value a, struct value b)
{
	if (a.kind == VALUE_NONE)
		return b;
	if (b.kind == VALUE_NONE)
		return a;
	if (a.kind == b.kind && (a.num == b.num || a.kind == VALUE_TLS_OFFSET))
		return a;
	return (struct value){ .kind = VALUE_UNKNOWN };
}

static struct value unknown(void)
{
	return (struct value){ .kind = VALUE_UNKNOWN };
}

static struct value reg_value(struct query *q, size_t at, enum gpr reg)
{
	if ((reg == GPR_ESP || reg == GPR_EBP) && !know_stack(q->f))
		return unknown();
	if (reg == GPR_ESP)
		return (struct value){ VALUE_STACK, (uint32_t)q->f->depth[at] };
	if (reg == GPR_EBP && q->f->framed)
		return (struct value){ VALUE_STACK, (uint32_t)q->f->frame };
	return value_at(q, at, reg);
}

/* A sum; adding an index to a TLS offset stays within the thread's block, or the program is wrong anyway. */
static struct value sum(struct value a, struct value b)
{
	if (a.kind == VALUE_INTEGER && b.kind != VALUE_TLS_OFFSET) {
		struct value swap = a;

		a = b;
		b = swap;
	}
	if (a.kind == VALUE_NONE || b.kind == VALUE_NONE)
		return (struct value){ .kind = VALUE_NONE };
	if (a.kind == VALUE_THREAD || b.kind == VALUE_THREAD)
		return unknown();
	if (a.kind == VALUE_TLS_OFFSET)
		return a;
	if (b.kind == VALUE_TLS_OFFSET)
		return b;
	if (b.kind != VALUE_INTEGER || (a.kind != VALUE_INTEGER && a.kind != VALUE_ADDRESS && a.kind != VALUE_STACK))
		return unknown();
	a.num += b.num;
	return a;
}

static struct value difference(struct value a, struct value b)
{
	if (b.kind == VALUE_TLS_POSITIVE && a.kind != VALUE_THREAD)
		return (struct value){ VALUE_TLS_OFFSET, b.num };
	if (b.kind != VALUE_INTEGER)
		return unknown();
	b.num = -b.num;
	return sum(a, b);
}

/* What relocation `type` at a place makes of the word there. */
static struct value reloc_value(const struct image_tls_reloc *reloc)
{
	switch (reloc->type) {
	case R_386_TLS_TPOFF32:
	case R_386_TLS_IE_32:
	case R_386_TLS_LE_32:
		return (struct value){ VALUE_TLS_POSITIVE, (uint32_t)reloc->place };
	default:
		return (struct value){ VALUE_TLS_OFFSET, (uint32_t)reloc->place };
	}
}

/* The relocation of a displacement or immediate of instruction i, in a file that still has relocations in its code. */
static const struct image_tls_reloc *field_reloc(const struct flow *f, size_t i, uint8_t offset)
{
	if (offset == 0)
		return NULL;
	return image_tls_reloc_at(f->img, f->shndx, f->addr + f->insn[i].off + offset);
}

/* The effective address of a memory operand, without its segment. */
static struct value address_of(struct query *q, size_t at, const ZydisDecodedOperand *op)
{
	struct value v = { VALUE_INTEGER, (uint32_t)op->mem.disp.value };

	if (op->mem.base != ZYDIS_REGISTER_NONE)
		v = sum(reg_value(q, at, insn_gpr(op->mem.base)), v);
	if (op->mem.index == ZYDIS_REGISTER_NONE)
		return v;
	if (op->mem.scale != 1)
		return v.kind == VALUE_TLS_OFFSET ? v : unknown();
	return sum(v, reg_value(q, at, insn_gpr(op->mem.index)));
}

/* What lies in memory at an operand: a TLS slot of the GOT, a spilled register, or something unknown. */
static struct value load(struct query *q, size_t at, const struct insn_full *full, const ZydisDecodedOperand *op)
{
	const struct image_tls_reloc *reloc = field_reloc(q->f, at, full->info.raw.disp.offset);
	struct value address;

	if (op->mem.segment == ZYDIS_REGISTER_GS || op->mem.segment == ZYDIS_REGISTER_FS) {
		bool tcb = op->mem.segment == ZYDIS_REGISTER_GS && op->mem.base == ZYDIS_REGISTER_NONE &&
			   op->mem.index == ZYDIS_REGISTER_NONE && op->mem.disp.value == 0;

		return tcb ? (struct value){ VALUE_THREAD, 0 } : unknown();
	}
	if (reloc)
		return reloc_value(reloc);
	address = address_of(q, at, op);
	if (address.kind == VALUE_STACK)
		return slot_value(q, (int32_t)address.num);
	if (address.kind == VALUE_UNKNOWN && op->mem.base == ZYDIS_REGISTER_EBX && q->f->img->got) {
		/* A fragment of a function (.cold) gets %ebx from its parent; the i386 psABI reserves it for the GOT.
		 */
		address = (struct value){ VALUE_ADDRESS, (uint32_t)(q->f->img->got + (uint64_t)op->mem.disp.value) };
	}
	if (address.kind != VALUE_ADDRESS && address.kind != VALUE_INTEGER)
		return unknown();
	reloc = image_tls_reloc_at(q->f->img, 0, address.num);
	return reloc && q->f->shndx == 0 ? reloc_value(reloc) : unknown();
}

static struct value source_value(
		struct query *q, size_t at, const struct insn_full *full, const ZydisDecodedOperand *op)
{
	const struct image_tls_reloc *reloc;

	switch (op->type) {
	case ZYDIS_OPERAND_TYPE_REGISTER:
		if (op->size != 32 || insn_gpr(op->reg.value) == GPR_NONE)
			return unknown();
		return reg_value(q, at, insn_gpr(op->reg.value));
	case ZYDIS_OPERAND_TYPE_IMMEDIATE:
		reloc = field_reloc(q->f, at, full->info.raw.imm[0].offset);
		if (reloc)
			return reloc_value(reloc);
		return (struct value){ VALUE_INTEGER, (uint32_t)op->imm.value.u };
	case ZYDIS_OPERAND_TYPE_MEMORY:
		return op->size == 32 ? load(q, at, full, op) : unknown();
	default:
		return unknown();
	}
}

/* i386 code finds its own address by a call to a helper that moves the return address to a register (GCC's
 * __x86.get_pc_thunk.*: mov (%esp),%reg; ret). */
static enum gpr read_thunk(const struct flow *f, uint32_t addr)
{
	uint32_t off = addr - f->addr;
	uint8_t body[4];

	if (range_ok(off, sizeof(body), f->avail))
		memcpy(body, f->bytes + off, sizeof(body));
	else if (f->shndx != 0 || image_read_address(f->img, addr, body, sizeof(body)) < 0)
		return GPR_NONE;
	if (body[0] != 0x8b || (body[1] & 0xc7) != 0x04 || body[2] != 0x24 || body[3] != 0xc3)
		return GPR_NONE;
	return (enum gpr)(body[1] >> 3 & 7);
}

/* The register that instruction i, a call, loads with its return address; GPR_NONE for other calls. */
static enum gpr thunk_register(struct flow *f, size_t i)
{
	uint32_t addr;
	struct flow_callee *callee;

	if (f->insn[i].in.flow != FLOW_CALL || !f->insn[i].in.relative)
		return GPR_NONE;
	addr = target_of(f, i);
	callee = &f->callee[addr & (FLOW_CALLEES - 1)];
	if (!callee->known || callee->addr != addr)
		*callee = (struct flow_callee){ .addr = addr, .thunk = read_thunk(f, addr), .known = true };
	return callee->thunk;
}

static struct value call_result(struct query *q, size_t i, enum gpr reg)
{
	struct flow *f = q->f;
	struct insn_full full;
	const struct image_tls_reloc *reloc;
	struct value slot;

	if (thunk_register(f, i) == reg)
		return (struct value){ VALUE_ADDRESS, f->addr + f->insn[i].off + f->insn[i].in.len };
	/* TLS descriptors (-mtls-dialect=gnu2): call *(%eax) with %eax at the descriptor returns the offset. */
	if (reg != GPR_EAX || f->insn[i].in.relative || !decode_step(q, i, &full) ||
			full.operand[0].type != ZYDIS_OPERAND_TYPE_MEMORY)
		return unknown();
	slot = address_of(q, i, &full.operand[0]);
	reloc = slot.kind == VALUE_ADDRESS ? image_tls_reloc_at(f->img, 0, slot.num) : NULL;
	return reloc && reloc->type == R_386_TLS_DESC ? reloc_value(reloc) : unknown();
}

static struct value popped(struct query *q, size_t i)
{
	const struct flow *f = q->f;

	if (i > 0 && f->insn[i - 1].in.flow == FLOW_CALL && f->insn[i - 1].in.relative &&
			target_of(f, i - 1) == f->addr + f->insn[i].off)
		return (struct value){ VALUE_ADDRESS, f->addr + f->insn[i].off };
	return know_stack(q->f) ? slot_value(q, f->depth[i]) : unknown();
}

/* The value that instruction i gives to a register it writes. */
static struct value defined_value(struct query *q, size_t i, enum gpr reg)
{
	struct insn_full full;
	const ZydisDecodedOperand *op = full.operand;
	struct value v;

	if (q->f->insn[i].in.flow == FLOW_CALL)
		return call_result(q, i, reg);
	if (!decode_step(q, i, &full) || op[0].type != ZYDIS_OPERAND_TYPE_REGISTER || op[0].size != 32 ||
			insn_gpr(op[0].reg.value) != reg)
		return unknown();
	switch (full.info.mnemonic) {
	case ZYDIS_MNEMONIC_MOV:
		return source_value(q, i, &full, &op[1]);
	case ZYDIS_MNEMONIC_LEA:
		return field_reloc(q->f, i, full.info.raw.disp.offset)
				       ? reloc_value(field_reloc(q->f, i, full.info.raw.disp.offset))
				       : address_of(q, i, &op[1]);
	case ZYDIS_MNEMONIC_ADD:
		return sum(reg_value(q, i, reg), source_value(q, i, &full, &op[1]));
	case ZYDIS_MNEMONIC_SUB:
		if (op[1].type == ZYDIS_OPERAND_TYPE_REGISTER && op[1].reg.value == op[0].reg.value)
			return (struct value){ VALUE_INTEGER, 0 };
		return difference(reg_value(q, i, reg), source_value(q, i, &full, &op[1]));
	case ZYDIS_MNEMONIC_NEG:
		return difference((struct value){ VALUE_INTEGER, 0 }, reg_value(q, i, reg));
	case ZYDIS_MNEMONIC_XOR:
		if (op[1].type == ZYDIS_OPERAND_TYPE_REGISTER && op[1].reg.value == op[0].reg.value)
			return (struct value){ VALUE_INTEGER, 0 };
		return unknown();
	case ZYDIS_MNEMONIC_POP:
		return popped(q, i);
	default:
		break;
	}
	if (full.info.meta.category == ZYDIS_CATEGORY_CMOV) {
		v = source_value(q, i, &full, &op[1]);
		return join(v, reg_value(q, i, reg));
	}
	return unknown();
}

/* What one of the stores writes. */
static struct value stored_value(struct query *q, size_t i)
{
	struct insn_full full;

	if (!decode_step(q, i, &full))
		return unknown();
	if (full.info.mnemonic == ZYDIS_MNEMONIC_PUSH)
		return source_value(q, i, &full, &full.operand[0]);
	if (full.info.mnemonic == ZYDIS_MNEMONIC_MOV)
		return source_value(q, i, &full, &full.operand[1]);
	return unknown();
}

/* Joins what the stores to one slot write. Several variables may share a slot, and which store reaches a load is not
 * followed; a TLS offset or an address computed from %eip among them tells what the slot is used for. */
static struct value join_stores(struct value a, struct value b)
{
	struct value both = join(a, b);

	if (both.kind != VALUE_UNKNOWN)
		return both;
	if (a.kind == VALUE_TLS_OFFSET || (a.kind == VALUE_ADDRESS && b.kind == VALUE_UNKNOWN))
		return a;
	if (b.kind == VALUE_TLS_OFFSET || (b.kind == VALUE_ADDRESS && a.kind == VALUE_UNKNOWN))
		return b;
	return both;
}

/* What a spilled register or variable holds, from all stores to its slot, wherever they stand. What lies above the
 * return address belongs to the caller. */
static struct value slot_value(struct query *q, int32_t slot)
{
	struct flow_store *first = next_store(q->f, *slot_bucket(q->f, slot), slot);
	struct value v = { .kind = VALUE_NONE };

	if (!first || slot >= 0)
		return unknown();
	if (first->state == SLOT_KNOWN)
		return first->value;
	if (first->state == SLOT_BUSY)
		return v;
	first->state = SLOT_BUSY;
	for (const struct flow_store *s = first; s && spend(q, 1); s = next_store(q->f, s->next, slot))
		v = join_stores(v, stored_value(q, s->insn));
	first->state = SLOT_KNOWN;
	first->value = v;
	return v;
}

/* Whether instruction i changes the register, and to what. */
static bool defines(struct query *q, size_t i, enum gpr reg, struct value *value)
{
	if (!(q->f->insn[i].in.writes & (1 << reg)) && thunk_register(q->f, i) != reg)
		return false;
	*value = defined_value(q, i, reg);
	return true;
}

/* Walks back from instruction `at` to the one that defines the register, or to the head of the block.
 * Returns true with *value where it was defined; else false with *head at the block's first instruction. */
static bool walk_block(struct query *q, size_t at, enum gpr reg, struct value *value, size_t *head)
{
	const struct flow_insn *insn = q->f->insn;
	size_t i;

	for (i = at; insn[i].fallen && insn[i].edges == 0; i--)
		if (!spend(q, 1) || defines(q, i - 1, reg, value)) {
			if (q->steps == 0)
				*value = unknown();
			return true;
		}
	*head = i;
	return false;
}

struct worklist {
	uint32_t *item; /* instructions whose predecessors were queued, each once */
	size_t n, done;
	bool full;
};

static void queue(struct worklist *w, size_t at)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->item[i] == at)
			return;
	if (w->n == MAX_STATES) {
		w->full = true;
		return;
	}
	w->item[w->n++] = (uint32_t)at;
}

/* The definition in the instruction `source` itself, from which control comes, else what holds before it. */
static struct value through(struct query *q, size_t source, enum gpr reg, struct worklist *w)
{
	struct value v = { .kind = VALUE_NONE };

	if (!defines(q, source, reg, &v))
		queue(w, source);
	return v;
}

/* Joins over the predecessors of a block; the function's own entry knows nothing. A block that is entered by no known
 * way is padding or an exception handler: it takes no part where it meets others. */
static struct value enter_block(struct query *q, size_t head, enum gpr reg, struct worklist *w)
{
	const struct flow *f = q->f;
	struct value v = { .kind = VALUE_NONE };

	if (head == 0)
		return unknown();
	if (f->insn[head].fallen)
		v = through(q, head - 1, reg, w);
	for (uint32_t e = f->insn[head].edges; e && v.kind != VALUE_UNKNOWN && spend(q, 1); e = f->edge[e - 1].next)
		v = join(v, through(q, f->edge[e - 1].source, reg, w));
	return v;
}

static struct value value_at(struct query *q, size_t at, enum gpr reg)
{
	struct value result = { .kind = VALUE_NONE };
	struct worklist w = { .item = q->f->seen + (size_t)q->nesting * MAX_STATES };

	if (q->nesting + 1 >= MAX_NESTING)
		return unknown();
	q->nesting++;
	queue(&w, at);
	while (w.done < w.n && result.kind != VALUE_UNKNOWN && !w.full) {
		struct value v;
		size_t head;

		if (!walk_block(q, w.item[w.done++], reg, &v, &head))
			v = enter_block(q, head, reg, &w);
		result = join(result, v);
	}
	q->nesting--;
	return w.done < w.n || w.full || q->steps == 0 ? unknown() : result;
}

int flow_trace(struct flow *f, size_t at, enum gpr reg, struct value *value)
{
	struct query q = { .f = f };
	uint64_t start;
	int r = f->linked ? 0 : link_function(f);

	if (r < 0)
		return r;
	start = q.steps = f->budget < MAX_STEPS ? f->budget : MAX_STEPS;
	*value = reg_value(&q, at, reg);
	f->budget -= start - q.steps;
	return f->linked && f->stacked ? f->error : 0;
}
