/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether this machine shortens the segments of 32-bit programs, asked of the processor itself. */
#ifndef LOADER_SEGMENTS_H
#define LOADER_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct segments {
	bool known;
	uint32_t limit;  /* of the segment that %gs selects, in bytes, as LSL gives it */
	uint32_t access; /* its access rights, as LAR gives them */
};

/* Asks for this program's own %gs (Intel SDM volume 2, LSL and LAR): unprivileged, one instruction each. Returns 0, or
 * -ENOTSUP in a 64-bit program, whose %gs tells nothing, and where the selector cannot be looked at. */
int segments_of_self(struct segments *out);

/* A limit below 4 GiB, or a segment that expands down, into which 32-bit Xen turns a short one while it replays an
 * access (xen/arch/x86/x86_32/seg_fixup.c of 4.2). */
bool segments_shortened(const struct segments *s);

/* "limit=0xffffffff access=0xf300" and back; parse returns 0 or -EBADMSG. */
void segments_format(const struct segments *s, char *buf, size_t size);
int segments_parse(const char *text, struct segments *out);

#endif
