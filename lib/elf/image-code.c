// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/util.h"
#include "elf/image-code.h"

static int add_code(struct image *img, size_t *cap, const struct image_code *code)
{
	int r = array_reserve(&img->code, cap, img->ncode + 1, sizeof(*img->code));

	if (r < 0)
		return r;
	img->code[img->ncode++] = *code;
	return 0;
}

static int code_from_sections(struct image *img, size_t shnum, size_t *cap, char *why)
{
	size_t shstrndx = 0;
	int r;

	if (elf_getshdrstrndx(img->elf, &shstrndx) != 0)
		return why_broken(why, "section name table: %s", elf_errmsg(-1));
	for (size_t i = 1; i < shnum; i++) {
		GElf_Shdr sh;
		Elf_Scn *scn = elf_getscn(img->elf, i);
		const char *name;

		if (!scn || !gelf_getshdr(scn, &sh))
			return why_broken(why, "section %zu: %s", i, elf_errmsg(-1));
		if (!(sh.sh_flags & SHF_EXECINSTR) || sh.sh_type == SHT_NOBITS || sh.sh_size == 0)
			continue;
		name = elf_strptr(img->elf, shstrndx, sh.sh_name);
		if (!range_ok(sh.sh_offset, sh.sh_size, img->size))
			return why_broken(why,
					"section %zu (%" PRIu64 " bytes at offset %" PRIu64 ") lies outside the file",
					i, sh.sh_size, sh.sh_offset);
		if (sh.sh_flags & SHF_COMPRESSED)
			return why_broken(why, "section %zu holds compressed code", i);
		r = add_code(img, cap,
				&(struct image_code){ .name = name ? name : "?",
						.shndx = (uint32_t)i,
						.addr = img->type == ET_REL ? 0 : sh.sh_addr,
						.off = sh.sh_offset,
						.size = sh.sh_size });
		if (r < 0)
			return why_failed(why, r);
	}
	return 0;
}

/* Adds the bytes [at, end) of the file, which lie in a segment, as code. */
static int add_segment(struct image *img, size_t *cap, const GElf_Phdr *ph, uint64_t at, uint64_t end)
{
	return add_code(img, cap,
			&(struct image_code){ .name = "(segment)",
					.addr = ph->p_vaddr + (at - ph->p_offset),
					.off = at,
					.size = end - at });
}

static int code_from_segments(struct image *img, size_t phnum, size_t *cap, char *why)
{
	for (size_t i = 0; i < phnum; i++) {
		GElf_Phdr ph;
		int r;

		if (!gelf_getphdr(img->elf, (int)i, &ph))
			return why_broken(why, "program header %zu: %s", i, elf_errmsg(-1));
		if (ph.p_type != PT_LOAD || !(ph.p_flags & PF_X) || ph.p_filesz == 0)
			continue;
		if (!range_ok(ph.p_offset, ph.p_filesz, img->size))
			return why_broken(why,
					"segment %zu (%" PRIu64 " bytes at offset %" PRIu64 ") lies outside the file",
					i, ph.p_filesz, ph.p_offset);
		r = add_segment(img, cap, &ph, ph.p_offset, ph.p_offset + ph.p_filesz);
		if (r < 0)
			return why_failed(why, r);
	}
	return 0;
}

/* A file may claim the same bytes as code a million times over; each byte is scanned once or the file is refused. */
static int check_overlap(const struct image *img, char *why)
{
	for (size_t i = 1; i < img->ncode; i++)
		if (img->code[i].off < img->code[i - 1].off + img->code[i - 1].size)
			return why_broken(why, "executable sections %u and %u overlap", img->code[i - 1].shndx,
					img->code[i].shndx);
	return 0;
}

