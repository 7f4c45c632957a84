/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SHA-256 of a file, by nettle. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#define DIGEST_HEX_SIZE 65

/* Writes the digest of the whole file in lower-case hexadecimal. `fd` is borrowed and its offset left alone.
 * Returns 0 or a negative errno. */
int digest_file(int fd, char hex[DIGEST_HEX_SIZE]);

#endif
