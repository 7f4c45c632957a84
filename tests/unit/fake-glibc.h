/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loaders, C libraries and programs of a few bytes in a test's tree: an ELF header, a build-id, and the words that say
 * which release it is. */
#ifndef TESTS_FAKE_GLIBC_H
#define TESTS_FAKE_GLIBC_H

#include "elf-image.h"
#include "tree.h"

#define FAKE_BANNER(package, version) "GNU C Library (" package ") stable release version " version ".\n"

/* A GNU build-id note of one byte. */
static inline void fake_build_id(uint8_t *note, uint8_t id)
{
	memcpy(note, "\4\0\0\0\1\0\0\0\3\0\0\0GNU\0\0\0\0\0", 20);
	note[16] = id;
}

/* `id` 0: without a build-id; `words` and `interp` may be NULL. */
static inline void fake_object(
		const char *path, bool is64, uint16_t type, uint8_t id, const char *words, const char *interp)
{
	struct segment segment[3];
	struct image img;
	uint8_t note[20];
	size_t n = 0;

	fake_build_id(note, id);
	if (id)
		segment[n++] = (struct segment){ PT_NOTE, 4, note, sizeof(note) };
	if (words)
		segment[n++] = (struct segment){ PT_NULL, 1, words, strlen(words) };
	if (interp)
		segment[n++] = (struct segment){ PT_INTERP, 1, interp, strlen(interp) + 1 };
	image_make(&img, is64, type, is64 ? EM_X86_64 : EM_386, segment, n);
	tree_put(path, img.data, img.size);
}

static inline void fake_library(const char *path, uint8_t id, const char *words)
{
	fake_object(path, false, ET_DYN, id, words, NULL);
}

#endif
