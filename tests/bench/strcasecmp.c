// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Times strcasecmp and strncasecmp of whatever libc the loader found, for
 * strings of several lengths: "NAME LENGTH NANOSECONDS" a line.
 *
 * The best of many short rounds is reported: on a machine that others use,
 * the rest measures them.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { CALLS = 20000, ROUNDS = 50 };

/* Volatile, so that the compiler cannot answer for the library. */
static int (*volatile compare)(const char *, const char *) = strcasecmp;
static int (*volatile compare_n)(const char *, const char *, size_t) = strncasecmp;

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static double round_ns(const char *a, const char *b, size_t n)
{
	double begin = now_ns();

	for (int i = 0; i < CALLS; i++)
		if (n ? compare_n(a, b, n) : compare(a, b))
			abort();
	return (now_ns() - begin) / CALLS;
}

static double best_ns(const char *a, const char *b, size_t n)
{
	double best = round_ns(a, b, n);

	for (int i = 1; i < ROUNDS; i++) {
		double ns = round_ns(a, b, n);

		if (ns < best)
			best = ns;
	}
	return best;
}

int main(void)
{
	static const size_t lengths[] = { 1, 8, 16, 64, 256, 4096 };
	static char a[4097], b[4097];

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t n = lengths[i];

		memset(a, 'n', n);
		memset(b, 'N', n);
		a[n] = b[n] = '\0';
		printf("strcasecmp %zu %.2f\n", n, best_ns(a, b, 0));
		printf("strncasecmp %zu %.2f\n", n, best_ns(a, b, n));
	}
	return ferror(stdout) || fclose(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
