/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where functions begin and end: the places from which an instruction sweep is known to be in step.
 * Sources: .eh_frame (LSB, "Exception Frames"; authoritative where it is), .symtab and .dynsym. */
#ifndef ELF_FUNCTION_H
#define ELF_FUNCTION_H

#include "elf/image.h"

enum span_kind {
	SPAN_FUNCTION, /* bounds from .eh_frame or a symbol */
	SPAN_GAP,      /* no function is known here; code all the same */
	SPAN_DATA,     /* an object symbol: tables that assembly keeps in .text */
};

struct span {
	uint64_t start; /* as image_code.addr counts */
	uint64_t end;
	enum span_kind kind;
};

/* The function bounds of a whole image. */
struct function_map {
	struct function_mark *mark; /* sorted; private */
	size_t n;
};

/* Reads them. Returns 0, -ENOMEM, or -EBADMSG with `why`; free with function_map_free either way. */
int function_map_read(struct function_map *map, struct image *img, char *why);
void function_map_free(struct function_map *map);

/* Divides one executable section into spans, in order, without holes or overlaps, and appends them to the growing array
 * *spans (*n of *cap). Returns 0 or -ENOMEM. */
int function_map_spans(const struct function_map *map, const struct image *img, const struct image_code *code,
		struct span **spans, size_t *n, size_t *cap);

#endif
