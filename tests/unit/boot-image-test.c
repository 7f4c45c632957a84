// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <xen/elfnote.h>

#include "base/util.h"
#include "loader/kernel-image.h"
#include "loader/pe.h"
#include "xen/boot-image.h"

struct file {
	struct kernel_image *image;
	struct xen_notes notes;
	struct xen_image what;
};

static void look(struct file *f)
{
	xen_image_read(f->image->data, f->image->size, f->image->pe, &f->notes, &f->what);
}

static struct file read_fixture(const char *path)
{
	struct file f = { 0 };
	char why[WHY_MAX] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_int_not_equal(fd, -1);
	assert_int_equal(kernel_image_read(fd, &f.image, why), 0);
	close(fd);
	if (!f.image->pe)
		assert_int_equal(xen_notes_read(f.image->data, f.image->size, &f.notes, why), 0);
	look(&f);
	return f;
}

static void free_file(struct file *f)
{
	xen_notes_free(&f->notes);
	kernel_image_free(f->image);
}

/* Changes every such string of the image. */
static void replace(struct file *f, const char *from, const char *to)
{
	uint8_t *p = f->image->data, *end = p + f->image->size;

	while ((p = memmem(p, (size_t)(end - p), from, strlen(from))))
		memcpy(p, to, strlen(to));
	look(f);
}

