// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf-image.h"
#include "loader/kernelcap.h"

#define DESC(s) s, sizeof(s) - 1

static int parse(const struct image *img, struct kernelcap *cap, char *why)
{
	/* An allocation of exactly that size, so that a sanitizer sees one byte too much. */
	uint8_t *copy = malloc(img->size);
	int r;

	assert_non_null(copy);
	memcpy(copy, img->data, img->size);
	why[0] = '\0';
	r = kernelcap_parse(copy, img->size, cap, why);
	free(copy);
	return r;
}

static void parse_desc(const char *desc, size_t size, struct kernelcap *cap)
{
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, desc, size);
	kernelcap_parse_desc(copy, size, cap);
	free(copy);
}

static void reads_the_notes_of_four_kernels(void **state)
{
	static const struct {
		const char *note;
		uint32_t mask;
		unsigned bit, problems, index;
		bool enabled, index_enabled;
	} cases[] = {
		{ NOTE_PVOPS_OFF, 0, 1, 0, 1, false, false },
		{ NOTE_PVOPS_ON, 2, 1, 0, 1, true, true },
		{ NOTE_XENLINUX, 1, 0, 0, 0, true, true },
		{ NOTE_EARLY, 1, 1, KERNELCAP_MASK_BIT, 0, false, true },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		bool is64 = i % 2, enabled;
		struct image img;
		struct kernelcap cap;
		char why[WHY_MAX];
		unsigned index;

		image_make_vdso(&img, is64, cases[i / 2].note, NOTE_SIZE);
		assert_int_equal(parse(&img, &cap, why), 0);
		assert_true(cap.present);
		assert_int_equal(cap.is64, is64);
		assert_int_equal(cap.count, 1);
		assert_int_equal(cap.mask, cases[i / 2].mask);
		assert_int_equal(cap.ncap, 1);
		assert_string_equal(cap.cap[0].name, "nosegneg");
		assert_int_equal(cap.cap[0].bit, cases[i / 2].bit);
		assert_int_equal(cap.cap[0].enabled, cases[i / 2].enabled);
		assert_int_equal(cap.problems, cases[i / 2].problems);
		assert_true(kernelcap_index(&cap, "nosegneg", &index, &enabled));
		assert_int_equal(index, cases[i / 2].index);
		assert_int_equal(enabled, cases[i / 2].index_enabled);
	}
}

