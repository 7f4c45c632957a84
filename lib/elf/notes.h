/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The notes of a PT_NOTE segment, one after the other. Format: System V gABI, chapter 5, "Note Section". */
#ifndef ELF_NOTES_H
#define ELF_NOTES_H

#include <stdbool.h>
#include <stdint.h>

/* Where a walk stands. Begin with `at` = 0. */
struct notes {
	const uint8_t *data; /* borrowed */
	uint64_t size;
	uint64_t align; /* p_align; 8 is 8, anything else is 4, as binutils and glibc >= 2.27 read it */
	uint64_t at;
};

struct note {
	uint32_t type;
	const uint8_t *owner; /* borrowed, like desc; namesz bytes, its NUL among them */
	uint32_t owner_size;
	const uint8_t *desc;
	uint32_t desc_size;
};

/* The next note, all of it inside the data. False at the end, and at the first note that does not fit; `at` is then
 * less than `size` by more than padding. */
bool notes_next(struct notes *notes, struct note *out);

/* Whether bytes are left that are not a whole note, after notes_next said false. */
bool notes_truncated(const struct notes *notes);

/* Whether the owner is exactly `name` with its NUL. */
bool note_owned_by(const struct note *note, const char *name);

#endif
