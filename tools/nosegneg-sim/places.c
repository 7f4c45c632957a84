// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "memory.h"
#include "places.h"
#include "xen/segfixup.h"

static size_t slot_of(const struct places *places, uint32_t eip)
{
	size_t i = (eip * 2654435761u >> 8) & (places->size - 1);

	while (places->slot[i] && places->slot[i]->eip != eip)
		i = (i + 1) & (places->size - 1);
	return i;
}

struct place *places_find(const struct places *places, uint32_t eip)
{
	struct place *place = places->size ? places->slot[slot_of(places, eip)] : NULL;

	return place && place->mappings == places->mappings ? place : NULL;
}

/* At most half full. */
static void grow(struct places *places)
{
	struct places old = *places;

	if (2 * (old.n + 1) <= old.size)
		return;
	places->size = old.size ? 2 * old.size : 64;
	places->slot = alloc_new(places->size * sizeof(*places->slot));
	for (size_t i = 0; i < old.size; i++)
		if (old.slot[i])
			places->slot[slot_of(places, old.slot[i]->eip)] = old.slot[i];
	free(old.slot);
}

static struct place *entry(struct places *places, uint32_t eip)
{
	size_t i;

	grow(places);
	i = slot_of(places, eip);
	if (!places->slot[i]) {
		places->slot[i] = alloc_new(sizeof(*places->slot[i]));
		places->n++;
	}
	places->slot[i]->eip = eip;
	return places->slot[i];
}

/* It raises SIGSEGV behind itself, with all that a fault has (#OF; arch/x86/kernel/traps.c). */
static bool is_after_into(const struct task *task, uint32_t eip)
{
	uint8_t before[2];

	return memory_get(task, eip - 2, before, sizeof(before)) == 0 &&
	       (before[1] == 0xce || (before[0] == 0xcd && before[1] == 4));
}

struct place *places_read(struct sim *sim, const struct task *task, uint32_t eip)
{
	uint8_t bytes[ZYDIS_MAX_INSTRUCTION_LENGTH];
	ssize_t n = memory_read(task, eip, bytes, sizeof(bytes));
	struct insn_full full;
	struct operand operand;
	struct place *place;

	/* At the end of a mapping less can be read: a partial read stops at a page, but not within one. */
	if (n < (ssize_t)sizeof(bytes))
		n = memory_read(task, eip, bytes, 4096 - (eip & 4095) < sizeof(bytes) ? 4096 - (eip & 4095) : 1);
	if (n <= 0 || !insn_decode_full(sim->decoder, bytes, (size_t)n, &full) || !operand_find(&full, &operand))
		return NULL;
	place = entry(&task->process->places, eip);
	if (place->mappings == task->process->places.mappings && place->len == full.info.length &&
			memcmp(place->bytes, bytes, place->len) == 0)
		return place;
	place->mappings = task->process->places.mappings;
	place->len = full.info.length;
	memcpy(place->bytes, bytes, place->len);
	place->operand = operand;
	place->after_into = is_after_into(task, eip);
	place->site = record_site(sim->record, task->tid, eip, bytes, place->len);
	place->site->refusal = xen_segfixup_refusal(bytes, place->len);
	return place;
}

void places_copy(struct places *out, const struct places *from)
{
	out->mappings = from->mappings;
	for (size_t i = 0; i < from->size; i++)
		if (from->slot[i])
			*entry(out, from->slot[i]->eip) = *from->slot[i];
}