/* What a desc holds, in the order of the names kept: "bit:name" and '*' where the mask enables it. */
static const struct {
	const char *desc;
	size_t size;
	uint32_t count, mask;
	const char *kept;
	unsigned problems;
} descs[] = {
	{ DESC(""), 0, 0, "", KERNELCAP_TRUNCATED },
	{ DESC("\1"), 0, 0, "", KERNELCAP_TRUNCATED },
	{ DESC("\1\0\0"), 0, 0, "", KERNELCAP_TRUNCATED },
	{ DESC("\1\0\0\0"), 1, 0, "", KERNELCAP_TRUNCATED },
	{ DESC("\1\0\0\0\1\0\0"), 1, 0, "", KERNELCAP_TRUNCATED },
	{ DESC("\0\0\0\0\0\0\0\0"), 0, 0, "", 0 },
	{ DESC("\1\0\0\0\0\0\0\0"), 1, 0, "", KERNELCAP_COUNT },
	{ DESC("\0\0\0\0\1\0\0\0"), 0, 1, "", KERNELCAP_MASK_BIT },
	{ DESC("\1\0\0\0\0\0\0\0\1"), 1, 0, "", KERNELCAP_COUNT | KERNELCAP_TRUNCATED },
	{ DESC("\1\0\0\0\0\0\0\0\1a"), 1, 0, "", KERNELCAP_COUNT | KERNELCAP_TRUNCATED },
	{ DESC("\1\0\0\0\0\0\0\0\1\0"), 1, 0, "", KERNELCAP_EMPTY_NAME },
	{ DESC("\1\0\0\0\0\0\0\0\1a\0"), 1, 0, "1:a", 0 },
	{ DESC("\2\0\0\0\4\0\0\0\2a\0\3b"), 2, 4, "2:a*", KERNELCAP_COUNT | KERNELCAP_TRUNCATED },
	{ DESC("\7\0\0\0\2\0\0\0\1nosegneg\0"), 7, 2, "1:nosegneg*", KERNELCAP_COUNT },
	{ DESC("\0\0\0\0\2\0\0\0\1nosegneg\0"), 0, 2, "1:nosegneg*", KERNELCAP_COUNT },
	{ DESC("\377\377\377\377\2\0\0\0\1a\0"), 0xffffffff, 2, "1:a*", KERNELCAP_COUNT },
	{ DESC("\2\0\0\0\6\0\0\0\1a\0\2b\0"), 2, 6, "1:a* 2:b*", 0 },
	{ DESC("\2\0\0\0\2\0\0\0\1a\0\1b\0"), 2, 2, "1:a* 1:b*", KERNELCAP_SAME_BIT },
	{ DESC("\2\0\0\0\2\0\0\0\1a\0\2a\0"), 2, 2, "1:a* 2:a", KERNELCAP_SAME_NAME },
	{ DESC("\1\0\0\0\0\0\0\200\37a\0"), 1, 0x80000000, "31:a*", 0 },
	{ DESC("\1\0\0\0\0\0\0\0\40a\0"), 1, 0, "", KERNELCAP_BIT_RANGE },
	{ DESC("\1\0\0\0\1\0\0\0\40a\0"), 1, 1, "", KERNELCAP_BIT_RANGE | KERNELCAP_MASK_BIT },
	{ DESC("\1\0\0\0\0\0\0\0\377a\0"), 1, 0, "", KERNELCAP_BIT_RANGE },
	{ DESC("\1\0\0\0\3\0\0\0\1a\0"), 1, 3, "1:a*", KERNELCAP_MASK_BIT },
	{ DESC("\1\0\0\0\0\0\0\0\1a/b\0"), 1, 0, "", KERNELCAP_LONG_NAME },
	{ DESC("\1\0\0\0\0\0\0\0\1a b\0"), 1, 0, "", KERNELCAP_LONG_NAME },
	{ DESC("\1\0\0\0\0\0\0\0\1..\0"), 1, 0, "", KERNELCAP_LONG_NAME },
	{ DESC("\1\0\0\0\0\0\0\0\1\nhwcap\0"), 1, 0, "", KERNELCAP_LONG_NAME },
	{ DESC("\1\0\0\0\0\0\0\0\1a\0\0\0"), 1, 0, "1:a", KERNELCAP_COUNT | KERNELCAP_EMPTY_NAME },
};

static void keeps_what_it_can(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(descs) / sizeof(descs[0]); i++) {
		struct kernelcap cap;
		char kept[256] = "";

		parse_desc(descs[i].desc, descs[i].size, &cap);
		for (size_t j = 0; j < cap.ncap; j++)
			sprintf(kept + strlen(kept), "%s%u:%s%s", j ? " " : "", cap.cap[j].bit, cap.cap[j].name,
					cap.cap[j].enabled ? "*" : "");
		assert_true(cap.present);
		assert_string_equal(kept, descs[i].kept);
		assert_int_equal(cap.count, descs[i].count);
		assert_int_equal(cap.mask, descs[i].mask);
		assert_int_equal(cap.problems, descs[i].problems);
	}
}

static void bounds_names_and_their_number(void **state)
{
	char desc[8 + 1 + KERNELCAP_NAME_MAX + 1] = "\1", many[8 + 3 * (KERNELCAP_MAX + 1)] = { KERNELCAP_MAX + 1 };
	struct kernelcap cap;

	(void)state;
	memset(desc + 9, 'x', KERNELCAP_NAME_MAX);
	parse_desc(desc, sizeof(desc), &cap);
	assert_int_equal(cap.ncap, 0);
	assert_int_equal(cap.problems, KERNELCAP_LONG_NAME);
	desc[8 + KERNELCAP_NAME_MAX] = '\0';
	parse_desc(desc, sizeof(desc) - 1, &cap);
	assert_int_equal(cap.ncap, 1);
	assert_int_equal(strlen(cap.cap[0].name), KERNELCAP_NAME_MAX - 1);
	assert_int_equal(cap.problems, 0);

	for (size_t i = 0; i <= KERNELCAP_MAX; i++)
		memcpy(many + 8 + 3 * i, (char[]){ (char)(i % 32), (char)(i < 26 ? 'a' + i : 'A' + i - 26), 0 }, 3);
	parse_desc(many, sizeof(many) - 3, &cap);
	assert_int_equal(cap.ncap, KERNELCAP_MAX);
	assert_int_equal(cap.problems & KERNELCAP_TOO_MANY, 0);
	parse_desc(many, sizeof(many), &cap);
	assert_int_equal(cap.ncap, KERNELCAP_MAX);
	assert_int_equal(cap.problems & (KERNELCAP_TOO_MANY | KERNELCAP_COUNT), KERNELCAP_TOO_MANY);
}

