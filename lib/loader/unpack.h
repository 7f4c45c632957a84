/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unpacks what kernels are packed with, from memory to memory. The memory it takes grows with what really comes out, so
 * that a small file which claims much costs little. What stands behind the stream is not looked at. */
#ifndef LOADER_UNPACK_H
#define LOADER_UNPACK_H

#include <stdint.h>

#include "base/why.h"

struct packing;

/* The packing of the stream that begins at `data`, or NULL. */
const struct packing *packing_of(const uint8_t *data, uint64_t size);

/* "gzip", "xz", "zstd", "lz4", "lzma" or "bzip2". */
const char *packing_name(const struct packing *packing);

/* Unpacks the stream at `data`. On success the caller frees *out, of *out_size bytes. Errors: -EBADMSG it is broken or
 * truncated, -EFBIG more than `max` bytes come out, -ENOMEM; `why` (WHY_MAX bytes) says in words what is wrong. */
int unpack(const struct packing *packing, const uint8_t *data, uint64_t size, uint64_t max, uint8_t **out,
		uint64_t *out_size, char *why);

#endif
