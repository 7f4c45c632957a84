// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "message.h"

#define LINE_MAX_ 8192

static void write_line(FILE *to, const char *format, va_list args)
{
	char line[LINE_MAX_];

	vsnprintf(line, sizeof(line), format, args);
	fprintf(to, "ldconfig-hwcap: %s\n", line);
}

int message_error(const char *path, const char *what, const char *why)
{
	char quoted[4096];

	text_quote(quoted, sizeof(quoted), path);
	message_warn(why ? "%s: %s: %s" : "%s: %s", quoted, what, why);
	return EXIT_ERROR;
}

void message_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(stderr, format, args);
	va_end(args);
}

void message_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(stdout, format, args);
	va_end(args);
}
