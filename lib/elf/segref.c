// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/util.h"
#include "elf/flow.h"
#include "elf/function.h"
#include "elf/segref.h"
#include "elf/trace.h"

/* Code is read in windows and functions are cut into pieces, so that memory does not grow with the file. The largest
 * function in Debian's i386 archive is smaller than a piece; only code without any symbol is cut. */
#define WINDOW_SIZE (256u << 10) /* at least; stays in the processor's cache */
#define UNIT_SIZE   (64u << 10)  /* code that a thread takes at a time */
#define PIECE_SIZE  (1u << 20)
#define MAX_THREADS 64
#define LOOKAHEAD   64 /* bytes behind a piece that its last instruction and a decoder look at */

/* No thread control block is larger: struct pthread has 1 to 2 KiB in every glibc, and offsets beyond it are not
 * thread-local data but a wrapped or random number. */
#define TCB_MAX 0x10000

/* A run of spans of one section that one thread scans, and what it found. */
struct unit {
	const struct image_code *code;
	size_t first, count; /* of scan.span */
	struct segref *ref;
	size_t nref, ref_cap;
	int error;
};

struct scan {
	const struct image *img;
	struct insn_decoder *decoder;
	struct span *span;
	size_t nspan, span_cap;
	struct unit *unit;
	size_t nunit, unit_cap;
	bool known;         /* most of the code lies in functions with known bounds */
	atomic_size_t next; /* unit to scan */
};

/* What a thread has for itself. */
struct worker {
	struct scan *scan;
	struct unit *unit; /* that it works on */
	uint8_t *window;
	uint64_t window_addr;
	size_t window_size, window_cap;
	struct flow flow;
	struct tracer tracer;
	uint8_t *plausible; /* of the instructions of a gap */
	size_t plausible_cap;
};

enum { PLAUSIBLE_NEW, PLAUSIBLE, IMPLAUSIBLE };

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
		[SEGREF_UNRESOLVED] = "relocation in the instruction, of unknown value",
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

/* Judges by a register's value; false where that says nothing. `alone`: no other register takes part. Otherwise the
 * constant is where an array begins, which another register indexes. */
static bool judge_register(struct segref *ref, const struct image *img, struct value v, uint32_t disp, bool alone)
{
	uint32_t offset = v.num + disp;

	if (v.kind == VALUE_TLS_OFFSET) {
		judge(ref, SEGREF_PROVEN, SEGREF_TLS_SLOT, v.num);
		return true;
	}
	if (v.kind != VALUE_INTEGER)
		return false;
	if (!alone && (int32_t)offset < 0 && -(int64_t)(int32_t)offset <= (int64_t)img->tls_size) {
		judge(ref, SEGREF_PROVEN, SEGREF_LOCAL_EXEC, offset);
		return true;
	}
	if (!alone)
		return false;
	if ((int32_t)offset < 0)
		judge(ref, SEGREF_PROVEN, SEGREF_NEGATIVE_CONSTANT, v.num);
	else if (offset < TCB_MAX)
		judge(ref, SEGREF_SAFE, SEGREF_CONSTANT_IN_TCB, v.num);
	else
		judge(ref, SEGREF_POSSIBLE, SEGREF_BEYOND_TCB, offset);
	return true;
}

static int judge_registers(struct worker *w, size_t at, const ZydisDecodedOperand *op, struct segref *ref)
{
	enum gpr base = insn_gpr(op->mem.base), index = insn_gpr(op->mem.index);
	uint32_t disp = (uint32_t)op->mem.disp.value;
	struct value v;
	int r;

	if (base != GPR_NONE) {
		r = trace_register(&w->tracer, at, base, &v);
		if (r < 0 || judge_register(ref, w->scan->img, v, disp, index == GPR_NONE))
			return r;
	}
	if (index != GPR_NONE && op->mem.scale == 1) {
		r = trace_register(&w->tracer, at, index, &v);
		if (r < 0 || judge_register(ref, w->scan->img, v, disp, base == GPR_NONE))
			return r;
	}
	judge_displacement(ref, w->scan->img, op);
	return 0;
}

static int judge_access(struct worker *w, size_t at, const struct insn_full *full, const ZydisDecodedOperand *op,
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
		reloc = image_tls_reloc_at(w->scan->img, w->tracer.shndx, ref->addr + full->info.raw.disp.offset);
	if (reloc && image_tls_sign(reloc->type) == TLS_NEGATIVE) {
		judge(ref, SEGREF_PROVEN, SEGREF_RELOCATED, (uint32_t)reloc->place);
		return 0;
	}
	if (reloc) {
		judge(ref, SEGREF_POSSIBLE, SEGREF_UNRESOLVED, (uint32_t)reloc->place);
		return 0;
	}
	if (op->mem.base != ZYDIS_REGISTER_NONE || op->mem.index != ZYDIS_REGISTER_NONE)
		return judge_registers(w, at, op, ref);
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
	if (full->info.mnemonic == ZYDIS_MNEMONIC_HLT) /* how small C libraries abort */
		return false;
	if (full->info.attributes & (ZYDIS_ATTRIB_HAS_SEGMENT_ES | ZYDIS_ATTRIB_HAS_SEGMENT_SS |
						    ZYDIS_ATTRIB_HAS_SEGMENT_CS | ZYDIS_ATTRIB_IS_PRIVILEGED))
		return full->info.meta.category != ZYDIS_CATEGORY_WIDENOP;
	return full->info.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR;
}

