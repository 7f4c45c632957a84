/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the vDSO images inside a kernel. The kernel's build puts them in as they are: since 2.6.38 on page boundaries
 * (arch/x86/entry/vdso/vdso2c.h), before that wherever .incbin left them. */
#ifndef LOADER_KERNEL_IMAGE_VDSO_H
#define LOADER_KERNEL_IMAGE_VDSO_H

#include "loader/kernel-image.h"

/* Fills image->vdso from image->data. Returns 0 or -ENOMEM. */
int kernel_image_find_vdsos(struct kernel_image *image);

#endif
