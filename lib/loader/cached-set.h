/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ld.so.cache makes of a set: who gets its libraries, and whom it has to wait for. */
#ifndef LOADER_CACHED_SET_H
#define LOADER_CACHED_SET_H

#include <stdint.h>

#include "base/root.h"
#include "loader/glibc.h"
#include "loader/kernelcap.h"
#include "loader/ldcache.h"
#include "loader/library-set.h"

struct cached_set {
	size_t chosen;        /* of the set's libraries, those that every i386 program gets */
	size_t marked;        /* those with an entry that ld.so takes only if it has hwcap bits */
	uint64_t marks;       /* these bits, of all such entries together */
	char first[PATH_MAX]; /* what every i386 program gets as the set's first library; "" for nothing */
};

/* Returns 0 or -ENOMEM. */
int cached_set_read(const struct root *root, const struct ldcache *cache, const struct library_set *set,
		struct cached_set *out);

/* The cache of a root. *data is what it is borrowed from; the caller frees it. Returns 0, -ENOENT, -EBADMSG, or what
 * reading said; `why` has the words. */
int cached_set_open(const struct root *root, char **data, struct ldcache *out, char *why);

/* What the i386 ld.so of this release takes from a cache under this note (NULL: none), on a processor that is an i686
 * with SSE2, as every one that runs Xen is. `plain_only`: Debian's /etc/ld.so.nohwcap is in force. */
void cached_set_rules(
		const struct glibc *glibc, const struct kernelcap *note, bool plain_only, struct ldcache_rules *out);

/* How many of the set's libraries ld.so takes from the set by these rules. */
size_t cached_set_taken(const struct root *root, const struct ldcache *cache, const struct library_set *set,
		const struct ldcache_rules *rules);

#endif
