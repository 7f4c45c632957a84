/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a 32-bit Xen does to the segments of its guests, as arithmetic on their descriptors.
 * Sources, both at RELEASE-4.2.5: xen/arch/x86/x86_32/mm.c, check_descriptor(); xen/arch/x86/x86_32/seg_fixup.c,
 * fixup_seg(). What the processor checks: Intel SDM, volume 3A, 5.3. */
#ifndef XEN_SEGMENT_H
#define XEN_SEGMENT_H

#include <asm/ldt.h>
#include <stdbool.h>
#include <stdint.h>

/* Where guest segments end: xen/include/public/arch-x86/xen-x86_32.h, MACH2PHYS_VIRT_END_PAE and _NONPAE. */
#define XEN_HOLE_PAE    0xf6800000u
#define XEN_HOLE_NONPAE 0xfc400000u

/* Makes a descriptor end below `hole`, a multiple of 4096, as Xen does when a guest installs it. Returns 1 where it was
 * changed, 0 where it may stay as it is (among these: not present, empty, no data segment, one that expands down),
 * -ERANGE where Xen refuses it: it begins in the last page below the hole or behind that, or it is byte-granular and
 * reaches into the hole. */
int xen_segment_truncate(struct user_desc *desc, uint32_t hole);

/* Whether the processor lets `size` bytes (at least one) at `offset` pass. What wraps past 2^32 does not. */
bool xen_segment_holds(const struct user_desc *desc, uint32_t offset, uint32_t size);

/* What Xen does about a fault at `offset`, the operand's first byte: turns a truncated segment that expands up into one
 * that expands down, or back, so that the instruction can be replayed. False, with nothing changed, where it would not:
 * the segment is not a truncated one, or the first byte is not what is outside. */
bool xen_segment_flip(struct user_desc *desc, uint32_t hole, uint32_t offset);

/* Whether it looks like a truncated one, turned round or not. */
bool xen_segment_is_short(const struct user_desc *desc, uint32_t hole);

#endif
