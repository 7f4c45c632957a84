/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small ELF images made in memory: a vDSO, or a kernel around one. */
#ifndef TESTS_ELF_IMAGE_H
#define TESTS_ELF_IMAGE_H

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define IMAGE_MAX 8192

/* The four notes of real kernels, byte by byte: owner "GNU", type 2, desc of 18 bytes, padded. */
#define NOTE_BYTES(mask, bit) "\4\0\0\0\x12\0\0\0\2\0\0\0GNU\0\1\0\0\0" mask "\0\0\0" bit "nosegneg\0\0\0"
#define NOTE_SIZE             36
#define NOTE_PVOPS_OFF        NOTE_BYTES("\0", "\1") /* Linux 2.6.24 to 5.8, not on Xen */
#define NOTE_PVOPS_ON         NOTE_BYTES("\2", "\1") /* the same on Xen; 2.6.23 everywhere */
#define NOTE_XENLINUX         NOTE_BYTES("\1", "\0") /* 2.6.18-xen of 2007 and later */
#define NOTE_EARLY            NOTE_BYTES("\1", "\1") /* XenLinux of 2005 to 2007 */

struct segment {
	uint32_t type;
	uint64_t align;
	const void *data;
	size_t size;
};

struct image {
	uint8_t data[IMAGE_MAX];
	size_t size;
};

static inline void image_put(struct image *img, size_t at, const void *data, size_t size)
{
	memcpy(img->data + at, data, size);
	if (at + size > img->size)
		img->size = at + size;
}

#define EHDR(type_, class_, ehdr, phdr)                                                                                \
	{                                                                                                              \
		.e_ident = { 0x7f, 'E', 'L', 'F', class_, ELFDATA2LSB, EV_CURRENT }, .e_type = type_,                  \
		.e_machine = machine, .e_version = EV_CURRENT, .e_phoff = sizeof(ehdr), .e_ehsize = sizeof(ehdr),      \
		.e_phentsize = sizeof(phdr), .e_phnum = phnum                                                          \
	}

static inline void image_put_header(struct image *img, bool is64, uint16_t type, uint16_t machine, uint16_t phnum)
{
	Elf64_Ehdr wide = EHDR(type, ELFCLASS64, Elf64_Ehdr, Elf64_Phdr);
	Elf32_Ehdr narrow = EHDR(type, ELFCLASS32, Elf32_Ehdr, Elf32_Phdr);

	if (is64)
		image_put(img, 0, &wide, sizeof(wide));
	else
		image_put(img, 0, &narrow, sizeof(narrow));
}

static inline void image_put_segment(
		struct image *img, bool is64, size_t i, uint32_t type, uint64_t off, uint64_t size, uint64_t align)
{
	Elf64_Phdr wide = { type, PF_R, off, off, off, size, size, align };
	Elf32_Phdr narrow = { type, (Elf32_Off)off, (Elf32_Addr)off, (Elf32_Addr)off, (Elf32_Word)size,
		(Elf32_Word)size, PF_R, (Elf32_Word)align };

	if (is64)
		image_put(img, sizeof(Elf64_Ehdr) + i * sizeof(wide), &wide, sizeof(wide));
	else
		image_put(img, sizeof(Elf32_Ehdr) + i * sizeof(narrow), &narrow, sizeof(narrow));
}

/* The segments one behind the other, and before them a PT_LOAD with everything in it. */
static inline void image_make(
		struct image *img, bool is64, uint16_t type, uint16_t machine, const struct segment *segment, size_t n)
{
	size_t at = (is64 ? sizeof(Elf64_Ehdr) + (n + 1) * sizeof(Elf64_Phdr)
			  : sizeof(Elf32_Ehdr) + (n + 1) * sizeof(Elf32_Phdr));

	memset(img, 0, sizeof(*img));
	image_put_header(img, is64, type, machine, (uint16_t)(n + 1));
	for (size_t i = 0; i < n; i++) {
		at = (at + 15) & ~(size_t)15;
		if (segment[i].size)
			image_put(img, at, segment[i].data, segment[i].size);
		image_put_segment(img, is64, i + 1, segment[i].type, at, segment[i].size, segment[i].align);
		at += segment[i].size;
	}
	img->size = at;
	image_put_segment(img, is64, 0, PT_LOAD, 0, img->size, 4096);
}

/* A vDSO image with one note, or without one. */
static inline void image_make_vdso(struct image *img, bool is64, const void *note, size_t size)
{
	static const char linux_note[] = "\6\0\0\0\4\0\0\0\0\0\0\0Linux\0\0\0\0\2\6";
	struct segment segment[] = {
		{ PT_NOTE, 4, linux_note, 24 },
		{ PT_NOTE, 4, note, size },
	};

	image_make(img, is64, ET_DYN, is64 ? EM_X86_64 : EM_386, segment, size ? 2 : 1);
}

#endif
