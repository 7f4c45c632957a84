/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* glob(3) below a root, without flags: what ldconfig's include patterns match. */
#ifndef LOADER_LDCONF_GLOB_H
#define LOADER_LDCONF_GLOB_H

#include <stddef.h>

#include "base/root.h"

struct path_list {
	char **path; /* sorted as strcmp(3) sorts, which is how glob does in the C locale */
	size_t n, cap;
};

/* Fills `out`, an empty list, with the paths inside the root that an absolute pattern matches; none is no error. The
 * caller clears it also after an error: -EFBIG more matches than any system has, or -ENOMEM. */
int ldconf_glob(const struct root *root, const char *pattern, struct path_list *out);
void path_list_clear(struct path_list *list);

static inline void cleanup_path_list(struct path_list *list)
{
	path_list_clear(list);
}
#define _cleanup_path_list_ __attribute__((cleanup(cleanup_path_list)))

#endif
