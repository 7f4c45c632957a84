// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suite.h"
#include "base/util.h"

static int parse(const char *text, struct suite **s, unsigned *line, char *why)
{
	why[0] = '\0';
	return suite_parse(text, strlen(text), "/where", s, line, why);
}

static void reads_cases_with_their_environment(void **state)
{
	static const char text[] = "# comment\n@BIN@ = @SUITE@/bin\n@LIBRARIES@ = @BIN@:/x\nTZ=UTC\n\n"
				   "first: @BIN@/program 'two words' \"a \\\"b\\\" \\\\ $c\" user@host.org @ @A@\n"
				   "LANG=C\n"
				   "second: status=3 timeout=7 LC_ALL=de_DE.UTF-8 TZ= /bin/x A=b status=9\n"
				   "third: status=any /bin/y ''";
	_cleanup_suite_ struct suite *s = NULL;
	char why[WHY_MAX];
	const struct suite_case *c;
	unsigned line;

	(void)state;
	assert_int_equal(parse("@A@ = value\n", &s, &line, why), 0);
	suite_free(s);
	s = NULL;
	assert_int_equal(parse(text, &s, &line, why), -EBADMSG);
	assert_string_equal(why, "@A@ has no value");
	assert_int_equal(line, 6);
	assert_int_equal(suite_parse(strchr(text, '@'), sizeof(text) - 1 - 10, "/where", &s, &line, why), -EBADMSG);
	{
		char good[sizeof(text)];

		memcpy(good, text, sizeof(text));
		memcpy(strstr(good, "@A@"), "@a@", 3);
		assert_int_equal(parse(good, &s, &line, why), 0);
	}
	assert_int_equal(s->ncases, 3);
	assert_string_equal(suite_value(s, "LIBRARIES"), "/where/bin:/x");
	assert_null(suite_value(s, "NONE"));
	c = &s->cases[0];
	assert_string_equal(c->name, "first");
	assert_int_equal(c->argv.n, 6);
	assert_string_equal(c->argv.word[0], "/where/bin/program");
	assert_string_equal(c->argv.word[1], "two words");
	assert_string_equal(c->argv.word[2], "a \"b\" \\ $c");
	assert_string_equal(c->argv.word[3], "user@host.org");
	assert_string_equal(c->argv.word[5], "@a@");
	assert_null(c->argv.word[6]);
	assert_int_equal(c->env.n, 1);
	assert_string_equal(c->env.word[0], "TZ=UTC");
	assert_int_equal(c->status, 0);
	assert_int_equal(c->timeout_s, SUITE_TIMEOUT_S);
	c = &s->cases[1];
	assert_int_equal(c->status, 3);
	assert_int_equal(c->timeout_s, 7);
	assert_int_equal(c->env.n, 4);
	assert_string_equal(c->env.word[3], "TZ=");
	assert_int_equal(c->argv.n, 3);
	assert_string_equal(c->argv.word[2], "status=9");
	c = &s->cases[2];
	assert_int_equal(c->status, SUITE_ANY_STATUS);
	assert_string_equal(c->argv.word[1], "");
}

static void names_the_line_and_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *why;
	} cases[] = {
		{ "x\n", 1, "no 'name: command'" },
		{ "\n: x\n", 2, "no 'name: command'" },
		{ "a b: x\n", 1, "no 'name: command'" },
		{ "a:\n", 1, "a case without a program" },
		{ "a: A=b\n", 1, "a case without a program" },
		{ "a: 'x\n", 1, "a quote that does not end" },
		{ "a: \"x\\\"\n", 1, "a quote that does not end" },
		{ "a: x\na: y\n", 2, "a case of this name is on line 1 already" },
		{ "a: status=256 x\n", 1, "only 'status=' and 'timeout=' with a number, or an upper-case variable" },
		{ "@X@ y\n", 1, "no '=' after a placeholder" },
		{ "A=@X@\n", 1, "@X@ has no value" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct suite *s = NULL;
		char why[WHY_MAX];
		unsigned line = 0;

		assert_int_equal(parse(cases[i].text, &s, &line, why), -EBADMSG);
		assert_string_equal(why, cases[i].why);
		assert_int_equal(line, cases[i].line);
		assert_null(s);
	}
}

/* Each line doubles the one before: 2^64 bytes at the end. */
static void placeholders_do_not_explode(void **state)
{
	char text[4096] = "@A@ = 0123456789\n", why[WHY_MAX];
	struct suite *s = NULL;
	unsigned line;

	(void)state;
	for (int i = 0; i < 64; i++)
		strcat(text, "@A@ = @A@@A@\n");
	assert_int_equal(parse(text, &s, &line, why), -EBADMSG);
	assert_string_equal(why, "longer than 65536 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_cases_with_their_environment),
		cmocka_unit_test(names_the_line_and_what_is_wrong),
		cmocka_unit_test(placeholders_do_not_explode),
	};

	return RUN_TESTS(tests);
}
