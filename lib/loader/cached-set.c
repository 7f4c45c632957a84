// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "loader/cached-set.h"

int cached_set_open(const struct root *root, char **data, struct ldcache *out, char *why)
{
	_cleanup_free_ char *bytes = NULL;
	size_t size;
	int r = root_read(root, LDCACHE_PATH, LDCACHE_SIZE_MAX, &bytes, &size);

	if (r < 0)
		return why_failed(why, r);
	r = ldcache_parse(bytes, size, out, why);
	if (r == 0)
		*data = TAKE_PTR(bytes);
	return r;
}

/* Entries of the set with hwcap bits; those of glibc-hwcaps are taken on demand only and bind nobody. */
static void read_marked(const struct root *root, const struct ldcache *cache, const struct library_set *set,
		struct cached_set *out)
{
	struct ldcache_entry e;

	for (uint32_t i = 0; i < cache->nentry; i++) {
		if (!ldcache_entry(cache, i, &e) || e.flags != LDCACHE_I386 || e.hwcap == 0 || e.subdirectory)
			continue;
		if (!library_set_has(set, e.name) || !library_set_holds(root, set, e.path))
			continue;
		out->marked++;
		out->marks |= e.hwcap;
	}
}

int cached_set_read(const struct root *root, const struct ldcache *cache, const struct library_set *set,
		struct cached_set *out)
{
	static const struct ldcache_rules everyone = { .flags = LDCACHE_I386, .plain_only = true };
	struct ldcache_entry e;

	*out = (struct cached_set){ 0 };
	for (size_t i = 0; i < set->nlibrary; i++) {
		if (!ldcache_find(cache, set->library[i], &everyone, &e))
			continue;
		if (i == 0)
			snprintf(out->first, sizeof(out->first), "%s", e.path);
		out->chosen += library_set_holds(root, set, e.path);
	}
	read_marked(root, cache, set, out);
	return 0;
}

/* sysdeps/i386/dl-procinfo.h until 2.25 and sysdeps/x86/dl-hwcap.h from 2.26 on: bits 0 to 47 are the processor's, then
 * come the platforms: i386, i486, i586, i686, or only the last two. */
void cached_set_rules(
		const struct glibc *glibc, const struct kernelcap *note, bool plain_only, struct ldcache_rules *out)
{
	const struct glibc_generation *g = glibc_generation(glibc);
	bool old = glibc_at_most(glibc, 2, 25);

	*out = (struct ldcache_rules){
		.flags = LDCACHE_I386,
		.hwcap = (UINT64_C(1) << 48) - 1,
		.platforms = (old ? UINT64_C(0xf) : UINT64_C(0x3)) << 48,
		.platform = UINT64_C(1) << (old ? 51 : 49),
		.plain_only = plain_only || glibc_at_least(glibc, 2, 40),
		.named = g->glibc_hwcaps,
	};
	if (note && note->present && g->reads_note && g->cache_obeys_note)
		out->hwcap |= (uint64_t)note->mask << g->loader_base;
}

size_t cached_set_taken(const struct root *root, const struct ldcache *cache, const struct library_set *set,
		const struct ldcache_rules *rules)
{
	struct ldcache_entry e;
	size_t n = 0;

	for (size_t i = 0; i < set->nlibrary; i++)
		n += ldcache_find(cache, set->library[i], rules, &e) && library_set_holds(root, set, e.path);
	return n;
}
