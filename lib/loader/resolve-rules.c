// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "base/util.h"

#include "loader/glibc.h"
#include "loader/resolve-internal.h"

#define NOHWCAP_PATH "/etc/ld.so.nohwcap"
#define NAMES_MAX    (KERNELCAP_MAX + 8) /* of the note, and hwcaps, platform, "tls" */
#define COMBINED_MAX 10                  /* names whose power set is searched */

/* Bits of the hwcap word (sysdeps/x86/dl-hwcap.h and dl-procinfo.c; before 2.26 sysdeps/i386/dl-procinfo.h). */
#define FIRST_PLATFORM 48
#define BIT(n)         (UINT64_C(1) << (n))

struct names {
	const char *name[NAMES_MAX]; /* from the innermost directory to the outermost */
	size_t n;
};

static void add_name(struct names *names, const char *name)
{
	if (names->n < NAMES_MAX)
		names->name[names->n++] = name;
}

static const char *platform_of(const struct resolution *res)
{
	if (!res->is64)
		return res->cpu.i686 ? "i686" : res->cpu.i586 ? "i586" : "i386";
	return res->minor >= 26 ? res->cpu.platform64 : "x86_64";
}

static bool obeys_note(const struct resolution *res, const struct glibc_generation *g)
{
	return res->options->note && res->options->note->present && !res->is64 && g->reads_note;
}

/* Debian's ld.so of i386 looked for this file until 2.31 (local-ldso-disable-hwcap.diff). */
static bool has_nohwcap(const struct resolution *res)
{
	struct stat st;

	return !res->is64 && res->minor <= 31 && root_stat(res->resolver->root, NOHWCAP_PATH, &st) == 0;
}

static void set_platforms_i386(struct ldcache_rules *rules, unsigned minor, const char *platform)
{
	unsigned first = minor <= 25 ? 2 : 0, count = minor <= 25 ? 4 : 2; /* i386 i486 i586 i686, or i586 i686 */

	rules->platforms = ((UINT64_C(1) << count) - 1) << FIRST_PLATFORM;
	if (strcmp(platform, "i686") == 0)
		rules->platform = BIT(FIRST_PLATFORM + first + 1);
	else if (strcmp(platform, "i586") == 0)
		rules->platform = BIT(FIRST_PLATFORM + first);
}

static void set_hwcap_i386(struct resolution *res, const struct glibc_generation *g)
{
	struct ldcache_rules *rules = &res->rules;

	rules->flags = LDCACHE_I386;
	if (res->cpu.sse2)
		rules->hwcap = res->minor <= 25 ? BIT(26) : BIT(0);
	set_platforms_i386(rules, res->minor, res->platform);
	if (obeys_note(res, g) && res->minor != 12)
		rules->hwcap |= (uint64_t)res->options->note->mask << g->loader_base;
}

static void set_hwcap_x86_64(struct resolution *res)
{
	struct ldcache_rules *rules = &res->rules;

	rules->flags = LDCACHE_X86_64;
	if (res->minor <= 25)
		return;
	rules->hwcap = BIT(1) | (res->cpu.avx512_1 ? BIT(2) : 0);
	rules->platforms = UINT64_C(0xf) << FIRST_PLATFORM;
	if (strcmp(res->platform, "haswell") == 0)
		rules->platform = BIT(50);
	else if (strcmp(res->platform, "xeon_phi") == 0)
		rules->platform = BIT(51);
}

static void set_cache_rules(struct resolution *res, const struct glibc_generation *g, bool nohwcap)
{
	struct ldcache_rules *rules = &res->rules;

	if (res->is64)
		set_hwcap_x86_64(res);
	else
		set_hwcap_i386(res, g);
	rules->named = g->glibc_hwcaps;
	rules->plain_only = nohwcap || res->minor >= 40;
	rules->osversion = res->minor <= 35 ? res->osversion : 0; /* b46d250656 (2.36) removed the test */
	rules->isa = res->cpu.isa;
	rules->priority = res->priority;
	rules->npriority = res->npriority;
}

