// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <lz4.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/util.h"
#include "elf-image.h"
#include "loader/kernel-image.h"
#include "loader/kernelcap.h"
#include "loader/unpack.h"
#include "loader/vdso.h"

#define SETUP 0x800 /* three sectors of setup, one boot sector */

/* Bytes of a file; freed by the test. */
struct blob {
	uint8_t *data;
	size_t size;
};

static struct blob blob_new(size_t size)
{
	struct blob blob = { calloc(1, size ? size : 1), size };

	assert_non_null(blob.data);
	return blob;
}

static struct blob pack_gzip(const uint8_t *data, size_t size)
{
	struct blob out = blob_new(size + 4096);
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data,
		.avail_in = (unsigned)size,
		.next_out = out.data,
		.avail_out = (unsigned)out.size };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out.size = z.total_out;
	deflateEnd(&z);
	return out;
}

static struct blob run_lzma(lzma_stream *lzma, const uint8_t *data, size_t size)
{
	struct blob out = blob_new(size + 65536);

	lzma->next_in = data;
	lzma->avail_in = size;
	lzma->next_out = out.data;
	lzma->avail_out = out.size;
	assert_int_equal(lzma_code(lzma, LZMA_FINISH), LZMA_STREAM_END);
	out.size -= lzma->avail_out;
	lzma_end(lzma);
	return out;
}

static struct blob pack_xz(const uint8_t *data, size_t size)
{
	lzma_stream lzma = LZMA_STREAM_INIT;

	assert_int_equal(lzma_easy_encoder(&lzma, 0, LZMA_CHECK_CRC32), LZMA_OK);
	return run_lzma(&lzma, data, size);
}

/* The encoder writes the unknown size, -1, and an end marker. */
static struct blob pack_lzma(const uint8_t *data, size_t size)
{
	lzma_stream lzma = LZMA_STREAM_INIT;
	lzma_options_lzma options;

	lzma_lzma_preset(&options, 0);
	assert_int_equal(lzma_alone_encoder(&lzma, &options), LZMA_OK);
	return run_lzma(&lzma, data, size);
}

static struct blob pack_bzip2(const uint8_t *data, size_t size)
{
	struct blob out = blob_new(size + 4096);
	unsigned n = (unsigned)out.size;

	assert_int_equal(BZ2_bzBuffToBuffCompress(
					 (char *)out.data, &n, (char *)(uintptr_t)data, (unsigned)size, 1, 0, 0),
			BZ_OK);
	out.size = n;
	return out;
}

/* Like the kernel's build, through a stream: no content size. */
static struct blob pack_zstd(const uint8_t *data, size_t size)
{
	struct blob out = blob_new(ZSTD_compressBound(size) + 64);
	ZSTD_CStream *zstd = ZSTD_createCStream();
	ZSTD_inBuffer in = { data, size, 0 };
	ZSTD_outBuffer to = { out.data, out.size, 0 };

	assert_int_equal(ZSTD_compressStream(zstd, &to, &in), ZSTD_compressStream(zstd, &to, &in));
	assert_int_equal(ZSTD_endStream(zstd, &to), 0);
	ZSTD_freeCStream(zstd);
	out.size = to.pos;
	return out;
}

static struct blob pack_lz4(const uint8_t *data, size_t size)
{
	struct blob out = blob_new(size + size / 100 + 4096);
	size_t at = 4;

	memcpy(out.data, "\2\41\114\30", 4);
	for (size_t done = 0; done < size;) {
		size_t n = size - done < 8u << 20 ? size - done : 8u << 20;
		int packed = LZ4_compress_default(
				(const char *)data + done, (char *)out.data + at + 4, (int)n, (int)(out.size - at - 4));
		uint32_t word = (uint32_t)packed;

		assert_true(packed > 0);
		memcpy(out.data + at, &word, 4);
		at += 4 + word;
		done += n;
	}
	out.size = at;
	return out;
}

