/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small i386 ELF files, put together by hand. */
#ifndef TESTS_ELF32_H
#define TESTS_ELF32_H

#include <elf.h>
#include <stdbool.h>
#include <string.h>

#include "unit.h"

#define ELF32_NAMES 8 /* of one kind */

/* An i386 ELF file: one PT_LOAD over everything, and what is asked for. */
struct elf32_spec {
	const char *interp, *soname, *rpath, *runpath;
	const char *needed[ELF32_NAMES], *auxiliary[ELF32_NAMES], *filter[ELF32_NAMES];
	uint32_t flags_1, abi; /* oldest kernel, 0xVVPPSS */
	uint32_t isa;
	bool no_dynamic, executable;
};

struct elf32 {
	uint8_t data[8192];
	size_t size, strings, nstring, dynamic, ndynamic;
};

static inline uint32_t elf32_add_string(struct elf32 *b, const char *s)
{
	size_t at = b->nstring;

	memcpy(b->data + b->strings + at, s, strlen(s) + 1);
	b->nstring += strlen(s) + 1;
	assert_true(b->strings + b->nstring < b->dynamic);
	return (uint32_t)at;
}

static inline void elf32_add_tag(struct elf32 *b, int32_t tag, uint32_t value)
{
	Elf32_Dyn dyn = { .d_tag = tag, .d_un.d_val = value };

	memcpy(b->data + b->dynamic + b->ndynamic++ * sizeof(dyn), &dyn, sizeof(dyn));
}

static inline void elf32_add_name(struct elf32 *b, int32_t tag, const char *name)
{
	if (name)
		elf32_add_tag(b, tag, elf32_add_string(b, name));
}

static inline void elf32_add_segment(struct elf32 *b, uint32_t type, size_t off, size_t size, uint32_t align)
{
	Elf32_Ehdr *eh = (Elf32_Ehdr *)(void *)b->data;
	Elf32_Phdr ph = { .p_type = type,
		.p_offset = (uint32_t)off,
		.p_vaddr = (uint32_t)off,
		.p_filesz = (uint32_t)size,
		.p_memsz = (uint32_t)size,
		.p_align = align,
		.p_flags = PF_R };

	memcpy(b->data + sizeof(*eh) + eh->e_phnum++ * sizeof(ph), &ph, sizeof(ph));
}

static inline void elf32_add_note(
		struct elf32 *b, size_t at, uint32_t segment, uint32_t type, const uint32_t *desc, size_t size)
{
	uint32_t head[] = { 4, (uint32_t)size, type };

	memcpy(b->data + at, head, 12);
	memcpy(b->data + at + 12, "GNU", 4);
	memcpy(b->data + at + 16, desc, size);
	elf32_add_segment(b, segment, at, 16 + size, 4);
}

static inline void elf32_add_dynamic(struct elf32 *b, const struct elf32_spec *s)
{
	for (size_t i = 0; i < ELF32_NAMES; i++)
		elf32_add_name(b, DT_NEEDED, s->needed[i]);
	for (size_t i = 0; i < ELF32_NAMES; i++)
		elf32_add_name(b, DT_AUXILIARY, s->auxiliary[i]);
	for (size_t i = 0; i < ELF32_NAMES; i++)
		elf32_add_name(b, DT_FILTER, s->filter[i]);
	elf32_add_name(b, DT_SONAME, s->soname);
	elf32_add_name(b, DT_RPATH, s->rpath);
	elf32_add_name(b, DT_RUNPATH, s->runpath);
	if (s->flags_1)
		elf32_add_tag(b, DT_FLAGS_1, s->flags_1);
	elf32_add_tag(b, DT_STRTAB, (uint32_t)b->strings);
	elf32_add_tag(b, DT_STRSZ, (uint32_t)b->nstring);
	elf32_add_tag(b, DT_NULL, 0);
	elf32_add_segment(b, PT_DYNAMIC, b->dynamic, b->ndynamic * sizeof(Elf32_Dyn), 4);
}

static inline void elf32_build(struct elf32 *b, const struct elf32_spec *s)
{
	static const uint8_t ident[EI_NIDENT] = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT };
	Elf32_Ehdr eh = { .e_type = s->executable ? ET_EXEC : ET_DYN,
		.e_machine = EM_386,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(Elf32_Ehdr),
		.e_ehsize = sizeof(Elf32_Ehdr),
		.e_phentsize = sizeof(Elf32_Phdr) };

	*b = (struct elf32){ .strings = 1024, .nstring = 1, .dynamic = 4096, .size = 8192 };
	memcpy(eh.e_ident, ident, sizeof(ident));
	memcpy(b->data, &eh, sizeof(eh));
	elf32_add_segment(b, PT_LOAD, 0, b->size, 4096);
	if (s->interp) {
		strcpy((char *)b->data + 512, s->interp);
		elf32_add_segment(b, PT_INTERP, 512, strlen(s->interp) + 1, 1);
	}
	if (s->abi) {
		uint32_t abi[] = { 0, s->abi >> 16, s->abi >> 8 & 0xff, s->abi & 0xff };

		elf32_add_note(b, 600, PT_NOTE, NT_GNU_ABI_TAG, abi, sizeof(abi));
	}
	if (s->isa) {
		uint32_t property[] = { 0xc0008002, 4, s->isa };

		elf32_add_note(b, 700, PT_NOTE, NT_GNU_PROPERTY_TYPE_0, property, sizeof(property));
	}
	if (!s->no_dynamic)
		elf32_add_dynamic(b, s);
}

#endif
