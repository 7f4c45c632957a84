// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "elf-image.h"
#include "elf-poke.h"
#include "vdso-image.h"
#include "elf/headers.h"
#include "loader/vdso-note.h"

static int set(struct file *f, const uint8_t *desc, uint32_t size, uint32_t *at, uint32_t *room, char *why)
{
	return vdso_note_set(f->bytes, (uint32_t)f->size, desc, size, at, room, why);
}

static void builds_notes(void **state)
{
	static const struct {
		const char *text, *desc;
		int size;
	} good[] = {
		{ "nosegneg=1", "\1\0\0\0\2\0\0\0\1nosegneg", 18 },
		{ "nosegneg=0", "\1\0\0\0\1\0\0\0\0nosegneg", 18 },
		{ "a=31", "\1\0\0\0\0\0\0\200\37a", 11 },
		{ "b=2,a=0", "\2\0\0\0\5\0\0\0\2b\0\0a", 14 },
	};
	static const char *const bad[] = { "", "=1", "a", "a=", "a=x", "a=1x", "a=32", "a=-1", "a= 1", "a=1,", ",a=1",
		"a=1,,b=2", "a=1,a=2", "a=1,b=1", "a/b=1", ".=1", "a b=1", "a=1=2", "a=99999999999999999999", "a=1xb=2",
		"a\0001" };
	uint8_t desc[KERNELCAP_DESC_MAX];
	char why[WHY_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(vdso_note_build(good[i].text, desc, why), good[i].size);
		assert_memory_equal(desc, good[i].desc, (size_t)good[i].size);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		*why = '\0';
		memset(desc, 0x55, sizeof(desc));
		if (vdso_note_build(bad[i], desc, why) != -EINVAL || !*why)
			fail_msg("'%s': '%s'", bad[i], why);
		assert_int_equal(desc[0], 0x55);
	}
}

/* Names that fill the desc to its last byte, and one byte more. */
static void bounds_the_note(void **state)
{
	static const char head[] = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff=0,";
	uint8_t desc[KERNELCAP_DESC_MAX];
	char text[256], why[WHY_MAX];

	(void)state;
	for (int len = 50; len < 62; len++) {
		snprintf(text, sizeof(text), "%s%.*s=1", head, len,
				"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz");
		assert_int_equal(vdso_note_build(text, desc, why), len <= 56 ? 8 + 62 + len + 2 : -EINVAL);
	}
	snprintf(text, sizeof(text), "%063d=1", 0);
	assert_int_equal(vdso_note_build(text, desc, why), 8 + 65);
	snprintf(text, sizeof(text), "%064d=1", 0);
	assert_int_equal(vdso_note_build(text, desc, why), -EINVAL);
}

static void sets_changes_and_removes(void **state)
{
	static const char *const text[] = { NULL, "nosegneg=1", "nosegneg=0", "first=3,second=30,nosegneg=2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fixture) * ARRAY_SIZE(text); i++) {
		const char *t = text[i % ARRAY_SIZE(text)];
		uint8_t desc[KERNELCAP_DESC_MAX];
		uint32_t at = 0, room = 0, size;
		struct file old, new;
		char why[WHY_MAX];

		read_image(fixture[i / ARRAY_SIZE(text)], &old);
		read_image(fixture[i / ARRAY_SIZE(text)], &new);
		size = t ? (uint32_t)vdso_note_build(t, desc, why) : 0;
		assert_int_equal(set(&new, desc, size, &at, &room, why), 0);
		assert_set(&old, &new, desc, size);
		assert_free(&new, at, room);
		assert_true(room >= VDSO_NOTE_FREE);
		assert_int_not_equal(get(&new, offsetof(Elf32_Ehdr, e_shoff), 4), 0);
		free(old.bytes);
		free(new.bytes);
	}
}

static void is_read_by_binutils(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fixture); i++) {
		uint8_t desc[KERNELCAP_DESC_MAX];
		uint32_t at, room;
		struct file f;
		char why[WHY_MAX];

		read_image(fixture[i], &f);
		assert_int_equal(set(&f, desc, (uint32_t)vdso_note_build("x=4", desc, why), &at, &room, why), 0);
		for (int segments = 0; segments < 2; segments++) {
			assert_int_equal(count_in_readelf(&f, "num entries: 1, enabled mask: 10"), 1);
			assert_int_equal(count_in_readelf(&f, "NT_GNU_HWCAP"), 1);
			assert_true(count_in_readelf(&f, "Linux ") >= 1);
			assert_int_equal(count_in_readelf(&f, "arning"), 0);
			put(&f, offsetof(Elf32_Ehdr, e_shoff), 0, 4);
			put(&f, offsetof(Elf32_Ehdr, e_shnum), 0, 4);
		}
		free(f.bytes);
	}
}

