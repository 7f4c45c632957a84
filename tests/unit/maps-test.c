// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <string.h>

#include "base/maps.h"
#include "base/util.h"

static size_t read_all(const char *text, size_t size, struct maps_line *out, size_t max)
{
	struct maps maps = { text, size };
	size_t n = 0;

	while (n < max && maps_next(&maps, &out[n]))
		n++;
	return n;
}

static bool path_is(const struct maps_line *line, const char *path)
{
	return line->path_len == strlen(path) && memcmp(line->path, path, line->path_len) == 0;
}

static void reads_what_the_kernel_writes(void **state)
{
	static const char text[] =
			"08048000-0804c000 r-xp 00001000 fe:01 131   /bin/a b\n"
			"0804c000-0804d000 rw-p 00000000 00:00 0 \n"
			"f7fc0000-f7fc2000 r-xp 00000000 103:02 4294967296      /lib/libc.so.6 (deleted)\n"
			"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]";
	struct maps_line line[5];

	(void)state;
	assert_int_equal(read_all(text, sizeof(text) - 1, line, 5), 4);
	assert_true(line[0].start == 0x8048000 && line[0].end == 0x804c000 && line[0].offset == 0x1000);
	assert_true(line[0].read && !line[0].write && line[0].execute);
	assert_true(line[0].major == 0xfe && line[0].minor == 1 && line[0].ino == 131);
	assert_true(path_is(&line[0], "/bin/a b") && !line[0].deleted);
	assert_true(line[1].write && !line[1].execute && line[1].ino == 0 && path_is(&line[1], ""));
	assert_true(line[2].deleted && path_is(&line[2], "/lib/libc.so.6") && line[2].ino == 4294967296);
	assert_true(line[2].major == 0x103);
	assert_true(line[3].start == 0xffffffffff600000 && path_is(&line[3], "[vsyscall]"));
}

static void passes_over_nonsense(void **state)
{
	static const char *const lines[] = { "", "\n", "x", "08048000", "08048000-", "08048000-0804c000", "8-9 r-x",
		"8-9 r-xp", "8-9 r-xp 0", "8-9 r-xp 0 1:", "8-9 r-xp 0 1:2", "8-9 r-xp 0 1:2 x", "9-8 r-xp 0 1:2 3",
		"9-9 r-xp 0 1:2 3", "10000000000000000-20000000000000000 r-xp 0 1:2 3", "8-9 r-xp 0 100000000:2 3",
		"8-9 r-xp 0 1:2 99999999999999999999" };
	struct maps_line line[1];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (read_all(lines[i], strlen(lines[i]), line, 1) != 0)
			fail_msg("'%s' was taken", lines[i]);
}

static void reads_no_further_than_its_size(void **state)
{
	static const char text[] = "8-9 r-xp 0 1:2 3 /a (deleted)";
	struct maps_line line[1];
	char copy[sizeof(text)];

	(void)state;
	for (size_t size = 0; size < sizeof(text); size++) {
		char *exact = memcpy(malloc(size + 1), text, size);

		(void)read_all(exact, size, line, 1);
		free(exact);
	}
	memcpy(copy, text, sizeof(text));
	assert_int_equal(read_all(copy, 18, line, 1), 1);
	assert_true(path_is(&line[0], "/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_kernel_writes),
		cmocka_unit_test(passes_over_nonsense),
		cmocka_unit_test(reads_no_further_than_its_size),
	};

	return RUN_TESTS(tests);
}
