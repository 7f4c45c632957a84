// SPDX-License-Identifier: LGPL-2.1-or-later
/* Thread-local data in all its forms: errno, __thread, keys with destructors, cancellation, many threads at once. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#define THREADS 64
#define KEYS    40 /* more than the 32 that lie in the thread's own block */

static __thread int counter = 7;
static __thread char block[4096];
static pthread_key_t keys[KEYS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int destroyed, cleaned, initialised, waiting;
static sem_t semaphore;

static void destroy(void *value)
{
	pthread_mutex_lock(&lock);
	destroyed += (int)(long)value != 0;
	pthread_mutex_unlock(&lock);
}

static void initialise(void)
{
	initialised++;
}

static void *work(void *arg)
{
	long n = (long)arg;

	pthread_once(&once, initialise);
	CHECK(counter == 7 && block[17] == 0);
	memset(block, (int)n, sizeof(block));
	for (int i = 0; i < KEYS; i++)
		CHECK(pthread_setspecific(keys[i], (void *)(n + i + 1)) == 0);
	errno = 1000 + (int)n;
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 200; i++) {
		counter++;
		errno = 0;
		if (close(-1 - (int)n % 3) == 0 || errno != EBADF)
			CHECK(!"errno is EBADF");
		errno = 1000 + (int)n;
		sched_yield();
		CHECK(errno == 1000 + n);
	}
	for (int i = 0; i < KEYS; i++)
		CHECK(pthread_getspecific(keys[i]) == (void *)(n + i + 1));
	CHECK(block[17] == (char)n && counter == 207);
	return (void *)(n * n);
}

static void clean(void *arg)
{
	cleaned += *(int *)arg;
}

static void *wait_forever(void *arg)
{
	pthread_cleanup_push(clean, arg);
	pthread_mutex_lock(&lock);
	waiting++;
	pthread_cond_signal(&ready);
	pthread_mutex_unlock(&lock);
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return NULL;
}

static void many(void)
{
	pthread_t threads[THREADS];
	long sum = 0;

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (long i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	for (int i = 0; i < THREADS; i++) {
		void *result;

		CHECK(pthread_join(threads[i], &result) == 0);
		sum += (long)result;
	}
	printf("%d threads: sum %ld, once %d, destructors %d\n", THREADS, sum, initialised, destroyed);
}

static void cancel(void)
{
	pthread_t threads[4];
	int weight = 10;
	void *result;

	for (int i = 0; i < 4; i++)
		CHECK(pthread_create(&threads[i], NULL, wait_forever, &weight) == 0);
	pthread_mutex_lock(&lock);
	while (waiting < 4)
		pthread_cond_wait(&ready, &lock);
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < 4; i++) {
		CHECK(pthread_cancel(threads[i]) == 0);
		CHECK(pthread_join(threads[i], &result) == 0 && result == PTHREAD_CANCELED);
	}
	printf("cancelled: cleanup %d\n", cleaned);
}

static void *timed(void *arg)
{
	struct timespec past = { 1, 0 };

	(void)arg;
	CHECK(sem_timedwait(&semaphore, &past) == -1);
	printf("semaphore: %s\n", strerror(errno));
	CHECK(pthread_mutex_timedlock(&lock, &past) == ETIMEDOUT);
	printf("trylock: %s\n", strerror(pthread_mutex_trylock(&lock)));
	pthread_exit("exited");
}

int main(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	void *result;
	size_t size;

	for (int i = 0; i < KEYS; i++)
		CHECK(pthread_key_create(&keys[i], destroy) == 0);
	many();
	cancel();
	sem_init(&semaphore, 0, 0);
	pthread_mutex_lock(&lock);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 262144);
	pthread_attr_getstacksize(&attr, &size);
	CHECK(pthread_create(&thread, &attr, timed, NULL) == 0);
	CHECK(pthread_join(thread, &result) == 0);
	printf("%s, stack %zu, main thread's counter %d\n", (char *)result, size, counter);
	return 0;
}
