// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "loader/settings.h"
#include "tree.h"

#define TEXT(s) s, sizeof(s) - 1

static int parse(const char *text, size_t size, struct settings *out, char *why)
{
	/* An allocation of exactly that size, so that a sanitizer sees one byte too much. */
	_cleanup_free_ char *copy = malloc(size ? size : 1);

	memcpy(copy, text, size);
	why[0] = '\0';
	return settings_parse(copy, size, out, why);
}

static void reads_what_an_administrator_writes(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		enum settings_enable enable;
		unsigned line;
		enum strategy strategy;
		const char *set;
	} cases[] = {
		{ TEXT(""), ENABLE_AUTO, 0, STRATEGY_NONE, "" },
		{ TEXT("\n\n# nothing\n   # at all"), ENABLE_AUTO, 0, STRATEGY_NONE, "" },
		{ TEXT("enable = auto\n"), ENABLE_AUTO, 1, STRATEGY_NONE, "" },
		{ TEXT("enable=always"), ENABLE_ALWAYS, 1, STRATEGY_NONE, "" },
		{ TEXT("\n\tenable\t=\tnever\t# until Monday\n"), ENABLE_NEVER, 2, STRATEGY_NONE, "" },
		{ TEXT("enable = never\r\nstrategy = hwcap\r\n"), ENABLE_NEVER, 1, STRATEGY_HWCAP, "" },
		{ TEXT("strategy = alias"), ENABLE_AUTO, 0, STRATEGY_ALIAS, "" },
		{ TEXT("strategy = directory\n"), ENABLE_AUTO, 0, STRATEGY_DIRECTORY, "" },
		{ TEXT("strategy = hwcap\nstrategy = auto\n"), ENABLE_AUTO, 0, STRATEGY_NONE, "" },
		{ TEXT("set = /opt/set"), ENABLE_AUTO, 0, STRATEGY_NONE, "/opt/set" },
		{ TEXT("set=/a\nset = /b\n"), ENABLE_AUTO, 0, STRATEGY_NONE, "/b" }, /* the last one counts */
		{ TEXT("set = /a=b\n"), ENABLE_AUTO, 0, STRATEGY_NONE, "/a=b" },
		{ TEXT("enable = always\nenable = never\n"), ENABLE_NEVER, 2, STRATEGY_NONE, "" },
		{ TEXT("set = /a#b\n"), ENABLE_AUTO, 0, STRATEGY_NONE, "/a" }, /* a comment */
		{ TEXT("\f\v \nenable = never"), ENABLE_NEVER, 2, STRATEGY_NONE, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct settings s;
		char why[WHY_MAX];

		memset(&s, 0xee, sizeof(s));
		assert_int_equal(parse(cases[i].text, cases[i].size, &s, why), 0);
		assert_int_equal(s.enable, cases[i].enable);
		assert_int_equal(s.enable_line, cases[i].line);
		assert_int_equal(s.strategy, cases[i].strategy);
		assert_string_equal(s.set, cases[i].set);
	}
}

static void reads_the_wish_for_an_initramfs(void **state)
{
	static const char text[] = "initramfs = always\nenable = never\ninitramfs = never\n";
	struct settings s;
	char why[WHY_MAX];

	(void)state;
	assert_int_equal(parse(text, sizeof("initramfs = always"), &s, why), 0);
	assert_int_equal(s.initramfs, ENABLE_ALWAYS);
	assert_int_equal(s.initramfs_line, 1);
	assert_int_equal(s.enable, ENABLE_AUTO);
	assert_int_equal(parse(TEXT(text), &s, why), 0);
	assert_int_equal(s.initramfs, ENABLE_NEVER);
	assert_int_equal(s.initramfs_line, 3);
	assert_int_equal(s.enable, ENABLE_NEVER);
	assert_int_equal(s.enable_line, 2);
}

