/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small things that every file needs: cleanup on scope exit, sizes, growing arrays. */
#ifndef BASE_UTIL_H
#define BASE_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* A local pointer or descriptor that is released when its scope ends. Initialise it at declaration:
 * NULL and -1 are empty (descriptor 0 is a valid one). */
#define _cleanup_free_  __attribute__((cleanup(cleanup_free)))
#define _cleanup_close_ __attribute__((cleanup(cleanup_close)))

/* Hands the value of a _cleanup_ variable over to the caller and leaves the variable empty. */
#define TAKE_PTR(p)                                                                                                    \
	({                                                                                                             \
		__typeof__(p) taken_ = (p);                                                                            \
		(p) = NULL;                                                                                            \
		taken_;                                                                                                \
	})

static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* Whether [off, off + len) lies within [0, size); never overflows. */
static inline int range_ok(uint64_t off, uint64_t len, uint64_t size)
{
	return off <= size && len <= size - off;
}

/* Makes room for `want` elements of `elem` bytes in *array, whose capacity is *cap elements; capacity at least doubles.
 * `array` is the address of the caller's pointer. Returns 0, or -ENOMEM with the array as it was. */
int array_reserve(void *array, size_t *cap, size_t want, size_t elem);

/* The number of processors that run, at least 1. Reads /sys: ask where threads are about to be started. */
unsigned processors(void);

/* Reads exactly `len` bytes at `off`. Returns 0, -ENODATA where the file ends before, or another negative errno. */
int read_at(int fd, void *buf, size_t len, uint64_t off);

/* Writes all of them. Returns 0 or a negative errno, with part of them written. */
int write_all(int fd, const void *data, size_t size);

/* What is behind the last slash of a path; the path itself where there is none. */
const char *base_name(const char *path);

#endif
