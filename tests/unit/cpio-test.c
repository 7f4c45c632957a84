// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpio.h"
#include "base/util.h"

static uint8_t archive[4096];
static size_t size;
static char seen[1024];

static void begin(void)
{
	memset(archive, 0, sizeof(archive));
	size = 0;
	seen[0] = '\0';
}

static void member(const char *magic, const char *name, const char *body)
{
	size_t n = strlen(name) + 1, m = strlen(body);

	sprintf((char *)archive + size, "%s%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", magic, 1, 0, 0, 0, 1,
			0, (unsigned)m, 0, 0, 0, 0, (unsigned)n, 0);
	size += 110;
	memcpy(archive + size, name, n);
	size = (size + n + 3) & ~(size_t)3;
	memcpy(archive + size, body, m);
	size = (size + m + 3) & ~(size_t)3;
}

static bool see(const char *name, size_t len, void *arg)
{
	size_t n = strlen(seen);
	const char *stop = arg;

	snprintf(seen + n, sizeof(seen) - n, "%.*s,", (int)len, name);
	return !stop || strlen(stop) != len || memcmp(stop, name, len) != 0;
}

static void lists_names(void **state)
{
	(void)state;
	begin();
	member("070701", "bin/sh", "12345");
	member("070702", "/lib/libc.so.6", "");
	member("070701", "TRAILER!!!", "");
	size += 512;
	assert_int_equal(cpio_walk(archive, size, see, NULL), size);
	assert_string_equal(seen, "bin/sh,lib/libc.so.6,");
	/* Behind the zeros the next one begins. */
	archive[size++] = 0x1f;
	assert_int_equal(cpio_walk(archive, size, see, NULL), size - 1);
}

static void ends_when_told(void **state)
{
	(void)state;
	begin();
	member("070701", "a", "");
	member("070701", "b", "");
	assert_true(cpio_walk(archive, size, see, (void *)"a") > 0);
	assert_string_equal(seen, "a,");
}

static void takes_whole_members_only(void **state)
{
	(void)state;
	begin();
	member("070701", "first", "12345678");
	member("070701", "second", "12345678");
	for (size_t cut = 0; cut < size; cut++) {
		uint8_t *exact = memcpy(malloc(cut + 1), archive, cut);
		size_t whole = 128; /* where the second one begins: 110 + 6, padded, + 8 */

		seen[0] = '\0';
		(void)cpio_walk(exact, cut, see, NULL);
		assert_string_equal(seen, cut < whole - 4 ? "" : "first,");
		free(exact);
	}
}

static void refuses_nonsense(void **state)
{
	static const struct {
		size_t at;
		const char *bytes;
	} pokes[] = {
		{ 0, "070707" },    /* the old format */
		{ 54, "ffffffff" }, /* a file of 4 GiB */
		{ 54, "0000000g" },
		{ 94, "00000000" }, /* a name of no bytes, not even its NUL */
		{ 94, "ffffffff" },
		{ 94, "00001001" },
		{ 94, "-0000001" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pokes); i++) {
		begin();
		member("070701", "name", "body");
		memcpy(archive + pokes[i].at, pokes[i].bytes, strlen(pokes[i].bytes));
		if (cpio_walk(archive, sizeof(archive), see, NULL) != 0 || *seen)
			fail_msg("%s at %zu was taken: %s", pokes[i].bytes, pokes[i].at, seen);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_names),
		cmocka_unit_test(ends_when_told),
		cmocka_unit_test(takes_whole_members_only),
		cmocka_unit_test(refuses_nonsense),
	};

	return RUN_TESTS(tests);
}
