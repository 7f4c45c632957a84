/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Program and section headers of an x86 image in memory, of either class. A kernel image is searched for such images at
 * every page, so this allocates nothing. Format: System V gABI, chapters 4 and 5. */
#ifndef ELF_HEADERS_H
#define ELF_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"

struct headers {
	const uint8_t *data; /* borrowed: the whole image, laid out as the file is */
	uint64_t size;
	bool is64;              /* the class; false with EM_X86_64 is x32 */
	uint16_t type, machine; /* ET_..., EM_... */
	uint64_t phoff, shoff;  /* both tables are checked */
	uint32_t phnum;
	uint32_t shnum; /* 0 also where the table is broken: the loader does without it */
	uint32_t shstrndx;
};

/* Not checked against the image: a segment of a process need not be in the file. */
struct headers_segment {
	uint32_t type, flags;
	uint64_t off, filesz, addr, memsz, align;
};

struct headers_section {
	const char *name; /* "" where the string table does not have it; borrowed */
	uint32_t type;
	uint64_t off, size, align;
};

/* Reads the ELF header. Errors: -ENOEXEC no ELF image of i386, x86-64 or x32, -EBADMSG a broken one; `why` (WHY_MAX
 * bytes) then says in words what is wrong. */
int headers_parse(const void *data, uint64_t size, struct headers *out, char *why);

/* Header number `i`, below phnum or shnum. */
void headers_segment(const struct headers *h, uint32_t i, struct headers_segment *out);
void headers_section(const struct headers *h, uint32_t i, struct headers_section *out);

/* The size of one header in the class's tables. */
uint64_t headers_segment_size(const struct headers *h);
uint64_t headers_section_size(const struct headers *h);

#endif
