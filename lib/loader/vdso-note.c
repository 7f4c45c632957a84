// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "elf/headers.h"
#include "elf/notes.h"
#include "loader/vdso-note.h"

#define NOTE_HEAD (sizeof(Elf32_Nhdr) + 4) /* with the owner "GNU" */

/* Adds "NAME=BIT" to the desc, of which *size bytes are there, and moves *text behind it. */
static int add_name(const char **text, uint8_t *desc, size_t *size, char *why)
{
	size_t len = strcspn(*text, "=,");
	const char *at = *text + len + 1;
	uint64_t bit;

	if ((*text)[len] != '=' || !text_number(&at, 10, 31, &bit) || (*at && *at != ',')) {
		why_broken(why, "'%.*s' is not NAME=BIT with a bit from 0 to 31", (int)strcspn(*text, ","), *text);
		return -EINVAL;
	}
	if (len + 2 > KERNELCAP_DESC_MAX - *size) {
		why_broken(why, "the note would have more than %d bytes", KERNELCAP_DESC_MAX);
		return -EINVAL;
	}
	desc[*size] = (uint8_t)bit;
	memcpy(desc + *size + 1, *text, len);
	desc[*size + 1 + len] = '\0';
	*size += len + 2;
	*text = at;
	return 0;
}

/* What a reader of the note would find odd is refused. */
static int check_desc(const uint8_t *desc, size_t size, char *why)
{
	struct kernelcap cap;

	kernelcap_parse_desc(desc, size, &cap);
	if (cap.problems == 0)
		return 0;
	/* A name that is left out has other problems in its wake. */
	if (cap.problems & KERNELCAP_LONG_NAME)
		cap.problems = KERNELCAP_LONG_NAME;
	why_broken(why, "%s", kernelcap_problem_text(cap.problems & -cap.problems));
	return -EINVAL;
}

int vdso_note_build(const char *text, uint8_t desc[KERNELCAP_DESC_MAX], char *why)
{
	uint8_t built[KERNELCAP_DESC_MAX];
	uint32_t count = 0, mask = 0;
	size_t size = 2 * sizeof(uint32_t);
	int r;

	for (;; text++) {
		size_t at = size;

		r = add_name(&text, built, &size, why);
		if (r < 0)
			return r;
		count++;
		mask |= UINT32_C(1) << built[at];
		if (!*text)
			break;
	}
	memcpy(built, &count, sizeof(count));
	memcpy(built + sizeof(count), &mask, sizeof(mask));
	r = check_desc(built, size, why);
	if (r < 0)
		return r;
	memcpy(desc, built, size);
	return (int)size;
}

/* What is known of the image before anything is changed. */
struct layout {
	struct headers h;
	uint32_t load;      /* program header of the one PT_LOAD, which begins with the file */
	uint64_t addr;      /* where that begins in memory */
	uint64_t used;      /* end of everything that headers tell, but for the table of sections */
	uint64_t table_end; /* end of that, 0: there is none */
	uint64_t other_end; /* end of the last byte that is not zero */
	uint64_t notes;     /* bytes of notes to keep */
	bool has_cap;       /* a note is to be taken out */
};

static uint64_t align_up(uint64_t n, uint64_t align)
{
	return (n + align - 1) & ~(align - 1);
}

static void use(struct layout *l, uint64_t end)
{
	if (end > l->used)
		l->used = end;
}

/* The kernel's own build refuses anything else (arch/x86/entry/vdso/vdso2c.h): one PT_LOAD, which is the whole file. */
static int check_load(struct layout *l, uint32_t i, const struct headers_segment *s, char *why)
{
	if (l->load != UINT32_MAX)
		return why_broken(why, "several segments that are loaded");
	if (s->off != 0 || s->filesz != s->memsz)
		return why_broken(why, "the segment that is loaded is not the beginning of the file");
	if (!range_ok(s->addr, l->h.size, UINT64_C(1) << 32))
		return why_broken(why, "the image does not fit in behind address %#" PRIx64, s->addr);
	l->load = i;
	l->addr = s->addr;
	return 0;
}

static int read_segments(struct layout *l, char *why)
{
	l->load = UINT32_MAX;
	for (uint32_t i = 0; i < l->h.phnum; i++) {
		struct headers_segment s;
		int r = 0;

		headers_segment(&l->h, i, &s);
		if (!range_ok(s.off, s.filesz, l->h.size))
			return why_broken(why, "segment %" PRIu32 " lies outside the image", i);
		use(l, s.off + s.filesz);
		if (s.type == PT_LOAD)
			r = check_load(l, i, &s, why);
		if (r < 0)
			return r;
	}
	return l->load == UINT32_MAX ? why_broken(why, "no segment that is loaded") : 0;
}

static int read_sections(struct layout *l, char *why)
{
	for (uint32_t i = 0; i < l->h.shnum; i++) {
		struct headers_section s;

		headers_section(&l->h, i, &s);
		if (s.type == SHT_NULL || s.type == SHT_NOBITS)
			continue;
		if (!range_ok(s.off, s.size, l->h.size))
			return why_broken(why, "section %" PRIu32 " lies outside the image", i);
		use(l, s.off + s.size);
	}
	return 0;
}

