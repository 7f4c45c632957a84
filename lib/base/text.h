/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text from outside, made fit for a terminal, a table or JSON. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies `s` to `buf` with every byte that is not printable ASCII or valid UTF-8 written as \xNN, and the backslash
 * doubled, so that a file name can neither move the cursor nor end a line. Cut at `size` with "..." at the end.
 * Returns buf. */
const char *text_quote(char *buf, size_t size, const char *s);

/* Reads a number without sign at *at, in base 10 or 16 (without "0x"), and moves *at behind it. Small, where sscanf(3)
 * brings all of floating point into a static program, and leaves overflow open. False, with nothing changed, where
 * there is no digit or the number is above `max`. */
bool text_number(const char **at, unsigned base, uint64_t max, uint64_t *out);

/* The length of the valid UTF-8 sequence (no control characters) at s, of which `len` bytes may be read; 0: none. */
size_t text_utf8_length(const uint8_t *s, size_t len);

#endif
