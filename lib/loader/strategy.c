// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "loader/strategy.h"

/* sysdeps/i386/dl-procinfo.c of 2.26 to 2.31: the platform names of cache bits 50 and 51. */
static const char *const aliases[] = { "haswell", "xeon_phi" };

static const char *const names[] = {
	[STRATEGY_NONE] = "none",
	[STRATEGY_HWCAP] = "hwcap",
	[STRATEGY_ALIAS] = "alias",
	[STRATEGY_DIRECTORY] = "directory",
};

const char *strategy_name(enum strategy strategy)
{
	return names[strategy];
}

enum strategy strategy_parse(const char *name)
{
	for (size_t i = STRATEGY_HWCAP; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum strategy)i;
	return STRATEGY_NONE;
}

bool strategy_follows_kernel(enum strategy strategy)
{
	return strategy == STRATEGY_HWCAP || strategy == STRATEGY_ALIAS;
}

/* What is asked of the note, and of the loader. */
struct question {
	const struct glibc *glibc;
	const struct glibc_generation *generation;
	enum glibc_ldconfig ldconfig;
	const struct kernelcap *note;
	unsigned bit; /* of "nosegneg" */
};

static void directory(const struct question *q, struct strategy_choice *out, const char *reason)
{
	*out = (struct strategy_choice){ .strategy = STRATEGY_DIRECTORY };
	if (q->glibc->source == GLIBC_UNKNOWN)
		snprintf(out->why, sizeof(out->why), "%s", reason);
	else
		snprintf(out->why, sizeof(out->why), "glibc %u.%u %s", q->glibc->major, q->glibc->minor, reason);
}

/* Why this loader cannot follow the kernel's note; NULL: it can. */
static const char *deaf(const struct question *q)
{
	if (q->glibc->source == GLIBC_UNKNOWN)
		return "the loader's release is not known, and a directory works with all";
	if (!q->generation->reads_note || !q->generation->cache_obeys_note)
		return q->generation->words;
	if (q->ldconfig == LDCONFIG_IGNORES_HWCAP)
		return "has an ldconfig that ignores hwcap lines";
	return NULL;
}

/* The entry that the note drives; STRATEGY_NONE where no line and no alias has its bit. */
static void follow_note(const struct question *q, struct strategy_choice *out)
{
	unsigned cached = q->generation->loader_base + q->bit; /* the cache bit that ld.so will test */

	*out = (struct strategy_choice){ .strategy = STRATEGY_NONE };
	if (cached >= q->generation->cache_base) {
		out->index = cached - q->generation->cache_base;
		if (out->index <= STRATEGY_INDEX_MAX)
			out->strategy = STRATEGY_HWCAP;
	} else if (q->bit < ARRAY_SIZE(aliases)) {
		out->alias = aliases[q->bit];
		out->strategy = STRATEGY_ALIAS;
	}
	snprintf(out->why, sizeof(out->why), "glibc %u.%u %s, and the note has bit %u", q->glibc->major,
			q->glibc->minor, q->generation->words, q->bit);
}

static void propose(const struct question *q, struct strategy_choice *out)
{
	const char *reason = deaf(q);

	if (!reason && !q->note)
		reason = "would follow the kernel's note, but this kernel has none";
	if (!reason) {
		follow_note(q, out);
		if (out->strategy != STRATEGY_NONE)
			return;
		reason = "has no cache bit for the note's bit";
	}
	directory(q, out, reason);
}

int strategy_choose(const struct glibc *glibc, enum glibc_ldconfig ldconfig, const struct kernelcap *note,
		enum strategy wanted, struct strategy_choice *out, char *why)
{
	struct question q = { .glibc = glibc, .generation = glibc_generation(glibc), .ldconfig = ldconfig };
	struct strategy_choice choice;
	bool enabled;

	if (note && note->present && kernelcap_index(note, STRATEGY_NAME, &q.bit, &enabled))
		q.note = note;
	propose(&q, &choice);
	if (wanted == STRATEGY_DIRECTORY && choice.strategy != STRATEGY_DIRECTORY) {
		choice = (struct strategy_choice){ .strategy = STRATEGY_DIRECTORY };
		snprintf(choice.why, sizeof(choice.why), "asked for");
	}
	if (wanted != STRATEGY_NONE && wanted != choice.strategy) {
		snprintf(why, WHY_MAX, "strategy %s cannot work here: %.120s", strategy_name(wanted), choice.why);
		return -EINVAL;
	}
	*out = choice;
	return 0;
}
