// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xen/elfnote.h>
#include <xen/features.h>

#include "elf-image.h"
#include "xen/guest-notes.h"

#define DESC(s)               s, sizeof(s) - 1
#define XEN(type, size, desc) "\4\0\0\0" size "\0\0\0" type "\0\0\0Xen\0" desc

static int read_notes(const struct image *img, struct xen_notes *notes, uint8_t **copy)
{
	char why[WHY_MAX] = "";
	int r;

	/* Exactly that size, for the sanitizer; the notes borrow from it. */
	*copy = malloc(img->size ? img->size : 1);
	assert_non_null(*copy);
	memcpy(*copy, img->data, img->size);
	r = xen_notes_read(*copy, img->size, notes, why);
	assert_true(r == 0 || *why);
	return r;
}

static void decodes_by_type(void **state)
{
	static const struct {
		const char *note;
		size_t size;
		const char *name;
		enum xen_note_kind kind;
		uint64_t number;
		const char *text;
	} cases[] = {
		{ DESC(XEN("\6", "\6", "linux\0\0\0")), "GUEST_OS", XEN_NOTE_STRING, 0, "linux" },
		{ DESC(XEN("\12", "\4", "!abc")), "FEATURES", XEN_NOTE_STRING, 0, "!abc" },
		{ DESC(XEN("\5", "\0", "")), "XEN_VERSION", XEN_NOTE_STRING, 0, "" },
		{ DESC(XEN("\3", "\4", "\0\0\0\300")), "VIRT_BASE", XEN_NOTE_NUMBER, 0xc0000000, NULL },
		{ DESC(XEN("\1", "\10", "\1\0\0\0\2\0\0\200")), "ENTRY", XEN_NOTE_NUMBER, 0x8000000200000001, NULL },
		{ DESC(XEN("\22", "\4", "\120\10\0\1")), "PHYS32_ENTRY", XEN_NOTE_NUMBER, 0x1000850, NULL },
		{ DESC(XEN("\16", "\2", "\1\0\0\0")), "SUSPEND_CANCEL", XEN_NOTE_BYTES, 0, NULL },
		{ DESC(XEN("\15", "\4", "\1\0\0\0")), "L1_MFN_VALID", XEN_NOTE_BYTES, 0, NULL },
		{ DESC(XEN("\177", "\4", "\1\0\0\0")), NULL, XEN_NOTE_BYTES, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		struct segment segment[] = { { PT_NOTE, 4, cases[i / 2].note, cases[i / 2].size } };
		_cleanup_xen_notes_ struct xen_notes notes = { 0 };
		uint8_t *copy;
		struct image img;

		image_make(&img, i % 2, ET_EXEC, i % 2 ? EM_X86_64 : EM_386, segment, 1);
		assert_int_equal(read_notes(&img, &notes, &copy), 0);
		assert_int_equal(notes.n, 1);
		assert_false(notes.broken);
		if (cases[i / 2].name)
			assert_string_equal(notes.note[0].name, cases[i / 2].name);
		else
			assert_null(notes.note[0].name);
		assert_int_equal(!notes.note[0].meaning, !notes.note[0].name);
		assert_int_equal(notes.note[0].kind, cases[i / 2].kind);
		assert_int_equal(notes.note[0].number, cases[i / 2].number);
		if (cases[i / 2].text) {
			assert_int_equal(notes.note[0].desc_size, strlen(cases[i / 2].text));
			assert_memory_equal(notes.note[0].desc, cases[i / 2].text, notes.note[0].desc_size);
		}
		free(copy);
	}
}

/* All types of xen/elfnote.h up to its own maximum. */
static void knows_every_type(void **state)
{
	(void)state;
	for (uint32_t type = 0; type <= XEN_ELFNOTE_MAX; type++) {
		uint8_t note[20] = { 4, 0, 0, 0, 4, 0, 0, 0, (uint8_t)type, 0, 0, 0, 'X', 'e', 'n' };
		struct segment segment[] = { { PT_NOTE, 4, note, sizeof(note) } };
		_cleanup_xen_notes_ struct xen_notes notes = { 0 };
		uint8_t *copy;
		struct image img;

		image_make(&img, false, ET_EXEC, EM_386, segment, 1);
		assert_int_equal(read_notes(&img, &notes, &copy), 0);
		assert_non_null(notes.note[0].name);
		assert_int_equal(notes.note[0].type, type);
		free(copy);
	}
}

static void walks_all_segments(void **state)
{
	static const struct segment segment[] = {
		{ PT_NOTE, 4,
				DESC(XEN("\6", "\4", "abc\0") "\4\0\0\0\0\0\0\0\6\0\0\0GNU\0" XEN(
						"\5", "\2", "x\0\0\0")) },
		{ PT_NOTE, 8, DESC(XEN("\7", "\4", "def\0")) },
		{ PT_NOTE, 4, DESC(XEN("\7", "\100", "ghi\0")) },
	};
	_cleanup_xen_notes_ struct xen_notes notes = { 0 };
	struct image img;
	uint8_t *copy;

	(void)state;
	image_make(&img, false, ET_EXEC, EM_386, segment, 3);
	assert_int_equal(read_notes(&img, &notes, &copy), 0);
	assert_int_equal(notes.n, 3);
	assert_int_equal(notes.note[1].type, XEN_ELFNOTE_XEN_VERSION);
	assert_int_equal(notes.note[2].type, XEN_ELFNOTE_GUEST_VERSION);
	assert_true(notes.broken); /* the last desc is cut off */
	free(copy);
}

static void survives_a_segment_outside(void **state)
{
	static const struct segment segment[] = { { PT_NOTE, 4, DESC(XEN("\6", "\4", "abc\0")) } };
	_cleanup_xen_notes_ struct xen_notes notes = { 0 };
	struct image img;
	uint8_t *copy;

	(void)state;
	image_make(&img, false, ET_EXEC, EM_386, segment, 1);
	image_put_segment(&img, false, 1, PT_NOTE, img.size - 10, 20, 4);
	assert_int_equal(read_notes(&img, &notes, &copy), 0);
	assert_int_equal(notes.n, 0);
	assert_true(notes.broken);
	free(copy);
}

/* An image of section headers: ".shstrtab" first, then `type` named `name` with `data`. */
static void make_sections(struct image *img, uint32_t type, const char *name, const void *data, size_t size)
{
	Elf32_Shdr section[2] = { { 0 } };
	uint32_t shoff = 0x400;
	uint16_t numbers[] = { sizeof(section[0]), 2, 0 }; /* e_shentsize, e_shnum, e_shstrndx */

	image_make(img, false, ET_EXEC, EM_386, NULL, 0);
	image_put(img, offsetof(Elf32_Ehdr, e_shoff), &shoff, sizeof(shoff));
	image_put(img, offsetof(Elf32_Ehdr, e_shentsize), numbers, sizeof(numbers));
	section[0] = (Elf32_Shdr){ .sh_type = SHT_STRTAB, .sh_offset = 0x200, .sh_size = 64 };
	section[1] = (Elf32_Shdr){
		.sh_name = 1, .sh_type = type, .sh_offset = 0x300, .sh_size = (uint32_t)size, .sh_addralign = 4
	};
	image_put(img, 0x201, name, strlen(name));
	image_put(img, 0x300, data, size);
	image_put(img, shoff, section, sizeof(section));
}

static void reads_sections_where_segments_have_none(void **state)
{
	_cleanup_xen_notes_ struct xen_notes notes = { 0 };
	struct image img;
	uint8_t *copy;

	(void)state;
	make_sections(&img, SHT_NOTE, ".notes", DESC(XEN("\6", "\4", "abc\0")));
	assert_int_equal(read_notes(&img, &notes, &copy), 0);
	assert_int_equal(notes.n, 1);
	assert_null(notes.guest);
	free(copy);
}

static void reads_the_section_of_old_kernels(void **state)
{
	static const char guest[] = "GUEST_OS=linux,XEN_VER=xen-3.0";
	_cleanup_xen_notes_ struct xen_notes notes = { 0 }, open = { 0 }, other = { 0 }, outside = { 0 };
	uint32_t beyond = 0xfffffff0;
	struct image img;
	uint8_t *copy;

	(void)state;
	make_sections(&img, SHT_PROGBITS, "__xen_guest", guest, sizeof(guest));
	assert_int_equal(read_notes(&img, &notes, &copy), 0);
	assert_int_equal(notes.n, 0);
	assert_int_equal(notes.guest_size, sizeof(guest) - 1);
	assert_memory_equal(notes.guest, guest, notes.guest_size);
	free(copy);
	make_sections(&img, SHT_PROGBITS, "__xen_guest", guest, 8);
	assert_int_equal(read_notes(&img, &open, &copy), 0);
	assert_int_equal(open.guest_size, 8);
	free(copy);
	make_sections(&img, SHT_PROGBITS, "__xen_guests", guest, sizeof(guest));
	assert_int_equal(read_notes(&img, &other, &copy), 0);
	assert_null(other.guest);
	free(copy);
	make_sections(&img, SHT_PROGBITS, "__xen_guest", guest, sizeof(guest));
	image_put(&img, 0x400 + sizeof(Elf32_Shdr) + offsetof(Elf32_Shdr, sh_offset), &beyond, 4);
	assert_int_equal(read_notes(&img, &outside, &copy), 0);
	assert_null(outside.guest);
	assert_true(outside.broken);
	free(copy);
}

static void takes_an_image_without_notes(void **state)
{
	_cleanup_xen_notes_ struct xen_notes notes = { 0 };
	struct image img;
	uint8_t *copy;

	(void)state;
	image_make_vdso(&img, true, NOTE_XENLINUX, NOTE_SIZE);
	assert_int_equal(read_notes(&img, &notes, &copy), 0);
	assert_int_equal(notes.n, 0);
	assert_false(notes.broken);
	free(copy);
	img.size = 3;
	assert_int_equal(read_notes(&img, &notes, &copy), -ENOEXEC);
	free(copy);
}

static void names_features(void **state)
{
	(void)state;
	assert_string_equal(xen_feature_name(XENFEAT_writable_page_tables), "writable_page_tables");
	assert_string_equal(xen_feature_name(XENFEAT_dom0), "dom0");
	assert_string_equal(xen_feature_name(XENFEAT_direct_mapped), "direct_mapped");
	assert_null(xen_feature_name(XENFEAT_direct_mapped + 1));
	assert_null(xen_feature_name(12)); /* given up, and no longer defined */
	assert_null(xen_feature_name(63));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_by_type),
		cmocka_unit_test(knows_every_type),
		cmocka_unit_test(walks_all_segments),
		cmocka_unit_test(survives_a_segment_outside),
		cmocka_unit_test(reads_sections_where_segments_have_none),
		cmocka_unit_test(reads_the_section_of_old_kernels),
		cmocka_unit_test(takes_an_image_without_notes),
		cmocka_unit_test(names_features),
	};

	return RUN_TESTS(tests);
}