static int code_compare(const void *a, const void *b)
{
	const struct image_code *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

/* Adds the rest of an executable segment, from `at` on, up to `end`: bytes that no section describes. Padding between
 * sections is no code. */
#define PADDING_MAX            4096
#define MAX_SECTIONS_LOOKED_AT 256 /* in one segment; real files have twenty */

static int add_rest(struct image *img, size_t *cap, const GElf_Phdr *ph, uint64_t at, uint64_t end)
{
	if (at >= end || end - at < PADDING_MAX)
		return 0;
	return add_segment(img, cap, ph, at, end);
}

/* Where in [at, end) of the file the next section with contents begins, and where it ends. */
static void next_section(struct image *img, size_t shnum, uint64_t at, uint64_t *start, uint64_t *stop)
{
	for (size_t i = 1; i < shnum; i++) {
		GElf_Shdr sh;

		if (!gelf_getshdr(elf_getscn(img->elf, i), &sh) || sh.sh_type == SHT_NOBITS || sh.sh_size == 0 ||
				!(sh.sh_flags & SHF_ALLOC) || sh.sh_offset + sh.sh_size <= at)
			continue;
		if (sh.sh_offset < *start) {
			*start = sh.sh_offset;
			*stop = sh.sh_offset + sh.sh_size;
		}
	}
}

static bool has_code(const struct image *img, uint64_t off, uint64_t end)
{
	for (size_t i = 0; i < img->ncode; i++)
		if (img->code[i].off < end && img->code[i].off + img->code[i].size > off)
			return true;
	return false;
}

/* ld.so goes by segments, and sections may lie: an executable segment without any executable section is code as a
 * whole, and so is a part of one that no section covers. */
static int add_uncovered(struct image *img, size_t shnum, size_t phnum, size_t *cap)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < phnum && i < IMAGE_LOADS; i++) {
		GElf_Phdr ph;
		uint64_t at, end;

		if (!gelf_getphdr(img->elf, (int)i, &ph) || ph.p_type != PT_LOAD || !(ph.p_flags & PF_X) ||
				ph.p_filesz == 0 || !range_ok(ph.p_offset, ph.p_filesz, img->size))
			continue;
		at = ph.p_offset;
		end = ph.p_offset + ph.p_filesz;
		if (!has_code(img, at, end)) {
			r = add_segment(img, cap, &ph, at, end);
			continue;
		}
		for (size_t bound = 0; r == 0 && at < end && bound < MAX_SECTIONS_LOOKED_AT; bound++) {
			uint64_t start = end, stop = end;

			next_section(img, shnum, at, &start, &stop);
			r = add_rest(img, cap, &ph, at, start < end ? start : end);
			at = stop > at ? stop : end;
		}
	}
	return r;
}

static bool has_entry(const struct image *img)
{
	GElf_Ehdr eh;

	if (!gelf_getehdr(img->elf, &eh) || eh.e_entry == 0)
		return true;
	for (size_t i = 0; i < img->ncode; i++)
		if (eh.e_entry >= img->code[i].addr && eh.e_entry - img->code[i].addr < img->code[i].size)
			return true;
	return false;
}

int image_find_code(struct image *img, size_t phnum, char *why)
{
	size_t cap = 0, shnum = 0;
	int r;

	if (elf_getshdrnum(img->elf, &shnum) != 0)
		return why_broken(why, "section headers: %s", elf_errmsg(-1));
	r = shnum > 1 ? code_from_sections(img, shnum, &cap, why) : 0;
	/* ld.so goes by segments. Where the sections do not even have the entry point, they are not to be trusted. */
	if (r == 0 && img->type != ET_REL && (shnum <= 1 || !has_entry(img))) {
		img->ncode = 0;
		r = code_from_segments(img, phnum, &cap, why);
	} else if (r == 0 && img->type != ET_REL) {
		r = add_uncovered(img, shnum, phnum, &cap);
		if (r < 0)
			return why_failed(why, r);
	}
	if (r < 0)
		return r;
	if (img->ncode)
		qsort(img->code, img->ncode, sizeof(*img->code), code_compare);
	return check_overlap(img, why);
}
