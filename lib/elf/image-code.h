/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which bytes of an ELF file are code: a part of image_open. */
#ifndef ELF_IMAGE_CODE_H
#define ELF_IMAGE_CODE_H

#include "elf/image.h"

/* Fills img->code, whose headers are checked and whose loads are known, sorted by place in the file: the executable
 * sections, and what segments have besides. Returns 0, -ENOMEM or -EBADMSG, with `why` (WHY_MAX bytes). */
int image_find_code(struct image *img, size_t phnum, char *why);

#endif
