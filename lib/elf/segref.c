// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "elf/flow.h"
#include "elf/function.h"
#include "elf/segref.h"

/* Code is read in windows and functions are cut into pieces, so that memory does not grow with the file. The largest
 * function in Debian's i386 archive is smaller than a piece; only code without any symbol is cut. */
#define WINDOW_SIZE (256u << 10) /* at least; stays in the processor's cache */
#define PIECE_SIZE  (1u << 20)
#define LOOKAHEAD   64 /* bytes behind a piece that its last instruction and a decoder look at */

/* No thread control block is larger: struct pthread has 1 to 2 KiB in every glibc, and offsets beyond it are not
 * thread-local data but a wrapped or random number. */
#define TCB_MAX 0x10000

struct scan {
	struct image *img;
	segref_fn fn;
	void *arg;
	char *why;
	struct function_map map;
	struct span *spans;
	size_t span_cap;
	const struct image_code *code;
	uint8_t *window;
	uint64_t window_addr;
	size_t window_size, window_cap;
	struct flow flow;
};

const char *segref_verdict_name(enum segref_verdict verdict)
{
	static const char *const name[] = { "safe", "possible", "proven" };

	return name[verdict];
}

const char *segref_reason_text(enum segref_reason reason)
{
	static const char *const text[] = {
		[SEGREF_NOT_CODE] = "data between functions, not code",
		[SEGREF_NO_ACCESS] = "computes an address only",
		[SEGREF_ADDRESS16] = "16-bit offset",
		[SEGREF_IN_TCB] = "offset in the thread control block",
		[SEGREF_TABLE_IN_TCB] = "indexed table in the thread control block",
		[SEGREF_CONSTANT_IN_TCB] = "register holds an offset in the thread control block",
		[SEGREF_BEYOND_TCB] = "offset beyond any thread control block",
		[SEGREF_UNKNOWN_REGISTER] = "register of unknown value",
		[SEGREF_NEGATIVE] = "negative offset",
		[SEGREF_NEGATIVE_CONSTANT] = "register holds a negative constant",
		[SEGREF_LOCAL_EXEC] = "indexed from inside the program's own thread-local block",
		[SEGREF_RELOCATED] = "TLS relocation in the instruction",
		[SEGREF_TLS_SLOT] = "register holds a TLS offset",
	};

	return text[reason];
}

static void judge(struct segref *ref, enum segref_verdict verdict, enum segref_reason reason, uint32_t detail)
{
	ref->verdict = verdict;
	ref->reason = reason;
	ref->detail = detail;
}

/* The operand that goes through %fs or %gs; string instructions have theirs among the hidden ones. */
static const ZydisDecodedOperand *segment_operand(const struct insn_full *full)
{
	for (unsigned i = 0; i < full->info.operand_count; i++) {
		const ZydisDecodedOperand *op = &full->operand[i];

		if (op->type == ZYDIS_OPERAND_TYPE_MEMORY &&
				(op->mem.segment == ZYDIS_REGISTER_GS || op->mem.segment == ZYDIS_REGISTER_FS))
			return op;
	}
	return NULL;
}

static bool is_no_access(const struct insn_full *full, const ZydisDecodedOperand *op)
{
	return op->mem.type == ZYDIS_MEMOP_TYPE_AGEN || full->info.meta.category == ZYDIS_CATEGORY_NOP ||
	       full->info.meta.category == ZYDIS_CATEGORY_WIDENOP ||
	       full->info.meta.category == ZYDIS_CATEGORY_PREFETCH;
}

static bool is_negative_reloc(const struct image_tls_reloc *reloc)
{
	return reloc->type != R_386_TLS_TPOFF32 && reloc->type != R_386_TLS_IE_32 && reloc->type != R_386_TLS_LE_32;
}

static void judge_constant(struct segref *ref, uint32_t offset)
{
	if ((int32_t)offset < 0)
		judge(ref, SEGREF_PROVEN, SEGREF_NEGATIVE, offset);
	else if (offset < TCB_MAX)
		judge(ref, SEGREF_SAFE, SEGREF_IN_TCB, offset);
	else
		judge(ref, SEGREF_POSSIBLE, SEGREF_BEYOND_TCB, offset);
}

/* A displacement with registers whose values are not known. A displacement inside the file's own block below the thread
 * pointer is a local-exec reference to an array there: an index that leaves the block would be the program's bug. */
static void judge_displacement(struct segref *ref, const struct image *img, const ZydisDecodedOperand *op)
{
	uint32_t disp = (uint32_t)op->mem.disp.value;

	if ((int32_t)disp < 0 && -(uint64_t)(int64_t)(int32_t)disp <= img->tls_size)
		judge(ref, SEGREF_PROVEN, SEGREF_LOCAL_EXEC, disp);
	else if (op->mem.base == ZYDIS_REGISTER_NONE && op->mem.scale > 1 && disp > 0 && disp < TCB_MAX)
		judge(ref, SEGREF_SAFE, SEGREF_TABLE_IN_TCB, disp); /* thread-specific data by key, struct pthread */
	else
		judge(ref, SEGREF_POSSIBLE, SEGREF_UNKNOWN_REGISTER, disp);
}

