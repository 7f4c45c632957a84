/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory of a command-line program: where there is none, it ends with a message. */
#ifndef SIM_ALLOC_H
#define SIM_ALLOC_H

#include <stddef.h>

/* Never NULL; freed by the caller. */
void *alloc_new(size_t size); /* zeroed */
char *alloc_copy(const char *s, size_t len);

/* array_reserve of base/util.h. */
void alloc_reserve(void *array, size_t *cap, size_t want, size_t elem);

#endif