/* Remembered, since neighbours are shared. */
static bool implausible_at(struct worker *w, size_t i)
{
	struct insn_full full;

	if (w->plausible[i] == PLAUSIBLE_NEW)
		w->plausible[i] = flow_decode_full(&w->flow, i, &full) && !is_implausible(&full) ? PLAUSIBLE
												 : IMPLAUSIBLE;
	return w->plausible[i] == IMPLAUSIBLE;
}

/* Assembly keeps tables in .text without any symbol (OpenSSL's AES and SHA constants), and a sweep decodes them as if
 * they were code. Of random instructions about one in six is implausible: in a file most of whose functions are known,
 * an access outside all of them with two implausible ones among its nearest NEIGHBOURS is a part of a table. Where
 * functions are not known nothing is taken for a table. */
#define NEIGHBOURS 32

static bool looks_like_code(struct worker *w, size_t at)
{
	size_t first = at > NEIGHBOURS ? at - NEIGHBOURS : 0, implausible = 0;

	for (size_t i = first; i < w->flow.n && i <= at + NEIGHBOURS; i++)
		implausible += implausible_at(w, i);
	return implausible < 2;
}

static int keep(struct unit *unit, const struct segref *ref)
{
	int r = array_reserve(&unit->ref, &unit->ref_cap, unit->nref + 1, sizeof(*ref));

	if (r == 0)
		unit->ref[unit->nref++] = *ref;
	return r;
}

static int look_at(struct worker *w, size_t at, const struct span *span)
{
	const struct flow_insn *in = &w->flow.insn[at];
	const uint8_t *bytes = w->flow.bytes + in->off;
	struct insn_full full;
	const ZydisDecodedOperand *op;
	struct segref ref = { .code = w->unit->code,
		.shndx = w->tracer.shndx,
		.addr = w->flow.addr + in->off,
		.function = span->start,
		.len = in->in.len };
	int r;

	if (!insn_decode_full(w->flow.decoder, bytes, w->flow.avail - in->off, &full))
		return 0;
	op = segment_operand(&full);
	if (!op)
		return 0; /* the prefix stands before an instruction without a memory operand */
	memcpy(ref.bytes, bytes, ref.len);
	r = judge_access(w, at, &full, op, &ref);
	/* Random bytes do not trace back to a TLS slot. */
	if (ref.verdict != SEGREF_SAFE && ref.reason != SEGREF_TLS_SLOT && span->kind == SPAN_GAP && w->scan->known &&
			!looks_like_code(w, at))
		judge(&ref, SEGREF_SAFE, SEGREF_NOT_CODE, 0);
	return r < 0 ? r : keep(w->unit, &ref);
}

/* Reads the code from `start` on, at least `need` bytes. */
static int move_window(struct worker *w, uint64_t start, size_t need)
{
	const struct image_code *code = w->unit->code;
	uint64_t left = code->addr + code->size - start;
	int r = array_reserve(&w->window, &w->window_cap, need > WINDOW_SIZE ? need : WINDOW_SIZE, 1);

	if (r < 0)
		return r;
	w->window_addr = start;
	w->window_size = left < w->window_cap ? (size_t)left : w->window_cap;
	return read_at(w->scan->img->fd, w->window, w->window_size, code->off + (start - code->addr));
}

/* Sets the flow to a piece of a span. */
static int enter_piece(struct worker *w, uint64_t start, uint64_t end)
{
	uint64_t limit = w->unit->code->addr + w->unit->code->size;
	uint64_t want = end + LOOKAHEAD < limit ? end + LOOKAHEAD : limit;
	int r = 0;

	if (start < w->window_addr || want > w->window_addr + w->window_size)
		r = move_window(w, start, (size_t)(want - start));
	w->flow.bytes = w->window + (start - w->window_addr);
	w->flow.avail = w->window_size - (size_t)(start - w->window_addr);
	w->flow.size = (size_t)(end - start);
	w->flow.addr = (uint32_t)start;
	return r;
}

/* Only a byte of these values can begin such an access: most functions have none and are not decoded at all, the others
 * up to the last one. Returns its place, plus 1; 0: none. */
static size_t last_prefix(const uint8_t *bytes, size_t size)
{
	const uint8_t *gs = memrchr(bytes, 0x65, size), *fs;
	size_t behind = gs ? (size_t)(gs - bytes) + 1 : 0;

	fs = memrchr(bytes + behind, 0x64, size - behind);
	return fs ? (size_t)(fs - bytes) + 1 : behind;
}