/* Judges by a register's value; false where that says nothing. `alone`: no other register takes part. */
static bool judge_register(struct segref *ref, struct value v, uint32_t disp, bool alone)
{
	uint32_t offset = v.num + disp;

	if (v.kind == VALUE_TLS_OFFSET) {
		judge(ref, SEGREF_PROVEN, SEGREF_TLS_SLOT, v.num);
		return true;
	}
	if (v.kind != VALUE_INTEGER || !alone)
		return false;
	if ((int32_t)offset < 0)
		judge(ref, SEGREF_PROVEN, SEGREF_NEGATIVE_CONSTANT, v.num);
	else if (offset < TCB_MAX)
		judge(ref, SEGREF_SAFE, SEGREF_CONSTANT_IN_TCB, v.num);
	else
		judge(ref, SEGREF_POSSIBLE, SEGREF_BEYOND_TCB, offset);
	return true;
}

static int judge_registers(struct scan *s, size_t at, const ZydisDecodedOperand *op, struct segref *ref)
{
	enum gpr base = insn_gpr(op->mem.base), index = insn_gpr(op->mem.index);
	uint32_t disp = (uint32_t)op->mem.disp.value;
	struct value v;
	int r;

	if (base != GPR_NONE) {
		r = flow_trace(&s->flow, at, base, &v);
		if (r < 0 || judge_register(ref, v, disp, index == GPR_NONE))
			return r;
	}
	if (index != GPR_NONE && op->mem.scale == 1) {
		r = flow_trace(&s->flow, at, index, &v);
		if (r < 0 || judge_register(ref, v, disp, base == GPR_NONE))
			return r;
	}
	judge_displacement(ref, s->img, op);
	return 0;
}

static int judge_access(struct scan *s, size_t at, const struct insn_full *full, const ZydisDecodedOperand *op,
		struct segref *ref)
{
	const struct image_tls_reloc *reloc = NULL;

	ref->fs = op->mem.segment == ZYDIS_REGISTER_FS;
	if (is_no_access(full, op)) {
		judge(ref, SEGREF_SAFE, SEGREF_NO_ACCESS, 0);
		return 0;
	}
	if (full->info.address_width == 16) {
		judge(ref, SEGREF_SAFE, SEGREF_ADDRESS16, 0);
		return 0;
	}
	if (full->info.raw.disp.offset)
		reloc = image_tls_reloc_at(s->img, s->flow.shndx, ref->addr + full->info.raw.disp.offset);
	if (reloc && is_negative_reloc(reloc)) {
		judge(ref, SEGREF_PROVEN, SEGREF_RELOCATED, (uint32_t)reloc->place);
		return 0;
	}
	if (op->mem.base != ZYDIS_REGISTER_NONE || op->mem.index != ZYDIS_REGISTER_NONE)
		return judge_registers(s, at, op, ref);
	judge_constant(ref, (uint32_t)op->mem.disp.value);
	return 0;
}

/* Instructions that compilers do not write for user programs, but random bytes are full of. */
static bool is_implausible(const struct insn_full *full)
{
	switch (full->info.meta.category) {
	case ZYDIS_CATEGORY_IO:
	case ZYDIS_CATEGORY_IOSTRINGOP:
	case ZYDIS_CATEGORY_DECIMAL:
	case ZYDIS_CATEGORY_SEGOP:
		return true;
	default:
		break;
	}
	switch (full->info.mnemonic) {
	case ZYDIS_MNEMONIC_ARPL:
	case ZYDIS_MNEMONIC_BOUND:
	case ZYDIS_MNEMONIC_ENTER:
	case ZYDIS_MNEMONIC_INT1:
	case ZYDIS_MNEMONIC_INTO:
	case ZYDIS_MNEMONIC_IRETD:
	case ZYDIS_MNEMONIC_LOOP:
	case ZYDIS_MNEMONIC_LOOPE:
	case ZYDIS_MNEMONIC_LOOPNE:
	case ZYDIS_MNEMONIC_SALC:
		return true;
	default:
		break;
	}
	if (full->info.attributes & (ZYDIS_ATTRIB_HAS_SEGMENT_ES | ZYDIS_ATTRIB_HAS_SEGMENT_SS |
						    ZYDIS_ATTRIB_HAS_SEGMENT_CS | ZYDIS_ATTRIB_IS_PRIVILEGED))
		return full->info.meta.category != ZYDIS_CATEGORY_WIDENOP;
	return full->info.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR;
}

/* Assembly keeps tables in .text without any symbol (OpenSSL's AES and SHA constants), and a sweep decodes them as if
 * they were code. Of random instructions about one in six is implausible; in code outside every known function two
 * among the nearest NEIGHBOURS on either side are not met. */
#define NEIGHBOURS      32
#define MAX_IMPLAUSIBLE 1

static bool looks_like_code(const struct flow *f, size_t at)
{
	size_t first = at > NEIGHBOURS ? at - NEIGHBOURS : 0, implausible = 0;

	for (size_t i = first; i < f->n && i <= at + NEIGHBOURS; i++) {
		struct insn_full full;

		implausible += !insn_decode_full(f->decoder, f->bytes + f->insn[i].off, f->avail - f->insn[i].off,
					       &full) ||
			       is_implausible(&full);
	}
	return implausible <= MAX_IMPLAUSIBLE;
}

