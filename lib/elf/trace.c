// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "base/util.h"
#include "elf/trace.h"

/* Bounds on what one question may cost; a function that exceeds them is answered with "unknown". Real code needs a few
 * dozen steps; the bounds keep files that were made to waste time linear. */
#define MAX_STATES       256 /* registers behind instructions that one value is looked for in */
#define MAX_NESTING      12  /* values computed from values */
#define MAX_STEPS        32768
#define STEPS_PER_DECODE 16  /* what a full decode costs, in instructions walked over */
#define STEPS_PER_CALLEE 128 /* a look at the first bytes of a function that is called */
#define STEPS_PER_BYTE   50  /* for all questions about a function together */

/* What a stack slot holds, kept with its first store. */
struct trace_slot {
	enum { SLOT_NEW, SLOT_BUSY, SLOT_KNOWN } state;
	struct value value;
};

struct query {
	struct tracer *t;
	struct flow *f;
	uint64_t steps; /* left */
	unsigned nesting;
	bool strayed; /* left the block, or looked at the stack */
};

static struct value value_at(struct query *q, size_t at, enum gpr reg);
static struct value slot_value(struct query *q, int32_t slot);

static struct value unknown(void)
{
	return (struct value){ .kind = VALUE_UNKNOWN };
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

static bool decode_step(struct query *q, size_t i, struct insn_full *full)
{
	return spend(q, STEPS_PER_DECODE) && flow_decode_full(q->f, i, full);
}

/* The stack is looked at where the first trace comes to it; many functions are done without. */
static bool know_stack(struct tracer *t)
{
	if (t->flow->stacked)
		return true;
	if (t->error == 0)
		t->error = flow_stack(t->flow);
	if (t->error == 0)
		t->error = array_reserve(&t->slot, &t->slot_cap, t->flow->nstore + 1, sizeof(*t->slot));
	if (t->error < 0)
		return false;
	memset(t->slot, 0, t->flow->nstore * sizeof(*t->slot));
	return true;
}

/* %esp, and %ebp where it is the frame pointer, are known without a trace. */
static bool frame_value(struct query *q, size_t at, enum gpr reg, struct value *value)
{
	if ((reg != GPR_ESP && reg != GPR_EBP) || !know_stack(q->t) || (reg == GPR_EBP && !q->f->framed))
		return false;
	*value = (struct value){ VALUE_STACK, (uint32_t)(reg == GPR_ESP ? q->f->depth[at] : q->f->frame) };
	return true;
}

static struct value reg_value(struct query *q, size_t at, enum gpr reg)
{
	struct value v;

