// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "elf/headers.h"
#include "elf/notes.h"
#include "loader/kernelcap.h"

/* ld.so passes over notes of this size or less (elf/dl-hwcaps.c: datalen > 2 * sizeof (ElfW(Word)) + 2). */
#define DESC_IGNORED 10

/* The name becomes part of paths and of lines that ldconfig splits at blanks. */
static bool name_ok(const char *name, size_t len)
{
	if (len >= KERNELCAP_NAME_MAX || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-") == len;
}

static void compare_with_earlier(struct kernelcap *out, uint8_t bit, const char *name)
{
	for (size_t i = 0; i < out->ncap; i++) {
		if (out->cap[i].bit == bit)
			out->problems |= KERNELCAP_SAME_BIT;
		if (strcmp(out->cap[i].name, name) == 0)
			out->problems |= KERNELCAP_SAME_NAME;
	}
}

/* `name` has its NUL. */
static void add_name(struct kernelcap *out, uint8_t bit, const char *name, size_t len)
{
	struct kernelcap_name *cap = &out->cap[out->ncap];
	unsigned problem = len == 0                     ? KERNELCAP_EMPTY_NAME
			   : bit > 31                   ? KERNELCAP_BIT_RANGE
			   : !name_ok(name, len)        ? KERNELCAP_LONG_NAME
			   : out->ncap == KERNELCAP_MAX ? KERNELCAP_TOO_MANY
							: 0;

	out->problems |= problem;
	if (problem)
		return;
	compare_with_earlier(out, bit, name);
	memcpy(cap->name, name, len + 1);
	cap->bit = bit;
	cap->enabled = out->mask >> bit & 1;
	out->ncap++;
}

static void check_whole(struct kernelcap *out, uint64_t names)
{
	uint32_t claimed = 0;

	for (size_t i = 0; i < out->ncap; i++)
		claimed |= UINT32_C(1) << out->cap[i].bit;
	if (names != out->count)
		out->problems |= KERNELCAP_COUNT;
	if (out->mask & ~claimed)
		out->problems |= KERNELCAP_MASK_BIT;
}

void kernelcap_parse_desc(const uint8_t *desc, uint64_t size, struct kernelcap *out)
{
	uint64_t at = 2 * sizeof(uint32_t), names = 0;

	*out = (struct kernelcap){ .present = true };
	out->desc_size = size < sizeof(out->desc) ? (size_t)size : sizeof(out->desc);
	memcpy(out->desc, desc, out->desc_size);
	if (size >= sizeof(uint32_t))
		memcpy(&out->count, desc, sizeof(uint32_t));
	if (size < at) {
		out->problems = KERNELCAP_TRUNCATED;
		return;
	}
	memcpy(&out->mask, desc + sizeof(uint32_t), sizeof(uint32_t));
	while (at < size) {
		const char *name = (const char *)desc + at + 1;
		const char *end = memchr(name, '\0', (size_t)(size - at - 1));

		if (!end) {
			out->problems |= KERNELCAP_TRUNCATED;
			break;
		}
		add_name(out, desc[at], name, (size_t)(end - name));
		names++;
		at += (uint64_t)(end - name) + 2;
	}
	check_whole(out, names);
}

/* What is found while the notes are walked. */
struct search {
	struct note note;
	bool found; /* `note` is one of ours */
	unsigned problems;
};

/* The first that ld.so does not pass over counts, and the first of all where it passes over them all. */
static void consider(struct search *s, const struct note *note)
{
	if (note->type != NT_GNU_HWCAP || !note_owned_by(note, "GNU"))
		return;
	if (s->found)
		s->problems |= KERNELCAP_SEVERAL;
	if (!s->found || (s->note.desc_size <= DESC_IGNORED && note->desc_size > DESC_IGNORED))
		s->note = *note;
	s->found = true;
}

static int search_segment(const struct headers *h, const struct headers_segment *segment, struct search *s, char *why)
{
	struct notes notes = { .size = segment->filesz, .align = segment->align };
	struct note note;

	if (!range_ok(segment->off, segment->filesz, h->size))
		return why_broken(why, "the notes lie outside the image");
	notes.data = h->data + segment->off;
	while (notes_next(&notes, &note))
		consider(s, &note);
	if (notes_truncated(&notes))
		s->problems |= KERNELCAP_NOTES_BROKEN;
	return 0;
}

int kernelcap_parse(const void *image, uint64_t size, struct kernelcap *out, char *why)
{
	struct search s = { 0 };
	struct headers h;
	int r = headers_parse(image, size, &h, why);

	for (uint32_t i = 0; r == 0 && i < h.phnum; i++) {
		struct headers_segment segment;

		headers_segment(&h, i, &segment);
		if (segment.type == PT_NOTE)
			r = search_segment(&h, &segment, &s, why);
	}
	if (r < 0)
		return r;
	if (s.found)
		kernelcap_parse_desc(s.note.desc, s.note.desc_size, out);
	else
		*out = (struct kernelcap){ 0 };
	out->is64 = h.is64;
	out->problems |= s.problems;
	return 0;
}

/* Of two with the same name the enabled one. */
static const struct kernelcap_name *find_name(const struct kernelcap *cap, const char *name)
{
	const struct kernelcap_name *found = NULL;

	for (size_t i = 0; i < cap->ncap; i++)
		if (strcmp(cap->cap[i].name, name) == 0 && (!found || (!found->enabled && cap->cap[i].enabled)))
			found = &cap->cap[i];
	return found;
}

static uint32_t unclaimed_mask(const struct kernelcap *cap)
{
	uint32_t mask = cap->mask;

	for (size_t i = 0; i < cap->ncap; i++)
		mask &= ~(UINT32_C(1) << cap->cap[i].bit);
	return mask;
}

bool kernelcap_index(const struct kernelcap *cap, const char *name, unsigned *index, bool *enabled)
{
	const struct kernelcap_name *found = find_name(cap, name);
	uint32_t unclaimed = unclaimed_mask(cap);

	if (!found)
		return false;
	if (!found->enabled && unclaimed && (unclaimed & (unclaimed - 1)) == 0) {
		*index = (unsigned)__builtin_ctz(unclaimed);
		*enabled = true;
		return true;
	}
	*index = found->bit;
	*enabled = found->enabled;
	return true;
}

const char *kernelcap_problem_text(enum kernelcap_problem problem)
{
	switch (problem) {
	case KERNELCAP_COUNT:
		return "the count differs from the number of names: ld.so of glibc 2.4 to 2.31 ends every program";
	case KERNELCAP_TRUNCATED:
		return "the note ends in the middle";
	case KERNELCAP_EMPTY_NAME:
		return "a name is empty";
	case KERNELCAP_BIT_RANGE:
		return "a bit is above 31";
	case KERNELCAP_SAME_BIT:
		return "two names have the same bit";
	case KERNELCAP_SAME_NAME:
		return "one name is there twice";
	case KERNELCAP_MASK_BIT:
		return "the mask has a bit that no name has: ld.so.cache and the directory search disagree";
	case KERNELCAP_SEVERAL:
		return "there are several such notes: ld.so takes the first";
	case KERNELCAP_LONG_NAME:
		return "a name is too long, or no name of a directory";
	case KERNELCAP_TOO_MANY:
		return "there are more names than a mask has bits";
	case KERNELCAP_NOTES_BROKEN:
		return "a segment of notes has bytes that are no whole note";
	}
	return "unknown problem";
}
