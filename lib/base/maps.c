// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "base/maps.h"
#include "base/text.h"

static const char gone[] = " (deleted)";

static bool skip(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* "08048000-0804c000 r-xp 00000000 fe:01 131   /bin/cat"; `head` is a copy with a NUL. */
static bool parse_head(const char *head, struct maps_line *out, size_t *used)
{
	const char *at = head;
	uint64_t major, minor;

	if (!text_number(&at, 16, UINT64_MAX, &out->start) || !skip(&at, '-') ||
			!text_number(&at, 16, UINT64_MAX, &out->end) || !skip(&at, ' ') || strlen(at) < 5)
		return false;
	out->read = at[0] == 'r';
	out->write = at[1] == 'w';
	out->execute = at[2] == 'x';
	at += 4;
	if (!skip(&at, ' ') || !text_number(&at, 16, UINT64_MAX, &out->offset) || !skip(&at, ' ') ||
			!text_number(&at, 16, UINT32_MAX, &major) || !skip(&at, ':') ||
			!text_number(&at, 16, UINT32_MAX, &minor) || !skip(&at, ' ') ||
			!text_number(&at, 10, UINT64_MAX, &out->ino))
		return false;
	out->major = (uint32_t)major;
	out->minor = (uint32_t)minor;
	at += strspn(at, " ");
	*used = (size_t)(at - head);
	return true;
}

static bool parse_line(const char *line, size_t len, struct maps_line *out)
{
	char head[160]; /* five numbers, and blanks up to column 73 */
	size_t n = len < sizeof(head) - 1 ? len : sizeof(head) - 1, used;

	*out = (struct maps_line){ 0 };
	memcpy(head, line, n);
	head[n] = '\0';
	if (!parse_head(head, out, &used) || out->start >= out->end)
		return false;
	out->path = line + used;
	out->path_len = len - used;
	n = sizeof(gone) - 1;
	if (out->path_len > n && memcmp(line + len - n, gone, n) == 0) {
		out->deleted = true;
		out->path_len -= n;
	}
	return true;
}

bool maps_next(struct maps *maps, struct maps_line *out)
{
	while (maps->size > 0) {
		const char *line = maps->at, *end = memchr(line, '\n', maps->size);
		size_t len = end ? (size_t)(end - line) : maps->size;

		maps->at += len + (end != NULL);
		maps->size -= len + (end != NULL);
		if (parse_line(line, len, out))
			return true;
	}
	return false;
}
