// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "loader/segments.h"

/* Limits and rights as processors give them; the short ones are those of the 32-bit hypervisor, PAE and not. */
static void shortened_means_slow(void **state)
{
	static const struct {
		struct segments segments;
		bool shortened;
	} cases[] = {
		{ { true, 0xffffffff, 0xcff300 }, false }, /* flat, data, writable, accessed */
		{ { true, 0xffffffff, 0xcff200 }, false }, { { true, 0xffffffff, 0xcffb00 }, false }, /* code */
		{ { true, 0xffffffff, 0xcfff00 }, false }, /* conforming code: bit 2 is not "expand down" there */
		{ { true, 0xf67fffff, 0xcff300 }, true }, { { true, 0xfc3fffff, 0xcff300 }, true },
		{ { true, 0xfffffffe, 0xcff300 }, true }, { { true, 0, 0xcff300 }, true },
		{ { true, 0xf67fffff, 0xcff700 }, true }, /* expands down, in the middle of a replay */
		{ { true, 0xffffffff, 0xcff700 }, true }, { { true, 0xf67fffff, 0xcffb00 }, true },
		{ { false, 0, 0 }, false }, { { false, 0xf67fffff, 0xcff300 }, false }, /* not known is not an answer */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(segments_shortened(&cases[i].segments), cases[i].shortened);
}

static void text_and_back(void **state)
{
	static const struct segments cases[] = {
		{ true, 0xffffffff, 0xcff300 },
		{ true, 0xf67fffff, 0xcff700 },
		{ true, 0, 0 },
		{ true, 1, 0xffffffff },
	};
	struct segments back;
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		segments_format(&cases[i], text, sizeof(text));
		assert_int_equal(segments_parse(text, &back), 0);
		assert_true(back.known);
		assert_int_equal(back.limit, cases[i].limit);
		assert_int_equal(back.access, cases[i].access);
	}
	segments_format(&cases[0], text, sizeof(text));
	assert_string_equal(text, "limit=0xffffffff access=0xcff300");
	segments_format(&(struct segments){ 0 }, text, sizeof(text));
	assert_string_equal(text, "unknown");
}

static void refuses_other_text(void **state)
{
	static const char *const cases[] = { "", "unknown", "limit=", "limit=0x", "limit=0x access=0x1", "limit=0x1",
		"limit=0x1 ", "limit=0x1 access=", "limit=0x1 access=0x", "limit=0x1 access=0xg",
		"limit=0x1 access=0x1 ", "limit=0x1 access=0x1\n", "limit=0x1  access=0x1", " limit=0x1 access=0x1",
		"limit=1 access=0x1", "limit=0x100000000 access=0x1", "limit=0x1 access=0x100000000",
		"limit=0x-1 access=0x1", "limit=0xffffffffffffffff1 access=0x1", "LIMIT=0x1 access=0x1" };
	struct segments back = { true, 42, 43 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(segments_parse(cases[i], &back), -EBADMSG);
	assert_int_equal(back.limit, 42); /* nothing is written on failure */
	assert_int_equal(back.access, 43);
}

static void a_64_bit_program_cannot_tell(void **state)
{
	struct segments s = { false, 7, 7 };

	(void)state;
#ifdef __i386__
	assert_int_equal(segments_of_self(&s), 0);
	assert_true(s.known);
#else
	assert_int_equal(segments_of_self(&s), -ENOTSUP);
	assert_false(s.known);
	assert_int_equal(s.limit, 7);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shortened_means_slow),
		cmocka_unit_test(text_and_back),
		cmocka_unit_test(refuses_other_text),
		cmocka_unit_test(a_64_bit_program_cannot_tell),
	};

	return RUN_TESTS(tests);
}
