/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel asks of the loader: the note NT_GNU_HWCAP of its vDSO, and its meaning.
 *
 * Owner "GNU", type 2, desc: u32 count, u32 mask, then for each capability one byte (its bit) and a NUL-terminated
 * name. glibc 2.4 to 2.31 read it (elf/dl-hwcaps.c, _dl_important_hwcaps): they add mask << _DL_FIRST_EXTRA to the
 * hwcap word, which is what cache entries are tested against, and search in directories of the names whose bit is in
 * the mask. They trust the count; nothing here does. */
#ifndef LOADER_KERNELCAP_H
#define LOADER_KERNELCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"

#define KERNELCAP_MAX      32 /* capabilities that are kept */
#define KERNELCAP_DESC_MAX 128
#define KERNELCAP_NAME_MAX 64 /* bytes of a name, its NUL among them */

/* What is odd about a note. None of these keeps the rest from being read. */
enum kernelcap_problem {
	KERNELCAP_COUNT = 1 << 0, /* differs from the number of names: every program dies of an assertion in ld.so */
	KERNELCAP_TRUNCATED = 1 << 1,  /* the last name has no NUL, or the desc is too short for count and mask */
	KERNELCAP_EMPTY_NAME = 1 << 2, /* left out */
	KERNELCAP_BIT_RANGE = 1 << 3,  /* a bit above 31: left out, the mask has no place for it */
	KERNELCAP_SAME_BIT = 1 << 4,   /* two names for one bit */
	KERNELCAP_SAME_NAME = 1 << 5,  /* one name twice */
	KERNELCAP_MASK_BIT = 1 << 6,   /* the mask has a bit that no capability has: cache and directories disagree */
	KERNELCAP_SEVERAL = 1 << 7,    /* more than one such note: ld.so takes the first with a name, and so do we */
	KERNELCAP_LONG_NAME = 1 << 8,  /* longer than we keep, or with bytes that no directory of ours has: left out */
	KERNELCAP_TOO_MANY = 1 << 9,   /* more than KERNELCAP_MAX: the rest is left out */
	KERNELCAP_NOTES_BROKEN = 1 << 10, /* a PT_NOTE has bytes that are no whole note */
};

struct kernelcap_name {
	char name[KERNELCAP_NAME_MAX];
	uint8_t bit;
	bool enabled; /* its bit is in the mask: ld.so searches directories of this name */
};

struct kernelcap {
	bool present; /* there is such a note */
	uint32_t count, mask;
	struct kernelcap_name cap[KERNELCAP_MAX];
	size_t ncap;
	unsigned problems;                /* KERNELCAP_... */
	bool is64;                        /* of a 64-bit image */
	uint8_t desc[KERNELCAP_DESC_MAX]; /* the bytes themselves, for who passes them on */
	size_t desc_size;                 /* cut at KERNELCAP_DESC_MAX */
};

/* Reads the note from a vDSO image of either class, laid out as the file is. An image without the note succeeds with
 * `present` false. Errors: -ENOEXEC no ELF image of x86, -EBADMSG a broken one, both with `why` (WHY_MAX bytes). */
int kernelcap_parse(const void *image, uint64_t size, struct kernelcap *out, char *why);

/* Reads one note's desc into the zeroed *out; used by kernelcap_parse. A desc of 10 bytes or less, which ld.so passes
 * over as if it were not there, has no name that could be kept. */
void kernelcap_parse_desc(const uint8_t *desc, uint64_t size, struct kernelcap *out);

/* The index that a "hwcap INDEX NAME" line needs to be taken under this note, and whether the note enables it. That is
 * the capability's bit; where the mask lacks that bit and has exactly one which no capability claims, that one
 * (XenLinux of 2005 to 2007: mask 1, bit 1), because the cache is tested against the mask. False where the name is not
 * there. */
bool kernelcap_index(const struct kernelcap *cap, const char *name, unsigned *index, bool *enabled);

/* One problem (a single bit) in words. */
const char *kernelcap_problem_text(enum kernelcap_problem problem);

#endif
