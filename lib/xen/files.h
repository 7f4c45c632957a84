/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a table of small files below a root and keeps for each why it could not be read. */
#ifndef XEN_FILES_H
#define XEN_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/root.h"

struct xen_files {
	const struct root *root;
	const char *const *path; /* n absolute paths */
	int *error;              /* n: 0 read, -ENOENT not there, else why it could not be read */
	size_t n;
	bool refusals;    /* the word by which Linux passes a refusal of the hypervisor on counts as -EPERM */
	bool memory_gone; /* of one of them, so far */
};

/* The whole of one, as root_read gives it. Returns 0 or a negative errno. */
int xen_files_read(struct xen_files *files, size_t file, char **data, size_t *size);

/* The first line of one, without spaces at its end; "" where it could not be read, and cut at `cap`. */
void xen_files_line(struct xen_files *files, size_t file, char *buf, size_t cap);

/* Goes by what tools/capture wrote, which is changed: a file that it could not read is missing in its tree, and was
 * there on the machine. Returns whether it holds the line `word`, which may be NULL. */
bool xen_files_captured(struct xen_files *files, char *capture, const char *word);

#endif
