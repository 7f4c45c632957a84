// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/why.h"

static void says_what_and_returns_the_error(void **state)
{
	char why[WHY_MAX];

	(void)state;
	assert_int_equal(why_broken(why, "%d of %s", 3, "them"), -EBADMSG);
	assert_string_equal(why, "3 of them");
	assert_int_equal(why_failed(why, -ENOMEM), -ENOMEM);
	assert_string_equal(why, strerror(ENOMEM));
	assert_int_equal(why_failed(why, -ENODATA), -ENODATA);
	assert_string_equal(why, "the file ends too early, or shrank while it was read");
}

static void is_cut_at_its_size(void **state)
{
	char why[WHY_MAX + 1], longer[2 * WHY_MAX];

	(void)state;
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	why[WHY_MAX] = '!';
	why_broken(why, "%s", longer);
	assert_int_equal(strlen(why), WHY_MAX - 1);
	assert_int_equal(why[WHY_MAX], '!');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_and_returns_the_error),
		cmocka_unit_test(is_cut_at_its_size),
	};

	return RUN_TESTS(tests);
}
