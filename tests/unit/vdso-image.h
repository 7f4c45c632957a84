/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vDSO images of real layout, and whether one that was rewritten is as it should be. */
#ifndef TESTS_VDSO_IMAGE_H
#define TESTS_VDSO_IMAGE_H

#include <inttypes.h>
#include <stdio.h>

#include "elf-poke.h"
#include "elf/headers.h"
#include "elf/notes.h"
#include "loader/kernelcap.h"

#define PAGE 4096u

/* The vDSO images that a test begins with, in whole pages. */
static const char *const fixture[] = { "vdso-image.so", "vdso-image-none.so", "vdso-kernel" };

static inline void read_image(const char *name, struct file *f)
{
	char path[512];
	size_t whole;

	snprintf(path, sizeof(path), "%s/%s", UNIT_FIXTURES, name);
	*f = read_file(path);
	whole = (f->size + PAGE - 1) / PAGE * PAGE;
	f->bytes = realloc(f->bytes, whole + 1);
	memset(f->bytes + f->size, 0, whole - f->size);
	f->size = whole;
}

/* All notes but those of capabilities, one after the other. */
struct kept {
	uint8_t bytes[PAGE];
	size_t size, caps;
};

static inline void keep(struct kept *k, const uint8_t *data, uint64_t size)
{
	struct notes notes = { .data = data, .size = size, .align = 4 };
	struct note note;

	for (uint64_t begin = 0; notes_next(&notes, &note); begin = notes.at) {
		if (note.type == NT_GNU_HWCAP && note_owned_by(&note, "GNU")) {
			k->caps++;
			continue;
		}
		assert_true(k->size + (notes.at - begin) <= sizeof(k->bytes));
		memcpy(k->bytes + k->size, data + begin, (size_t)(notes.at - begin));
		k->size += (size_t)(notes.at - begin);
	}
	assert_false(notes_truncated(&notes));
}

static inline void keep_by_segments(struct kept *k, const struct file *f)
{
	struct headers h;
	char why[WHY_MAX];

	*k = (struct kept){ 0 };
	assert_int_equal(headers_parse(f->bytes, f->size, &h, why), 0);
	for (uint32_t i = 0; i < h.phnum; i++) {
		struct headers_segment s;

		headers_segment(&h, i, &s);
		if (s.type != PT_NOTE)
			continue;
		assert_true(range_ok(s.off, s.filesz, f->size));
		assert_int_equal(s.addr, s.off);
		assert_int_equal(s.filesz, s.memsz);
		keep(k, f->bytes + s.off, s.filesz);
	}
}

static inline size_t keep_by_sections(struct kept *k, const struct file *f)
{
	struct headers h;
	char why[WHY_MAX];

	*k = (struct kept){ 0 };
	assert_int_equal(headers_parse(f->bytes, f->size, &h, why), 0);
	for (uint32_t i = 0; i < h.shnum; i++) {
		struct headers_section s;

		headers_section(&h, i, &s);
		if (s.type != SHT_NOTE)
			continue;
		assert_true(range_ok(s.off, s.size, f->size));
		keep(k, f->bytes + s.off, s.size);
	}
	return h.shnum;
}

