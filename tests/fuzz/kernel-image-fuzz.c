// SPDX-License-Identifier: LGPL-2.1-or-later
/* libFuzzer target: any bytes as a kernel image. Under the fuzzer KERNEL_IMAGE_MAX is small. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "loader/kernel-image.h"
#include "loader/kernelcap.h"
#include "loader/vdso.h"
#include "xen/boot-image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct kernel_image *image)
{
	uint64_t end = 0;

	if (image->size > KERNEL_IMAGE_MAX || !image->packing || !memchr(image->version, '\0', sizeof(image->version)))
		abort();
	for (size_t i = 0; i < image->nvdso; i++) {
		const struct kernel_vdso *vdso = &image->vdso[i];
		struct kernelcap cap;
		char why[WHY_MAX] = "";

		if (vdso->off < end || vdso->size > VDSO_SIZE_MAX || !range_ok(vdso->off, vdso->size, image->size))
			abort();
		if (kernelcap_parse(image->data + vdso->off, vdso->size, &cap, why) < 0 && !*why)
			abort();
		end = vdso->off + vdso->size;
	}
}

static void look_for_xen(const struct kernel_image *image)
{
	_cleanup_xen_notes_ struct xen_notes notes = { 0 };
	struct xen_image what;
	char why[WHY_MAX] = "";

	if (!image->pe && xen_notes_read(image->data, image->size, &notes, why) < 0 && !*why)
		abort();
	xen_image_read(image->data, image->size, image->pe, &notes, &what);
	if (!memchr(what.version, '\0', sizeof(what.version)) || !memchr(what.build_id, '\0', sizeof(what.build_id)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_kernel_image_ struct kernel_image *image = NULL;
	char why[WHY_MAX] = "";

	if (kernel_image_parse(data, size, &image, why) < 0) {
		if (!*why)
			abort(); /* a refusal without a reason */
		return 0;
	}
	look(image);
	look_for_xen(image);
	return 0;
}
