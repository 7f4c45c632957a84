// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "loader/segments.h"

#define ACCESS_CODE        0x0800 /* type bit 3: code, else data */
#define ACCESS_EXPAND_DOWN 0x0400 /* type bit 2 of a data segment */

int segments_of_self(struct segments *out)
{
#ifdef __i386__
	uint32_t selector, limit = 0, access = 0;
	bool ok_limit, ok_access;

	__asm__ volatile("mov %%gs, %0" : "=r"(selector));
	__asm__ volatile("lsl %2, %0\n\tsetz %1" : "+r"(limit), "=qm"(ok_limit) : "r"(selector) : "cc");
	__asm__ volatile("lar %2, %0\n\tsetz %1" : "+r"(access), "=qm"(ok_access) : "r"(selector) : "cc");
	if (!ok_limit || !ok_access)
		return -ENOTSUP;
	*out = (struct segments){ .known = true, .limit = limit, .access = access };
	return 0;
#else
	(void)out;
	return -ENOTSUP;
#endif
}

bool segments_shortened(const struct segments *s)
{
	bool expands_down = !(s->access & ACCESS_CODE) && (s->access & ACCESS_EXPAND_DOWN);

	return s->known && (s->limit != UINT32_MAX || expands_down);
}

void segments_format(const struct segments *s, char *buf, size_t size)
{
	if (s->known)
		snprintf(buf, size, "limit=0x%x access=0x%x", s->limit, s->access);
	else
		snprintf(buf, size, "unknown");
}

int segments_parse(const char *text, struct segments *out)
{
	static const char first[] = "limit=0x", second[] = " access=0x";
	uint64_t limit, access;

	if (strncmp(text, first, sizeof(first) - 1) != 0)
		return -EBADMSG;
	text += sizeof(first) - 1;
	if (!text_number(&text, 16, UINT32_MAX, &limit) || strncmp(text, second, sizeof(second) - 1) != 0)
		return -EBADMSG;
	text += sizeof(second) - 1;
	if (!text_number(&text, 16, UINT32_MAX, &access) || *text)
		return -EBADMSG;
	*out = (struct segments){ .known = true, .limit = (uint32_t)limit, .access = (uint32_t)access };
	return 0;
}
