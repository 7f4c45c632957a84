/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The suite: programs that have to behave the same with two sets of libraries.
 *
 * Text, one entry a line; "#" begins a comment line. In all of them @NAME@ (upper-case letters) stands for a value;
 * @SUITE@ is the directory of the suite file.
 *
 *	@NAME@ = VALUE                              defines a placeholder; @LIBRARIES@ is the rest of the library path
 *	NAME=VALUE                                  an environment variable for every case below
 *	name: [NAME=VALUE]... program [argument]... a case, with variables of its own
 *
 * Among a case's variables, "status=N" is the exit status that is expected (0 else; "status=any" for any), and
 * "timeout=N" the seconds it may take. Words are separated by blanks; '...' and "..." join them, and the latter
 * know \" and \\. */
#ifndef BASE_SUITE_H
#define BASE_SUITE_H

#include <stddef.h>

#include "base/why.h"

#define SUITE_SIZE_MAX   (1u << 20)
#define SUITE_ANY_STATUS (-1)
#define SUITE_TIMEOUT_S  60

struct suite_words {
	char **word; /* ends in NULL where n is not 0 */
	size_t n, cap;
};

struct suite_case {
	char *name;
	struct suite_words env;  /* NAME=VALUE, those for all cases first */
	struct suite_words argv; /* at least one */
	int status;              /* or SUITE_ANY_STATUS */
	unsigned timeout_s;
	unsigned line;
};

struct suite_value {
	char *name, *value;
};

struct suite {
	struct suite_case *cases;
	size_t ncases, cap;
	struct suite_words env;
	struct suite_value *values;
	size_t nvalues, values_cap;
};

/* Reads a suite of `size` bytes. On success *out is freed by the caller with suite_free; `text` is not kept.
 * Errors: -EBADMSG with `why` (WHY_MAX bytes) and the *line that is wrong (from 1), or -ENOMEM. */
int suite_parse(const char *text, size_t size, const char *directory, struct suite **out, unsigned *line, char *why);
void suite_free(struct suite *s);

/* The value of @name@, or NULL. */
const char *suite_value(const struct suite *s, const char *name);

/* Adds a copy of `word` and keeps the list NULL-terminated. Returns 0 or -ENOMEM. */
int suite_words_add(struct suite_words *words, const char *word);
void suite_words_clear(struct suite_words *words);

static inline void cleanup_suite(struct suite **s)
{
	suite_free(*s);
}
#define _cleanup_suite_ __attribute__((cleanup(cleanup_suite)))

#endif
