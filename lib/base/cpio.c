// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <string.h>

#include "base/cpio.h"
#include "base/util.h"

#define HEADER   110
#define AT_SIZE  54
#define AT_NAMES 94
#define NAME_TOP 4096
#define TRAILER  "TRAILER!!!"

static bool read_hex(const uint8_t *digits, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < 8; i++) {
		if (!isxdigit(digits[i]))
			return false;
		value = value << 4 | (uint64_t)(isdigit(digits[i]) ? digits[i] - '0' : (digits[i] | 0x20) - 'a' + 10);
	}
	*out = value;
	return true;
}

static uint64_t align4(uint64_t at)
{
	return (at + 3) & ~UINT64_C(3);
}

/* One member at `at`, checked; *next is where the next one begins. */
static bool read_member(const uint8_t *data, uint64_t size, uint64_t at, uint64_t *name_size, uint64_t *next)
{
	uint64_t body, file;

	if (!range_ok(at, HEADER, size))
		return false;
	if (memcmp(data + at, "070701", 6) != 0 && memcmp(data + at, "070702", 6) != 0)
		return false;
	if (!read_hex(data + at + AT_SIZE, &file) || !read_hex(data + at + AT_NAMES, name_size))
		return false;
	if (*name_size == 0 || *name_size > NAME_TOP || !range_ok(at + HEADER, *name_size, size))
		return false;
	body = align4(at + HEADER + *name_size);
	if (!range_ok(body, file, size))
		return false;
	*next = align4(body + file);
	return true;
}

uint64_t cpio_walk(const uint8_t *data, uint64_t size, cpio_name_fn fn, void *arg)
{
	uint64_t at = 0, name_size, next;
	bool more = true;

	while (more && read_member(data, size, at, &name_size, &next)) {
		const char *name = (const char *)data + at + HEADER;
		size_t len = strnlen(name, (size_t)name_size);

		at = next;
		if (len == strlen(TRAILER) && memcmp(name, TRAILER, len) == 0)
			break;
		while (len > 0 && *name == '/') {
			name++;
			len--;
		}
		more = fn(name, len, arg);
	}
	if (at > 0)
		while (at < size && data[at] == 0)
			at++;
	return at < size ? at : size * (at > 0);
}
