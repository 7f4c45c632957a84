// SPDX-License-Identifier: LGPL-2.1-or-later
/* floor FILE: how long it takes, in milliseconds, to look at each byte of a file for a %gs prefix, once it is in
 * memory: the least that any scanner has to do. Best of 50. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	struct stat st;
	unsigned char *bytes;
	double best = 1e9;
	size_t found = 0;

	if (fd < 0 || fstat(fd, &st) != 0 || !(bytes = malloc((size_t)st.st_size)) ||
			read(fd, bytes, (size_t)st.st_size) != st.st_size) {
		perror(argc == 2 ? argv[1] : "usage: floor FILE");
		return 2;
	}
	for (int round = 0; round < 50; round++) {
		const unsigned char *end = bytes + st.st_size;
		double start = now_ms();

		for (const unsigned char *p = bytes; (p = memchr(p, 0x65, (size_t)(end - p))); p++)
			found++;
		if (now_ms() - start < best)
			best = now_ms() - start;
	}
	printf("%.3f\n", best);
	return found == 0;
}
