// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <nettle/sha2.h>

#include "base/digest.h"

_Static_assert(DIGEST_HEX_SIZE == 2 * SHA256_DIGEST_SIZE + 1, "room for the digest");

int digest_file(int fd, char hex[DIGEST_HEX_SIZE])
{
	uint8_t buf[65536], digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	off_t off = 0;

	sha256_init(&ctx);
	for (;;) {
		ssize_t got = pread(fd, buf, sizeof(buf), off);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		sha256_update(&ctx, (size_t)got, buf);
		off += got;
	}
	sha256_digest(&ctx, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
	return 0;
}
