// SPDX-License-Identifier: LGPL-2.1-or-later
#include <libiberty/demangle.h>
#include <setjmp.h>
#include <string.h>

#include "alloc.h"
#include "demangle.h"

#define LENGTH_MAX 4096

struct output {
	char text[LENGTH_MAX];
	size_t len;
	jmp_buf full;
};

/* A short name can refer to parts of itself again and again, and then takes 2^100 bytes. The printer cannot be told to
 * stop; nothing that it holds is on the heap, so that it can be left. */
static void append(const char *s, size_t len, void *arg)
{
	struct output *out = arg;

	if (len >= LENGTH_MAX - out->len)
		longjmp(out->full, 1);
	memcpy(out->text + out->len, s, len);
	out->len += len;
}

char *demangle(const char *name)
{
	struct output out;

	out.len = 0;
	if (setjmp(out.full))
		return NULL;
	/* What Rust calls its legacy names are C++ ones to the other reader. */
	if (!rust_demangle_callback(name, DMGL_NO_OPTS, append, &out)) {
		out.len = 0;
		if (strncmp(name, "_Z", 2) != 0 || !cplus_demangle_v3_callback(name, DMGL_NO_OPTS, append, &out))
			return NULL;
	}
	return alloc_copy(out.text, out.len);
}
