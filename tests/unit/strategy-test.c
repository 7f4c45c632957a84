// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "elf-image.h"
#include "loader/strategy.h"

static const enum glibc_ldconfig ldconfigs[] = { LDCONFIG_ABSENT, LDCONFIG_UNKNOWN, LDCONFIG_HONOURS_HWCAP,
	LDCONFIG_IGNORES_HWCAP };
static const int bits[] = { -1, 0, 1, 2, 3, 9, 10, 11, 12, 13, 31 }; /* -1: a kernel without the note */

/* What has to follow, written down from the sources of each release and from measurements, and not computed the way the
 * code does it: the releases, the bits, and "hwcap N", "alias NAME" or "directory". */
static const struct {
	unsigned from, to;
	int first_bit, last_bit;
	const char *expected; /* '+': the index is the bit; '-': two less */
} rules[] = {
	{ 2, 3, -1, 31, "directory" },   /* no note reader, or one that does not decode it */
	{ 4, 11, 0, 10, "hwcap +" },     /* both programs use bit 52 + N */
	{ 4, 11, 11, 31, "directory" },  /* 11 is "tls" */
	{ 12, 12, -1, 31, "directory" }, /* masks the note out of the cache */
	{ 13, 25, 0, 10, "hwcap +" },
	{ 13, 25, 11, 31, "directory" },
	{ 26, 31, 0, 0, "alias haswell" },  /* ld.so 50, which ldconfig calls haswell */
	{ 26, 31, 1, 1, "alias xeon_phi" }, /* 51 */
	{ 26, 31, 2, 12, "hwcap -" },       /* 52 and up */
	{ 26, 31, 13, 31, "directory" },
	{ 4, 31, -1, -1, "directory" },
	{ 32, 60, -1, 31, "directory" },
};

static const char *expected(unsigned minor, int bit)
{
	static char text[32];

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (minor < rules[i].from || minor > rules[i].to || bit < rules[i].first_bit || bit > rules[i].last_bit)
			continue;
		strcpy(text, rules[i].expected);
		if (strchr(text, '+') || text[6] == '-')
			sprintf(text + 6, "%d", strchr(text, '+') ? bit : bit - 2);
		return text;
	}
	fail_msg("no rule for 2.%u, bit %d", minor, bit);
	return NULL;
}

static struct glibc release(unsigned minor)
{
	return (struct glibc){ .loader = "/lib/ld-linux.so.2",
		.directory = "/lib",
		.major = 2,
		.minor = minor,
		.source = GLIBC_FROM_LIBC };
}

/* A note with one capability whose bit the mask has, but for the early ones; NULL for bit -1. */
static const struct kernelcap *note(int bit)
{
	static struct kernelcap cap;

	cap = (struct kernelcap){ .present = true, .count = 1, .ncap = 1 };
	cap.mask = bit < 0 ? 0 : UINT32_C(1) << bit;
	cap.cap[0] = (struct kernelcap_name){ .name = "nosegneg", .bit = (uint8_t)bit, .enabled = true };
	return bit < 0 ? NULL : &cap;
}

static const char *words(const struct strategy_choice *c)
{
	static char text[64];

	strcpy(text, strategy_name(c->strategy));
	if (c->strategy == STRATEGY_HWCAP)
		sprintf(text, "hwcap %u", c->index);
	else if (c->strategy == STRATEGY_ALIAS)
		sprintf(text, "alias %s", c->alias);
	return text;
}

static void check(unsigned minor, int bit, enum glibc_ldconfig ldconfig)
{
	struct glibc glibc = release(minor);
	struct strategy_choice c = { .strategy = STRATEGY_NONE };
	char why[WHY_MAX] = "";
	const char *want = ldconfig == LDCONFIG_IGNORES_HWCAP ? "directory" : expected(minor, bit);

	assert_int_equal(strategy_choose(&glibc, ldconfig, note(bit), STRATEGY_NONE, &c, why), 0);
	if (strcmp(words(&c), want) != 0)
		fail_msg("2.%u, bit %d, ldconfig %d: %s, not %s", minor, bit, (int)ldconfig, words(&c), want);
	assert_true(*c.why != '\0');
	assert_true(c.index <= STRATEGY_INDEX_MAX);
	if (c.strategy != STRATEGY_ALIAS)
		assert_null(c.alias);
}