/* What is unlike before: the two headers, those of notes among the sections, and what is behind all sections. */
static inline void assert_rest_unchanged(const struct file *old, const struct file *new)
{
	uint64_t shoff = get(old, offsetof(Elf32_Ehdr, e_shoff), 4), load = segment_at(old, PT_LOAD);
	uint64_t note = segment_at(old, PT_NOTE);
	struct headers h;
	char why[WHY_MAX];

	assert_int_equal(headers_parse(old->bytes, old->size, &h, why), 0);
	for (uint64_t i = 0; i < shoff; i++) {
		if ((i >= load && i < load + sizeof(Elf32_Phdr)) || (i >= note && i < note + sizeof(Elf32_Phdr)) ||
				(i >= offsetof(Elf32_Ehdr, e_shoff) && i < offsetof(Elf32_Ehdr, e_flags)) ||
				(i >= offsetof(Elf32_Ehdr, e_shnum) && i < sizeof(Elf32_Ehdr)))
			continue;
		if (old->bytes[i] != new->bytes[i])
			fail_msg("byte %#" PRIx64 " is different", i);
	}
	if (get(new, offsetof(Elf32_Ehdr, e_shoff), 4) == 0)
		return;
	assert_memory_equal(old->bytes, new->bytes, sizeof(Elf32_Ehdr));
	for (uint32_t i = 0; i < h.shnum; i++) {
		uint64_t at = shoff + i * sizeof(Elf32_Shdr);

		if (get(old, at + offsetof(Elf32_Shdr, sh_type), 4) != SHT_NOTE)
			assert_memory_equal(old->bytes + at, new->bytes + at, sizeof(Elf32_Shdr));
		assert_int_equal(get(old, at, 4), get(new, at, 4));
	}
}

static inline void assert_free(const struct file *f, uint32_t at, uint32_t size)
{
	uint64_t load = segment_at(f, PT_LOAD);

	assert_int_equal(at + size, f->size);
	if (size == 0)
		return;
	assert_int_equal(at % 16, 0);
	for (uint32_t i = at; i < at + size; i++)
		assert_int_equal(f->bytes[i], 0);
	assert_true(get(f, load + offsetof(Elf32_Phdr, p_filesz), 4) <= f->size);
}

static inline void assert_reads(const struct file *f, const uint8_t *desc, uint32_t size)
{
	struct kernelcap cap;
	char why[WHY_MAX];

	assert_int_equal(kernelcap_parse(f->bytes, f->size, &cap, why), 0);
	assert_int_equal(cap.problems, 0);
	assert_int_equal(cap.present, size > 0);
	assert_int_equal(cap.desc_size, size);
	assert_memory_equal(cap.desc, desc, size);
}

static inline void assert_set(const struct file *old, const struct file *new, const uint8_t *desc, uint32_t size)
{
	uint64_t load = segment_at(new, PT_LOAD);
	struct kept before, after, sections;

	keep_by_segments(&before, old);
	keep_by_segments(&after, new);
	assert_int_equal(after.caps, size > 0);
	assert_int_equal(after.size, before.size);
	assert_memory_equal(after.bytes, before.bytes, after.size);
	if (keep_by_sections(&sections, new) > 0) {
		assert_int_equal(sections.caps, size > 0);
		assert_int_equal(sections.size, before.size);
		assert_memory_equal(sections.bytes, before.bytes, before.size);
	}
	assert_reads(new, desc, size);
	assert_rest_unchanged(old, new);
	if (before.caps || size) {
		assert_int_equal(get(new, load + offsetof(Elf32_Phdr, p_filesz), 4), new->size);
		assert_int_equal(get(new, load + offsetof(Elf32_Phdr, p_memsz), 4), new->size);
	} else {
		assert_memory_equal(old->bytes, new->bytes, old->size);
	}
}

static inline uint64_t section_at(const struct file *f, unsigned i)
{
	return get(f, offsetof(Elf32_Ehdr, e_shoff), 4) + i * sizeof(Elf32_Shdr);
}

/* How many lines of binutils' opinion have `what` in them. */
static inline size_t count_in_readelf(const struct file *f, const char *what)
{
	char path[] = "/tmp/vdso-note-test.XXXXXX", line[512], command[256];
	int fd = mkstemp(path);
	size_t n = 0;
	FILE *out;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, f->bytes, f->size), f->size);
	close(fd);
	snprintf(command, sizeof(command), "LC_ALL=C readelf -nW %s 2>&1", path);
	out = popen(command, "r");
	assert_non_null(out);
	while (fgets(line, sizeof(line), out))
		n += strstr(line, what) != NULL;
	assert_int_equal(pclose(out), 0);
	unlink(path);
	return n;
}

#endif
