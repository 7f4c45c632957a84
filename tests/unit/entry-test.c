// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "loader/entry.h"
#include "loader/ldconf.h"

#define FIRST "# Written by ldconfig-hwcap; \"ldconfig-hwcap disable\" removes it, ldconfig-hwcap(8) explains it.\n"

static const struct glibc multiarch = {
	.loader = "/lib/i386-linux-gnu/ld-2.31.so", .directory = "/lib/i386-linux-gnu", .major = 2, .minor = 31
};

static bool parse(const char *text, size_t size, struct entry *out)
{
	/* An allocation of exactly that size, so that a sanitizer sees one byte too much. */
	_cleanup_free_ char *copy = malloc(size ? size : 1);

	memcpy(copy, text, size);
	return entry_parse(copy, size, out);
}

/* What ldconfig makes of a text has to be what the entry says. */
static void check_by_ldconfig(const char *text, const struct entry *e)
{
	_cleanup_ldconf_ struct ldconf *conf = NULL;
	char why[WHY_MAX];

	assert_int_equal(ldconf_parse(ENTRY_PATH, text, strlen(text), &conf, why), 0);
	assert_int_equal(conf->nhwcap, e->strategy == STRATEGY_HWCAP);
	assert_int_equal(conf->ndirectory, e->strategy == STRATEGY_DIRECTORY);
	assert_int_equal(conf->ninclude, 0);
	if (conf->nhwcap) {
		assert_int_equal(conf->hwcap[0].fault, LDCONF_FINE);
		assert_int_equal(conf->hwcap[0].index, e->index);
		assert_string_equal(conf->hwcap[0].name, "nosegneg");
	}
	if (conf->ndirectory) {
		assert_string_equal(conf->directory[0].path, e->directory);
		assert_null(conf->directory[0].type);
	}
}

static const struct {
	struct strategy_choice choice;
	const char *set, *real, *text;
} entries[] = {
	{ { .strategy = STRATEGY_HWCAP, .index = 0, .why = "reason" }, "/set", "/set",
			FIRST
			"# hwcap: reason.\n"
			"# The kernel decides: where its vDSO asks for \"nosegneg\", ld.so takes the libraries in "
			"the\n# directories of that name, which ldconfig caches with this extra bit.\n"
			"hwcap 0 nosegneg\n" },
	{ { .strategy = STRATEGY_HWCAP, .index = 10, .why = "reason" }, "/set", "/set",
			FIRST
			"# hwcap: reason.\n"
			"# The kernel decides: where its vDSO asks for \"nosegneg\", ld.so takes the libraries in "
			"the\n# directories of that name, which ldconfig caches with this extra bit.\n"
			"hwcap 10 nosegneg\n" },
	{ { .strategy = STRATEGY_DIRECTORY, .why = "asked for" }, "/lib/set", "/usr/lib/set",
			FIRST
			"# directory: asked for.\n"
			"# This loader does not ask the kernel, so \"ldconfig-hwcap auto\" publishes or withdraws "
			"this at boot.\n"
			"# The directory comes before the system's own, so that its libraries are taken.\n"
			"/lib/set\n" },
	{ { .strategy = STRATEGY_ALIAS, .alias = "xeon_phi", .why = "reason" }, "/lib/i386-linux-gnu/i686/nosegneg",
			"/lib/i386-linux-gnu/i686/nosegneg",
			FIRST
			"# alias: reason.\n"
			"# The kernel decides: this loader tests the note's bit where ldconfig puts that of a "
			"platform, so a\n"
			"# symbolic link with the platform's name stands for the set. This file only records it.\n"
			"# alias: /lib/i386-linux-gnu/xeon_phi -> i686/nosegneg\n" },
	{ { .strategy = STRATEGY_ALIAS, .alias = "haswell", .why = "reason" }, "/opt/set", "/opt/set",
			FIRST
			"# alias: reason.\n"
			"# The kernel decides: this loader tests the note's bit where ldconfig puts that of a "
			"platform, so a\n"
			"# symbolic link with the platform's name stands for the set. This file only records it.\n"
			"# alias: /lib/i386-linux-gnu/haswell -> /opt/set\n" },
};

static void text_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		struct entry e, back;
		_cleanup_free_ char *text = NULL;

		assert_int_equal(entry_make(&entries[i].choice, &multiarch, entries[i].set, entries[i].real, &e), 0);
		text = entry_text(&e, &entries[i].choice);
		assert_string_equal(text, entries[i].text);
		assert_true(parse(text, strlen(text), &back));
		assert_true(entry_equal(&e, &back));
		assert_int_equal(back.strategy, entries[i].choice.strategy);
		check_by_ldconfig(text, &e);
	}
}