static int scan_piece(struct worker *w, const struct span *span, bool whole)
{
	size_t end = last_prefix(w->flow.bytes, w->flow.size);
	int r;

	if (whole && end == 0)
		return 0;
	/* looks_like_code wants to see what follows, and the next piece where this one ends. */
	r = flow_sweep(&w->flow, whole && span->kind == SPAN_FUNCTION ? end : w->flow.size);
	trace_begin(&w->tracer);
	if (r == 0 && span->kind == SPAN_GAP)
		r = array_reserve(&w->plausible, &w->plausible_cap, w->flow.n, 1);
	if (r == 0 && span->kind == SPAN_GAP)
		memset(w->plausible, PLAUSIBLE_NEW, w->flow.n);
	for (size_t i = 0; r == 0 && i < w->flow.n && w->flow.insn[i].off < end; i++)
		if (w->flow.insn[i].in.segment)
			r = look_at(w, i, span);
	return r;
}

static int scan_span(struct worker *w, const struct span *span)
{
	uint64_t at = span->start, next;

	for (; at < span->end; at = next) {
		bool whole = span->end - at <= PIECE_SIZE;
		int r;

		next = whole ? span->end : at + PIECE_SIZE;
		r = enter_piece(w, at, next);
		if (r == 0)
			r = scan_piece(w, span, whole);
		if (r < 0)
			return r;
		if (!whole) /* the last instruction may reach into the next piece */
			next = at + w->flow.swept;
	}
	return 0;
}

static int scan_unit(struct worker *w, struct unit *unit)
{
	w->unit = unit;
	w->window_size = 0;
	w->tracer.shndx = w->scan->img->type == ET_REL ? unit->code->shndx : 0;
	for (size_t i = 0; i < unit->count; i++) {
		const struct span *span = &w->scan->span[unit->first + i];
		int r = span->kind == SPAN_DATA ? 0 : scan_span(w, span);

		if (r < 0)
			return r;
	}
	return 0;
}

static void *work(void *arg)
{
	struct scan *s = arg;
	struct worker w = { .scan = s };
	size_t i;

	w.flow.decoder = s->decoder;
	w.tracer.flow = &w.flow;
	w.tracer.img = s->img;
	while ((i = atomic_fetch_add(&s->next, 1)) < s->nunit)
		s->unit[i].error = scan_unit(&w, &s->unit[i]);
	trace_free(&w.tracer);
	flow_free(&w.flow);
	free(w.plausible);
	free(w.window);
	return NULL;
}

/* Scans all units; a thread that cannot be had leaves its work to the others. */
static void scan_units(struct scan *s, unsigned threads)
{
	pthread_t thread[MAX_THREADS];
	size_t started = 0;

	while (started + 1 < threads && started + 1 < s->nunit && started < MAX_THREADS &&
			pthread_create(&thread[started], NULL, work, s) == 0)
		started++;
	work(s);
	for (size_t i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
}

static int add_unit(struct scan *s, const struct image_code *code, size_t first, size_t count)
{
	int r = array_reserve(&s->unit, &s->unit_cap, s->nunit + 1, sizeof(*s->unit));

	if (r == 0)
		s->unit[s->nunit++] = (struct unit){ .code = code, .first = first, .count = count };
	return r;
}

/* Divides a section into spans, and these into units. */
static int divide(struct scan *s, const struct function_map *map, const struct image_code *code)
{
	size_t first = s->nspan;
	int r = function_map_spans(map, s->img, code, &s->span, &s->nspan, &s->span_cap);

	for (size_t i = first; r == 0 && i < s->nspan; i++) {
		if (i + 1 < s->nspan && s->span[i].end - s->span[first].start < UNIT_SIZE)
			continue;
		r = add_unit(s, code, first, i + 1 - first);
		first = i + 1;
	}
	return r;
}

static int plan(struct scan *s, struct image *img, char *why)
{
	struct function_map map;
	uint64_t size[SPAN_DATA + 1] = { 0 };
	int r = function_map_read(&map, img, why);

	for (size_t i = 0; r == 0 && i < img->ncode; i++)
		r = divide(s, &map, &img->code[i]);
	function_map_free(&map);
	for (size_t i = 0; i < s->nspan; i++)
		size[s->span[i].kind] += s->span[i].end - s->span[i].start;
	s->known = size[SPAN_FUNCTION] > size[SPAN_GAP];
	return r;
}

static int deliver(const struct scan *s, segref_fn fn, void *arg)
{
	for (size_t i = 0; i < s->nunit; i++)
		if (s->unit[i].error < 0)
			return s->unit[i].error;
	for (size_t i = 0; i < s->nunit; i++)
		for (size_t k = 0; k < s->unit[i].nref; k++) {
			int r = fn(&s->unit[i].ref[k], arg);

			if (r != 0)
				return r;
		}
	return 0;
}

int segref_scan(struct image *img, struct insn_decoder *decoder, unsigned threads, segref_fn fn, void *arg, char *why)
{
	struct scan s = { .img = img, .decoder = decoder };
	int r;

	why[0] = '\0';
	r = plan(&s, img, why);
	if (r == 0) {
		scan_units(&s, threads);
		r = deliver(&s, fn, arg);
	}
	if (r < 0 && why[0] == '\0')
		why_failed(why, r);
	for (size_t i = 0; i < s.nunit; i++)
		free(s.unit[i].ref);
	free(s.unit);
	free(s.span);
	return r;
}