static const uint8_t desc_one[18] = "\1\0\0\0\2\0\0\0\1nosegneg";

/* The image ends anywhere behind its section headers: they stay where there is room, and go where there is none. */
static void gives_up_section_headers_for_room(void **state)
{
	struct file whole;
	uint32_t end, notes;
	char why[WHY_MAX];

	(void)state;
	read_image("vdso-image.so", &whole);
	end = (uint32_t)(get(&whole, offsetof(Elf32_Ehdr, e_shoff), 4) +
			 get(&whole, offsetof(Elf32_Ehdr, e_shnum), 2) * sizeof(Elf32_Shdr));
	notes = (uint32_t)get(&whole, segment_at(&whole, PT_NOTE) + offsetof(Elf32_Phdr, p_filesz), 4);
	for (uint32_t behind = 0; behind < 300; behind++) {
		struct file new = { malloc(end + behind), end + behind, false }, old = whole;
		bool keeps = behind >= notes + VDSO_NOTE_FREE;
		uint32_t at, room;

		memcpy(new.bytes, whole.bytes, new.size);
		old.size = new.size;
		assert_int_equal(set(&new, desc_one, sizeof(desc_one), &at, &room, why), 0);
		assert_set(&old, &new, desc_one, sizeof(desc_one));
		assert_free(&new, at, room);
		assert_true(room >= VDSO_NOTE_FREE - 15);
		assert_int_equal(get(&new, offsetof(Elf32_Ehdr, e_shoff), 4) != 0, keeps);
		assert_int_equal(get(&new, offsetof(Elf32_Ehdr, e_shnum), 2) != 0, keeps);
		assert_int_equal(get(&new, offsetof(Elf32_Ehdr, e_shstrndx), 2) != 0, keeps);
		free(new.bytes);
	}
	free(whole.bytes);
}

/* Without section headers: room for the notes or not, and then room for the caller or not. */
static void needs_room(void **state)
{
	char why[WHY_MAX];

	(void)state;
	for (size_t room = 0; room < 200; room++) {
		struct image img;
		struct file old, new;
		uint32_t at = 7, left = 7;
		int r;

		image_make_vdso(&img, false, NOTE_PVOPS_OFF, NOTE_SIZE);
		old = (struct file){ img.data, img.size + room, false };
		new = (struct file){ malloc(old.size), old.size, false };
		memcpy(new.bytes, old.bytes, old.size);
		r = set(&new, desc_one, sizeof(desc_one), &at, &left, why);
		assert_int_equal(r, room >= 24 + NOTE_SIZE ? 0 : -ENOSPC);
		if (r < 0) {
			assert_memory_equal(old.bytes, new.bytes, old.size);
			assert_int_equal(at, 7);
			assert_int_equal(left, 7);
		} else {
			assert_reads(&new, desc_one, sizeof(desc_one));
			assert_free(&new, at, left);
		}
		free(new.bytes);
	}
}

#define LINUX_NOTE "\6\0\0\0\4\0\0\0\0\0\0\0Linux\0\0\0\0\2\6"
#define CUT_NOTE   "\6\0\0\0\2\0\0\0\2\0\0\0Linux\0\0\0\1\2" /* without its padding */

/* Two segments of notes become one, with what they had in their order. */
static void joins_segments(void **state)
{
	static const char one[] = LINUX_NOTE;
	static const struct segment segment[] = {
		{ PT_NOTE, 4, one, 24 },
		{ PT_NOTE, 0, NOTE_PVOPS_OFF CUT_NOTE, NOTE_SIZE + 22 },
		{ PT_NOTE, 8, "\4\0\0\0\0\0\0\0\5\0\0\0GNU", 16 },
	};
	char why[WHY_MAX];
	uint32_t at, room;
	struct headers_segment s[4];
	struct headers h;
	struct image img;

	(void)state;
	image_make(&img, false, ET_DYN, EM_386, segment, 3);
	assert_int_equal(headers_parse(img.data, PAGE, &h, why), 0);
	headers_segment(&h, 2, &s[2]);
	img.data[s[2].off + s[2].filesz] = 0xff; /* what is in place of the padding */
	assert_int_equal(vdso_note_set(img.data, PAGE, desc_one, sizeof(desc_one), &at, &room, why), 0);
	assert_int_equal(headers_parse(img.data, PAGE, &h, why), 0);
	for (uint32_t i = 0; i < 4; i++)
		headers_segment(&h, i, &s[i]);
	assert_int_equal(s[1].type, PT_NOTE);
	assert_int_equal(s[2].type, PT_NULL);
	assert_int_equal(s[3].type, PT_NOTE);
	assert_int_equal(s[3].align, 8);
	assert_int_equal(s[3].filesz, 16);
	assert_true(s[3].off < s[1].off);
	assert_int_equal(s[1].filesz, 24 + 24 + NOTE_SIZE);
	assert_memory_equal(img.data + s[1].off, one, 24);
	assert_memory_equal(img.data + s[1].off + 24, CUT_NOTE, 22);
	assert_memory_equal(img.data + s[1].off + 24 + 22, "\0\0", 2);
	assert_memory_equal(img.data + s[1].off + 48, NOTE_PVOPS_ON, NOTE_SIZE);
}