static void different_entries_are_not_equal(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		for (size_t k = 0; k < ARRAY_SIZE(entries); k++) {
			struct entry a, b;

			entry_make(&entries[i].choice, &multiarch, entries[i].set, entries[i].real, &a);
			entry_make(&entries[k].choice, &multiarch, entries[k].set, entries[k].real, &b);
			assert_int_equal(entry_equal(&a, &b), i == k);
		}
	assert_false(entry_equal(&(struct entry){ STRATEGY_ALIAS, 0, "", "/a", "x" },
			&(struct entry){ STRATEGY_ALIAS, 0, "", "/a", "y" }));
	assert_false(entry_equal(&(struct entry){ STRATEGY_DIRECTORY, 0, "/a", "", "" },
			&(struct entry){ STRATEGY_DIRECTORY, 0, "/b", "", "" }));
	assert_false(entry_equal(&(struct entry){ STRATEGY_ALIAS, 0, "/a", "", "" },
			&(struct entry){ STRATEGY_DIRECTORY, 0, "/a", "", "" }));
}

/* A directory with a like name is not one that the set lies in. */
static void the_link_is_relative_only_below_its_directory(void **state)
{
	static const struct {
		const char *real, *target;
	} cases[] = {
		{ "/lib/i386-linux-gnu/i686/nosegneg", "i686/nosegneg" },
		{ "/lib/i386-linux-gnu/nosegneg", "nosegneg" },
		{ "/lib/i386-linux-gnu2/nosegneg", "/lib/i386-linux-gnu2/nosegneg" },
		{ "/lib/i386-linux-gnu", "/lib/i386-linux-gnu" },
		{ "/usr/lib/i386-linux-gnu/nosegneg", "/usr/lib/i386-linux-gnu/nosegneg" },
	};
	static const struct strategy_choice choice = { .strategy = STRATEGY_ALIAS, .alias = "haswell" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct entry e;

		assert_int_equal(entry_make(&choice, &multiarch, "/unused", cases[i].real, &e), 0);
		assert_string_equal(e.target, cases[i].target);
		assert_string_equal(e.alias, "/lib/i386-linux-gnu/haswell");
	}
}

static void long_paths(void **state)
{
	static const struct strategy_choice directory = { .strategy = STRATEGY_DIRECTORY },
					    alias = { .strategy = STRATEGY_ALIAS, .alias = "haswell" };
	char set[PATH_MAX + 1];
	struct glibc glibc = multiarch;
	struct entry e = { .index = 7 }, back;
	_cleanup_free_ char *text = NULL;

	(void)state;
	memset(set, 'a', sizeof(set));
	set[0] = '/';
	set[PATH_MAX] = '\0';
	assert_int_equal(entry_make(&directory, &glibc, set, set, &e), -ENAMETOOLONG);
	assert_int_equal(e.index, 7);
	set[PATH_MAX - 1] = '\0';
	assert_int_equal(entry_make(&directory, &glibc, set, set, &e), 0);
	text = entry_text(&e, &directory);
	assert_true(parse(text, strlen(text), &back));
	assert_true(entry_equal(&e, &back));
	strcpy(glibc.directory, set);
	assert_int_equal(entry_make(&alias, &glibc, "/a", "/a", &e), -ENAMETOOLONG);
	free(text);
	glibc.directory[PATH_MAX - 9] = '\0'; /* "/haswell" fits just */
	assert_int_equal(entry_make(&alias, &glibc, set, set, &e), 0);
	text = entry_text(&e, &alias);
	assert_true(parse(text, strlen(text), &back));
	assert_true(entry_equal(&e, &back));
}

#define OURS "# Written by ldconfig-hwcap\n"

