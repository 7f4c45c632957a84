// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Unicode 15, table 3-7: the first two bytes decide, the others are continuation bytes. */
size_t text_utf8_length(const uint8_t *s, size_t len)
{
	size_t want;

	if (len == 0 || s[0] < 0x20 || s[0] == 0x7f)
		return 0;
	if (s[0] < 0x80)
		return 1;
	want = s[0] >= 0xc2 && s[0] <= 0xdf   ? 2
	       : s[0] >= 0xe0 && s[0] <= 0xef ? 3
	       : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
					      : 0;
	if (want == 0 || len < want)
		return 0;
	for (size_t i = 1; i < want; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
			(s[0] == 0xf4 && s[1] > 0x8f) || (s[0] == 0xc2 && s[1] < 0xa0))
		return 0; /* overlong, a surrogate, beyond Unicode, or a C1 control */
	return want;
}

const char *text_quote(char *buf, size_t size, const char *s)
{
	size_t len = strlen(s), at = 0;

	if (size < 8) {
		if (size)
			buf[0] = '\0';
		return buf;
	}
	for (size_t i = 0; i < len;) {
		size_t n = text_utf8_length((const uint8_t *)s + i, len - i);

		if (at + 8 > size) {
			memcpy(buf + at, "...", 4);
			return buf;
		}
		if (n == 0 || s[i] == '\\') {
			at += (size_t)(s[i] == '\\' ? sprintf(buf + at, "\\\\")
						    : sprintf(buf + at, "\\x%02x", (unsigned char)s[i]));
			i++;
			continue;
		}
		memcpy(buf + at, s + i, n);
		at += n;
		i += n;
	}
	buf[at] = '\0';
	return buf;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

bool text_number(const char **at, unsigned base, uint64_t max, uint64_t *out)
{
	const char *s = *at;
	uint64_t value = 0;

	for (; digit(*s) < (int)base; s++) {
		unsigned d = (unsigned)digit(*s);

		if (d > max || value > (max - d) / base)
			return false;
		value = value * base + d;
	}
	if (s == *at)
		return false;
	*at = s;
	*out = value;
	return true;
}
