// SPDX-License-Identifier: LGPL-2.1-or-later
/* A cache of any bytes: all of its entries are read, and each of its names is looked up under several rules. */
#include <stdlib.h>

#include "base/util.h"
#include "loader/ldcache.h"

#define LOOKUPS_MAX 64 /* they take time, and a cache may have thousands of entries */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "nosegneg", "x86-64-v3", "x86-64-v2" };

static void look_up(const struct ldcache *cache, const char *name)
{
	static const struct ldcache_rules rules[] = {
		{ .flags = LDCACHE_I386,
				.hwcap = UINT64_C(1) << 53 | 1,
				.platforms = UINT64_C(15) << 48,
				.platform = UINT64_C(1) << 51,
				.osversion = 0x020612 },
		{ .flags = LDCACHE_I386, .named = true, .isa = 1, .priority = names, .npriority = 1 },
		{ .flags = LDCACHE_X86_64,
				.named = true,
				.isa = 7,
				.priority = names,
				.npriority = 3,
				.plain_only = true },
	};
	struct ldcache_entry e;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (ldcache_find(cache, name, &rules[i], &e) && ldcache_compare(e.name, name) != 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ldcache cache;
	struct ldcache_entry e;
	char why[WHY_MAX];
	size_t lookups = 0;

	if (ldcache_parse(data, size, &cache, why) < 0)
		return 0;
	for (uint32_t i = 0; i < cache.nentry; i++)
		if (ldcache_entry(&cache, i, &e) && lookups++ < LOOKUPS_MAX)
			look_up(&cache, e.name);
	look_up(&cache, "libc.so.6");
	look_up(&cache, "");
	return 0;
}