#define SHORT_NOTE "\4\0\0\0\12\0\0\0\2\0\0\0GNU\0\1\0\0\0\1\0\0\0\0\0\0\0"
#define BUILD_ID   "\4\0\0\0\4\0\0\0\3\0\0\0GNU\0abcd"

/* One image for each way in which notes can be laid out; what is kept is the first note's mask. */
static const struct {
	struct segment segment[3];
	size_t n;
	bool present;
	uint32_t mask;
	unsigned problems;
} layouts[] = {
	{ { { PT_NOTE, 4, DESC(BUILD_ID NOTE_PVOPS_ON) } }, 1, true, 2, 0 },
	{ { { PT_NOTE, 0, DESC(BUILD_ID NOTE_PVOPS_ON) } }, 1, true, 2, 0 },
	{ { { PT_NOTE, 4, DESC(BUILD_ID) }, { PT_NOTE, 4, DESC(NOTE_PVOPS_ON) } }, 2, true, 2, 0 },
	/* align 8: owner and desc are padded to it, so the desc begins at 16 all the same */
	{ { { PT_NOTE, 8, DESC(BUILD_ID "\0\0\0\0" NOTE_XENLINUX) } }, 1, true, 1, 0 },
	{ { { PT_NOTE, 8, DESC(BUILD_ID NOTE_XENLINUX) } }, 1, false, 0, KERNELCAP_NOTES_BROKEN },
	{ { { PT_NOTE, 4, DESC(NOTE_PVOPS_ON NOTE_XENLINUX) } }, 1, true, 2, KERNELCAP_SEVERAL },
	{ { { PT_NOTE, 4, DESC(NOTE_XENLINUX) }, { PT_NOTE, 4, DESC(NOTE_PVOPS_ON) } }, 2, true, 1, KERNELCAP_SEVERAL },
	{ { { PT_NOTE, 4, DESC(SHORT_NOTE NOTE_PVOPS_ON) } }, 1, true, 2, KERNELCAP_SEVERAL },
	{ { { PT_NOTE, 4, DESC(SHORT_NOTE) } }, 1, true, 1, KERNELCAP_EMPTY_NAME | KERNELCAP_MASK_BIT },
	{ { { PT_NOTE, 4, DESC(NOTE_PVOPS_ON "\4\0\0\0\377\0\0\0\2\0\0\0GNU\0") } }, 1, true, 2,
			KERNELCAP_NOTES_BROKEN },
	{ { { PT_NOTE, 4, DESC("\4\0\0\0\377\377\377\377\2\0\0\0GNU\0" NOTE_PVOPS_ON) } }, 1, false, 0,
			KERNELCAP_NOTES_BROKEN },
	{ { { PT_NOTE, 4, DESC("\4\0\0\0\x12\0\0\0\2\0\0\0GNX\0\1\0\0\0\2\0\0\0\1nosegneg\0\0\0") } }, 1, false, 0, 0 },
	{ { { PT_NOTE, 4, DESC("\3\0\0\0\x12\0\0\0\2\0\0\0GNU\0\1\0\0\0\2\0\0\0\1nosegneg\0\0\0") } }, 1, false, 0, 0 },
	{ { { PT_NOTE, 4, DESC("\4\0\0\0\x12\0\0\0\3\0\0\0GNU\0\1\0\0\0\2\0\0\0\1nosegneg\0\0\0") } }, 1, false, 0, 0 },
	{ { { PT_NOTE, 4, "", 0 } }, 1, false, 0, 0 },
	{ { { PT_DYNAMIC, 4, DESC(NOTE_PVOPS_ON) } }, 1, false, 0, 0 },
	{ { { 0 } }, 0, false, 0, 0 },
};

static void finds_the_note(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * sizeof(layouts) / sizeof(layouts[0]); i++) {
		bool is64 = i % 2;
		struct image img;
		struct kernelcap cap;
		char why[WHY_MAX];

		image_make(&img, is64, ET_DYN, is64 ? EM_X86_64 : EM_386, layouts[i / 2].segment, layouts[i / 2].n);
		assert_int_equal(parse(&img, &cap, why), 0);
		assert_int_equal(cap.present, layouts[i / 2].present);
		assert_int_equal(cap.mask, layouts[i / 2].mask);
		assert_int_equal(cap.problems, layouts[i / 2].problems);
		assert_int_equal(cap.is64, is64);
	}
}

