/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds things that somebody else keeps in an array, by a hash of their key. */
#ifndef SIM_HASH_H
#define SIM_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_slot {
	uint64_t hash;
	size_t item; /* its number, plus 1; 0: the slot is free */
};

/* Zeroed: empty. Released by hash_clear. */
struct hash {
	struct hash_slot *slot;
	size_t n, size; /* size: a power of 2 */
};

/* Which items of this hash there are: begin with *at = 0, compare the item's key, go on until it returns 0. */
size_t hash_next(const struct hash *h, uint64_t hash, size_t *at);

void hash_add(struct hash *h, uint64_t hash, size_t item);
void hash_clear(struct hash *h);

/* Of bytes, going on from another hash; begin with 0. */
uint64_t hash_bytes(uint64_t hash, const void *data, size_t size);

#endif
