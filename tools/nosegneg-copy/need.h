/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files programs need, by the loader's own rules. */
#ifndef NOSEGNEG_COPY_NEED_H
#define NOSEGNEG_COPY_NEED_H

#include "copy.h"
#include "loader/resolve.h"

struct needed {
	char *path; /* as the loader will ask for it */
	bool is64;
};

struct need {
	const struct root *root;
	struct resolver *resolver;
	struct needed *file; /* each once */
	size_t n, cap;
	struct failure *failure;
};

/* Adds a program, or a library, with all that it needs: on this processor, and on the oldest one, because that of the
 * image may be another. A name without a slash is looked up where programs usually are. What does not load is a
 * finding, and the failure says who needs what. Returns 0 or a negative errno with the failure filled. */
int need_program(struct need *need, const char *name);
void need_free(struct need *need);

/* Opens the resolver. */
int need_init(struct need *need, const struct root *root, struct failure *failure);

#endif
