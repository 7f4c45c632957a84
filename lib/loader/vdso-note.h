/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A vDSO that says something else: the image of the running kernel with the note NT_GNU_HWCAP put in, changed or taken
 * out. Everything else in it, code, symbols and unwind tables, stays where it is and what it is. */
#ifndef LOADER_VDSO_NOTE_H
#define LOADER_VDSO_NOTE_H

#include "loader/kernelcap.h"

/* The room that is left for the caller where anyhow possible: see below. */
#define VDSO_NOTE_FREE 64

/* Builds the note's desc from "NAME=BIT[,NAME=BIT...]": count, mask with every bit set, then bit and name of each.
 * Names are as in kernelcap.h, bits 0 to 31, each once. Returns its size, or -EINVAL with `why` (WHY_MAX bytes). */
int vdso_note_build(const char *text, uint8_t desc[KERNELCAP_DESC_MAX], char *why);

/* Rewrites the i386 image of `size` bytes, all of them mapped in memory, laid out as the file is: its notes are copied,
 * without any NT_GNU_HWCAP and with the given desc added (desc_size 0: none), to where nothing stands: behind the
 * section headers, or, where that leaves less than VDSO_NOTE_FREE bytes, in place of them. One PT_NOTE and one section
 * of notes then say the new place (further ones become PT_NULL and SHT_NULL), and the PT_LOAD reaches to the end of the
 * image. Notes aligned to 8 stay as they are. Nothing is changed where the image has no NT_GNU_HWCAP and none is to be
 * added.
 *
 * `free_at`: where in the image the room of `free_size` bytes behind the notes begins, aligned to 16 and all zero; for
 * the caller's own use. Where there is none, the image's end and 0. Returns 0, or -EBADMSG or -ENOSPC with `why` and
 * the image unchanged. */
int vdso_note_set(uint8_t *image, uint32_t size, const uint8_t *desc, uint32_t desc_size, uint32_t *free_at,
		uint32_t *free_size, char *why);

#endif
