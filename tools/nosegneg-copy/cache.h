/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The image's ld.so.cache. */
#ifndef NOSEGNEG_COPY_CACHE_H
#define NOSEGNEG_COPY_CACHE_H

#include "journal.h"

/* Has ldconfig make a cache, the source's own or else this machine's, and puts it in its place if it says something
 * new. Returns 0, -ENOENT where there is no ldconfig, or another negative errno; the latter with the failure filled. */
int cache_make(struct journal *j, const struct root *source, const struct timespec *mtime);

#endif
