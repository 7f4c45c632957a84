/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The strings of a library that decide where it looks for files, and which release it says it is. */
#ifndef ELF_STRINGS_H
#define ELF_STRINGS_H

#include "elf/image.h"

/* The contents of every allocated PROGBITS section without code (.rodata, .data, .data.rel.ro and the like; in a file
 * without section headers, of every segment without code), a NUL after each. On success the caller frees *data.
 * Errors: -EBADMSG, -ENOMEM or what reading said, with `why` (WHY_MAX bytes). */
int strings_read(struct image *img, char **data, size_t *size, char *why);

/* Sorted, each once. */
struct string_list {
	char **item;
	size_t n, cap;
};

void string_list_clear(struct string_list *list);
bool string_list_has(const struct string_list *list, const char *word);

/* Collects the path words of `data`.
 *
 * A string is a run of at least four printable ASCII bytes (tab and newline too) that a NUL ends. A word is a run of
 * its bytes between white space and any of " ' ` : ; , = < > ( ) [ ] { } | &. A path word begins with "/" and a
 * component of at least three letters, digits and any of . _ - + that starts with a letter ("/usr/lib/locale", but not
 * "/", "/x" or "//"); or with "%s/" and a letter, digit, dot or "%" ("%s/.rhosts"). So the search path
 * "PATH=/usr/bin:/bin" is two words. The rules keep tables, whose bytes look like text here and there, out.
 *
 * Words of more than 4096 bytes are left out. Returns 0, or -ENOMEM or -E2BIG (more than 100000 words) with the list
 * cleared. The caller clears it with string_list_clear. */
int strings_paths(const char *data, size_t size, struct string_list *list);

/* Whether a path word stands in `data` with its end (a NUL or one of the bytes that end a word) behind it. Before it
 * may be anything that does not make it the tail of a longer path: a string may follow a table without a NUL.
 * Only the first 1000 places are looked at. */
bool strings_have_word(const char *data, size_t size, const char *word);

/* Copies the first line of the string that begins with `prefix`, cut at `len` bytes with its NUL. False: none. */
bool strings_line(const char *data, size_t size, const char *prefix, char *buf, size_t len);

#endif