static int report(struct scan *s, size_t at, const struct span *span)
{
	const struct flow_insn *in = &s->flow.insn[at];
	const uint8_t *bytes = s->flow.bytes + in->off;
	struct insn_full full;
	const ZydisDecodedOperand *op;
	struct segref ref = { .code = s->code,
		.shndx = s->flow.shndx,
		.addr = s->flow.addr + in->off,
		.function = span->start,
		.len = in->in.len };
	int r;

	if (!insn_decode_full(s->flow.decoder, bytes, s->flow.avail - in->off, &full))
		return 0;
	op = segment_operand(&full);
	if (!op)
		return 0; /* the prefix stands before an instruction without a memory operand */
	memcpy(ref.bytes, bytes, ref.len);
	r = judge_access(s, at, &full, op, &ref);
	if (ref.verdict != SEGREF_SAFE && span->kind == SPAN_GAP && !looks_like_code(&s->flow, at))
		judge(&ref, SEGREF_SAFE, SEGREF_NOT_CODE, 0);
	return r < 0 ? r : s->fn(&ref, s->arg);
}

/* Reads the code from `start` on, at least `need` bytes. */
static int move_window(struct scan *s, uint64_t start, size_t need)
{
	uint64_t left = s->code->addr + s->code->size - start;
	int r = array_reserve(&s->window, &s->window_cap, need > WINDOW_SIZE ? need : WINDOW_SIZE, 1);

	if (r < 0)
		return r;
	s->window_addr = start;
	s->window_size = left < s->window_cap ? (size_t)left : s->window_cap;
	return read_at(s->img->fd, s->window, s->window_size, s->code->off + (start - s->code->addr));
}

/* Sets the flow to a piece of a span. */
static int enter_piece(struct scan *s, uint64_t start, uint64_t end)
{
	uint64_t limit = s->code->addr + s->code->size;
	uint64_t want = end + LOOKAHEAD < limit ? end + LOOKAHEAD : limit;
	int r = 0;

	if (start < s->window_addr || want > s->window_addr + s->window_size)
		r = move_window(s, start, (size_t)(want - start));
	s->flow.bytes = s->window + (start - s->window_addr);
	s->flow.avail = s->window_size - (size_t)(start - s->window_addr);
	s->flow.size = (size_t)(end - start);
	s->flow.addr = (uint32_t)start;
	return r;
}

/* Only a byte of these values can begin such an access: most functions have none and are not decoded at all. */
static bool has_segment_prefix(const uint8_t *bytes, size_t size)
{
	return memchr(bytes, 0x65, size) || memchr(bytes, 0x64, size);
}

static int scan_span(struct scan *s, const struct span *span)
{
	uint64_t at = span->start, next;

	for (; at < span->end; at = next) {
		bool whole = span->end - at <= PIECE_SIZE;
		int r;

		next = whole ? span->end : at + PIECE_SIZE;
		r = enter_piece(s, at, next);
		if (r < 0)
			return r;
		if (whole && !has_segment_prefix(s->flow.bytes, s->flow.size))
			break;
		r = flow_sweep(&s->flow);
		if (r < 0)
			return r;
		for (size_t i = 0; i < s->flow.n && r == 0; i++)
			if (s->flow.insn[i].in.segment)
				r = report(s, i, span);
		if (r != 0)
			return r;
		if (!whole)
			next = at + s->flow.insn[s->flow.n - 1].off + s->flow.insn[s->flow.n - 1].in.len;
	}
	return 0;
}

static int scan_code(struct scan *s)
{
	int n = function_map_spans(&s->map, s->img, s->code, &s->spans, &s->span_cap);

	s->window_size = 0;
	s->flow.shndx = s->img->type == ET_REL ? s->code->shndx : 0;
	for (int i = 0; i < n; i++) {
		int r = s->spans[i].kind == SPAN_DATA ? 0 : scan_span(s, &s->spans[i]);

		if (r != 0)
			return r;
	}
	return n < 0 ? n : 0;
}

static int scan_image(struct scan *s)
{
	int r = function_map_read(&s->map, s->img, s->why);

	for (size_t i = 0; r == 0 && i < s->img->ncode; i++) {
		s->code = &s->img->code[i];
		r = scan_code(s);
	}
	return r;
}

int segref_scan(struct image *img, struct insn_decoder *decoder, segref_fn fn, void *arg, char *why)
{
	struct scan s = { .img = img, .fn = fn, .arg = arg, .why = why };
	int r;

	why[0] = '\0';
	s.flow.img = img;
	s.flow.decoder = decoder;
	r = scan_image(&s);
	if (r < 0 && why[0] == '\0')
		snprintf(why, IMAGE_WHY_MAX, "%s",
				r == -ENODATA ? "the file ends too early, or shrank while it was read" : strerror(-r));
	function_map_free(&s.map);
	flow_free(&s.flow);
	free(s.spans);
	free(s.window);
	return r;
}