/* Old kernels put their vDSO at a fixed address. */
static void keeps_the_address(void **state)
{
	char why[WHY_MAX];
	uint32_t at, room;
	struct file f;
	uint64_t note;

	(void)state;
	read_image("vdso-image.so", &f);
	put(&f, segment_at(&f, PT_LOAD) + offsetof(Elf32_Phdr, p_vaddr), 0xffffe000, 4);
	assert_int_equal(set(&f, desc_one, sizeof(desc_one), &at, &room, why), 0);
	note = segment_at(&f, PT_NOTE);
	assert_int_equal(get(&f, note + offsetof(Elf32_Phdr, p_vaddr), 4),
			0xffffe000 + get(&f, note + offsetof(Elf32_Phdr, p_offset), 4));
	assert_int_equal(get(&f, section_at(&f, 5) + offsetof(Elf32_Shdr, sh_addr), 4),
			0xffffe000 + get(&f, section_at(&f, 5) + offsetof(Elf32_Shdr, sh_offset), 4));
	free(f.bytes);
}

/* What headers tell of is kept, though there are but zeros. */
static void writes_over_nothing(void **state)
{
	char why[WHY_MAX];
	uint32_t at, room;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct file f;

		read_image("vdso-image.so", &f);
		if (i == 0) {
			put(&f, segment_at(&f, PT_DYNAMIC) + offsetof(Elf32_Phdr, p_offset), 0x800 - 0x60, 4);
		} else if (i == 1) {
			put(&f, section_at(&f, 4) + offsetof(Elf32_Shdr, sh_offset), 0x800 - 0x60, 4);
		} else if (i == 2) {
			f.bytes[0x7fd] = 1; /* nor is what no header tells of */
		} else {
			memcpy(f.bytes + 0x700, f.bytes + 52, 4 * 32);
			put(&f, offsetof(Elf32_Ehdr, e_phoff), 0x700, 4);
			put(&f, offsetof(Elf32_Ehdr, e_phnum), 8, 2);
		}
		assert_int_equal(set(&f, desc_one, sizeof(desc_one), &at, &room, why), 0);
		assert_int_equal(get(&f, segment_at(&f, PT_NOTE) + offsetof(Elf32_Phdr, p_offset), 4), 0x800);
		free(f.bytes);
	}
}

/* Bytes and sections behind the section headers keep those from being given up. */
static void gives_up_what_comes_last(void **state)
{
	char why[WHY_MAX];
	uint32_t at, room;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct file f;
		size_t end;

		read_image("vdso-image.so", &f);
		end = section_at(&f, i == 2 ? 2 : 11);
		f.size = end + (i == 2 ? 0 : 40);
		if (i == 0) {
			f.bytes[f.size - 1] = 1;
		} else if (i == 1) {
			put(&f, section_at(&f, 9) + offsetof(Elf32_Shdr, sh_offset), end, 4);
			put(&f, section_at(&f, 9) + offsetof(Elf32_Shdr, sh_size), 40, 4);
		} else { /* no more than the two first, in whose place there is room for the notes alone */
			put(&f, offsetof(Elf32_Ehdr, e_shnum), 2, 2);
		}
		assert_int_equal(set(&f, desc_one, sizeof(desc_one), &at, &room, why), i == 2 ? 0 : -ENOSPC);
		free(f.bytes);
	}
}

