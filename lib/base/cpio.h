/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names in a cpio archive of the new ASCII format, which initramfs images are made of. Format: Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst. */
#ifndef BASE_CPIO_H
#define BASE_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called for each member; `name` has no NUL at its end and no slash at its beginning. False ends the walk. */
typedef bool (*cpio_name_fn)(const char *name, size_t len, void *arg);

/* Walks the archive at the beginning of `data` up to its trailer, and then over zeros. Returns how many bytes that
 * were: behind them another archive may begin, packed or not. 0: no such archive, or it is broken at once. An archive
 * that is cut gives its whole members. */
uint64_t cpio_walk(const uint8_t *data, uint64_t size, cpio_name_fn fn, void *arg);

#endif
