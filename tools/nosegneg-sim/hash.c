// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>

#include "hash.h"
#include "alloc.h"

/* FNV-1a, 64 bits (draft-eastlake-fnv), with the upper half mixed into the lower one, which chooses the slot. */
uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *p = data;

	hash ^= 0xcbf29ce484222325;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * 0x100000001b3;
	return hash ^ hash >> 32;
}

size_t hash_next(const struct hash *h, uint64_t hash, size_t *at)
{
	while (h->size && *at < h->size) {
		const struct hash_slot *slot = &h->slot[(hash + (*at)++) & (h->size - 1)];

		if (slot->item == 0)
			return 0;
		if (slot->hash == hash)
			return slot->item;
	}
	return 0;
}

static void put(struct hash *h, struct hash_slot add)
{
	size_t i = (size_t)add.hash & (h->size - 1);

	while (h->slot[i].item)
		i = (i + 1) & (h->size - 1);
	h->slot[i] = add;
	h->n++;
}

/* At most half full, so that a search ends soon. */
static void grow(struct hash *h)
{
	struct hash old = *h;

	h->size = old.size ? old.size * 2 : 64;
	h->slot = alloc_new(h->size * sizeof(*h->slot));
	h->n = 0;
	for (size_t i = 0; i < old.size; i++)
		if (old.slot[i].item)
			put(h, old.slot[i]);
	free(old.slot);
}

void hash_add(struct hash *h, uint64_t hash, size_t item)
{
	if (h->n >= h->size / 2)
		grow(h);
	put(h, (struct hash_slot){ hash, item });
}

void hash_clear(struct hash *h)
{
	free(h->slot);
	*h = (struct hash){ 0 };
}
