// SPDX-License-Identifier: LGPL-2.1-or-later
/* malloc and friends in several threads (each with its arena and cache), and sorting in what they return. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <search.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

#define SLOTS 500

static unsigned next(unsigned *seed)
{
	return *seed = *seed * 1103515245 + 12345;
}

static int by_value(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static int by_value_down(const void *a, const void *b, void *arg)
{
	++*(int *)arg;
	return by_value(b, a);
}

static void *churn(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg, sum = 0;
	unsigned char *slot[SLOTS] = { 0 };
	size_t size[SLOTS] = { 0 };

	for (int i = 0; i < 20000; i++) {
		unsigned n = next(&seed) / 65536 % SLOTS;

		for (size_t j = 0; j < size[n]; j += 97)
			CHECK(slot[n][j] == (unsigned char)n);
		if (i % 3 == 0) {
			free(slot[n]);
			slot[n] = NULL;
			size[n] = 0;
			continue;
		}
		size[n] = next(&seed) / 65536 % (i % 50 ? 300 : 200000);
		slot[n] = realloc(slot[n], size[n] + 1);
		CHECK(slot[n] && malloc_usable_size(slot[n]) > size[n]);
		memset(slot[n], (int)n, size[n]);
		sum += (unsigned)size[n];
	}
	for (int i = 0; i < SLOTS; i++)
		free(slot[i]);
	return (void *)(uintptr_t)sum;
}

static void sort(void)
{
	unsigned *numbers = calloc(50000, sizeof(*numbers)), seed = 1, key;
	int calls = 0;

	CHECK(numbers && numbers[49999] == 0);
	for (int i = 0; i < 50000; i++)
		numbers[i] = next(&seed);
	key = numbers[777];
	qsort(numbers, 50000, sizeof(*numbers), by_value);
	printf("%u %u, found %d\n", numbers[0], numbers[25000],
			bsearch(&key, numbers, 50000, sizeof(*numbers), by_value) != NULL);
	qsort_r(numbers, 1000, sizeof(*numbers), by_value_down, &calls);
	printf("%u, calls %d\n", numbers[0], calls);
	free(numbers);
}

int main(void)
{
	pthread_t threads[8];
	void *aligned, *sum;

	for (uintptr_t i = 0; i < 8; i++)
		CHECK(pthread_create(&threads[i], NULL, churn, (void *)(i + 1)) == 0);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], &sum);
		printf("%lu ", (unsigned long)(uintptr_t)sum);
	}
	puts("");
	sort();
	CHECK(posix_memalign(&aligned, 4096, 100) == 0);
	printf("alignment %lu\n", (unsigned long)aligned % 4096);
	free(aligned);
	errno = 0;
	aligned = malloc(SIZE_MAX / 2 + (size_t)(getenv("HOME") != NULL));
	printf("too much: %d %s\n", aligned != NULL, strerror(errno));
	return 0;
}