	return frame_value(q, at, reg, &v) ? v : value_at(q, at, reg);
}

static struct value join(struct value a, struct value b)
{
	if (a.kind == VALUE_NONE)
		return b;
	if (b.kind == VALUE_NONE)
		return a;
	if (a.kind == b.kind && (a.num == b.num || a.kind == VALUE_TLS_OFFSET))
		return a;
	if (a.kind == VALUE_INTEGER && b.kind == VALUE_INTEGER && (int32_t)a.num < 0 && (int32_t)b.num < 0)
		return a; /* negative either way */
	return (struct value){ .kind = VALUE_UNKNOWN };
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
	if (b.kind != VALUE_INTEGER || (a.kind != VALUE_INTEGER && a.kind != VALUE_ADDRESS && a.kind != VALUE_STACK &&
						       a.kind != VALUE_DESCRIPTOR))
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

/* What a relocation makes of the word at its place. */
static struct value reloc_value(const struct image_tls_reloc *reloc)
{
	switch (image_tls_sign(reloc->type)) {
	case TLS_NEGATIVE:
		return (struct value){ VALUE_TLS_OFFSET, (uint32_t)reloc->place };
	case TLS_POSITIVE:
		return (struct value){ VALUE_TLS_POSITIVE, (uint32_t)reloc->place };
	case TLS_DESCRIPTOR:
		return (struct value){ VALUE_DESCRIPTOR, (uint32_t)reloc->place };
	default:
		return unknown(); /* an address that the linker has not decided yet */
	}
}

/* The relocation of a displacement or immediate of instruction i, in a file that still has relocations in its code. */
static const struct image_tls_reloc *field_reloc(const struct query *q, size_t i, uint8_t offset)
{
	if (offset == 0)
		return NULL;
	return image_tls_reloc_at(q->t->img, q->t->shndx, q->f->addr + q->f->insn[i].off + offset);
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
	const struct image_tls_reloc *reloc = field_reloc(q, at, full->info.raw.disp.offset);
	struct value address;

	if (op->mem.segment == ZYDIS_REGISTER_GS || op->mem.segment == ZYDIS_REGISTER_FS) {
		bool tcb = op->mem.segment == ZYDIS_REGISTER_GS && op->mem.base == ZYDIS_REGISTER_NONE &&
			   op->mem.index == ZYDIS_REGISTER_NONE && op->mem.disp.value == 0;

		return tcb ? (struct value){ VALUE_THREAD, 0 } : unknown();
	}
	if (reloc && image_tls_sign(reloc->type) != TLS_NONE)
		return reloc_value(reloc);
	address = address_of(q, at, op);
	if (address.kind == VALUE_STACK)
		return slot_value(q, (int32_t)address.num);
	if (address.kind == VALUE_UNKNOWN && op->mem.base == ZYDIS_REGISTER_EBX && q->t->img->got) {
		/* A fragment of a function (.cold) gets %ebx from its parent; the i386 psABI reserves it for the GOT.
		 */
		address = (struct value){ VALUE_ADDRESS, (uint32_t)(q->t->img->got + (uint64_t)op->mem.disp.value) };
	}
	if (address.kind != VALUE_ADDRESS && address.kind != VALUE_INTEGER)
		return unknown();
	reloc = image_tls_reloc_at(q->t->img, 0, address.num);
	return reloc && q->t->shndx == 0 ? reloc_value(reloc) : unknown();
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
		reloc = field_reloc(q, at, full->info.raw.imm[0].offset);
		if (reloc && image_tls_sign(reloc->type) == TLS_NONE && q->t->shndx == 0) /* as good as %eip-relative */
			return (struct value){ VALUE_ADDRESS, (uint32_t)op->imm.value.u };
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
static enum gpr read_thunk(const struct tracer *t, uint32_t addr)
{
	const struct flow *f = t->flow;
	uint32_t off = addr - f->addr;
	uint8_t body[4];

	if (range_ok(off, sizeof(body), f->avail))
		memcpy(body, f->bytes + off, sizeof(body));
	else if (t->shndx != 0 || image_read_address(t->img, addr, body, sizeof(body)) < 0)
		return GPR_NONE;
	if (body[0] != 0x8b || (body[1] & 0xc7) != 0x04 || body[2] != 0x24 || body[3] != 0xc3)
		return GPR_NONE;
	return (enum gpr)(body[1] >> 3 & 7);
}

/* The register that instruction i, a call, loads with its return address; GPR_NONE for other calls. */
static enum gpr thunk_register(struct query *q, size_t i)
{
	struct tracer *t = q->t;
	const struct flow *f = q->f;
	uint32_t addr;
	struct trace_callee *callee;

	if (f->insn[i].in.flow != FLOW_CALL || !f->insn[i].in.relative)
		return GPR_NONE;
	addr = flow_target(f, i);
	callee = &t->callee[addr & (TRACE_CALLEES - 1)];
	if ((!callee->known || callee->addr != addr) && !spend(q, STEPS_PER_CALLEE))
		return GPR_NONE;
	if (!callee->known || callee->addr != addr)
		*callee = (struct trace_callee){ .addr = addr, .thunk = read_thunk(t, addr), .known = true };
	return callee->thunk;
}

static struct value call_result(struct query *q, size_t i, enum gpr reg)
{
	struct flow *f = q->f;
	struct insn_full full;
	const struct image_tls_reloc *reloc;
	struct value slot;

	if (thunk_register(q, i) == reg)
		return (struct value){ VALUE_ADDRESS, f->addr + f->insn[i].off + f->insn[i].in.len };
	/* TLS descriptors (-mtls-dialect=gnu2): call *(%eax) with %eax at the descriptor returns the offset. */
	if (reg != GPR_EAX || f->insn[i].in.relative || !decode_step(q, i, &full) ||
			full.operand[0].type != ZYDIS_OPERAND_TYPE_MEMORY)
		return unknown();
	slot = address_of(q, i, &full.operand[0]);
	if (slot.kind == VALUE_ADDRESS) {
		reloc = image_tls_reloc_at(q->t->img, 0, slot.num);
		slot = reloc ? reloc_value(reloc) : unknown();
	}
	return slot.kind == VALUE_DESCRIPTOR ? (struct value){ VALUE_TLS_OFFSET, slot.num } : unknown();
}

static struct value popped(struct query *q, size_t i)
{
	const struct flow *f = q->f;

	if (i > 0 && f->insn[i - 1].in.flow == FLOW_CALL && f->insn[i - 1].in.relative &&
			flow_target(f, i - 1) == f->addr + f->insn[i].off)
		return (struct value){ VALUE_ADDRESS, f->addr + f->insn[i].off };
	return know_stack(q->t) ? slot_value(q, f->depth[i]) : unknown();
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
		return field_reloc(q, i, full.info.raw.disp.offset)
				       ? reloc_value(field_reloc(q, i, full.info.raw.disp.offset))
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
 * return address begins with the caller's value. */
static struct value slot_value(struct query *q, int32_t slot)
{
	struct value v = { .kind = slot < 0 ? VALUE_NONE : VALUE_UNKNOWN };
	struct trace_slot *known = NULL;
	uint32_t next = flow_stores(q->f, slot);

	q->strayed = true;
	for (; next && spend(q, 1); next = q->f->store[next - 1].next) {
		const struct flow_store *store = &q->f->store[next - 1];

		if (store->slot != slot)
			continue;
		if (!known) { /* the slot's first store keeps what is known of it */
			known = &q->t->slot[next - 1];
			if (known->state == SLOT_KNOWN)
				return known->value;
			if (known->state == SLOT_BUSY)
				return (struct value){ .kind = VALUE_NONE };
			known->state = SLOT_BUSY;
		}
		v = join_stores(v, stored_value(q, store->insn));
	}
	if (!known || q->steps == 0)
		v = unknown();
	if (known)
		*known = (struct trace_slot){ SLOT_KNOWN, v };
	return v;
}

/* The register that instruction i copies to `reg` as it is: a move, or the lea that pads a loop. */
static enum gpr copied_register(struct query *q, size_t i, enum gpr reg)
{
	struct insn_full full;
	const ZydisDecodedOperand *op = full.operand;

	if (q->f->insn[i].in.flow != FLOW_NEXT || !decode_step(q, i, &full) ||
			op[0].type != ZYDIS_OPERAND_TYPE_REGISTER || op[0].size != 32 ||
			insn_gpr(op[0].reg.value) != reg)
		return GPR_NONE;
	if (full.info.mnemonic == ZYDIS_MNEMONIC_MOV && op[1].type == ZYDIS_OPERAND_TYPE_REGISTER)
		return insn_gpr(op[1].reg.value);
	if (full.info.mnemonic == ZYDIS_MNEMONIC_LEA && op[1].mem.index == ZYDIS_REGISTER_NONE &&
			op[1].mem.disp.value == 0 && !field_reloc(q, i, full.info.raw.disp.offset))
		return insn_gpr(op[1].mem.base);
	return GPR_NONE;
}

/* Registers whose value behind an instruction is looked for, each once: the instruction times eight, plus the
 * register. */
struct worklist {
	uint32_t *state;
	size_t n, done;
	bool full;
};

static void queue(struct worklist *w, size_t insn, enum gpr reg)
{
	uint32_t state = (uint32_t)insn << 3 | (uint32_t)reg;

	if (w->full)
		return;
	for (size_t i = 0; i < w->n; i++)
		if (w->state[i] == state)
			return;
	if (w->n == MAX_STATES)
		w->full = true;
	else
		w->state[w->n++] = state;
}

/* Queues what comes before an instruction. A block that is entered by no known way is padding or an exception handler:
 * it takes no part where it meets others. */
static void queue_before(struct query *q, size_t i, enum gpr reg, struct worklist *w)
{
	const struct flow *f = q->f;

	if (f->insn[i].fallen)
		queue(w, i - 1, reg);
	q->strayed = true;
	for (uint32_t e = f->insn[i].edges; e && spend(q, 1 + w->n / 8); e = f->edge[e - 1].next)
		queue(w, f->edge[e - 1].source, reg);
}

/* Walks back from behind instruction i to the one that gives the register its value, or to the head of the block, whose
 * predecessors are queued. The function's own entry knows nothing. */
static struct value walk_back(struct query *q, size_t i, enum gpr reg, struct worklist *w)
{
	const struct flow_insn *insn = q->f->insn;
	struct value v;

	for (;; i--) {
		if (!spend(q, 1))
			return unknown();
		if (insn[i].in.writes & (1 << reg) || thunk_register(q, i) == reg) {
			enum gpr from = copied_register(q, i, reg);

			if (from == GPR_NONE)
				return defined_value(q, i, reg);
			reg = from;
			if (frame_value(q, i, reg, &v))
				return v;
		}
		if (i == 0)
			return unknown();
		if (!insn[i].fallen || insn[i].edges)
			break;
	}
	queue_before(q, i, reg, w);
	return (struct value){ .kind = VALUE_NONE };
}

static struct value value_at(struct query *q, size_t at, enum gpr reg)
{
	struct value result = { .kind = VALUE_NONE };
	struct worklist w = { .state = q->t->state + (size_t)q->nesting * MAX_STATES };

	if (at == 0 || q->nesting + 1 >= MAX_NESTING)
		return unknown();
	q->nesting++;
	if (q->f->insn[at].fallen && q->f->insn[at].edges == 0)
		queue(&w, at - 1, reg);
	else
		queue_before(q, at, reg, &w);
	while (w.done < w.n && result.kind != VALUE_UNKNOWN && !w.full) {
		uint32_t state = w.state[w.done++];

		result = join(result, walk_back(q, state >> 3, (enum gpr)(state & 7), &w));
	}
	q->nesting--;
	return w.done < w.n || w.full || q->steps == 0 ? unknown() : result;
}

void trace_begin(struct tracer *t)
{
	t->error = 0;
	t->budget = (uint64_t)t->flow->size * STEPS_PER_BYTE;
}

int trace_register(struct tracer *t, size_t at, enum gpr reg, struct value *value)
{
	struct query q = { .t = t, .f = t->flow };
	uint64_t start;
	int r = flow_link(t->flow);

	if (r == 0)
		r = array_reserve(&t->state, &t->state_cap, (size_t)MAX_STATES * MAX_NESTING, sizeof(*t->state));
	if (r < 0)
		return r;
	start = q.steps = t->budget < MAX_STEPS ? t->budget : MAX_STEPS;
	*value = reg_value(&q, at, reg);
	if (value->kind == VALUE_INTEGER && (int32_t)value->num >= 0 && q.strayed)
		*value = unknown();
	t->budget -= start - q.steps;
	return t->error;
}

void trace_free(struct tracer *t)
{
	free(t->slot);
	free(t->state);
}
