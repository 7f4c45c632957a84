// SPDX-License-Identifier: LGPL-2.1-or-later
/* libFuzzer target: any bytes as a vDSO image whose note is set or taken out, and as the text of a note. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "loader/vdso-note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set(const uint8_t *data, uint32_t size, const uint8_t *desc, uint32_t desc_size)
{
	_cleanup_free_ uint8_t *image = malloc(size + !size);
	uint32_t at, room;
	struct kernelcap cap;
	char why[WHY_MAX] = "";

	if (size)
		memcpy(image, data, size);
	if (vdso_note_set(image, size, desc, desc_size, &at, &room, why) < 0) {
		if (!*why || memcmp(image, data, size) != 0)
			abort(); /* a refusal without a reason, or half a change */
		return;
	}
	if (!range_ok(at, room, size) || (room && at % 16))
		abort();
	for (uint32_t i = at; i < at + room; i++)
		if (image[i])
			abort();
	if (kernelcap_parse(image, size, &cap, why) < 0 || cap.present != (desc_size > 0) || cap.problems ||
			cap.desc_size != desc_size || memcmp(cap.desc, desc, desc_size) != 0)
		abort();
}

static void build(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = malloc(size + 1);
	uint8_t desc[KERNELCAP_DESC_MAX];
	struct kernelcap cap;
	char why[WHY_MAX] = "";
	int r;

	memcpy(text, data, size);
	text[size] = '\0';
	r = vdso_note_build(text, desc, why);
	if (r > KERNELCAP_DESC_MAX || (r < 0 && !*why))
		abort();
	if (r < 0)
		return;
	kernelcap_parse_desc(desc, (uint64_t)r, &cap);
	if (cap.problems || cap.ncap == 0 || cap.ncap != cap.count)
		abort();
	for (size_t i = 0; i < cap.ncap; i++)
		if (!cap.cap[i].enabled)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t desc[] = { 1, 0, 0, 0, 2, 0, 0, 0, 1, 'n', 'o', 's', 'e', 'g', 'n', 'e', 'g', 0 };

	set(data, (uint32_t)size, desc, sizeof(desc));
	set(data, (uint32_t)size, desc, 0);
	if (size <= 256)
		build(data, size);
	return 0;
}
