// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "elf-image.h"
#include "elf/headers.h"

static void reads_both_classes(void **state)
{
	static const struct segment segment[] = { { PT_NOTE, 8, "0123456789", 10 } };

	(void)state;
	for (int is64 = 0; is64 < 2; is64++) {
		struct headers_segment load, note;
		struct headers h;
		struct image img;
		char why[WHY_MAX];

		image_make(&img, is64, ET_DYN, is64 ? EM_X86_64 : EM_386, segment, 1);
		assert_int_equal(headers_parse(img.data, img.size, &h, why), 0);
		assert_int_equal(h.is64, is64);
		assert_int_equal(h.type, ET_DYN);
		assert_int_equal(h.phnum, 2);
		assert_int_equal(h.shnum, 0);
		headers_segment(&h, 0, &load);
		headers_segment(&h, 1, &note);
		assert_int_equal(load.type, PT_LOAD);
		assert_int_equal(load.filesz, img.size);
		assert_int_equal(note.type, PT_NOTE);
		assert_int_equal(note.align, 8);
		assert_int_equal(note.filesz, 10);
		assert_memory_equal(img.data + note.off, "0123456789", 10);
	}
}

/* Three sections: the names, one with a name, one whose name lies outside the table or has no end in it. */
static void make_sections(struct image *img, uint32_t name, uint32_t shstrndx)
{
	Elf64_Shdr section[3] = { { .sh_type = SHT_STRTAB, .sh_offset = 0x200, .sh_size = 8 },
		{ .sh_name = 1, .sh_type = SHT_NOTE, .sh_offset = 0x210, .sh_size = 5, .sh_addralign = 8 },
		{ .sh_name = name } };
	uint16_t numbers[] = { sizeof(section[0]), 3, (uint16_t)shstrndx };
	uint64_t shoff = 0x400;

	image_make(img, true, ET_EXEC, EM_X86_64, NULL, 0);
	image_put(img, offsetof(Elf64_Ehdr, e_shoff), &shoff, sizeof(shoff));
	image_put(img, offsetof(Elf64_Ehdr, e_shentsize), numbers, sizeof(numbers));
	image_put(img, 0x200, "\0ab\0cdefg", 9);
	image_put(img, shoff, section, sizeof(section));
}

static void names_sections(void **state)
{
	static const uint32_t bad[] = { 8, 5, 0xffffffff };
	struct headers_section s;
	struct headers h;
	struct image img;
	char why[WHY_MAX];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		make_sections(&img, bad[i], 0);
		assert_int_equal(headers_parse(img.data, img.size, &h, why), 0);
		assert_int_equal(h.shnum, 3);
		headers_section(&h, 1, &s);
		assert_string_equal(s.name, "ab");
		assert_int_equal(s.type, SHT_NOTE);
		assert_int_equal(s.off, 0x210);
		assert_int_equal(s.size, 5);
		assert_int_equal(s.align, 8);
		headers_section(&h, 2, &s);
		assert_string_equal(s.name, "");
	}
	make_sections(&img, 1, 3); /* there is no fourth section, though its bytes would name the first */
	image_put(&img, 0x400 + 3 * sizeof(Elf64_Shdr), img.data + 0x400, sizeof(Elf64_Shdr));
	assert_int_equal(headers_parse(img.data, img.size, &h, why), 0);
	headers_section(&h, 1, &s);
	assert_string_equal(s.name, "");
}

/* The loader does without section headers, so a broken table is none. */
static void passes_over_a_broken_section_table(void **state)
{
	struct headers h;
	struct image img;
	char why[WHY_MAX];

	(void)state;
	make_sections(&img, 1, 0);
	assert_int_equal(headers_parse(img.data, img.size - 1, &h, why), 0);
	assert_int_equal(h.shnum, 0);
	img.data[offsetof(Elf64_Ehdr, e_shentsize)]++;
	assert_int_equal(headers_parse(img.data, img.size, &h, why), 0);
	assert_int_equal(h.shnum, 0);
}

static void refuses_what_is_cut_off(void **state)
{
	struct image img;

	(void)state;
	for (int is64 = 0; is64 < 2; is64++) {
		image_make(&img, is64, ET_DYN, is64 ? EM_X86_64 : EM_386, NULL, 0);
		for (size_t size = 0; size < img.size; size++) {
			uint8_t *cut = malloc(size ? size : 1);
			struct headers h;
			char why[WHY_MAX] = "";

			assert_non_null(cut);
			memcpy(cut, img.data, size);
			assert_int_equal(headers_parse(cut, size, &h, why), size < 4 ? -ENOEXEC : -EBADMSG);
			assert_true(*why);
			free(cut);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_classes),
		cmocka_unit_test(names_sections),
		cmocka_unit_test(passes_over_a_broken_section_table),
		cmocka_unit_test(refuses_what_is_cut_off),
	};

	return RUN_TESTS(tests);
}
