// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/util.h"
#include "elf/image.h"

/* A good file in memory, of which each case changes one field. */
struct file {
	uint8_t *bytes;
	size_t size;
};

static struct file read_fixture(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY);
	struct file f = { 0 };
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	f.size = (size_t)st.st_size;
	f.bytes = malloc(f.size);
	assert_int_equal(read_at(fd, f.bytes, f.size, 0), 0);
	return f;
}

static int open_bytes(const uint8_t *bytes, size_t size, char *why)
{
	_cleanup_close_ int fd = memfd_create("image-test", MFD_CLOEXEC);
	_cleanup_image_ struct image *img = NULL;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	why[0] = '\0';
	return image_open(fd, &img, why);
}

static void poke(struct file *f, size_t off, uint32_t value, size_t width)
{
	memcpy(f->bytes + off, &value, width);
}

#define EHDR(field) offsetof(Elf32_Ehdr, field), sizeof(((Elf32_Ehdr *)0)->field)

static void names_what_is_wrong_in_the_elf_header(void **state)
{
	static const struct {
		size_t off, width;
		uint32_t value;
		int error;
		const char *why;
	} cases[] = {
		{ 0, 1, 'X', -ENOEXEC, "not an ELF file" },
		{ EI_CLASS, 1, 7, -EBADMSG, "ELF class 7 is neither 32 nor 64 bit" },
		{ EI_CLASS, 1, ELFCLASS64, -EBADMSG, "an i386 file that is not 32-bit little-endian" },
		{ EI_DATA, 1, 9, -EBADMSG, "ELF data encoding 9 is unknown" },
		{ EHDR(e_type), ET_CORE, -EBADMSG, "a core dump, not a program or library" },
		{ EHDR(e_shentsize), 39, -EBADMSG, "section headers of 39 bytes, not 40" },
		{ EHDR(e_phentsize), 1, -EBADMSG, "program headers of 1 bytes, not 32" },
		{ EHDR(e_shoff), 0xfffffff0, -EBADMSG, NULL },
		{ EHDR(e_phoff), 0xfffffff0, -EBADMSG, NULL },
		{ EHDR(e_shnum), 0xfff0, -EBADMSG, NULL },
		{ EHDR(e_phnum), 0xfff0, -EBADMSG, NULL },
	};
	struct file good = read_fixture(FIXTURE("segref.so"));
	char why[WHY_MAX];

	(void)state;
	assert_int_equal(open_bytes(good.bytes, good.size, why), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct file bad = { .bytes = malloc(good.size), .size = good.size };

		memcpy(bad.bytes, good.bytes, good.size);
		poke(&bad, cases[i].off, cases[i].value, cases[i].width);
		assert_int_equal(open_bytes(bad.bytes, bad.size, why), cases[i].error);
		if (cases[i].why)
			assert_string_equal(why, cases[i].why);
		else
			assert_non_null(strstr(why, "lies outside the file"));
		free(bad.bytes);
	}
	free(good.bytes);
}

/* Section 0 of a file with 2^32 - 1 sections: libelf would allocate for each. */
static void refuses_a_section_count_that_the_file_cannot_hold(void **state)
{
	struct file f = read_fixture(FIXTURE("segref.so"));
	char why[WHY_MAX];
	Elf32_Ehdr eh;

	(void)state;
	memcpy(&eh, f.bytes, sizeof(eh));
	poke(&f, offsetof(Elf32_Ehdr, e_shnum), 0, 2);
	poke(&f, eh.e_shoff + offsetof(Elf32_Shdr, sh_size), 0xffffffff, 4);
	assert_int_equal(open_bytes(f.bytes, f.size, why), -EBADMSG);
	assert_non_null(strstr(why, "section header table (4294967295 entries"));
	free(f.bytes);
}

static size_t section_offset(const struct file *f, unsigned flags, unsigned nth)
{
	Elf32_Ehdr eh;
	Elf32_Shdr sh;

	memcpy(&eh, f->bytes, sizeof(eh));
	for (size_t i = 1; i < eh.e_shnum; i++) {
		memcpy(&sh, f->bytes + eh.e_shoff + i * sizeof(sh), sizeof(sh));
		if ((sh.sh_flags & flags) && nth-- == 0)
			return eh.e_shoff + i * sizeof(sh);
	}
	fail_msg("the fixture lacks the section");
	return 0;
}

