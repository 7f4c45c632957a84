// SPDX-License-Identifier: LGPL-2.1-or-later
/* Threads: many, that end, that exec, that are cancelled. */
#include <pthread.h>
#include <sys/syscall.h>

#include "say.h"

#define MANY 64

static pthread_barrier_t barrier;
static volatile int started;

static void *work(void *arg)
{
	unsigned n = (unsigned)(uintptr_t)arg;

	pthread_barrier_wait(&barrier);
	for (unsigned i = 0; i < 20; i++) {
		traps(1);
		errno = (int)n;
		if (i % 5 == 0)
			sched_yield();
		NEED(errno == (int)n);
	}
	if (n % 3 == 0)
		pthread_exit((void *)(uintptr_t)trapped);
	if (n % 7 == 0)
		syscall(SYS_exit, 0);
	return (void *)(uintptr_t)trapped;
}

static int thread_many(void)
{
	pthread_t t[MANY];
	unsigned sum = 0;
	void *result;

	pthread_barrier_init(&barrier, NULL, MANY);
	for (uintptr_t i = 0; i < MANY; i++)
		NEED(pthread_create(&t[i], NULL, work, (void *)i) == 0);
	for (int i = 0; i < MANY; i++) {
		result = NULL;
		NEED(pthread_join(t[i], &result) == 0);
		sum += (unsigned)(uintptr_t)result;
	}
	SAY("sum %u, own %u\n", sum, traps(3));
	say_line("Threads");
	return 0;
}

static void *brief(void *arg)
{
	(void)arg;
	traps(1);
	__atomic_add_fetch(&started, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* One after the other, and detached: numbers of threads come again. */
static int thread_churn(void)
{
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < 200; i++) {
		NEED(pthread_create(&t, &attr, brief, NULL) == 0);
		while (started <= i)
			sched_yield();
		traps(1);
	}
	SAY("started %d, own %u\n", started, trapped);
	return 0;
}

static void *spin(void *arg)
{
	(void)arg;
	started++;
	for (;;)
		traps(1);
	return NULL;
}

static void *do_exec(void *arg)
{
	pthread_barrier_wait(&barrier);
	traps(2);
	execl("/proc/self/exe", "threads", (const char *)arg, NULL);
	return NULL;
}

/* exec from a thread that is not the first one, while others trap. */
static int thread_exec(void)
{
	pthread_t t[4];

	pthread_barrier_init(&barrier, NULL, 2);
	for (int i = 0; i < 3; i++)
		NEED(pthread_create(&t[i], NULL, spin, NULL) == 0);
	while (started < 3)
		usleep(100);
	NEED(pthread_create(&t[3], NULL, do_exec, "many") == 0);
	pthread_barrier_wait(&barrier);
	for (;;)
		traps(1);
}

/* exec from the first thread, while others trap. */
static int thread_exec_first(void)
{
	pthread_t t;

	for (int i = 0; i < 3; i++)
		NEED(pthread_create(&t, NULL, spin, NULL) == 0);
	while (started < 3)
		usleep(100);
	execl("/proc/self/exe", "threads", "churn", NULL);
	return BROKEN;
}

/* The whole process ends while threads trap. */
static int thread_exit_busy(void)
{
	pthread_t t;

	for (int i = 0; i < 8; i++)
		NEED(pthread_create(&t, NULL, spin, NULL) == 0);
	while (started < 8)
		usleep(100);
	exit(11);
}

static int thread_die_busy(void)
{
	pthread_t t;

	for (int i = 0; i < 8; i++)
		NEED(pthread_create(&t, NULL, spin, NULL) == 0);
	while (started < 8)
		usleep(100);
	touch(16);
	return BROKEN;
}

static void clean(void *arg)
{
	SAY("cleaned %s, %u\n", (const char *)arg, traps(2));
}

static void *wait_for_ever(void *arg)
{
	pthread_cleanup_push(clean, arg);
	started = 1;
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return NULL;
}

static void *loop_for_ever(void *arg)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	pthread_cleanup_push(clean, arg);
	started = 1;
	for (;;)
		traps(1);
	pthread_cleanup_pop(0);
	return NULL;
}

/* Unwinds through the kernel's own code for system calls. */
static int thread_cancel(void)
{
	void *(*const run[])(void *) = { wait_for_ever, loop_for_ever };
	static const char *const name[] = { "one that waits", "one that traps" };
	void *result;
	pthread_t t;

	for (int i = 0; i < 2; i++) {
		started = 0;
		NEED(pthread_create(&t, NULL, run[i], (void *)name[i]) == 0);
		while (!started)
			usleep(1000);
		usleep(5000);
		NEED(pthread_cancel(t) == 0 && pthread_join(t, &result) == 0);
		SAY("cancelled: %d\n", result == PTHREAD_CANCELED);
	}
	return 0;
}

static void *fork_there(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (pid == 0)
		_exit((int)traps(6));
	await("fork in a thread", pid);
	return NULL;
}

static int thread_fork(void)
{
	pthread_t t;

	for (int i = 0; i < 10; i++) {
		NEED(pthread_create(&t, NULL, fork_there, NULL) == 0);
		traps(5);
		pthread_join(t, NULL);
	}
	return (int)trapped;
}

static void *trap_to_the_end(void *arg)
{
	unsigned n = (unsigned)(uintptr_t)arg;

	for (unsigned i = 0; !started && (n > 0 || i < 100); i++)
		traps(1);
	if (n == 0)
		started = 1;
	return arg;
}

/* The first one ends it: each has to have its turn, however many trap all the time. */
static int thread_turns(void)
{
	pthread_t t[20];

	for (uintptr_t i = 0; i < 20; i++)
		NEED(pthread_create(&t[i], NULL, trap_to_the_end, (void *)i) == 0);
	for (int i = 0; i < 20; i++)
		NEED(pthread_join(t[i], NULL) == 0);
	SAY("the first one is through, own %u\n", traps(3));
	return 0;
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "many", thread_many }, { "churn", thread_churn },
		{ "exec", thread_exec }, { "exec-first", thread_exec_first }, { "exit-busy", thread_exit_busy },
		{ "die-busy", thread_die_busy }, { "cancel", thread_cancel }, { "fork", thread_fork },
		{ "turns", thread_turns } };

	return RUN(tests, argc, argv);
}