static bool overlap(uint64_t a, uint64_t a_end, uint64_t b, uint64_t b_end)
{
	return a < b_end && b < a_end;
}

/* Both tables and the ELF header are written to: none may lie in another. */
static int read_tables(struct layout *l, char *why)
{
	uint64_t ph_end = l->h.phoff + l->h.phnum * headers_segment_size(&l->h);
	uint64_t sh_end = l->h.shoff + l->h.shnum * headers_section_size(&l->h);

	if (overlap(l->h.phoff, ph_end, 0, sizeof(Elf32_Ehdr)) || overlap(l->h.shoff, sh_end, 0, sizeof(Elf32_Ehdr)) ||
			overlap(l->h.phoff, ph_end, l->h.shoff, sh_end))
		return why_broken(why, "tables of headers that overlap");
	use(l, sizeof(Elf32_Ehdr));
	use(l, ph_end);
	l->table_end = l->h.shnum ? sh_end : 0;
	for (l->other_end = l->h.size; l->other_end > 0 && l->h.data[l->other_end - 1] == 0;)
		l->other_end--;
	return 0;
}

/* Whether header `i` is one of those whose notes are put together. What has an alignment of 8 (.note.gnu.property) is
 * read in another way, and stays where it is. */
static bool is_notes(const struct headers *h, uint32_t i, struct headers_segment *s)
{
	headers_segment(h, i, s);
	return s->type == PT_NOTE && s->align != 8;
}

static bool is_cap(const struct note *note)
{
	return note->type == NT_GNU_HWCAP && note_owned_by(note, "GNU");
}

/* Counts the notes of a segment, and copies those that are kept to `to` if that is not NULL, where there is room. A
 * note whose padding the segment cuts off is padded again. */
static void take_notes(struct layout *l, const struct headers_segment *s, struct notes *notes, uint8_t *to)
{
	struct note note;

	*notes = (struct notes){ .data = l->h.data + s->off, .size = s->filesz, .align = s->align };
	for (uint64_t begin = 0; notes_next(notes, &note); begin = notes->at) {
		uint64_t end = notes->at < notes->size ? notes->at : notes->size;

		if (is_cap(&note)) {
			l->has_cap = true;
			continue;
		}
		if (to)
			memcpy(to + l->notes, notes->data + begin, (size_t)(end - begin));
		l->notes += align_up(end - begin, 4);
	}
}

/* No copy is longer than the image: segments that overlap would make this take very long. */
static int count_notes(struct layout *l, char *why)
{
	uint64_t walked = 0;
	bool any = false;

	for (uint32_t i = 0; i < l->h.phnum; i++) {
		bool had_cap = l->has_cap, ours;
		struct headers_segment s;
		struct notes notes;
		uint64_t before = l->notes;

		ours = is_notes(&l->h, i, &s);
		if (s.type != PT_NOTE)
			continue;
		walked += s.filesz;
		if (walked > l->h.size)
			return why_broken(why, "segments of notes that overlap");
		take_notes(l, &s, &notes, NULL);
		if (notes_truncated(&notes))
			return why_broken(why, "segment %" PRIu32 " has bytes that are no whole note", i);
		any |= ours;
		if (ours)
			continue;
		l->notes = before;
		if (l->has_cap != had_cap)
			return why_broken(why, "a note of capabilities that is aligned to 8");
	}
	return any ? 0 : why_broken(why, "no segment of notes");
}

static int read_layout(struct layout *l, const uint8_t *image, uint32_t size, char *why)
{
	int r = headers_parse(image, size, &l->h, why);

	if (r < 0)
		return -EBADMSG;
	if (l->h.is64 || l->h.machine != EM_386)
		return why_broken(why, "not an image of i386");
	r = read_tables(l, why);
	if (r == 0)
		r = read_segments(l, why);
	if (r == 0)
		r = read_sections(l, why);
	if (r == 0)
		r = count_notes(l, why);
	return r;
}

/* Behind everything. */
static uint64_t place_behind(const struct layout *l)
{
	uint64_t end = l->used > l->table_end ? l->used : l->table_end;

	return align_up(end > l->other_end ? end : l->other_end, 4);
}

/* Where the table of sections begins, if that is what comes last: nothing in memory refers to it. */
static uint64_t place_of_table(const struct layout *l)
{
	if (l->other_end > l->table_end)
		return l->h.size;
	return align_up(l->used > l->h.shoff ? l->used : l->h.shoff, 4);
}

static bool has_room(const struct layout *l, uint64_t at, uint64_t len)
{
	return range_ok(at, len, l->h.size);
}