static const struct {
	const char *name;
	struct blob (*pack)(const uint8_t *data, size_t size);
} packers[] = {
	{ "gzip", pack_gzip },
	{ "xz", pack_xz },
	{ "zstd", pack_zstd },
	{ "lz4", pack_lz4 },
	{ "lzma", pack_lzma },
	{ "bzip2", pack_bzip2 },
};

static void put_number(uint8_t *at, uint32_t value, size_t width)
{
	memcpy(at, &value, width);
}

/* A bzImage with `offset` bytes of boot code before the payload and the payload's unpacked size and `tail` bytes behind
 * it. */
static struct blob make_bzimage(unsigned protocol, const struct blob *payload, uint32_t offset, size_t tail)
{
	struct blob out = blob_new(SETUP + offset + payload->size + 4 + tail);

	memset(out.data + SETUP, 0x90, out.size - SETUP);
	out.data[0x1f1] = 3;
	put_number(out.data + 0x1fe, 0xaa55, 2);
	out.data[0x201] = 0x4e;
	memcpy(out.data + 0x202, "HdrS", 4);
	put_number(out.data + 0x206, protocol, 2);
	put_number(out.data + 0x20e, 0x100, 2);
	strcpy((char *)out.data + 0x300, "2.6.32-5-xen (made\nup)");
	/* Before 2.08 whatever code is there. */
	put_number(out.data + 0x248, protocol >= 0x208 ? offset : 0x90909090, 4);
	put_number(out.data + 0x24c, protocol >= 0x208 ? (uint32_t)payload->size + 4 : 0x90909090, 4);
	memcpy(out.data + SETUP + offset, payload->data, payload->size);
	return out;
}

static const char *const notes[] = { NOTE_PVOPS_OFF, NOTE_PVOPS_ON, NOTE_XENLINUX, NOTE_EARLY };

/* A vmlinux of 100 KiB: code, and at the offsets one vDSO with each of the notes, one without, one for x32. The third
 * is at an odd place, as .incbin leaves it. */
static const uint64_t offsets[] = { 0x2000, 0x5000, 0x7003, 0x9000, 0xb000, 0xd000 };

static struct blob make_vmlinux(size_t size)
{
	struct blob out = blob_new(size);
	struct image img;

	for (size_t i = 0; i < size; i++)
		out.data[i] = (uint8_t)(i * 2654435761u >> 13);
	image_make(&img, true, ET_EXEC, EM_X86_64, NULL, 0);
	memcpy(out.data, img.data, img.size);
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		image_make_vdso(&img, i == 1, i < 4 ? notes[i] : NULL, i < 4 ? NOTE_SIZE : 0);
		if (i == 5)
			put_number(img.data + offsetof(Elf32_Ehdr, e_machine), EM_X86_64, 2);
		memcpy(out.data + offsets[i], img.data, img.size);
	}
	return out;
}

static int parse(const struct blob *file, struct kernel_image **image, char *why)
{
	why[0] = '\0';
	return kernel_image_parse(file->data, file->size, image, why);
}

static void check_image(const struct kernel_image *image, const struct blob *vmlinux)
{
	static const uint32_t masks[] = { 0, 2, 1, 1 };

	assert_int_equal(image->size, vmlinux->size);
	assert_memory_equal(image->data, vmlinux->data, vmlinux->size);
	assert_int_equal(image->nvdso, ARRAY_SIZE(offsets));
	for (size_t i = 0; i < image->nvdso; i++) {
		struct kernelcap cap;
		char why[WHY_MAX];

		assert_int_equal(image->vdso[i].off, offsets[i]);
		assert_int_equal(image->vdso[i].is64, i == 1);
		assert_int_equal(image->vdso[i].x32, i == 5);
		assert_int_equal(kernelcap_parse(image->data + image->vdso[i].off, image->vdso[i].size, &cap, why), 0);
		assert_int_equal(cap.present, i < 4);
		assert_int_equal(cap.mask, i < 4 ? masks[i] : 0);
	}
}

