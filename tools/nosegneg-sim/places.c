// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "memory.h"
#include "places.h"
#include "xen/segfixup.h"

/* Different for each address, so that the hash alone finds the place. */
static uint64_t hash_of(uint32_t eip)
{
	uint64_t hash = eip * UINT64_C(0x9e3779b97f4a7c15);

	return hash ^ hash >> 32;
}

static struct place *find(const struct places *places, uint32_t eip)
{
	size_t at = 0, item = hash_next(&places->index, hash_of(eip), &at);

	return item ? places->place[item - 1] : NULL;
}

struct place *places_find(const struct places *places, uint32_t eip)
{
	struct place *place = find(places, eip);

	return place && place->mappings == places->mappings ? place : NULL;
}

static struct place *entry(struct places *places, uint32_t eip)
{
	struct place *place = find(places, eip);

	if (place)
		return place;
	place = alloc_new(sizeof(*place));
	place->eip = eip;
	alloc_reserve(&places->place, &places->cap, places->n + 1, sizeof(*places->place));
	places->place[places->n++] = place;
	hash_add(&places->index, hash_of(eip), places->n);
	return place;
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
	place->refusal = xen_segfixup_refusal(bytes, place->len);
	place->after_into = is_after_into(task, eip);
	place->site = record_site(sim->record, task->tid, eip, bytes, place->len);
	return place;
}

void places_copy(struct places *out, const struct places *from)
{
	out->mappings = from->mappings;
	for (size_t i = 0; i < from->n; i++)
		*entry(out, from->place[i]->eip) = *from->place[i];
}

void places_clear(struct places *places)
{
	for (size_t i = 0; i < places->n; i++)
		free(places->place[i]);
	free(places->place);
	hash_clear(&places->index);
	*places = (struct places){ 0 };
}
