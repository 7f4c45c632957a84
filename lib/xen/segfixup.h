/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a 32-bit Xen does with an instruction that reaches beyond a shortened segment.
 * Source: xen/arch/x86/x86_32/seg_fixup.c, gpf_emulate_4gb(), at RELEASE-4.2.5. */
#ifndef XEN_SEGFIXUP_H
#define XEN_SEGFIXUP_H

#include <stddef.h>
#include <stdint.h>

/* Whether Xen would refuse to fix up the instruction, so that the program gets SIGSEGV instead of running slowly.
 * Returns NULL where Xen fixes it up, else the reason in words. `insn` is one whole instruction of `len` bytes. */
const char *xen_segfixup_refusal(const uint8_t *insn, size_t len);

#endif