static void refuses_code_outside_the_file_or_claimed_twice(void **state)
{
	struct file f = read_fixture(FIXTURE("tls-nopie"));
	char why[WHY_MAX];
	size_t first = section_offset(&f, SHF_EXECINSTR, 0), second = section_offset(&f, SHF_EXECINSTR, 1);
	uint32_t off;

	(void)state;
	memcpy(&off, f.bytes + first + offsetof(Elf32_Shdr, sh_offset), 4);
	poke(&f, second + offsetof(Elf32_Shdr, sh_offset), off, 4);
	assert_int_equal(open_bytes(f.bytes, f.size, why), -EBADMSG);
	assert_non_null(strstr(why, "overlap"));
	poke(&f, second + offsetof(Elf32_Shdr, sh_offset), 0x7fffffff, 4);
	assert_int_equal(open_bytes(f.bytes, f.size, why), -EBADMSG);
	assert_non_null(strstr(why, "lies outside the file"));
	free(f.bytes);
}

/* Cut anywhere, a file is refused in words or read as far as it is whole. */
static void survives_truncation_at_every_length(void **state)
{
	struct file f = read_fixture(FIXTURE("segref.so"));
	char why[WHY_MAX];

	(void)state;
	assert_int_equal(open_bytes(f.bytes, 0, why), -ENOEXEC);
	assert_string_equal(why, "the file is empty");
	for (size_t size = 1; size < f.size; size += size < 256 ? 1 : 97) {
		int r = open_bytes(f.bytes, size, why);

		assert_true(r == -ENOEXEC || r == -EBADMSG);
		assert_true(why[0] != '\0');
	}
	free(f.bytes);
}

static void other_machines_are_not_affected(void **state)
{
	_cleanup_close_ int fd = open("/proc/self/exe", O_RDONLY);
	_cleanup_image_ struct image *img = NULL;
	char why[WHY_MAX];

	(void)state;
	assert_int_equal(image_open(fd, &img, why), 0);
#ifdef __x86_64__
	assert_false(img->affected);
	assert_string_equal(image_machine_name(img->machine), "x86-64");
#else
	assert_true(img->affected);
#endif
	assert_null(image_machine_name(0xfedc));
}

static void knows_the_tls_relocations_and_the_got(void **state)
{
	_cleanup_close_ int fd = open(FIXTURE("segref.so"), O_RDONLY);
	_cleanup_image_ struct image *img = NULL;
	size_t sign[TLS_DESCRIPTOR + 1] = { 0 };
	char why[WHY_MAX];
	uint32_t word;

	(void)state;
	assert_int_equal(image_open(fd, &img, why), 0);
	assert_true(img->relocated_code);
	for (size_t i = 0; i < img->ntls; i++) {
		sign[image_tls_sign(img->tls[i].type)]++;
		assert_ptr_equal(image_tls_reloc_at(img, 0, img->tls[i].place), &img->tls[i]);
		assert_null(image_tls_reloc_at(img, 0, img->tls[i].place + 1));
		assert_null(image_tls_reloc_at(img, 1, img->tls[i].place));
	}
	assert_int_equal(sign[TLS_NEGATIVE], 1);
	assert_int_equal(sign[TLS_POSITIVE], 1);
	assert_true(sign[TLS_NONE] > 0); /* addresses in the code: it has DT_TEXTREL */
	assert_true(img->got != 0);
	assert_int_equal(image_read_address(img, img->got, &word, sizeof(word)), 0);
	assert_int_equal(image_read_address(img, 0xfffffff0, &word, sizeof(word)), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_what_is_wrong_in_the_elf_header),
		cmocka_unit_test(refuses_a_section_count_that_the_file_cannot_hold),
		cmocka_unit_test(refuses_code_outside_the_file_or_claimed_twice),
		cmocka_unit_test(survives_truncation_at_every_length),
		cmocka_unit_test(other_machines_are_not_affected),
		cmocka_unit_test(knows_the_tls_relocations_and_the_got),
	};

	elf_version(EV_CURRENT);
	return RUN_TESTS(tests);
}
