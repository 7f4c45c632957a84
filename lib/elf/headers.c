// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "elf/headers.h"

uint64_t headers_segment_size(const struct headers *h)
{
	return h->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

uint64_t headers_section_size(const struct headers *h)
{
	return h->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

/* What of the ELF header counts here, in the wide class. */
static void read_ehdr(struct headers *h, Elf64_Ehdr *eh)
{
	Elf32_Ehdr narrow;

	if (h->is64) {
		memcpy(eh, h->data, sizeof(*eh));
		return;
	}
	memcpy(&narrow, h->data, sizeof(narrow));
	eh->e_type = narrow.e_type;
	eh->e_machine = narrow.e_machine;
	eh->e_phoff = narrow.e_phoff;
	eh->e_shoff = narrow.e_shoff;
	eh->e_phentsize = narrow.e_phentsize;
	eh->e_phnum = narrow.e_phnum;
	eh->e_shentsize = narrow.e_shentsize;
	eh->e_shnum = narrow.e_shnum;
	eh->e_shstrndx = narrow.e_shstrndx;
}

static int identify(const uint8_t *data, uint64_t size, bool *is64, char *why)
{
	uint16_t machine;

	if (size < SELFMAG || memcmp(data, ELFMAG, SELFMAG) != 0) {
		snprintf(why, WHY_MAX, "not an ELF file");
		return -ENOEXEC;
	}
	if (size < sizeof(Elf32_Ehdr))
		return why_broken(why, "an ELF file of %" PRIu64 " bytes", size);
	memcpy(&machine, data + offsetof(Elf32_Ehdr, e_machine), sizeof(machine));
	*is64 = data[EI_CLASS] == ELFCLASS64;
	if ((!*is64 && data[EI_CLASS] != ELFCLASS32) || data[EI_DATA] != ELFDATA2LSB ||
			!(machine == EM_X86_64 || (machine == EM_386 && !*is64))) {
		snprintf(why, WHY_MAX, "an ELF file, but neither of i386 nor of x86-64");
		return -ENOEXEC;
	}
	if (*is64 && size < sizeof(Elf64_Ehdr))
		return why_broken(why, "an ELF file of %" PRIu64 " bytes", size);
	return 0;
}

int headers_parse(const void *data, uint64_t size, struct headers *out, char *why)
{
	struct headers h = { .data = data, .size = size };
	Elf64_Ehdr eh;
	int r = identify(data, size, &h.is64, why);

	if (r < 0)
		return r;
	read_ehdr(&h, &eh);
	h.type = eh.e_type;
	h.machine = eh.e_machine;
	if (eh.e_phnum && eh.e_phentsize != headers_segment_size(&h))
		return why_broken(why, "program headers of %u bytes", eh.e_phentsize);
	if (!range_ok(eh.e_phoff, eh.e_phnum * headers_segment_size(&h), size))
		return why_broken(why, "the program headers lie outside the file");
	h.phoff = eh.e_phoff;
	h.phnum = eh.e_phnum;
	if (eh.e_shentsize == headers_section_size(&h) &&
			range_ok(eh.e_shoff, eh.e_shnum * headers_section_size(&h), size)) {
		h.shoff = eh.e_shoff;
		h.shnum = eh.e_shnum;
		h.shstrndx = eh.e_shstrndx;
	}
	*out = h;
	return 0;
}

void headers_segment(const struct headers *h, uint32_t i, struct headers_segment *out)
{
	const uint8_t *at = h->data + h->phoff + i * headers_segment_size(h);
	Elf64_Phdr wide;
	Elf32_Phdr narrow;

	if (h->is64) {
		memcpy(&wide, at, sizeof(wide));
		*out = (struct headers_segment){ wide.p_type, wide.p_flags, wide.p_offset, wide.p_filesz, wide.p_vaddr,
			wide.p_memsz, wide.p_align };
		return;
	}
	memcpy(&narrow, at, sizeof(narrow));
	*out = (struct headers_segment){ narrow.p_type, narrow.p_flags, narrow.p_offset, narrow.p_filesz,
		narrow.p_vaddr, narrow.p_memsz, narrow.p_align };
}

static uint32_t read_section(const struct headers *h, uint32_t i, struct headers_section *out)
{
	const uint8_t *at = h->data + h->shoff + i * headers_section_size(h);
	Elf64_Shdr wide;
	Elf32_Shdr narrow;

	if (h->is64) {
		memcpy(&wide, at, sizeof(wide));
		*out = (struct headers_section){ "", wide.sh_type, wide.sh_offset, wide.sh_size, wide.sh_addralign };
		return wide.sh_name;
	}
	memcpy(&narrow, at, sizeof(narrow));
	*out = (struct headers_section){ "", narrow.sh_type, narrow.sh_offset, narrow.sh_size, narrow.sh_addralign };
	return narrow.sh_name;
}

void headers_section(const struct headers *h, uint32_t i, struct headers_section *out)
{
	struct headers_section strings;
	uint32_t name = read_section(h, i, out);
	const char *at;

	if (h->shstrndx >= h->shnum)
		return;
	read_section(h, h->shstrndx, &strings);
	if (!range_ok(strings.off, strings.size, h->size) || name >= strings.size)
		return;
	at = (const char *)h->data + strings.off + name;
	if (memchr(at, '\0', (size_t)(strings.size - name)))
		out->name = at;
}
