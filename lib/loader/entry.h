/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is published below /etc/ld.so.conf.d so that the loader takes a set: one file of ours, by its first line, and
 * for strategy alias a symbolic link that the file names. */
#ifndef LOADER_ENTRY_H
#define LOADER_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "loader/glibc.h"
#include "loader/strategy.h"

/* Sorts before the distribution's files: of two directories with the same library the first one wins. */
#define ENTRY_PATH     "/etc/ld.so.conf.d/00-nosegneg.conf"
#define ENTRY_SIZE_MAX 65536

struct entry {
	enum strategy strategy;
	unsigned index;           /* hwcap */
	char directory[PATH_MAX]; /* directory; "" otherwise */
	char alias[PATH_MAX];     /* alias: the link's path; "" otherwise */
	char target[PATH_MAX];    /* what it points to */
};

/* The entry for a choice. `set` is the set's path as the loader will print it, `real` the same without symbolic links.
 * Returns 0 or -ENAMETOOLONG. */
int entry_make(const struct strategy_choice *choice, const struct glibc *glibc, const char *set, const char *real,
		struct entry *out);

/* The file's text. The caller frees it; NULL where there is no memory. */
char *entry_text(const struct entry *entry, const struct strategy_choice *choice);

/* Reads such a file back. False where the first line is not ours: then somebody else wrote it. A file of ours without
 * anything in it gives STRATEGY_NONE. */
bool entry_parse(const char *text, size_t size, struct entry *out);

/* Whether the link of an alias entry is there, and is ours: it says what we made it say. False for other entries. */
bool entry_alias_is_there(const struct root *root, const struct entry *entry);

/* Whether two entries do the same. */
bool entry_equal(const struct entry *a, const struct entry *b);

#endif
