// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "elf/headers.h"
#include "loader/kernel-image-vdso.h"
#include "loader/kernel-image.h"
#include "loader/pe.h"
#include "loader/unpack.h"

/* The setup header, Documentation/arch/x86/boot.rst. */
#define SETUP_SECTS    0x1f1 /* u8, of 512 bytes, without the boot sector; 0 is 4 */
#define BOOT_FLAG      0x1fe /* u16 0xaa55 */
#define HEADER_LENGTH  0x201 /* u8: the header ends so far behind 0x202 */
#define HEADER         0x202 /* "HdrS" */
#define PROTOCOL       0x206 /* u16 */
#define KERNEL_VERSION 0x20e /* u16: the version string is so far behind 0x200 */
#define PAYLOAD_OFFSET 0x248 /* u32, from the protected-mode code on; protocol 2.08 */
#define PAYLOAD_LENGTH 0x24c /* u32 */
#define HEADER_MAX     0x250
#define SECTOR         512

/* A payload that has to be searched: so many streams are tried, and none of those kernels was larger. */
#define TRIES_MAX 16
#define OLD_MAX   (KERNEL_IMAGE_MAX / TRIES_MAX)

/* What is read, and whether its buffer may be taken. */
struct source {
	const uint8_t *data;
	uint64_t size;
	uint8_t *owned; /* NULL, or data */
	char *why;
};

static uint32_t number_at(const struct source *src, uint64_t off, size_t width)
{
	uint32_t value = 0;

	memcpy(&value, src->data + off, width);
	return value;
}

static bool is_bzimage(const struct source *src)
{
	return src->size >= HEADER_MAX && number_at(src, BOOT_FLAG, 2) == 0xaa55 &&
	       memcmp(src->data + HEADER, "HdrS", 4) == 0;
}

static bool is_elf(const uint8_t *data, uint64_t size)
{
	return size >= SELFMAG && memcmp(data, ELFMAG, SELFMAG) == 0;
}

static bool is_plain(const uint8_t *data, uint64_t size)
{
	return is_elf(data, size) || pe_is(data, size);
}

/* Where the setup code ends and the protected-mode code begins. */
static uint64_t setup_end(const struct source *src)
{
	uint64_t sectors = src->data[SETUP_SECTS] ? src->data[SETUP_SECTS] : 4;

	return (sectors + 1) * SECTOR;
}

static void read_version(const struct source *src, struct kernel_image *image)
{
	uint64_t at = 0x200 + (uint64_t)number_at(src, KERNEL_VERSION, 2);
	uint64_t end = setup_end(src) < src->size ? setup_end(src) : src->size;
	size_t n = 0;

	if (at == 0x200)
		return;
	for (; at < end && src->data[at] && n < sizeof(image->version) - 1; at++, n++)
		image->version[n] = (char)(src->data[at] >= 0x20 && src->data[at] < 0x7f ? src->data[at] : '?');
	image->version[n] = '\0';
}

static int take_plain(struct source *src, uint64_t off, uint64_t size, struct kernel_image *image)
{
	image->packing = "none";
	image->size = size;
	if (src->owned && off == 0) {
		image->data = TAKE_PTR(src->owned);
		return 0;
	}
	image->data = malloc((size_t)size + 1);
	if (!image->data)
		return why_failed(src->why, -ENOMEM);
	memcpy(image->data, src->data + off, (size_t)size);
	return 0;
}

static int take_packed(const struct source *src, uint64_t off, uint64_t size, const struct packing *packing,
		uint64_t max, struct kernel_image *image)
{
	int r = unpack(packing, src->data + off, size, max, &image->data, &image->size, src->why);

	if (r == 0)
		image->packing = packing_name(packing);
	return r;
}

/* Protocol 2.08 came with Linux 2.6.26; every kernel before it is packed by gzip. What unpacks is the payload: the boot
 * code before it holds no other stream. */
static int search_payload(const struct source *src, struct kernel_image *image)
{
	uint64_t at = setup_end(src);

	for (unsigned tries = 0; tries < TRIES_MAX && at < src->size; at++) {
		const struct packing *packing;
		const uint8_t *found = memmem(src->data + at, (size_t)(src->size - at), "\x1f\x8b\x08", 3);

		if (!found)
			break;
		at = (uint64_t)(found - src->data);
		packing = packing_of(found, src->size - at);
		if (!packing)
			continue;
		tries++;
		if (take_packed(src, at, src->size - at, packing, OLD_MAX, image) == 0)
			return 0;
	}
	return why_broken(src->why, "a kernel of an old boot protocol without a gzip payload that unpacks");
}

