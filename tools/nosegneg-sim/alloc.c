// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "common/output.h"
#include "alloc.h"

static void *checked(void *p)
{
	if (p)
		return p;
	output_error("record", "memory", "there is none left");
	exit(EXIT_ERROR);
}

void *alloc_new(size_t size)
{
	return checked(calloc(1, size));
}

char *alloc_copy(const char *s, size_t len)
{
	return checked(strndup(s, len));
}

void alloc_reserve(void *array, size_t *cap, size_t want, size_t elem)
{
	if (array_reserve(array, cap, want, elem) < 0)
		checked(NULL);
}
