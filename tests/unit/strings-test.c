// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "elf/strings.h"

/* Joins the words with commas. */
static const char *paths(const char *data, size_t size, char *buf)
{
	struct string_list list = { 0 };

	buf[0] = '\0';
	assert_int_equal(strings_paths(data, size, &list), 0);
	for (size_t i = 0; i < list.n; i++) {
		strcat(buf, i ? "," : "");
		strcat(buf, list.item[i]);
	}
	string_list_clear(&list);
	assert_int_equal(list.n, 0);
	return buf;
}

static void finds_path_words_and_nothing_else(void **state)
{
	static const struct {
		const char *data, *words;
	} cases[] = {
		{ "/usr/lib/locale", "/usr/lib/locale" },
		{ "PATH=/usr/bin:/bin", "/bin,/usr/bin" },
		{ "/etc/a:/etc/a", "/etc/a" },
		{ "text before /dev/tty and after", "/dev/tty" },
		{ "%s/gconv-modules", "%s/gconv-modules" },
		{ "%s/%s.cache", "%s/%s.cache" },
		{ "/proc/self/fd/%d", "/proc/self/fd/%d" },
		{ "/tmp", "/tmp" },
		{ "/a", "" },
		{ "/ab/", "" },
		{ "//", "" },
		{ "/1234", "" },
		{ "and/or", "" },
		{ "a/usr/lib", "" },
		{ "/xyz~", "" },
		{ "", "" },
		{ "\"/quoted/path\"", "/quoted/path" },
		{ "line\n/second/line", "/second/line" },
	};
	char buf[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(paths(cases[i].data, strlen(cases[i].data) + 1, buf), cases[i].words);
}

static void a_string_needs_its_end_and_plain_bytes(void **state)
{
	static const char open[] = { '/', 'u', 's', 'r' };
	static const char table[] = "\x01/usr/bin\xff\0\x02/etc/one\0/dat\0\0/lib/two";
	char buf[200];

	(void)state;
	assert_string_equal(paths(open, sizeof(open), buf), "");
	assert_string_equal(paths(table, sizeof(table), buf), "/dat,/etc/one,/lib/two");
	assert_string_equal(paths(NULL, 0, buf), "");
}

static void random_tables_have_no_paths(void **state)
{
	static char data[1 << 20];
	unsigned seed = 7;
	char buf[20000];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		seed = seed * 1664525 + 1013904223;
		data[i] = (char)(seed >> 24);
	}
	assert_string_equal(paths(data, sizeof(data), buf), "");
}

static void finds_a_word_behind_a_table_but_not_in_a_longer_path(void **state)
{
	static const char data[] = "xy\x7fz/usr/lib/locale\0/opt/usr/share\0table/var/db\0/bin:/usr/sbin";

	(void)state;
	assert_true(strings_have_word(data, sizeof(data), "/usr/lib/locale"));
	assert_true(strings_have_word(data, sizeof(data), "/var/db"));
	assert_true(strings_have_word(data, sizeof(data), "/bin"));
	assert_false(strings_have_word(data, sizeof(data), "/usr/share"));
	assert_false(strings_have_word(data, sizeof(data), "/sbin"));
	assert_false(strings_have_word(data, sizeof(data), "/usr/lib"));
	assert_false(strings_have_word(data, sizeof(data) - 1, "/usr/sbin"));
	assert_false(strings_have_word(data, 0, "/bin"));
	assert_false(strings_have_word(data, sizeof(data), ""));
}

static void a_hostile_file_costs_little(void **state)
{
	size_t size = 8 << 20;
	char *data = malloc(size);
	struct string_list list = { 0 };

	(void)state;
	memset(data, 'a', size);
	for (size_t i = 0; i < size; i += 5)
		data[i] = '/';
	data[size - 1] = '\0';
	/* One word of eight megabytes is none; its tails are found everywhere and are never a word of their own. */
	assert_int_equal(strings_paths(data, size, &list), 0);
	assert_int_equal(list.n, 0);
	assert_false(strings_have_word(data, size, "/aaaa"));
	for (size_t i = 0; i + 8 < size; i += 8)
		memcpy(data + i, "/abcdef", 8);
	assert_int_equal(strings_paths(data, size, &list), -E2BIG);
	assert_int_equal(list.n, 0);
	free(data);
}

static void copies_the_first_line(void **state)
{
	static const char data[] = "\0GNU C Library (X) 2.36.\nCompiled\0";
	char buf[64];

	(void)state;
	assert_true(strings_line(data, sizeof(data), "GNU C Library", buf, sizeof(buf)));
	assert_string_equal(buf, "GNU C Library (X) 2.36.");
	assert_true(strings_line(data, sizeof(data), "GNU C", buf, 6));
	assert_string_equal(buf, "GNU C");
	assert_true(strings_line(data, 8, "GNU C", buf, sizeof(buf)));
	assert_string_equal(buf, "GNU C L");
	assert_false(strings_line(data, sizeof(data), "GNU D", buf, sizeof(buf)));
	assert_false(strings_line(data, 3, "GNU C", buf, sizeof(buf)));
}

static void reads_data_with_and_without_section_headers(void **state)
{
	static const char *const files[] = { FIXTURE("segref.so"), FIXTURE("segref-nosections.so") };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_close_ int fd = open(files[i], O_RDONLY | O_CLOEXEC);
		_cleanup_image_ struct image *img = NULL;
		_cleanup_free_ char *data = NULL;
		char why[WHY_MAX];
		size_t size = 0;

		assert_true(fd >= 0);
		assert_int_equal(image_open(fd, &img, why), 0);
		assert_int_equal(strings_read(img, &data, &size, why), 0);
		assert_true(size == 0 || data[size - 1] == '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_path_words_and_nothing_else),
		cmocka_unit_test(a_string_needs_its_end_and_plain_bytes),
		cmocka_unit_test(random_tables_have_no_paths),
		cmocka_unit_test(finds_a_word_behind_a_table_but_not_in_a_longer_path),
		cmocka_unit_test(a_hostile_file_costs_little),
		cmocka_unit_test(copies_the_first_line),
		cmocka_unit_test(reads_data_with_and_without_section_headers),
	};

	elf_version(EV_CURRENT);
	return RUN_TESTS(tests);
}