static void names_the_line_and_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *why;
	} cases[] = {
		{ TEXT("x"), "line 1: not of the form 'key = value': 'x'" },
		{ TEXT("\n\nenable\n"), "line 3: not of the form 'key = value': 'enable'" },
		{ TEXT("= auto"), "line 1: no such setting: ''" },
		{ TEXT("enabled = auto"), "line 1: no such setting: 'enabled'" },
		{ TEXT("Enable = auto"), "line 1: no such setting: 'Enable'" },
		{ TEXT("enable auto = x"), "line 1: no such setting: 'enable auto'" },
		{ TEXT("enable ="), "line 1: enable is auto, always or never, not ''" },
		{ TEXT("enable = yes"), "line 1: enable is auto, always or never, not 'yes'" },
		{ TEXT("enable = Auto"), "line 1: enable is auto, always or never, not 'Auto'" },
		{ TEXT("enable = auto never"), "line 1: enable is auto, always or never, not 'auto never'" },
		{ TEXT("enable = = auto"), "line 1: enable is auto, always or never, not '= auto'" },
		{ TEXT("initramfs = yes"), "line 1: initramfs is auto, always or never, not 'yes'" },
		{ TEXT("strategy = none"), "line 1: strategy is auto, hwcap, alias or directory, not 'none'" },
		{ TEXT("strategy ="), "line 1: strategy is auto, hwcap, alias or directory, not ''" },
		{ TEXT("set ="), "line 1: set is an absolute path without blanks, not ''" },
		{ TEXT("set = lib"), "line 1: set is an absolute path without blanks, not 'lib'" },
		{ TEXT("set = /a b"), "line 1: set is an absolute path without blanks, not '/a b'" },
		{ TEXT("set = /a\tb"), "line 1: set is an absolute path without blanks, not '/a\\x09b'" },
		{ TEXT("set = /a:/b"), "line 1: set is an absolute path without blanks, not '/a:/b'" },
		{ TEXT("enable = auto\nenable = \033[31m"),
				"line 2: enable is auto, always or never, not '\\x1b[31m'" },
		{ TEXT("\xef\xbb\xbf"
		       "enable = auto"),
				"line 1: no such setting: '\xef\xbb\xbf"
				"enable'" },
		{ TEXT("enable = auto\0"), "a NUL byte: not a text file" },
		{ TEXT("\0"), "a NUL byte: not a text file" },
		{ TEXT("enable = auto\n#\0\n"), "a NUL byte: not a text file" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct settings s = { .enable_line = 4711 };
		char why[WHY_MAX];

		assert_int_equal(parse(cases[i].text, cases[i].size, &s, why), -EBADMSG);
		assert_string_equal(why, cases[i].why);
		assert_int_equal(s.enable_line, 4711);
	}
}

static void long_values(void **state)
{
	char text[PATH_MAX + 64], why[WHY_MAX];
	struct settings s;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "set=/", 5);
	assert_int_equal(parse(text, 4 + PATH_MAX - 1, &s, why), 0); /* the longest path */
	assert_int_equal(strlen(s.set), PATH_MAX - 1);
	assert_int_equal(parse(text, 4 + PATH_MAX, &s, why), -EBADMSG);
	assert_true(strlen(why) < WHY_MAX - 1);
	assert_memory_equal(why, "line 1: set is an absolute path without blanks, not '/aaaa", 57);
	assert_string_equal(why + strlen(why) - 4, "...'");
	memcpy(text, "enab=", 5);
	assert_int_equal(parse(text, sizeof(text), &s, why), -EBADMSG);
	assert_string_equal(why, "line 1: no such setting: 'enab'");
}

static void reads_the_file(void **state)
{
	static char large[65537];
	_cleanup_root_ struct root root = tree_root();
	struct settings s = { .enable = ENABLE_NEVER };
	char why[WHY_MAX] = "";

	(void)state;
	assert_int_equal(settings_read(&root, &s, why), 0); /* that it is not there is no error */
	assert_int_equal(s.enable, ENABLE_AUTO);
	tree_text("/etc/nosegneg.conf", "enable = always\nset = /x\n");
	assert_int_equal(settings_read(&root, &s, why), 0);
	assert_int_equal(s.enable, ENABLE_ALWAYS);
	assert_string_equal(s.set, "/x");
	memset(large, '\n', sizeof(large));
	tree_put("/etc/nosegneg.conf", large, 65536);
	assert_int_equal(settings_read(&root, &s, why), 0);
	tree_put("/etc/nosegneg.conf", large, 65537);
	assert_int_equal(settings_read(&root, &s, why), -EFBIG);
	assert_string_equal(why, "File too large");
	unlink(tree_path("/etc/nosegneg.conf"));
	tree_directory("/etc/nosegneg.conf");
	assert_int_equal(settings_read(&root, &s, why), -EISDIR);
	assert_string_equal(why, "Is a directory");
}

/* No prefix and no single changed byte may do harm; the sanitizers watch. */
static void every_prefix_and_every_byte(void **state)
{
	static const char text[] = "# c\nenable = always # x\r\n\nstrategy=alias\nset = /opt/x\n";
	struct settings s;
	char why[WHY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		parse(text, i, &s, why);
	for (size_t i = 0; i < (sizeof(text) - 1) * 256; i++) {
		char copy[sizeof(text)];

		memcpy(copy, text, sizeof(text));
		copy[i / 256] = (char)i;
		if (parse(copy, sizeof(text) - 1, &s, why) < 0)
			assert_true(*why != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_an_administrator_writes),
		cmocka_unit_test(reads_the_wish_for_an_initramfs),
		cmocka_unit_test(names_the_line_and_what_is_wrong),
		cmocka_unit_test(long_values),
		TREE_TEST(reads_the_file),
		cmocka_unit_test(every_prefix_and_every_byte),
	};

	return RUN_TESTS(tests);
}
