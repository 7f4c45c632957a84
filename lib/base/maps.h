/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/PID/maps, line by line: proc(5). */
#ifndef BASE_MAPS_H
#define BASE_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct maps {
	const char *at; /* borrowed; begin with the text and its size */
	size_t size;
};

struct maps_line {
	uint64_t start, end, offset, ino;
	uint32_t major, minor;
	bool read, write, execute;
	const char *path; /* borrowed from the text: not terminated. "" for anonymous memory */
	size_t path_len;  /* without " (deleted)" */
	bool deleted;     /* the kernel says that the file's name is gone */
};

/* The next line that makes sense; others are passed over. False at the end. */
bool maps_next(struct maps *maps, struct maps_line *out);

#endif