/* Each packing as a bzImage of a new and of an old protocol, and as a whole. */
static void unpacks_every_packing(void **state)
{
	struct blob vmlinux = make_vmlinux(100 << 10);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		struct blob packed = packers[i].pack(vmlinux.data, vmlinux.size);
		struct blob bzimage = make_bzimage(0x20f, &packed, 0x234, 777);
		_cleanup_kernel_image_ struct kernel_image *of_bzimage = NULL, *of_whole = NULL;
		char why[WHY_MAX];

		assert_int_equal(parse(&bzimage, &of_bzimage, why), 0);
		assert_true(of_bzimage->bzimage);
		assert_string_equal(of_bzimage->packing, packers[i].name);
		assert_string_equal(of_bzimage->version, "2.6.32-5-xen (made?up)");
		check_image(of_bzimage, &vmlinux);
		assert_int_equal(parse(&packed, &of_whole, why), 0);
		assert_false(of_whole->bzimage);
		assert_string_equal(of_whole->packing, packers[i].name);
		assert_string_equal(of_whole->version, "");
		check_image(of_whole, &vmlinux);
		free(bzimage.data);
		free(packed.data);
	}
	free(vmlinux.data);
}

/* A signature, or what a flash block is filled up with. */
static void ignores_what_follows(void **state)
{
	struct blob vmlinux = make_vmlinux(100 << 10);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		struct blob packed = packers[i].pack(vmlinux.data, vmlinux.size), longer = blob_new(packed.size + 100);
		_cleanup_kernel_image_ struct kernel_image *image = NULL;
		char why[WHY_MAX];

		memset(longer.data, 0x5a, longer.size);
		memcpy(longer.data, packed.data, packed.size);
		assert_int_equal(parse(&longer, &image, why), 0);
		check_image(image, &vmlinux);
		free(longer.data);
		free(packed.data);
	}
	free(vmlinux.data);
}

/* 8 MiB is what a block of lz4 holds: below, exactly, above, and two full ones. */
static void unpacks_blocks_of_lz4(void **state)
{
	static const size_t sizes[] = { (8 << 20) - 1, 8 << 20, (8 << 20) + 1, 16 << 20, 20 << 20 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct blob vmlinux = make_vmlinux(sizes[i]), packed = pack_lz4(vmlinux.data, vmlinux.size);
		struct blob bzimage = make_bzimage(0x20f, &packed, 16, 0);
		_cleanup_kernel_image_ struct kernel_image *image = NULL;
		char why[WHY_MAX];

		assert_int_equal(parse(&bzimage, &image, why), 0);
		check_image(image, &vmlinux);
		free(bzimage.data);
		free(packed.data);
		free(vmlinux.data);
	}
}

/* Before protocol 2.08 nothing says where the payload is, and it is bare code. A false beginning comes first. */
static void searches_the_payload_of_old_kernels(void **state)
{
	struct blob vmlinux = make_vmlinux(100 << 10), packed, bzimage;
	_cleanup_kernel_image_ struct kernel_image *image = NULL, *of_short = NULL, *none = NULL;
	char why[WHY_MAX];

	(void)state;
	memset(vmlinux.data, 0xcc, 64);
	packed = pack_gzip(vmlinux.data, vmlinux.size);
	bzimage = make_bzimage(0x204, &packed, 0x234, 0);
	memcpy(bzimage.data + SETUP + 0x100, "\x1f\x8b\x08\0\1\2\3\4", 8);
	assert_int_equal(parse(&bzimage, &image, why), 0);
	assert_string_equal(image->packing, "gzip");
	check_image(image, &vmlinux);
	put_number(bzimage.data + 0x206, 0x20f, 2); /* a header that ends before the payload's fields */
	bzimage.data[0x201] = 0x4d;
	assert_int_equal(parse(&bzimage, &of_short, why), 0);
	check_image(of_short, &vmlinux);
	memset(bzimage.data + SETUP + 0x234, 0, 3);
	assert_int_equal(parse(&bzimage, &none, why), -EBADMSG);
	assert_non_null(strstr(why, "old boot protocol"));
	free(bzimage.data);
	free(packed.data);
	free(vmlinux.data);
}

