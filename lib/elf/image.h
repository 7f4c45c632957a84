/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An ELF file, checked once and then read through libelf.
 *
 * Every table is proven to lie inside the file before libelf sees it, and nothing is mapped: a file that shrinks or
 * changes while it is read costs an error, never a signal. Formats: System V gABI, chapters 4 and 5; i386 psABI. */
#ifndef ELF_IMAGE_H
#define ELF_IMAGE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"

/* A run of executable bytes in the file: an executable section, or, in a file without section headers, a segment. */
struct image_code {
	const char *name; /* borrowed from the image */
	uint32_t shndx;   /* section index; 0 for a segment */
	uint64_t addr;    /* of the first byte; relative to the section in a relocatable file */
	uint64_t off;     /* in the file, checked together with size */
	uint64_t size;
};

/* A relocation that concerns thread-local data, by the place that it changes; where code is relocated, any. */
struct image_tls_reloc {
	uint64_t place; /* address; in a relocatable file, offset in section `shndx` */
	uint32_t shndx; /* the section that is relocated in a relocatable file, else 0 */
	uint32_t type;  /* R_386_... */
	uint32_t sym;   /* index in the symbol table that the relocation uses */
};

/* What a TLS relocation leaves at its place: the offset of a variable from the thread pointer as it is (negative), or
 * turned into a positive number; or a descriptor. TLS_NONE: another relocation, or none of these. */
enum image_tls_sign { TLS_NONE, TLS_NEGATIVE, TLS_POSITIVE, TLS_DESCRIPTOR };
enum image_tls_sign image_tls_sign(uint32_t type);

#define IMAGE_LOADS 64 /* PT_LOADs that are looked at; real files have ten at most */

struct image {
	int fd; /* borrowed */
	uint64_t size;
	uint16_t type;    /* ET_... */
	uint16_t machine; /* EM_... */
	bool affected;    /* i386, 32 bit: the rest below is filled only then */
	Elf *elf;

	struct {
		uint64_t addr, off, size; /* of the contents in the file, checked */
	} load[IMAGE_LOADS];
	size_t nload;

	struct image_code *code;
	size_t ncode;
	bool relocated_code;         /* constants in the code may change: a relocatable file, or DT_TEXTREL */
	uint64_t tls_size;           /* bytes of the file's own thread-local block below the thread pointer; 0: none */
	uint64_t got;                /* _GLOBAL_OFFSET_TABLE_ by DT_PLTGOT; 0: not known */
	uint64_t eh_frame_hdr;       /* address of .eh_frame_hdr by PT_GNU_EH_FRAME; 0: none */
	struct image_tls_reloc *tls; /* sorted by (shndx, place) */
	size_t ntls;
};

/* Opens the ELF file behind `fd`, which must stay open as long as the image lives. On success *out is freed by the
 * caller with image_free. Files of other machines than i386 succeed with `affected` false.
 * Errors: -ENOEXEC no ELF file, -EBADMSG a broken one, -ENOMEM, or what reading said; `why` (WHY_MAX bytes) then
 * says in words what is wrong. */
int image_open(int fd, struct image **out, char *why);
void image_free(struct image *img);

/* The name of the machine in users' words ("x86-64"), or NULL for those without one here. */
const char *image_machine_name(uint16_t machine);

/* Finds the TLS relocation at a place; NULL where there is none. */
const struct image_tls_reloc *image_tls_reloc_at(const struct image *img, uint32_t shndx, uint64_t place);

/* Calls fn for every defined symbol of .symtab, or of .dynsym where `dynamic`. Names are borrowed from the image.
 * Returns 0, what fn returned if that was not 0, or -EBADMSG with `why`. */
typedef int (*image_symbol_fn)(const GElf_Sym *sym, const char *name, void *arg);
int image_each_symbol(struct image *img, bool dynamic, image_symbol_fn fn, void *arg, char *why);

/* The first section of this type (and, if not NULL, this name); NULL where there is none. */
Elf_Scn *image_section(struct image *img, uint32_t type, const char *name, GElf_Shdr *shdr);

/* Reads `len` bytes of the file's contents at a virtual address, through the PT_LOAD that holds it.
 * Returns 0, or -ENODATA where no segment has them. */
int image_read_address(const struct image *img, uint64_t addr, void *buf, size_t len);

/* Where in the file the contents of a virtual address stand, and how many bytes of its segment follow it there
 * (checked). False where no PT_LOAD has it. */
bool image_segment_at(const struct image *img, uint64_t addr, uint64_t *off, uint64_t *len);

static inline void cleanup_image(struct image **img)
{
	image_free(*img);
}
#define _cleanup_image_ __attribute__((cleanup(cleanup_image)))

#endif
