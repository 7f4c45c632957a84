// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/why.h"

int why_broken(char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, WHY_MAX, format, args);
	va_end(args);
	return -EBADMSG;
}

int why_failed(char *why, int error)
{
	snprintf(why, WHY_MAX, "%s",
			error == -ENODATA ? "the file ends too early, or shrank while it was read" : strerror(-error));
	return error;
}