static bool in_list(const char *list, const char *name, size_t len)
{
	while (list && *list) {
		size_t n = strcspn(list, ":");

		if (n == len && memcmp(list, name, n) == 0)
			return true;
		list += n + (list[n] == ':');
	}
	return false;
}

static int add_priority(struct resolution *res, const char *name, size_t len)
{
	const char **list = arena_grow(&res->arena, res->priority, res->npriority, sizeof(*list));

	if (!list)
		return -ENOMEM;
	res->priority = list;
	list[res->npriority] = arena_strndup(&res->arena, name, len);
	return list[res->npriority++] ? 0 : -ENOMEM;
}

/* Names of glibc-hwcaps subdirectories, the best first: those asked for, then those of the processor. */
static int list_named(struct resolution *res)
{
	static const char *const levels[] = { "x86-64-v4", "x86-64-v3", "x86-64-v2" };
	const char *at = res->options->hwcaps_prepend, *mask = res->options->hwcaps_mask;
	int r = 0;

	for (size_t n; r == 0 && at && *at; at += n + (at[n] == ':')) {
		n = strcspn(at, ":");
		if (n)
			r = add_priority(res, at, n);
	}
	for (size_t i = 0; r == 0 && res->is64 && i < ARRAY_SIZE(levels); i++)
		if (res->cpu.isa & 8u >> i && (!mask || in_list(mask, levels[i], strlen(levels[i]))))
			r = add_priority(res, levels[i], strlen(levels[i]));
	return r;
}

static int add_capability(struct resolution *res, const char *subdirectory)
{
	const char **list = arena_grow(&res->arena, res->capability, res->ncapability, sizeof(*list));

	if (!list || !subdirectory)
		return -ENOMEM;
	res->capability = list;
	list[res->ncapability++] = subdirectory;
	return 0;
}

static void collect_names(const struct resolution *res, const struct glibc_generation *g, struct names *names)
{
	const struct kernelcap *note = res->options->note;

	for (size_t i = 0; obeys_note(res, g) && i < note->ncap; i++)
		if (note->cap[i].enabled)
			add_name(names, note->cap[i].name);
	if (!res->is64 && res->cpu.sse2)
		add_name(names, "sse2");
	if (res->is64 && res->minor >= 26) {
		add_name(names, "x86_64");
		if (res->cpu.avx512_1)
			add_name(names, "avx512_1");
	}
	add_name(names, res->platform);
	add_name(names, "tls");
}

/* All combinations of the names, as a binary number counts down; the last is the directory itself. */
static int list_combined(struct resolution *res, const struct names *names)
{
	size_t n = names->n < COMBINED_MAX ? names->n : COMBINED_MAX;
	int r = 0;

	for (size_t set = (size_t)1 << n; r == 0 && set-- > 0;) {
		char path[COMBINED_MAX * (KERNELCAP_NAME_MAX + 1) + 1] = "";

		for (size_t i = n; i-- > 0;)
			if (set & (size_t)1 << i) {
				strncat(path, names->name[i], KERNELCAP_NAME_MAX);
				strcat(path, "/");
			}
		r = add_capability(res, arena_strdup(&res->arena, path));
	}
	return r;
}

int resolution_set_rules(struct resolution *res)
{
	const struct glibc glibc = { .major = 2, .minor = res->minor };
	const struct glibc_generation *g = glibc_generation(&glibc);
	bool nohwcap = has_nohwcap(res);
	struct names names = { .n = 0 };
	int r = 0;

	res->platform = platform_of(res);
	if (g->glibc_hwcaps)
		r = list_named(res);
	if (r < 0)
		return r;
	set_cache_rules(res, g, nohwcap);
	for (size_t i = 0; r == 0 && i < res->npriority; i++)
		r = add_capability(res, arena_printf(&res->arena, "glibc-hwcaps/%s/", res->priority[i]));
	if (r < 0)
		return r;
	if (g->legacy_hwcaps && !nohwcap)
		collect_names(res, g, &names);
	return list_combined(res, &names);
}
