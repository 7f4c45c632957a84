/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entry on and off, so that at no moment a 32-bit program cannot start: the set is proven before it is published,
 * and what was published is proven, or withdrawn. Each of these prints what it did and returns an exit status. */
#ifndef LDCONFIG_HWCAP_SWITCH_H
#define LDCONFIG_HWCAP_SWITCH_H

#include "situation.h"

/* Publishes the entry, has ldconfig build the cache, and proves it. Does nothing where all is so already. `reason` is
 * told with it; NULL: none. */
int switch_enable(struct situation *s, const char *reason);

/* Withdraws the entry likewise; works without a set, a note or settings. */
int switch_disable(struct situation *s, const char *reason);

/* Whether the next 32-bit program has to get the set's libraries, with the entry on. */
bool switch_expects_set(const struct situation *s);

#endif