static void every_release_note_and_ldconfig(void **state)
{
	(void)state;
	for (unsigned minor = 2; minor <= 45; minor++)
		for (size_t b = 0; b < ARRAY_SIZE(bits); b++)
			for (size_t l = 0; l < ARRAY_SIZE(ldconfigs); l++)
				check(minor, bits[b], ldconfigs[l]);
}

/* What is asked for is given where it works, and nothing else is ever given instead. */
static void what_is_asked_for(void **state)
{
	static const enum strategy all[] = { STRATEGY_HWCAP, STRATEGY_ALIAS, STRATEGY_DIRECTORY };

	(void)state;
	for (unsigned minor = 2; minor <= 45; minor++)
		for (size_t b = 0; b < ARRAY_SIZE(bits); b++)
			for (size_t w = 0; w < ARRAY_SIZE(all); w++) {
				struct glibc glibc = release(minor);
				struct strategy_choice proposed, c = { .index = 77 };
				char why[WHY_MAX] = "";
				int r;

				strategy_choose(&glibc, LDCONFIG_UNKNOWN, note(bits[b]), STRATEGY_NONE, &proposed, why);
				r = strategy_choose(&glibc, LDCONFIG_UNKNOWN, note(bits[b]), all[w], &c, why);
				if (all[w] == proposed.strategy || all[w] == STRATEGY_DIRECTORY) {
					assert_int_equal(r, 0);
					assert_int_equal(c.strategy, all[w]);
				} else {
					assert_int_equal(r, -EINVAL);
					assert_int_equal(c.index, 77);
					assert_memory_equal(why, "strategy ", 9);
				}
				if (r == 0 && all[w] == proposed.strategy)
					assert_string_equal(c.why, proposed.why);
			}
}