static void reads_what_is_not_packed(void **state)
{
	struct blob vmlinux = make_vmlinux(100 << 10), bzimage = make_bzimage(0x20f, &vmlinux, 16, 5);
	_cleanup_kernel_image_ struct kernel_image *plain = NULL, *inside = NULL, *of_file = NULL;
	_cleanup_close_ int fd = memfd_create("kernel", MFD_CLOEXEC);
	char why[WHY_MAX];

	(void)state;
	assert_int_equal(parse(&vmlinux, &plain, why), 0);
	assert_string_equal(plain->packing, "none");
	check_image(plain, &vmlinux);
	assert_int_equal(parse(&bzimage, &inside, why), 0);
	assert_true(inside->bzimage);
	assert_string_equal(inside->packing, "none");
	assert_int_equal(inside->nvdso, ARRAY_SIZE(offsets));
	assert_int_equal(write(fd, vmlinux.data, vmlinux.size), vmlinux.size);
	assert_int_equal(kernel_image_read(fd, &of_file, why), 0);
	check_image(of_file, &vmlinux);
	free(bzimage.data);
	free(vmlinux.data);
}

static void takes_a_vdso_itself(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		_cleanup_kernel_image_ struct kernel_image *image = NULL;
		struct image img;
		struct blob blob;
		char why[WHY_MAX];

		(void)state;
		image_make_vdso(&img, i, NOTE_XENLINUX, NOTE_SIZE);
		blob = (struct blob){ img.data, img.size };
		assert_int_equal(parse(&blob, &image, why), 0);
		assert_int_equal(image->nvdso, 1);
		assert_int_equal(image->vdso[0].off, 0);
		assert_int_equal(image->vdso[0].size, img.size);
		assert_int_equal(image->vdso[0].is64, i);
	}
}

/* Every packing cut off everywhere near its ends, and at some places between. */
static void refuses_what_is_cut_off(void **state)
{
	struct blob vmlinux = make_vmlinux(60 << 10);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		struct blob packed = packers[i].pack(vmlinux.data, vmlinux.size);

		for (size_t size = 20; size<packed.size; size += size> 64 && size < packed.size - 64 ? 1013 : 1) {
			struct blob cut = { malloc(size), size };
			struct kernel_image *image = NULL;
			char why[WHY_MAX];
			int r;

			assert_non_null(cut.data);
			memcpy(cut.data, packed.data, size);
			r = parse(&cut, &image, why);
			assert_null(image);
			assert_int_equal(r, -EBADMSG);
			assert_string_equal(why, "the packed data is truncated");
			free(cut.data);
		}
		free(packed.data);
	}
	free(vmlinux.data);
}

/* lz4's legacy frame has no checksum: what is broken there may still unpack. */
static void refuses_what_is_broken(void **state)
{
	struct blob vmlinux = make_vmlinux(60 << 10);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		struct blob packed = packers[i].pack(vmlinux.data, vmlinux.size);
		struct kernel_image *image = NULL;
		char why[WHY_MAX];
		int r;

		memset(packed.data + packed.size / 2, 0xff, 512);
		r = parse(&packed, &image, why);
		if (strcmp(packers[i].name, "lz4") != 0 && strcmp(packers[i].name, "zstd") != 0 &&
				strcmp(packers[i].name, "lzma") != 0)
			assert_int_equal(r, -EBADMSG);
		assert_true(r == 0 || *why);
		kernel_image_free(image);
		free(packed.data);
	}
	free(vmlinux.data);
}