static void refuses_what_is_no_image(void **state)
{
	struct image img, broken;
	struct kernelcap cap, before;
	char why[WHY_MAX];

	(void)state;
	memset(&cap, 0x55, sizeof(cap));
	before = cap;
	image_make_vdso(&img, false, NOTE_PVOPS_ON, NOTE_SIZE);
	for (size_t size = 0; size < sizeof(Elf32_Ehdr) + 3 * sizeof(Elf32_Phdr); size++) {
		broken = img;
		broken.size = size;
		assert_int_equal(parse(&broken, &cap, why), size < 4 ? -ENOEXEC : -EBADMSG);
		assert_true(*why);
	}
	broken = img;
	broken.size--; /* the note's padding */
	assert_int_equal(parse(&broken, &cap, why), -EBADMSG);
	assert_string_equal(why, "the notes lie outside the image");
	broken = img;
	broken.data[EI_DATA] = ELFDATA2MSB;
	assert_int_equal(parse(&broken, &cap, why), -ENOEXEC);
	broken = img;
	broken.data[offsetof(Elf32_Ehdr, e_machine)] = EM_ARM;
	assert_int_equal(parse(&broken, &cap, why), -ENOEXEC);
	broken = img;
	broken.data[EI_CLASS] = ELFCLASS64; /* there is no 64-bit i386 */
	assert_int_equal(parse(&broken, &cap, why), -ENOEXEC);
	broken = img;
	broken.data[offsetof(Elf32_Ehdr, e_phentsize)]++;
	assert_int_equal(parse(&broken, &cap, why), -EBADMSG);
	broken = img;
	memset(broken.data + offsetof(Elf32_Ehdr, e_phoff), 0xff, 4);
	assert_int_equal(parse(&broken, &cap, why), -EBADMSG);
	assert_memory_equal(&cap, &before, sizeof(cap));
}

static void finds_the_index(void **state)
{
	static const struct {
		const char *desc;
		size_t size;
		bool found, enabled;
		unsigned index;
	} cases[] = {
		{ DESC("\1\0\0\0\4\0\0\0\2x\0"), true, true, 2 },
		{ DESC("\1\0\0\0\0\0\0\0\2x\0"), true, false, 2 },
		{ DESC("\1\0\0\0\4\0\0\0\2y\0"), false, false, 0 },
		{ DESC("\1\0\0\0\1\0\0\0\2x\0"), true, true, 0 },       /* the one bit that nobody claims */
		{ DESC("\1\0\0\0\3\0\0\0\2x\0"), true, false, 2 },      /* two such bits: which? */
		{ DESC("\2\0\0\0\2\0\0\0\2x\0\1y\0"), true, false, 2 }, /* y claims it */
		{ DESC("\1\0\0\0\5\0\0\0\2x\0"), true, true, 2 },       /* its own bit comes first */
		{ DESC("\2\0\0\0\10\0\0\0\2x\0\3x\0"), true, true, 3 }, /* the enabled one of two */
		{ DESC("\2\0\0\0\14\0\0\0\2x\0\3x\0"), true, true, 2 }, /* the first of two */
		{ DESC("\1\0\0\0\0\0\0\200\2x\0"), true, true, 31 },
		{ DESC(""), false, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kernelcap cap;
		unsigned index = 0;
		bool enabled = false;

		parse_desc(cases[i].desc, cases[i].size, &cap);
		assert_int_equal(kernelcap_index(&cap, "x", &index, &enabled), cases[i].found);
		assert_int_equal(index, cases[i].index);
		assert_int_equal(enabled, cases[i].enabled);
	}
}

static void has_words_for_every_problem(void **state)
{
	(void)state;
	for (unsigned bit = 1; bit <= KERNELCAP_NOTES_BROKEN; bit <<= 1)
		assert_string_not_equal(kernelcap_problem_text(bit), "unknown problem");
	assert_string_equal(kernelcap_problem_text(KERNELCAP_NOTES_BROKEN << 1), "unknown problem");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_notes_of_four_kernels),
		cmocka_unit_test(keeps_what_it_can),
		cmocka_unit_test(bounds_names_and_their_number),
		cmocka_unit_test(finds_the_note),
		cmocka_unit_test(refuses_what_is_no_image),
		cmocka_unit_test(finds_the_index),
		cmocka_unit_test(has_words_for_every_problem),
	};

	return RUN_TESTS(tests);
}