/* Notes that no segment has are nobody's in memory; sections without bytes may lie anywhere. */
static void leaves_other_sections(void **state)
{
	char why[WHY_MAX];
	uint32_t at, room;
	struct file f, old;

	(void)state;
	read_image("vdso-image.so", &f);
	read_image("vdso-image.so", &old);
	put(&f, section_at(&f, 1) + offsetof(Elf32_Shdr, sh_type), SHT_NOTE, 4);
	put(&f, section_at(&f, 8) + offsetof(Elf32_Shdr, sh_type), SHT_NOTE, 4);
	put(&f, section_at(&f, 9) + offsetof(Elf32_Shdr, sh_type), SHT_NOBITS, 4);
	put(&f, section_at(&f, 9) + offsetof(Elf32_Shdr, sh_size), PAGE, 4);
	memcpy(old.bytes, f.bytes, f.size);
	assert_int_equal(set(&f, desc_one, sizeof(desc_one), &at, &room, why), 0);
	for (unsigned i = 0; i < 11; i++)
		if (i != 5 && i != 6)
			assert_memory_equal(
					f.bytes + section_at(&f, i), old.bytes + section_at(&f, i), sizeof(Elf32_Shdr));
	free(f.bytes);
	free(old.bytes);
}

static void refuses_odd_segments_of_notes(void **state)
{
	static const struct segment wide[] = { { PT_NOTE, 4, LINUX_NOTE, 24 },
		{ PT_NOTE, 8, NOTE_PVOPS_OFF, NOTE_SIZE } };
	uint8_t many[100 * 24];
	const struct segment twice[] = { { PT_NOTE, 4, many, sizeof(many) }, { PT_NOTE, 4, many, 24 } };
	char why[WHY_MAX];
	uint32_t at, room;
	struct image img;

	(void)state;
	image_make(&img, false, ET_DYN, EM_386, wide, 2);
	assert_int_equal(vdso_note_set(img.data, PAGE, desc_one, sizeof(desc_one), &at, &room, why), -EBADMSG);
	assert_string_equal(why, "a note of capabilities that is aligned to 8");
	for (size_t i = 0; i < sizeof(many); i += 24)
		memcpy(many + i, LINUX_NOTE, 24);
	image_make(&img, false, ET_DYN, EM_386, twice, 2);
	memcpy(img.data + 52 + 2 * 32, img.data + 52 + 32, 32); /* the same segment again */
	assert_int_equal(vdso_note_set(img.data, PAGE, desc_one, sizeof(desc_one), &at, &room, why), -EBADMSG);
	assert_string_equal(why, "segments of notes that overlap");
}

struct poke {
	uint32_t segment; /* type of the program header that the offset is in; 0: of the ELF header */
	size_t off;
	uint64_t value;
	size_t size;
	const char *why;
};

#define EH(field)       0, offsetof(Elf32_Ehdr, field)
#define PH(type, field) type, offsetof(Elf32_Phdr, field)

static void refuses_lies(void **state)
{
	static const struct poke cases[] = {
		{ EH(e_ident), 0, 1, "not an ELF file" },
		{ EH(e_machine), EM_X86_64, 2, "not an image of i386" },
		{ EH(e_phoff), 51, 4, "tables of headers that overlap" },
		{ EH(e_phoff), PAGE, 4, "the program headers lie outside the file" },
		{ EH(e_shoff), 51, 4, "tables of headers that overlap" },
		{ EH(e_shoff), 52 + 4 * 32 - 1, 4, "tables of headers that overlap" },
		{ EH(e_phnum), 0, 2, "no segment that is loaded" },
		{ PH(PT_LOAD, p_type), PT_DYNAMIC, 4, "no segment that is loaded" },
		{ PH(PT_DYNAMIC, p_type), PT_LOAD, 4, "several segments that are loaded" },
		{ PH(PT_LOAD, p_offset), 1, 4, "the segment that is loaded is not the beginning of the file" },
		{ PH(PT_LOAD, p_memsz), PAGE, 4, "the segment that is loaded is not the beginning of the file" },
		{ PH(PT_LOAD, p_filesz), PAGE + 1, 4, "segment 0 lies outside the image" },
		{ PH(PT_LOAD, p_vaddr), 0xfffff001, 4, "the image does not fit in behind address 0xfffff001" },
		{ PH(PT_NOTE, p_offset), PAGE - 0x3b, 4, "segment 2 lies outside the image" },
		{ PH(PT_NOTE, p_filesz), 0xffffffff, 4, "segment 2 lies outside the image" },
		{ PH(PT_NOTE, p_filesz), 0x3b - 4, 4, "segment 2 has bytes that are no whole note" },
		{ PH(PT_NOTE, p_align), 8, 4, NULL },
		{ PH(PT_NOTE, p_type), PT_NULL, 4, "no segment of notes" },
		{ PH(PT_DYNAMIC, p_offset), PAGE, 4, "segment 1 lies outside the image" },
	};
	char why[WHY_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t at = 7, room = 7;
		struct file f, before;

		read_image("vdso-image.so", &f);
		read_image("vdso-image.so", &before);
		put(&f, (cases[i].segment ? segment_at(&f, cases[i].segment) : 0) + cases[i].off, cases[i].value,
				cases[i].size);
		memcpy(before.bytes, f.bytes, f.size);
		assert_int_equal(set(&f, desc_one, sizeof(desc_one), &at, &room, why), -EBADMSG);
		if (cases[i].why)
			assert_string_equal(why, cases[i].why);
		assert_memory_equal(f.bytes, before.bytes, f.size);
		assert_int_equal(at, 7);
		free(f.bytes);
		free(before.bytes);
	}
}