static void refuses_what_is_no_kernel(void **state)
{
	static const struct {
		const char *data;
		size_t size;
	} cases[] = { { "", 0 }, { "\177ELF", 3 }, { "text", 4 }, { "BZh9", 4 }, { "MZ", 2 } };
	_cleanup_close_ int directory = open("/", O_RDONLY | O_CLOEXEC);
	static const struct segment program[] = { { PT_INTERP, 1, "/lib/ld.so", 11 } };
	struct kernel_image *image = NULL;
	struct blob blob, packed;
	struct image img;
	char why[WHY_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		blob = (struct blob){ (uint8_t *)(uintptr_t)cases[i].data, cases[i].size };
		assert_int_equal(parse(&blob, &image, why), -ENOEXEC);
		assert_non_null(strstr(why, "not a kernel image"));
	}
	packed = pack_gzip((const uint8_t *)"just a text that is packed", 26);
	assert_int_equal(parse(&packed, &image, why), -ENOEXEC);
	free(packed.data);
	image_make(&img, true, ET_EXEC, EM_AARCH64, NULL, 0);
	blob = (struct blob){ img.data, img.size };
	assert_int_equal(parse(&blob, &image, why), -ENOEXEC);
	image_make(&img, true, ET_DYN, EM_X86_64, program, 1);
	blob = (struct blob){ img.data, img.size };
	assert_int_equal(parse(&blob, &image, why), -ENOEXEC);
	assert_string_equal(why, "a program for the dynamic loader, not a kernel");
	assert_int_equal(kernel_image_read(directory, &image, why), -EISDIR);
	assert_null(image);
}

static void distrusts_the_setup_header(void **state)
{
	struct blob vmlinux = make_vmlinux(60 << 10), packed = pack_gzip(vmlinux.data, vmlinux.size);
	struct blob bzimage = make_bzimage(0x20f, &packed, 16, 0);
	struct kernel_image *image = NULL;
	char why[WHY_MAX];

	(void)state;
	put_number(bzimage.data + 0x24c, (uint32_t)packed.size + 5, 4);
	assert_int_equal(parse(&bzimage, &image, why), -EBADMSG);
	assert_non_null(strstr(why, "lies outside the file"));
	put_number(bzimage.data + 0x24c, (uint32_t)packed.size + 4, 4);
	put_number(bzimage.data + 0x248, 0xffffffff, 4);
	assert_int_equal(parse(&bzimage, &image, why), -EBADMSG);
	put_number(bzimage.data + 0x248, 15, 4);
	assert_int_equal(parse(&bzimage, &image, why), -EBADMSG);
	assert_non_null(strstr(why, "no packing that is known here"));
	put_number(bzimage.data + 0x248, 16, 4);
	put_number(bzimage.data + 0x20e, 0xffff, 2); /* the version lies outside the setup code */
	assert_int_equal(parse(&bzimage, &image, why), 0);
	assert_string_equal(image->version, "");
	kernel_image_free(image);
	free(bzimage.data);
	free(packed.data);
	free(vmlinux.data);
}

/* Just enough room, one byte too little, and so little that the first piece is too much. */
static void bounds_what_comes_out(void **state)
{
	struct blob vmlinux = make_vmlinux((8 << 20) + 4096);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		struct blob packed = packers[i].pack(vmlinux.data, vmlinux.size);
		const struct packing *packing = packing_of(packed.data, packed.size);
		const uint64_t limits[] = { vmlinux.size - 1, 8 << 20, (8 << 20) - 1, 100, 1 };
		uint8_t *out = NULL;
		uint64_t size = 0;
		char why[WHY_MAX];

		assert_int_equal(unpack(packing, packed.data, packed.size, vmlinux.size, &out, &size, why), 0);
		assert_int_equal(size, vmlinux.size);
		free(out);
		out = NULL;
		for (size_t j = 0; j < ARRAY_SIZE(limits); j++) {
			assert_int_equal(
					unpack(packing, packed.data, packed.size, limits[j], &out, &size, why), -EFBIG);
			assert_non_null(strstr(why, "bytes come out of the packed data"));
			assert_null(out);
		}
		free(packed.data);
	}
	free(vmlinux.data);
}

static void find_in(struct blob *vmlinux, size_t expected)
{
	_cleanup_kernel_image_ struct kernel_image *image = NULL;
	char why[WHY_MAX];

	assert_int_equal(parse(vmlinux, &image, why), 0);
	assert_int_equal(image->nvdso, expected);
}

