// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <string.h>

#include "base/util.h"
#include "elf/notes.h"

/* How far the walk may go with this name and desc; 0 where they do not fit. Sizes are widened before they are added. */
static uint64_t note_end(const struct notes *notes, const Elf32_Nhdr *nh, uint64_t *desc)
{
	uint64_t align = notes->align == 8 ? 8 : 4, name = notes->at + sizeof(*nh);

	*desc = (name + nh->n_namesz + align - 1) & ~(align - 1);
	/* An empty desc needs no padding behind the name. */
	if (nh->n_descsz == 0 && *desc > notes->size)
		*desc = notes->size;
	if (!range_ok(name, nh->n_namesz, notes->size) || !range_ok(*desc, nh->n_descsz, notes->size))
		return 0;
	return (*desc + nh->n_descsz + align - 1) & ~(align - 1);
}

bool notes_next(struct notes *notes, struct note *out)
{
	Elf32_Nhdr nh; /* Elf64_Nhdr is the same */
	uint64_t end, desc;

	if (!range_ok(notes->at, sizeof(nh), notes->size))
		return false;
	memcpy(&nh, notes->data + notes->at, sizeof(nh));
	end = note_end(notes, &nh, &desc);
	if (end == 0)
		return false;
	out->type = nh.n_type;
	out->owner = notes->data + notes->at + sizeof(nh);
	out->owner_size = nh.n_namesz;
	out->desc = notes->data + desc;
	out->desc_size = nh.n_descsz;
	notes->at = end;
	return true;
}

bool notes_truncated(const struct notes *notes)
{
	for (uint64_t at = notes->at; at < notes->size; at++)
		if (notes->data[at])
			return true;
	return false;
}

bool note_owned_by(const struct note *note, const char *name)
{
	size_t n = strlen(name) + 1;

	return note->owner_size == n && memcmp(note->owner, name, n) == 0;
}