static void tells_files_apart(void **state)
{
	static const struct {
		const char *path;
		enum xen_image_kind kind;
		unsigned entries, width;
		enum xen_image_proof proof;
		const char *version;
		bool symbols;
	} cases[] = {
		{ UNIT_FIXTURES "/xen-64", XEN_IMAGE_HYPERVISOR,
				XEN_ENTRY_MULTIBOOT | XEN_ENTRY_MULTIBOOT2 | XEN_ENTRY_MULTIBOOT2_EFI, 64,
				XEN_PROOF_LONG_MODE, "4.17.7", false },
		{ UNIT_FIXTURES "/xen-32", XEN_IMAGE_HYPERVISOR, XEN_ENTRY_MULTIBOOT | XEN_ENTRY_MULTIBOOT2, 32,
				XEN_PROOF_CAPABILITIES, "", false },
		{ UNIT_FIXTURES "/xen-efi", XEN_IMAGE_HYPERVISOR, XEN_ENTRY_EFI, 64, XEN_PROOF_FORMAT, "4.17.7",
				false },
		{ UNIT_FIXTURES "/xen-syms", XEN_IMAGE_HYPERVISOR, 0, 64, XEN_PROOF_FORMAT, "4.17.7", true },
		{ UNIT_FIXTURES "/xen-shim", XEN_IMAGE_SHIM,
				XEN_ENTRY_MULTIBOOT | XEN_ENTRY_MULTIBOOT2 | XEN_ENTRY_MULTIBOOT2_EFI | XEN_ENTRY_PVH,
				64, XEN_PROOF_LONG_MODE, "", false },
		{ UNIT_FIXTURES "/xen-hvmloader", XEN_IMAGE_HVMLOADER, 0, 0, XEN_PROOF_NONE, "", false },
		{ UNIT_FIXTURES "/xen-minios", XEN_IMAGE_GUEST, 0, 0, XEN_PROOF_NONE, "", false },
		{ UNIT_FIXTURES "/vmlinux-32", XEN_IMAGE_LINUX, 0, 0, XEN_PROOF_NONE, "", false },
		{ UNIT_FIXTURES "/vdso-none.so", XEN_IMAGE_OTHER, 0, 0, XEN_PROOF_NONE, "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct file f = read_fixture(cases[i].path);

		assert_int_equal(f.what.kind, cases[i].kind);
		assert_int_equal(f.what.entries, cases[i].entries);
		assert_int_equal(f.what.width, cases[i].width);
		assert_int_equal(f.what.proof, cases[i].proof);
		assert_string_equal(f.what.version, cases[i].version);
		assert_true(f.what.symbols == cases[i].symbols);
		free_file(&f);
	}
}

static void says_the_width_only_with_a_proof(void **state)
{
	struct file f = read_fixture(UNIT_FIXTURES "/xen-64");

	(void)state;
	replace(&f, "\x0f\x22\xc0\xea", "\x0f\x22\xc0\x90");
	assert_int_equal(f.what.width, 64);
	assert_int_equal(f.what.proof, XEN_PROOF_CAPABILITIES);
	replace(&f, "xen-%d.%d-x86_64 ", "xen-3.0-x86_64 ");
	replace(&f, "hvm-%d.%d-x86_64 ", "hvm-%d.%d-x86_66 ");
	assert_int_equal(f.what.width, 64);
	replace(&f, "-x86_64 ", "-x86_66 ");
	assert_int_equal(f.what.width, 32);
	replace(&f, "-x86_32p ", "-x86_33p ");
	assert_int_equal(f.what.width, 0);
	assert_int_equal(f.what.proof, XEN_PROOF_NONE);
	free_file(&f);
}

static void wants_header_and_banner(void **state)
{
	struct file f = read_fixture(UNIT_FIXTURES "/xen-64");

	(void)state;
	assert_string_equal(f.what.build_id, "0123456789abcdef");
	replace(&f, "Xen version", "Hen version");
	assert_int_equal(f.what.kind, XEN_IMAGE_OTHER);
	replace(&f, "Hen version", "Xen version");
	replace(&f, "\x02\xb0\xad\x1b\x03", "\x02\xb0\xad\x1b\x04");
	assert_int_equal(f.what.entries, XEN_ENTRY_MULTIBOOT2 | XEN_ENTRY_MULTIBOOT2_EFI);
	replace(&f, "\xd6\x50\x52\xe8", "\xd6\x50\x52\xe9");
	assert_int_equal(f.what.kind, XEN_IMAGE_OTHER);
	free_file(&f);
}

static void tells_the_shim_from_what_may_be_one_too(void **state)
{
	struct file f = read_fixture(UNIT_FIXTURES "/xen-shim");

	(void)state;
	replace(&f, "xen-%d.%d-x86_64 ", "hvm-%d.%d-x86_64 ");
	assert_int_equal(f.what.kind, XEN_IMAGE_HYPERVISOR);
	assert_true(f.what.entries & XEN_ENTRY_PVH);
	free_file(&f);
}

static void asks_a_section_without_bytes_for_no_place(void **state)
{
	struct file f = read_fixture(UNIT_FIXTURES "/xen-efi");
	uint32_t at, place = UINT32_MAX, size = 1;
	char why[WHY_MAX];

	(void)state;
	memcpy(&at, f.image->data + 0x3c, sizeof(at));
	at += 24 + f.image->data[at + 20] + 256u * f.image->data[at + 21];
	memcpy(f.image->data + at + 20, &place, sizeof(place));
	memcpy(f.image->data + at + 16, &size, sizeof(size));
	assert_int_equal(pe_check(f.image->data, f.image->size, why), -EBADMSG);
	memset(f.image->data + at + 16, 0, sizeof(size));
	assert_int_equal(pe_check(f.image->data, f.image->size, why), 0);
	free_file(&f);
}

/* What a guest calls itself, and then the banner with its number, make a kernel Linux. */
static void knows_linux_by_more_than_its_name(void **state)
{
	struct file f = read_fixture(UNIT_FIXTURES "/xen-hvmloader");
	char *word = memmem(f.image->data, f.image->size, "Detected Xen v%u", 16);
	struct xen_note note = { .type = XEN_ELFNOTE_GUEST_OS, .desc = (const uint8_t *)"BSD", .desc_size = 3 };

	(void)state;
	assert_non_null(word);
	memcpy(word, "Linux version %s", 16);
	look(&f);
	assert_int_equal(f.what.kind, XEN_IMAGE_OTHER);
	memcpy(word + 14, "6.", 2);
	look(&f);
	assert_int_equal(f.what.kind, XEN_IMAGE_LINUX);
	f.notes = (struct xen_notes){ .note = &note, .n = 1 };
	look(&f);
	assert_int_equal(f.what.kind, XEN_IMAGE_GUEST);
	f.notes = (struct xen_notes){ 0 };
	free_file(&f);
}

/* Every length of every file: no byte behind its end is read (under the sanitizers), and there is always an answer. */
static void survives_any_length(void **state)
{
	static const char *const paths[] = { UNIT_FIXTURES "/xen-64", UNIT_FIXTURES "/xen-efi" };
	char why[WHY_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct file f = read_fixture(paths[i]);

		for (uint64_t size = 0; size < f.image->size; size++) {
			_cleanup_free_ uint8_t *part = malloc(size ? (size_t)size : 1);
			struct xen_image what;
			struct xen_notes none = { 0 };

			assert_non_null(part);
			memcpy(part, f.image->data, (size_t)size);
			xen_image_read(part, size, f.image->pe, &none, &what);
			why[0] = '\0';
			if (pe_check(part, size, why) < 0)
				assert_true(*why != '\0');
		}
		free_file(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_files_apart),
		cmocka_unit_test(says_the_width_only_with_a_proof),
		cmocka_unit_test(wants_header_and_banner),
		cmocka_unit_test(tells_the_shim_from_what_may_be_one_too),
		cmocka_unit_test(asks_a_section_without_bytes_for_no_place),
		cmocka_unit_test(knows_linux_by_more_than_its_name),
		cmocka_unit_test(survives_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