static void says_why(void **state)
{
	static const struct {
		unsigned minor;
		int bit;
		enum glibc_ldconfig ldconfig;
		enum strategy wanted;
		int r;
		const char *words;
	} cases[] = {
		{ 25, 1, LDCONFIG_HONOURS_HWCAP, STRATEGY_NONE, 0,
				"glibc 2.25 follows the kernel's note, and the note has bit 1" },
		{ 31, 0, LDCONFIG_HONOURS_HWCAP, STRATEGY_NONE, 0,
				"glibc 2.31 reads the kernel's note, but its ldconfig numbers the bits differently, "
				"and the note has bit 0" },
		{ 12, 1, LDCONFIG_HONOURS_HWCAP, STRATEGY_NONE, 0,
				"glibc 2.12 reads the kernel's note, but masks it out of the cache" },
		{ 3, 1, LDCONFIG_UNKNOWN, STRATEGY_NONE, 0, "glibc 2.3 does not decode the kernel's note" },
		{ 28, 1, LDCONFIG_IGNORES_HWCAP, STRATEGY_NONE, 0,
				"glibc 2.28 has an ldconfig that ignores hwcap lines" },
		{ 25, -1, LDCONFIG_UNKNOWN, STRATEGY_NONE, 0,
				"glibc 2.25 would follow the kernel's note, but this kernel has none" },
		{ 25, 12, LDCONFIG_UNKNOWN, STRATEGY_NONE, 0, "glibc 2.25 has no cache bit for the note's bit" },
		{ 36, 1, LDCONFIG_UNKNOWN, STRATEGY_NONE, 0, "glibc 2.36 does not read the kernel's note" },
		{ 25, 1, LDCONFIG_UNKNOWN, STRATEGY_DIRECTORY, 0, "asked for" },
		{ 36, 1, LDCONFIG_UNKNOWN, STRATEGY_DIRECTORY, 0, "glibc 2.36 does not read the kernel's note" },
		{ 36, 1, LDCONFIG_UNKNOWN, STRATEGY_HWCAP, -EINVAL,
				"strategy hwcap cannot work here: glibc 2.36 does not read the kernel's note" },
		{ 31, 1, LDCONFIG_UNKNOWN, STRATEGY_HWCAP, -EINVAL,
				"strategy hwcap cannot work here: glibc 2.31 reads the kernel's note, but its ldconfig "
				"numbers the bits differently, and the note has bit 1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct glibc glibc = release(cases[i].minor);
		struct strategy_choice c = { .strategy = STRATEGY_NONE };
		char why[WHY_MAX] = "";

		assert_int_equal(strategy_choose(&glibc, cases[i].ldconfig, note(cases[i].bit), cases[i].wanted, &c,
						 why),
				cases[i].r);
		assert_string_equal(cases[i].r ? why : c.why, cases[i].words);
	}
}

static void a_loader_of_unknown_release_gets_a_directory(void **state)
{
	struct glibc glibc = { .loader = "/lib/ld-linux.so.2", .directory = "/lib" };
	struct strategy_choice c;
	char why[WHY_MAX];

	(void)state;
	assert_int_equal(strategy_choose(&glibc, LDCONFIG_HONOURS_HWCAP, note(1), STRATEGY_NONE, &c, why), 0);
	assert_int_equal(c.strategy, STRATEGY_DIRECTORY);
	assert_string_equal(c.why, "the loader's release is not known, and a directory works with all");
	assert_int_equal(strategy_choose(&glibc, LDCONFIG_HONOURS_HWCAP, note(1), STRATEGY_HWCAP, &c, why), -EINVAL);
	glibc = (struct glibc){ .major = 3, .minor = 5, .source = GLIBC_FROM_LOADER };
	assert_int_equal(strategy_choose(&glibc, LDCONFIG_HONOURS_HWCAP, note(1), STRATEGY_NONE, &c, why), 0);
	assert_int_equal(c.strategy, STRATEGY_DIRECTORY);
}

/* The notes of real kernels. In the early one mask and bit disagree, and the cache is tested against the mask. */
static void notes_of_real_kernels(void **state)
{
	static const struct {
		const char *note;
		const char *old, *middle;
	} cases[] = {
		{ NOTE_PVOPS_OFF, "hwcap 1", "alias xeon_phi" }, /* another boot of it may be on Xen */
		{ NOTE_PVOPS_ON, "hwcap 1", "alias xeon_phi" },
		{ NOTE_XENLINUX, "hwcap 0", "alias haswell" },
		{ NOTE_EARLY, "hwcap 0", "alias haswell" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct glibc old = release(25), middle = release(31);
		struct strategy_choice c;
		struct kernelcap cap;
		struct image img;
		char why[WHY_MAX];

		image_make_vdso(&img, false, cases[i].note, NOTE_SIZE);
		assert_int_equal(kernelcap_parse(img.data, img.size, &cap, why), 0);
		assert_int_equal(strategy_choose(&old, LDCONFIG_UNKNOWN, &cap, STRATEGY_NONE, &c, why), 0);
		assert_string_equal(words(&c), cases[i].old);
		assert_int_equal(strategy_choose(&middle, LDCONFIG_UNKNOWN, &cap, STRATEGY_NONE, &c, why), 0);
		assert_string_equal(words(&c), cases[i].middle);
	}
}

/* A note without our capability is as none; so is one that is not present. */
static void other_notes(void **state)
{
	struct glibc glibc = release(25);
	struct kernelcap other = *note(1), absent = *note(1);
	struct strategy_choice c;
	char why[WHY_MAX];

	(void)state;
	strcpy(other.cap[0].name, "nosegnegative");
	absent.present = false;
	assert_int_equal(strategy_choose(&glibc, LDCONFIG_UNKNOWN, &other, STRATEGY_NONE, &c, why), 0);
	assert_int_equal(c.strategy, STRATEGY_DIRECTORY);
	assert_int_equal(strategy_choose(&glibc, LDCONFIG_UNKNOWN, &absent, STRATEGY_NONE, &c, why), 0);
	assert_int_equal(c.strategy, STRATEGY_DIRECTORY);
}

static void names(void **state)
{
	static const char *const wrong[] = { "", "none", "auto", "Hwcap", "hwcap ", "prepend", "directory\n" };

	(void)state;
	for (enum strategy s = STRATEGY_HWCAP; s <= STRATEGY_DIRECTORY; s++)
		assert_int_equal(strategy_parse(strategy_name(s)), s);
	assert_string_equal(strategy_name(STRATEGY_NONE), "none");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(strategy_parse(wrong[i]), STRATEGY_NONE);
	assert_true(strategy_follows_kernel(STRATEGY_HWCAP));
	assert_true(strategy_follows_kernel(STRATEGY_ALIAS));
	assert_false(strategy_follows_kernel(STRATEGY_DIRECTORY));
	assert_false(strategy_follows_kernel(STRATEGY_NONE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_release_note_and_ldconfig),
		cmocka_unit_test(what_is_asked_for),
		cmocka_unit_test(says_why),
		cmocka_unit_test(a_loader_of_unknown_release_gets_a_directory),
		cmocka_unit_test(notes_of_real_kernels),
		cmocka_unit_test(other_notes),
		cmocka_unit_test(names),
	};

	return RUN_TESTS(tests);
}
