// SPDX-License-Identifier: LGPL-2.1-or-later
/* libFuzzer target: any bytes as a vDSO image and as a note's desc, and as the headers that say how long it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "loader/kernelcap.h"
#include "loader/vdso.h"
#include "xen/guest-notes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct kernelcap *cap)
{
	unsigned index;
	bool enabled;

	if (cap->ncap > KERNELCAP_MAX || cap->problems >= KERNELCAP_NOTES_BROKEN << 1)
		abort();
	for (size_t i = 0; i < cap->ncap; i++) {
		const struct kernelcap_name *name = &cap->cap[i];

		if (name->bit > 31 || !*name->name || strlen(name->name) >= KERNELCAP_NAME_MAX)
			abort();
		if (name->enabled != (cap->mask >> name->bit & 1))
			abort();
		if (!kernelcap_index(cap, name->name, &index, &enabled) || index > 31)
			abort();
		if (enabled && !(cap->mask >> index & 1))
			abort();
	}
	/* What ends every program is never silent. */
	if (cap->present && cap->ncap > cap->count && !(cap->problems & KERNELCAP_COUNT))
		abort();
}

static void look_at_xen(const uint8_t *data, size_t size)
{
	_cleanup_xen_notes_ struct xen_notes notes = { 0 };
	char why[WHY_MAX] = "";

	if (xen_notes_read(data, size, &notes, why) < 0) {
		if (!*why)
			abort();
		return;
	}
	for (size_t i = 0; i < notes.n; i++)
		if (notes.note[i].desc < data || notes.note[i].desc + notes.note[i].desc_size > data + size)
			abort();
	if (notes.guest && (const uint8_t *)notes.guest + notes.guest_size > data + size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernelcap cap = { 0 };
	char why[WHY_MAX] = "";
	uint64_t extent;

	kernelcap_parse_desc(data, size, &cap);
	look(&cap);
	if (kernelcap_parse(data, size, &cap, why) == 0)
		look(&cap);
	else if (!*why)
		abort();
	if (vdso_extent(data, size, &extent, why) == 0 && (extent == 0 || extent > VDSO_SIZE_MAX))
		abort();
	look_at_xen(data, size);
	return 0;
}