/* Each defect makes one of the six no vDSO; the others are found. */
static void finds_only_vdsos(void **state)
{
	struct blob vmlinux = make_vmlinux(60 << 10), copy = blob_new(60 << 10);
	Elf32_Ehdr *eh = (Elf32_Ehdr *)(void *)(copy.data + offsets[0]);
	Elf32_Phdr *ph = (Elf32_Phdr *)(void *)(eh + 1);

	(void)state;
	for (unsigned i = 0; i < 9; i++) {
		memcpy(copy.data, vmlinux.data, vmlinux.size);
		if (i == 0)
			eh->e_type = ET_EXEC;
		if (i == 1)
			eh->e_phnum = 0;
		if (i == 2)
			eh->e_phnum = 17;
		if (i == 3)
			ph[0].p_filesz = 0x7fffffff;
		if (i == 4)
			ph[0].p_type = PT_NULL;
		if (i == 5)
			ph[1].p_type = ph[2].p_type = PT_NULL; /* neither note */
		if (i == 6)
			ph[1].p_type = PT_INTERP;
		if (i == 7)
			ph[1].p_offset = ph[2].p_offset = 0xfffffff0;
		if (i == 8)
			eh->e_machine = EM_ARM;
		find_in(&copy, ARRAY_SIZE(offsets) - 1);
	}
	memcpy(copy.data, vmlinux.data, vmlinux.size);
	ph[2].p_type = PT_NULL; /* one of the notes is enough */
	find_in(&copy, ARRAY_SIZE(offsets));
	copy.size = offsets[5] + 100; /* the last is cut off */
	find_in(&copy, ARRAY_SIZE(offsets) - 1);
	copy.size = offsets[5] + 0x800; /* only what it loads behind its notes is */
	put_number(copy.data + offsets[5] + sizeof(*eh) + offsetof(Elf32_Phdr, p_filesz), 0x801, 4);
	find_in(&copy, ARRAY_SIZE(offsets) - 1);
	put_number(copy.data + offsets[5] + sizeof(*eh) + offsetof(Elf32_Phdr, p_filesz), 0x800, 4);
	find_in(&copy, ARRAY_SIZE(offsets));
	free(copy.data);
	free(vmlinux.data);
}

/* By the soname alone, as the kernels of 2.6.18 had it, linked at 0xffffe000. */
static void knows_a_vdso_by_its_name(void **state)
{
	static const char *const names[] = { "linux-gate.so.1", "linux-vdso.so.1", "linux-vdso32.so.1", "libc.so.6" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		uint32_t dynamic[] = { DT_STRTAB, 0xffffe000 + 0x400, DT_SONAME, 1, DT_NULL, 0 };
		struct segment segment[] = { { PT_DYNAMIC, 4, dynamic, sizeof(dynamic) } };
		uint32_t base = 0xffffe000, size = 0x800;
		struct image img;
		struct blob blob;

		image_make(&img, false, ET_DYN, EM_386, segment, 1);
		memcpy(img.data + sizeof(Elf32_Ehdr) + offsetof(Elf32_Phdr, p_vaddr), &base, 4);
		memcpy(img.data + sizeof(Elf32_Ehdr) + offsetof(Elf32_Phdr, p_filesz), &size, 4);
		strcpy((char *)img.data + 0x401, names[i]);
		blob = (struct blob){ img.data, size };
		find_in(&blob, i < 3);
		image_put_segment(&img, false, 1, PT_DYNAMIC, 0xffffffff, sizeof(dynamic), 4);
		find_in(&blob, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacks_every_packing),
		cmocka_unit_test(ignores_what_follows),
		cmocka_unit_test(unpacks_blocks_of_lz4),
		cmocka_unit_test(searches_the_payload_of_old_kernels),
		cmocka_unit_test(reads_what_is_not_packed),
		cmocka_unit_test(takes_a_vdso_itself),
		cmocka_unit_test(refuses_what_is_cut_off),
		cmocka_unit_test(refuses_what_is_broken),
		cmocka_unit_test(refuses_what_is_no_kernel),
		cmocka_unit_test(distrusts_the_setup_header),
		cmocka_unit_test(bounds_what_comes_out),
		cmocka_unit_test(finds_only_vdsos),
		cmocka_unit_test(knows_a_vdso_by_its_name),
	};

	return RUN_TESTS(tests);
}
