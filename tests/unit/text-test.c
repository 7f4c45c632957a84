// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "base/util.h"

static void quotes_what_a_terminal_would_obey(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "/lib/libc.so.6", "/lib/libc.so.6" },
		{ "a\nb", "a\\x0ab" },
		{ "\033[31mred", "\\x1b[31mred" },
		{ "back\\slash", "back\\\\slash" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" }, /* valid UTF-8 stays */
		{ "bad\xc3", "bad\\xc3" },                      /* cut short */
		{ "\xc0\xaf", "\\xc0\\xaf" },                   /* overlong */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },          /* a surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, /* beyond Unicode */
		{ "\xc2\x9b"
		  "2J",
				"\\xc2\\x9b"
				"2J" }, /* C1: another escape */
		{ "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7" },
		{ "\x7f", "\\x7f" },
	};
	char buf[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(text_quote(buf, sizeof(buf), cases[i].in), cases[i].out);
}

static void cuts_with_dots_and_stays_inside(void **state)
{
	char buf[40], in[100];

	(void)state;
	for (size_t size = 0; size < 20; size++)
		for (size_t len = 0; len < 40; len++) {
			memset(buf, 'Z', sizeof(buf));
			memset(in, '\n', len);
			in[len] = '\0';
			text_quote(buf, size, in);
			for (size_t i = size; i < sizeof(buf); i++)
				assert_int_equal(buf[i], 'Z');
			if (size)
				assert_true(strlen(buf) < size);
		}
	memset(in, 'a', sizeof(in));
	in[99] = '\0';
	text_quote(buf, 16, in);
	assert_string_equal(buf + strlen(buf) - 3, "...");
}

static void numbers(void **state)
{
	static const struct {
		const char *in;
		unsigned base;
		uint64_t max;
		bool ok;
		uint64_t value;
		size_t used;
	} cases[] = {
		{ "0", 10, 10, true, 0, 1 },
		{ "42x", 10, 100, true, 42, 2 },
		{ "007", 10, 7, true, 7, 3 },
		{ "10", 10, 10, true, 10, 2 },
		{ "11", 10, 10, false, 0, 0 },
		{ "5", 10, 4, false, 0, 0 },
		{ "1", 10, 0, false, 0, 0 },
		{ "0", 10, 0, true, 0, 1 },
		{ "", 10, 10, false, 0, 0 },
		{ "x", 10, 10, false, 0, 0 },
		{ " 1", 10, 10, false, 0, 0 },
		{ "+1", 10, 10, false, 0, 0 },
		{ "-1", 10, 10, false, 0, 0 },
		{ "a", 10, 10, false, 0, 0 },
		{ "ffFF.", 16, 0xffff, true, 0xffff, 4 },
		{ "10000", 16, 0xffff, false, 0, 0 },
		{ "0x1", 16, 10, true, 0, 1 },
		{ "g", 16, 10, false, 0, 0 },
		{ "@", 16, 100, false, 0, 0 }, /* what lies beside the letters */
		{ "`", 16, 100, false, 0, 0 },
		{ "/", 16, 100, false, 0, 0 },
		{ ":", 16, 100, false, 0, 0 },
		{ "18446744073709551615", 10, UINT64_MAX, true, UINT64_MAX, 20 },
		{ "18446744073709551616", 10, UINT64_MAX, false, 0, 0 },
		{ "99999999999999999999999", 10, UINT64_MAX, false, 0, 0 },
		{ "ffffffffffffffff", 16, UINT64_MAX, true, UINT64_MAX, 16 },
		{ "10000000000000000", 16, UINT64_MAX, false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *at = cases[i].in;
		uint64_t value = 4711;

		assert_int_equal(text_number(&at, cases[i].base, cases[i].max, &value), cases[i].ok);
		assert_int_equal(value, cases[i].ok ? cases[i].value : 4711);
		assert_ptr_equal(at, cases[i].in + cases[i].used);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_what_a_terminal_would_obey),
		cmocka_unit_test(cuts_with_dots_and_stays_inside),
		cmocka_unit_test(numbers),
	};

	return RUN_TESTS(tests);
}
