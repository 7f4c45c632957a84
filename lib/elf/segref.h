/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scanner: every instruction of an i386 ELF file that addresses memory through %gs or %fs, with a verdict. */
#ifndef ELF_SEGREF_H
#define ELF_SEGREF_H

#include "elf/image.h"
#include "elf/insn.h"

enum segref_verdict {
	SEGREF_SAFE,     /* inside the segment, whatever its limit */
	SEGREF_POSSIBLE, /* depends on a register whose value is not known */
	SEGREF_PROVEN,   /* below the thread pointer */
};

/* Why; the comment says what `detail` holds. */
enum segref_reason {
	SEGREF_NOT_CODE,          /* bytes of a table between functions, by the company they keep */
	SEGREF_NO_ACCESS,         /* lea, nop, prefetch: an address only */
	SEGREF_ADDRESS16,         /* a 16-bit offset wraps at 64 KiB */
	SEGREF_IN_TCB,            /* the offset */
	SEGREF_TABLE_IN_TCB,      /* the displacement that an index is added to */
	SEGREF_CONSTANT_IN_TCB,   /* the constant in the base register */
	SEGREF_BEYOND_TCB,        /* the offset */
	SEGREF_UNKNOWN_REGISTER,  /* the displacement */
	SEGREF_NEGATIVE,          /* the offset */
	SEGREF_NEGATIVE_CONSTANT, /* the constant in the base register */
	SEGREF_LOCAL_EXEC,        /* the displacement, inside the program's own thread-local block */
	SEGREF_UNRESOLVED,        /* the place of a relocation in the instruction itself that is not one of the below */
	SEGREF_RELOCATED,         /* the place of the TLS relocation in the instruction itself */
	SEGREF_TLS_SLOT,          /* the place of the TPOFF slot or relocation that the register comes from */
};

struct segref {
	const struct image_code *code; /* the section */
	uint32_t shndx;                /* of it in a relocatable file, else 0: as symbol_find wants it */
	uint64_t addr;
	uint64_t function; /* where the function (or the gap between functions) begins that holds it */
	bool fs;           /* through %fs, else %gs */
	uint8_t len;
	uint8_t bytes[ZYDIS_MAX_INSTRUCTION_LENGTH];
	enum segref_verdict verdict;
	enum segref_reason reason;
	uint32_t detail;
};

/* Called for each access in ascending address order within a section. A value other than 0 ends the delivery. */
typedef int (*segref_fn)(const struct segref *ref, void *arg);

/* Scans an image whose `affected` is true on up to `threads` threads (this one among them) and hands what it found to
 * fn, on this one. The decoder may be shared with other scans, also of other threads.
 * Returns 0, what fn returned, -EBADMSG or -ENODATA with `why` (WHY_MAX bytes), or -ENOMEM with `why`. */
int segref_scan(struct image *img, struct insn_decoder *decoder, unsigned threads, segref_fn fn, void *arg, char *why);

/* "safe", "possible", "proven". */
const char *segref_verdict_name(enum segref_verdict verdict);

/* The reason in words, without its detail. */
const char *segref_reason_text(enum segref_reason reason);

#endif
