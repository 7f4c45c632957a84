/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The dynamic symbols of an i386 library with their versions, above what elf/object.h says of it. Read as ld.so reads
 * them, by PT_DYNAMIC; section headers are not consulted.
 * Formats: System V gABI, chapter 5; GNU symbol versioning (LSB 5.0 core, 10.7); i386 psABI. */
#ifndef ELF_DYNAMIC_H
#define ELF_DYNAMIC_H

#include "elf/image.h"
#include "elf/object.h"

struct dynamic_symbol {
	const char *name;
	const char *version; /* NULL: none, or the base version */
	const char *file;    /* undefined with a version: the soname that has to define it; else NULL */
	bool defined;
	bool hidden; /* defined, but not the default version (name@version, not name@@version) */
	uint8_t bind, type, visibility;
	uint16_t shndx;
	uint32_t value, size;
};

struct dynamic {
	struct object *obj;
	struct dynamic_symbol *symbols; /* without the null symbol; sorted by name, then version */
	size_t nsymbols;
};

/* Reads an image whose `affected` is true. On success *out is freed by the caller with dynamic_free; it borrows nothing
 * from the image. A file without PT_DYNAMIC succeeds and is empty.
 * Errors: -EBADMSG with `why` (WHY_MAX bytes) where a table lies or contradicts itself, -ENOMEM, or what reading
 * said, both with `why`. */
int dynamic_read(struct image *img, struct dynamic **out, char *why);
void dynamic_free(struct dynamic *dyn);

/* Finds a defined symbol. `version` NULL: the default one (name@@version) or the one without a version. NULL: none. */
const struct dynamic_symbol *dynamic_find(const struct dynamic *dyn, const char *name, const char *version);

static inline void cleanup_dynamic(struct dynamic **dyn)
{
	dynamic_free(*dyn);
}
#define _cleanup_dynamic_ __attribute__((cleanup(cleanup_dynamic)))

#endif