/* The payload's length counts the unpacked size that most packings have appended. */
static int read_payload(struct source *src, struct kernel_image *image)
{
	uint64_t off = setup_end(src) + number_at(src, PAYLOAD_OFFSET, 4), size = number_at(src, PAYLOAD_LENGTH, 4);
	const struct packing *packing;

	if (!range_ok(off, size, src->size))
		return why_broken(src->why,
				"the payload (%" PRIu64 " bytes at offset %" PRIu64 ") lies outside the file", size,
				off);
	packing = packing_of(src->data + off, size);
	if (packing)
		return take_packed(src, off, size, packing, KERNEL_IMAGE_MAX, image);
	if (is_elf(src->data + off, size))
		return take_plain(src, off, size, image);
	return why_broken(src->why, "the payload at offset %" PRIu64 " has no packing that is known here", off);
}

static bool has_payload_fields(const struct source *src)
{
	return number_at(src, PROTOCOL, 2) >= 0x208 && number_at(src, PAYLOAD_LENGTH, 4) &&
	       HEADER + number_at(src, HEADER_LENGTH, 1) >= HEADER_MAX;
}

static int read_bzimage(struct source *src, struct kernel_image *image)
{
	image->bzimage = true;
	read_version(src, image);
	return has_payload_fields(src) ? read_payload(src, image) : search_payload(src, image);
}

static int not_image(const struct source *src, const char *what)
{
	snprintf(src->why, WHY_MAX, "%s", what);
	return -ENOEXEC;
}

static int not_kernel(const struct source *src)
{
	return not_image(src, "not a kernel image: neither bzImage nor ELF nor EFI program, packed or not");
}

static int unpack_image(struct source *src, struct kernel_image *image)
{
	const struct packing *packing;
	int r;

	if (is_bzimage(src))
		return read_bzimage(src, image);
	if (is_plain(src->data, src->size))
		return take_plain(src, 0, src->size, image);
	packing = packing_of(src->data, src->size);
	if (!packing)
		return not_kernel(src);
	r = take_packed(src, 0, src->size, packing, KERNEL_IMAGE_MAX, image);
	return r == 0 && !is_plain(image->data, image->size) ? not_kernel(src) : r;
}

/* The payload of a bzImage before 2.6.26 is the bare code, without ELF header. */
static int check_image(const struct source *src, const struct kernel_image *image)
{
	struct headers_segment s;
	struct headers h = { 0 };
	int r = is_elf(image->data, image->size) ? headers_parse(image->data, image->size, &h, src->why) : 0;

	if (image->pe)
		r = pe_check(image->data, image->size, src->why);
	if (r < 0)
		return r;
	if (h.data && h.type != ET_EXEC && h.type != ET_DYN)
		return not_image(src, "an ELF file, but neither a kernel nor a shared object");
	for (uint32_t i = 0; i < h.phnum; i++) {
		headers_segment(&h, i, &s);
		if (s.type == PT_INTERP)
			return not_image(src, "a program for the dynamic loader, not a kernel");
		if (h.type == ET_EXEC && s.type == PT_LOAD && !range_ok(s.off, s.filesz, image->size))
			return why_broken(src->why, "truncated: segment %" PRIu32 " lies outside the image", i + 1);
	}
	return 0;
}

static int parse(struct source *src, struct kernel_image **out)
{
	_cleanup_kernel_image_ struct kernel_image *image = calloc(1, sizeof(*image));
	int r = image ? unpack_image(src, image) : why_failed(src->why, -ENOMEM);

	if (r < 0)
		return r;
	image->pe = !image->bzimage && pe_is(image->data, image->size);
	r = check_image(src, image);
	if (r < 0)
		return r;
	r = kernel_image_find_vdsos(image);
	if (r < 0)
		return why_failed(src->why, r);
	*out = TAKE_PTR(image);
	return 0;
}

int kernel_image_parse(const void *file, uint64_t size, struct kernel_image **out, char *why)
{
	struct source src = { .data = file, .size = size, .why = why };

	return parse(&src, out);
}

static int check_file(int fd, uint64_t *size, char *why)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return why_failed(why, -errno);
	if (!S_ISREG(st.st_mode)) {
		snprintf(why, WHY_MAX, "not a regular file");
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	}
	*size = (uint64_t)st.st_size;
	if (*size <= KERNEL_IMAGE_MAX)
		return 0;
	snprintf(why, WHY_MAX, "%" PRIu64 " bytes are too much for a kernel", *size);
	return -EFBIG;
}

int kernel_image_read(int fd, struct kernel_image **out, char *why)
{
	struct source src = { .why = why };
	int r = check_file(fd, &src.size, why);

	if (r < 0)
		return r;
	src.owned = malloc((size_t)src.size + 1);
	src.data = src.owned;
	r = src.owned ? read_at(fd, src.owned, (size_t)src.size, 0) : -ENOMEM;
	r = r < 0 ? why_failed(why, r) : parse(&src, out);
	free(src.owned);
	return r;
}

void kernel_image_free(struct kernel_image *image)
{
	if (!image)
		return;
	free(image->data);
	free(image->vdso);
	free(image);
}
