// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>

#include "xen/segment.h"

#define PAGE 4096u

#define LIMIT_FIELD 0xfffffu /* the 20 bits that a descriptor has */

/* user_desc.contents: data that expands up, and down; the other two are code. Linux, arch/x86/include/uapi/asm/ldt.h.
 */
enum { EXPAND_UP = MODIFY_LDT_CONTENTS_DATA, EXPAND_DOWN = MODIFY_LDT_CONTENTS_STACK };

/* Xen's limit: one more than the last byte's offset, where 4 GiB become 0. All of its arithmetic has 32 bits. */
static uint32_t limit_bytes(const struct user_desc *desc)
{
	uint32_t limit = (desc->limit & LIMIT_FIELD) + 1;

	return desc->limit_in_pages ? limit * PAGE : limit;
}

static uint32_t limit_field(uint32_t bytes)
{
	return (bytes / PAGE - 1) & LIMIT_FIELD;
}

/* A segment that expands down is left as the program set it, though Xen would make it reach all addresses from its base
 * to the end of the address space: nobody has such thread segments, and get_thread_area would show the change. */
int xen_segment_truncate(struct user_desc *desc, uint32_t hole)
{
	uint32_t end = desc->base_addr + limit_bytes(desc);

	if (desc->seg_not_present || desc->contents != EXPAND_UP)
		return 0;
	if (desc->base_addr >= hole - PAGE)
		return -ERANGE;
	if (end > desc->base_addr && end <= hole)
		return 0;
	if (!desc->limit_in_pages)
		return -ERANGE;
	desc->limit = limit_field(hole - desc->base_addr);
	return 1;
}

/* What wraps past the end of the address space is outside of either kind of segment. With a flat one of 4 GiB that is
 * the processor's choice (SDM, 5.3); AMD's Zen 4 faults. */
bool xen_segment_holds(const struct user_desc *desc, uint32_t offset, uint32_t size)
{
	uint64_t limit = desc->limit & LIMIT_FIELD, first = offset, last = first + size - 1;
	uint64_t top = desc->seg_32bit ? UINT32_MAX : UINT16_MAX;

	if (desc->seg_not_present)
		return false;
	if (desc->limit_in_pages)
		limit = limit * PAGE + PAGE - 1;
	if (desc->contents == EXPAND_DOWN)
		return first > limit && last <= top;
	return last <= limit;
}

static bool is_turned(const struct user_desc *desc)
{
	return desc->contents == EXPAND_DOWN && desc->base_addr + limit_bytes(desc) < PAGE;
}

static bool is_truncated(const struct user_desc *desc, uint32_t hole)
{
	return desc->contents == EXPAND_UP && hole - (desc->base_addr + limit_bytes(desc)) < PAGE;
}

static bool has_pages(const struct user_desc *desc)
{
	return !desc->seg_not_present && desc->seg_32bit && desc->limit_in_pages;
}

bool xen_segment_is_short(const struct user_desc *desc, uint32_t hole)
{
	return has_pages(desc) && (is_truncated(desc, hole) || is_turned(desc));
}

/* What looks like a truncated segment is one, to Xen: it keeps no list of them. */
bool xen_segment_flip(struct user_desc *desc, uint32_t hole, uint32_t offset)
{
	uint32_t base = desc->base_addr, limit = limit_bytes(desc);

	if (!has_pages(desc))
		return false;
	if (is_truncated(desc, hole) && offset > limit) {
		desc->limit = limit_field(-(base & ~(PAGE - 1)));
		desc->contents = EXPAND_DOWN;
		return true;
	}
	if (is_turned(desc) && offset <= limit) {
		desc->limit = limit_field(hole - base);
		desc->contents = EXPAND_UP;
		return true;
	}
	return false;
}