static void files_of_others_and_odd_ones(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		bool ours;
		enum strategy strategy;
	} cases[] = {
		{ "", 0, false, 0 }, { "hwcap 1 nosegneg\n", 17, false, 0 }, { "\n" OURS, sizeof(OURS), false, 0 },
		{ " " OURS "/a\n", sizeof(OURS) + 3, false, 0 },
		{ "# This directive teaches ldconfig to search in nosegneg subdirectories\n", 71, false, 0 },
		{ OURS, 10, false, 0 }, /* the mark itself is cut off */
		{ OURS, 26, false, 0 }, { OURS, 27, true, STRATEGY_NONE },
		{ OURS, sizeof(OURS) - 1, true, STRATEGY_NONE },
		{ OURS "hwcap 1 nosegneg", sizeof(OURS) + 15, true, STRATEGY_HWCAP },
		{ OURS "hwcap 1 nosegne", sizeof(OURS) + 14, true, STRATEGY_NONE },
		{ OURS "hwcap 1 nosegneg2", sizeof(OURS) + 16, true, STRATEGY_NONE },
		{ OURS "hwcap 11 nosegneg", sizeof(OURS) + 16, true, STRATEGY_NONE },
		{ OURS "hwcap -1 nosegneg", sizeof(OURS) + 16, true, STRATEGY_NONE },
		{ OURS "hwcap  1 nosegneg", sizeof(OURS) + 16, true, STRATEGY_NONE },
		{ OURS "hwcap 99999999999999999999 nosegneg", sizeof(OURS) + 34, true, STRATEGY_NONE },
		{ OURS "#hwcap 1 nosegneg", sizeof(OURS) + 16, true, STRATEGY_NONE },
		{ OURS "lib/set\n", sizeof(OURS) + 7, true, STRATEGY_NONE },
		{ OURS "# alias: /a -> ", sizeof(OURS) + 14, true, STRATEGY_ALIAS },
		{ OURS "# alias:  -> /a", sizeof(OURS) + 14, true, STRATEGY_NONE },
		{ OURS "# alias: /a", sizeof(OURS) + 10, true, STRATEGY_NONE },
		{ OURS "# alias: reason.\n", sizeof(OURS) + 16, true, STRATEGY_NONE },
		{ OURS "\0/a", sizeof(OURS) + 2, true, STRATEGY_NONE }, /* what is behind a NUL is not text */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct entry e = { .index = 77 };

		assert_int_equal(parse(cases[i].text, cases[i].size, &e), cases[i].ours);
		if (cases[i].ours)
			assert_int_equal(e.strategy, cases[i].strategy);
		else
			assert_int_equal(e.index, 77);
	}
}

/* A path that is longer than any path is passed over, and not cut to another one. */
static void too_long_lines(void **state)
{
	char text[3 * PATH_MAX];
	struct entry e;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, OURS "/", sizeof(OURS));
	assert_true(parse(text, sizeof(OURS) - 1 + PATH_MAX, &e));
	assert_int_equal(e.strategy, STRATEGY_NONE);
	assert_true(parse(text, sizeof(OURS) - 1 + PATH_MAX - 1, &e));
	assert_int_equal(e.strategy, STRATEGY_DIRECTORY);
	memcpy(text + sizeof(OURS) - 1, "# alias: /", 10);
	memcpy(text + sizeof(OURS) - 1 + 9 + PATH_MAX, " -> x", 5);
	assert_true(parse(text, sizeof(OURS) - 1 + 9 + PATH_MAX + 5, &e));
	assert_int_equal(e.strategy, STRATEGY_NONE);
	memcpy(text + sizeof(OURS) - 1, "# alias: /a -> /", 16);
	memset(text + sizeof(OURS) - 1 + 16, 'b', 2 * PATH_MAX);
	assert_true(parse(text, sizeof(OURS) - 1 + 15 + PATH_MAX, &e));
	assert_int_equal(e.strategy, STRATEGY_NONE);
	assert_true(parse(text, sizeof(OURS) - 1 + 15 + PATH_MAX - 1, &e));
	assert_int_equal(e.strategy, STRATEGY_ALIAS);
	assert_int_equal(strlen(e.target), PATH_MAX - 1);
}

static void every_prefix_and_every_byte(void **state)
{
	struct entry e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		size_t size = strlen(entries[i].text);
		_cleanup_free_ char *copy = malloc(size);

		for (size_t k = 0; k < size; k++)
			parse(entries[i].text, k, &e);
		for (size_t k = 0; k < size * 256; k += 7) {
			memcpy(copy, entries[i].text, size);
			copy[k / 256] = (char)k;
			if (parse(copy, size, &e) && e.strategy == STRATEGY_HWCAP)
				assert_true(e.index <= STRATEGY_INDEX_MAX);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_back),
		cmocka_unit_test(different_entries_are_not_equal),
		cmocka_unit_test(the_link_is_relative_only_below_its_directory),
		cmocka_unit_test(long_paths),
		cmocka_unit_test(files_of_others_and_odd_ones),
		cmocka_unit_test(too_long_lines),
		cmocka_unit_test(every_prefix_and_every_byte),
	};

	return RUN_TESTS(tests);
}
