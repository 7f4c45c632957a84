// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "xen/facts.h"

#define LINE_MAX_PROBE 512

static bool read_hex(const char *s, const char *key, uint32_t *out)
{
	const char *at = strstr(s, key);
	unsigned long value;
	char *end;

	if (!at || !isxdigit((unsigned char)at[strlen(key)]))
		return false;
	errno = 0;
	value = strtoul(at + strlen(key), &end, 16);
	if (errno || value > UINT32_MAX || (*end && *end != ' '))
		return false;
	*out = (uint32_t)value;
	return true;
}

static void parse_segments(const char *value, struct xen_probe *probe)
{
	uint32_t limit, access = 0;

	if (!read_hex(value, "limit=", &limit))
		return;
	(void)read_hex(value, "access=", &access);
	probe->has_segments = true;
	probe->limit = limit;
	probe->access = access;
}

/* Pairs of digits, with or without spaces between them, or "none". */
static void parse_note(const char *value, struct xen_probe *probe)
{
	uint8_t bytes[sizeof(probe->note)];
	size_t n = 0;
	unsigned byte;

	if (strcmp(value, "none") == 0) {
		probe->has_note = true;
		probe->note_size = 0;
		return;
	}
	for (; *value; value += *value == ' ' ? 1 : 2) {
		if (*value == ' ')
			continue;
		if (!isxdigit((unsigned char)value[0]) || !isxdigit((unsigned char)value[1]) || n == sizeof(bytes))
			return;
		sscanf(value, "%2x", &byte);
		bytes[n++] = (uint8_t)byte;
	}
	if (n == 0)
		return;
	memcpy(probe->note, bytes, n);
	probe->note_size = n;
	probe->has_note = true;
}

/* What does not fit is cut. */
static void copy_text(char *to, size_t size, const char *from)
{
	size_t len = strnlen(from, size - 1);

	memcpy(to, from, len);
	to[len] = '\0';
}

static void parse_line(const char *line, struct xen_probe *probe)
{
	if (strncmp(line, "machine: ", 9) == 0)
		copy_text(probe->machine, sizeof(probe->machine), line + 9);
	else if (strncmp(line, "kernel: ", 8) == 0)
		copy_text(probe->kernel, sizeof(probe->kernel), line + 8);
	else if (strncmp(line, "cpuid: ", 7) == 0)
		(void)xen_cpuid_parse(line + 7, &probe->cpuid);
	else if (strncmp(line, "segments: ", 10) == 0)
		parse_segments(line + 10, probe);
	else if (strncmp(line, "note: ", 6) == 0)
		parse_note(line + 6, probe);
}

void xen_probe_parse(const char *text, size_t size, struct xen_probe *out)
{
	*out = (struct xen_probe){ .present = true };
	while (size > 0) {
		const char *end = memchr(text, '\n', size);
		size_t len = end ? (size_t)(end - text) : size;
		char line[LINE_MAX_PROBE];

		if (len < sizeof(line)) {
			size_t keep = len && text[len - 1] == '\r' ? len - 1 : len;

			memcpy(line, text, keep);
			line[keep] = '\0';
			parse_line(line, out);
		}
		len += end != NULL;
		text += len;
		size -= len;
	}
}
