// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "elf/notes.h"

#define NOTE(name, desc, type) name "\0\0\0" desc "\0\0\0" type "\0\0\0"
#define TEXT(s)                s, sizeof(s) - 1

/* What is found, as "type:owner size:desc size", and '!' where something is left over. */
static const char *walk(const char *bytes, size_t size, uint64_t align)
{
	static char text[512];
	/* An allocation of exactly that size, so that a sanitizer sees one byte too much. */
	_cleanup_free_ uint8_t *copy = malloc(size ? size : 1);
	struct notes notes = { .data = copy, .size = size, .align = align };
	struct note note;
	char *at = text;

	memcpy(copy, bytes, size);
	*at = '\0';
	while (notes_next(&notes, &note) && at - text < 400) {
		assert_true(note.owner >= copy && note.owner + note.owner_size <= copy + size);
		assert_true(note.desc >= copy && note.desc + note.desc_size <= copy + size);
		at += sprintf(at, "%u:%u:%u ", note.type, note.owner_size, note.desc_size);
	}
	if (notes_truncated(&notes))
		strcpy(at, "!");
	return text;
}

static void whole_notes_only(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		uint64_t align;
		const char *found;
	} cases[] = {
		{ TEXT(""), 4, "" },
		{ TEXT("\4"), 4, "!" },
		{ TEXT(NOTE("\0", "\0", "\0")), 4, "0:0:0 " }, /* empty, and whole */
		{ TEXT(NOTE("\0", "\0", "\1")), 4, "1:0:0 " },
		{ NOTE("\4", "\0", "\1") "GNU", 16, 4, "1:4:0 " },
		{ TEXT(NOTE("\4", "\0", "\1") "GNU"), 4, "!" }, /* the name's NUL is missing */
		{ NOTE("\4", "\4", "\1") "GNU\0desc", 20, 4, "1:4:4 " },
		{ NOTE("\4", "\4", "\1") "GNU\0desc", 19, 4, "!" },
		{ NOTE("\4", "\5", "\1") "GNU\0desc", 20, 4, "!" },
		{ NOTE("\5", "\4", "\1") "GNUX\0\0\0\0desc", 24, 4, "1:5:4 " }, /* the name is padded to 4 */
		{ NOTE("\5", "\4", "\1") "GNUX\0\0\0\0desc", 24, 1, "1:5:4 " }, /* whatever other alignment is said */
		{ NOTE("\5", "\4", "\1") "GNUX\0\0\0\0desc", 24, 0, "1:5:4 " },
		{ NOTE("\5", "\4", "\1") "GNUX\0\0\0\0desc", 24, 16, "1:5:4 " },
		{ NOTE("\4", "\1", "\1") "GNU\0d\0\0\0" NOTE("\0", "\0", "\2"), 32, 4, "1:4:1 2:0:0 " },
		{ NOTE("\4", "\1", "\1") "GNU\0d", 17, 4, "1:4:1 " }, /* the last padding may be missing */
		{ NOTE("\4", "\1", "\1") "GNU\0d\0\0", 19, 4, "1:4:1 " },
		{ NOTE("\3", "\0", "\1") "GN", 15, 4, "1:3:0 " },
		{ NOTE("\4", "\4", "\5") "GNU\0desc\0\0\0\0" NOTE("\0", "\0", "\2"), 36, 8, "5:4:4 2:0:0 " },
		{ NOTE("\4", "\4", "\5") "GNU\0desc\0\0\0\0" NOTE("\0", "\0", "\2"), 36, 4, "5:4:4 0:0:0 !" },
		{ TEXT("\377\377\377\377\0\0\0\0\1\0\0\0GNU"), 4, "!" },
		{ TEXT("\0\0\0\0\377\377\377\377\1\0\0\0GNU"), 4, "!" },
		{ TEXT("\377\377\377\377\377\377\377\377\1\0\0\0GNU"), 8, "!" },
		{ NOTE("\4", "\0", "\1") "GNU\0\0\0\0\0\0", 21, 4, "1:4:0 " }, /* zeros are padding */
		{ NOTE("\4", "\0", "\1") "GNU\0\0\0\0\1\0", 21, 4, "1:4:0 !" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *found = walk(cases[i].bytes, cases[i].size, cases[i].align);

		if (strcmp(found, cases[i].found) != 0)
			fail_msg("case %zu: %s, not %s", i, found, cases[i].found);
	}
}

static void owners_are_compared_whole(void **state)
{
	static const struct {
		const char *owner;
		uint32_t size;
		bool same;
	} cases[] = {
		{ "GNU", 4, true },
		{ "GNU", 3, false }, /* without its NUL */
		{ "GNU\0", 5, false },
		{ "GNUX", 4, false },
		{ "gnu", 4, false },
		{ "", 1, false },
		{ "", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct note note = { .owner = (const uint8_t *)cases[i].owner, .owner_size = cases[i].size };

		assert_int_equal(note_owned_by(&note, "GNU"), cases[i].same);
	}
	assert_true(note_owned_by(&(struct note){ .owner = (const uint8_t *)"", .owner_size = 1 }, ""));
}

/* Any bytes: the walk ends, and stays inside. */
static void any_bytes(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char bytes[96];

		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1103515245 + 12345;
			bytes[i] = (seed >> 16) % 3 ? 0 : (char)((seed >> 20) % 24);
		}
		walk(bytes, (size_t)round % sizeof(bytes), round % 2 ? 4 : 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_notes_only),
		cmocka_unit_test(owners_are_compared_whole),
		cmocka_unit_test(any_bytes),
	};

	return RUN_TESTS(tests);
}
