// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "base/util.h"

int array_reserve(void *array, size_t *cap, size_t want, size_t elem)
{
	size_t room = *cap ? *cap : 16;
	void *old, *grown;

	if (want <= *cap)
		return 0;
	while (room < want) {
		if (room > SIZE_MAX / 2)
			return -ENOMEM;
		room *= 2;
	}
	if (room > SIZE_MAX / elem)
		return -ENOMEM;
	memcpy(&old, array, sizeof(old));
	grown = realloc(old, room * elem);
	if (!grown)
		return -ENOMEM;
	memcpy(array, &grown, sizeof(grown));
	*cap = room;
	return 0;
}

int read_at(int fd, void *buf, size_t len, uint64_t off)
{
	uint8_t *to = buf;

	while (len > 0) {
		ssize_t got = pread(fd, to, len, (off_t)off);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -ENODATA;
		to += got;
		off += (uint64_t)got;
		len -= (size_t)got;
	}
	return 0;
}

int write_all(int fd, const void *data, size_t size)
{
	const uint8_t *from = data;

	while (size > 0) {
		ssize_t n = write(fd, from, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		from += n;
		size -= (size_t)n;
	}
	return 0;
}

const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

unsigned processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}