static int find_place(const struct layout *l, uint64_t len, uint64_t *at, bool *drop_table, char *why)
{
	uint64_t behind = place_behind(l), table = place_of_table(l);

	*drop_table = !has_room(l, behind, len + VDSO_NOTE_FREE) && has_room(l, table, len + VDSO_NOTE_FREE);
	if (!*drop_table && !has_room(l, behind, len))
		*drop_table = has_room(l, table, len);
	*at = *drop_table ? table : behind;
	if (has_room(l, *at, len))
		return 0;
	why_broken(why, "no room for %" PRIu64 " bytes of notes in an image of %" PRIu64, len, l->h.size);
	return -ENOSPC;
}

static void write_notes(struct layout *l, uint8_t *to, const uint8_t *desc, uint32_t desc_size)
{
	const Elf32_Nhdr nh = { .n_namesz = 4, .n_descsz = desc_size, .n_type = NT_GNU_HWCAP };
	struct headers_segment s;
	struct notes notes;

	l->notes = 0;
	for (uint32_t i = 0; i < l->h.phnum; i++)
		if (is_notes(&l->h, i, &s))
			take_notes(l, &s, &notes, to);
	if (desc_size == 0)
		return;
	memcpy(to + l->notes, &nh, sizeof(nh));
	memcpy(to + l->notes + sizeof(nh), "GNU", 4);
	memcpy(to + l->notes + NOTE_HEAD, desc, desc_size);
}

/* Whether a section is made of what a segment of notes was. */
static bool is_in_notes(const struct layout *l, const Elf32_Shdr *sh)
{
	struct headers_segment s;

	for (uint32_t i = 0; i < l->h.phnum; i++)
		if (is_notes(&l->h, i, &s) && sh->sh_offset >= s.off && sh->sh_offset < s.off + s.filesz)
			return true;
	return false;
}

/* The first section takes all of the notes; what others had is there, too. Before the segments are changed. */
static void move_sections(const struct layout *l, uint8_t *image, uint32_t at, uint32_t len)
{
	bool first = true;

	for (uint32_t i = 0; i < l->h.shnum; i++) {
		uint8_t *p = image + l->h.shoff + i * sizeof(Elf32_Shdr);
		Elf32_Shdr sh;

		memcpy(&sh, p, sizeof(sh));
		if (sh.sh_type != SHT_NOTE || !is_in_notes(l, &sh))
			continue;
		sh.sh_type = first ? SHT_NOTE : SHT_NULL;
		sh.sh_offset = at;
		sh.sh_addr = (Elf32_Addr)l->addr + at;
		sh.sh_size = first ? len : 0;
		sh.sh_addralign = 4;
		first = false;
		memcpy(p, &sh, sizeof(sh));
	}
}

static void move_segments(const struct layout *l, uint8_t *image, uint32_t at, uint32_t len)
{
	bool first = true;

	for (uint32_t i = 0; i < l->h.phnum; i++) {
		uint8_t *p = image + l->h.phoff + i * sizeof(Elf32_Phdr);
		struct headers_segment s;
		bool notes = is_notes(&l->h, i, &s);
		Elf32_Phdr ph;

		memcpy(&ph, p, sizeof(ph));
		if (i == l->load) {
			ph.p_filesz = ph.p_memsz = (Elf32_Word)l->h.size;
		} else if (notes) {
			ph.p_type = first ? PT_NOTE : PT_NULL;
			ph.p_offset = at;
			ph.p_vaddr = ph.p_paddr = (Elf32_Addr)l->addr + at;
			ph.p_filesz = ph.p_memsz = first ? len : 0;
			ph.p_align = 4;
			first = false;
		}
		memcpy(p, &ph, sizeof(ph));
	}
}

static void drop_sections(uint8_t *image)
{
	Elf32_Ehdr eh;

	memcpy(&eh, image, sizeof(eh));
	eh.e_shoff = 0;
	eh.e_shnum = eh.e_shstrndx = 0;
	memcpy(image, &eh, sizeof(eh));
}

static void tell_free(uint64_t end, uint32_t size, uint32_t *free_at, uint32_t *free_size)
{
	uint64_t at = align_up(end, 16);

	*free_at = at < size ? (uint32_t)at : size;
	*free_size = size - *free_at;
}

int vdso_note_set(uint8_t *image, uint32_t size, const uint8_t *desc, uint32_t desc_size, uint32_t *free_at,
		uint32_t *free_size, char *why)
{
	struct layout l = { 0 };
	uint64_t at, len;
	bool drop_table;
	int r = read_layout(&l, image, size, why);

	if (r < 0)
		return r;
	if (!l.has_cap && desc_size == 0) {
		tell_free(place_behind(&l), size, free_at, free_size);
		return 0;
	}
	len = l.notes + (desc_size ? NOTE_HEAD + align_up(desc_size, 4) : 0);
	r = find_place(&l, len, &at, &drop_table, why);
	if (r < 0)
		return r;
	memset(image + at, 0, (size_t)(size - at));
	write_notes(&l, image + at, desc, desc_size);
	if (drop_table)
		drop_sections(image);
	else
		move_sections(&l, image, (uint32_t)at, (uint32_t)len);
	move_segments(&l, image, (uint32_t)at, (uint32_t)len);
	tell_free(at + len, size, free_at, free_size);
	return 0;
}