static void refuses_lies_of_sections(void **state)
{
	char why[WHY_MAX];
	uint32_t at, room;
	struct file f;
	uint64_t text;

	(void)state;
	read_image("vdso-image.so", &f);
	text = get(&f, offsetof(Elf32_Ehdr, e_shoff), 4) + 9 * sizeof(Elf32_Shdr);
	put(&f, text + offsetof(Elf32_Shdr, sh_size), PAGE, 4);
	assert_int_equal(set(&f, desc_one, sizeof(desc_one), &at, &room, why), -EBADMSG);
	assert_string_equal(why, "section 9 lies outside the image");
	put(&f, text + offsetof(Elf32_Shdr, sh_size), 1, 4);
	put(&f, offsetof(Elf32_Ehdr, e_shoff), 12, 4); /* the ELF header's end */
	put(&f, offsetof(Elf32_Ehdr, e_shnum), 1, 2);
	assert_int_equal(set(&f, desc_one, sizeof(desc_one), &at, &room, why), -EBADMSG);
	assert_string_equal(why, "tables of headers that overlap");
	free(f.bytes);
}

/* Whatever is written into the headers: nothing outside the image is touched (AddressSanitizer sees to that), a refusal
 * changes nothing, and a success is one. */
static void survives_random_headers(void **state)
{
	static const uint32_t value[] = { 0, 1, 4, 8, 52, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff, PAGE,
		PAGE - 4 };
	char why[WHY_MAX];
	uint32_t seed = 1;
	size_t done = 0;
	struct file good;

	(void)state;
	read_image("vdso-image.so", &good);
	for (size_t round = 0; round < 100000; round++) {
		struct file f = { malloc(PAGE), PAGE, false }, before = { malloc(PAGE), PAGE, false };
		uint32_t at = 0, room = 0;

		memcpy(f.bytes, good.bytes, PAGE);
		for (size_t pokes = 0; pokes < 1 + round % 3; pokes++) {
			uint32_t off, v;

			seed = seed * 1664525 + 1013904223;
			off = seed >> 8 & 0x3fc;
			seed = seed * 1664525 + 1013904223;
			v = seed >> 31 ? value[(seed >> 16) % ARRAY_SIZE(value)] : seed >> 12 & 0xfff;
			put(&f, off, v, 4);
		}
		memcpy(before.bytes, f.bytes, PAGE);
		*why = '\0';
		if (set(&f, desc_one, sizeof(desc_one), &at, &room, why) == 0) {
			assert_reads(&f, desc_one, sizeof(desc_one));
			assert_true(range_ok(at, room, PAGE));
			done++;
		} else {
			assert_true(*why);
			assert_memory_equal(f.bytes, before.bytes, PAGE);
		}
		free(f.bytes);
		free(before.bytes);
	}
	assert_true(done > 10000 && done < 90000);
	free(good.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_notes),
		cmocka_unit_test(bounds_the_note),
		cmocka_unit_test(sets_changes_and_removes),
		cmocka_unit_test(is_read_by_binutils),
		cmocka_unit_test(gives_up_section_headers_for_room),
		cmocka_unit_test(needs_room),
		cmocka_unit_test(joins_segments),
		cmocka_unit_test(keeps_the_address),
		cmocka_unit_test(writes_over_nothing),
		cmocka_unit_test(gives_up_what_comes_last),
		cmocka_unit_test(leaves_other_sections),
		cmocka_unit_test(refuses_odd_segments_of_notes),
		cmocka_unit_test(refuses_lies),
		cmocka_unit_test(refuses_lies_of_sections),
		cmocka_unit_test(survives_random_headers),
	};

	return RUN_TESTS(tests);
}
