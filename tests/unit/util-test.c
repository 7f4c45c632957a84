// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/util.h"

static void ranges(void **state)
{
	static const struct {
		uint64_t off, len, size;
		int ok;
	} cases[] = {
		{ 0, 0, 0, 1 },
		{ 0, 1, 0, 0 },
		{ 0, 10, 10, 1 },
		{ 1, 10, 10, 0 },
		{ 10, 0, 10, 1 },
		{ 11, 0, 10, 0 },
		{ UINT64_MAX, 1, 10, 0 },
		{ 1, UINT64_MAX, 10, 0 },
		{ 5, 5, 10, 1 },
		{ UINT64_MAX, UINT64_MAX, UINT64_MAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(range_ok(cases[i].off, cases[i].len, cases[i].size), cases[i].ok);
}

static void array_grows_and_keeps_its_contents(void **state)
{
	_cleanup_free_ uint32_t *array = NULL;
	size_t cap = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(array_reserve(&array, &cap, i + 1, sizeof(*array)), 0);
		array[i] = i;
	}
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(array[i], i);
	assert_true(cap >= 1000 && cap < 2048);
}

static void array_refuses_what_cannot_be_had(void **state)
{
	_cleanup_free_ uint64_t *array = NULL;
	size_t cap = 0;

	(void)state;
	assert_int_equal(array_reserve(&array, &cap, 4, sizeof(*array)), 0);
	array[3] = 7;
	assert_int_equal(array_reserve(&array, &cap, SIZE_MAX, sizeof(*array)), -ENOMEM);
	assert_int_equal(array_reserve(&array, &cap, SIZE_MAX / 8, sizeof(*array)), -ENOMEM);
	assert_int_equal(array[3], 7);
	assert_true(cap >= 4);
}

static void read_at_reads_all_or_fails(void **state)
{
	char path[] = "/tmp/nosegneg-util-XXXXXX", buf[8] = "";
	_cleanup_close_ int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, "0123456789", 10), 10);
	assert_int_equal(read_at(fd, buf, 4, 6), 0);
	assert_memory_equal(buf, "6789", 4);
	assert_int_equal(read_at(fd, buf, 5, 6), -ENODATA);
	assert_int_equal(read_at(fd, buf, 1, 10), -ENODATA);
	assert_int_equal(read_at(fd, buf, 0, 10), 0);
	assert_int_equal(read_at(-1, buf, 1, 0), -EBADF);
}

static void take_empties_what_it_takes(void **state)
{
	char *p = strdup("x");
	_cleanup_free_ char *taken = TAKE_PTR(p);
	int fd = 42;

	(void)state;
	assert_null(p);
	assert_string_equal(taken, "x");
	assert_int_equal(take_fd(&fd), 42);
	assert_int_equal(fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges),
		cmocka_unit_test(array_grows_and_keeps_its_contents),
		cmocka_unit_test(array_refuses_what_cannot_be_had),
		cmocka_unit_test(read_at_reads_all_or_fails),
		cmocka_unit_test(take_empties_what_it_takes),
	};

	return RUN_TESTS(tests);
}
