// SPDX-License-Identifier: LGPL-2.1-or-later
/* Ways to end. */
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "say.h"

static int end_return(void)
{
	traps(3);
	return 7;
}

static int end_exit(void)
{
	traps(3);
	exit(255);
}

static int end_abort(void)
{
	traps(3);
	abort();
}

static int end_term(void)
{
	traps(3);
	kill(getpid(), SIGTERM);
	return BROKEN;
}

static int end_kill(void)
{
	traps(3);
	raise(SIGKILL);
	return BROKEN;
}

static int end_null(void)
{
	traps(3);
	touch(8);
	return BROKEN;
}

static int end_segv(void)
{
	traps(3);
	raise(SIGSEGV);
	return BROKEN;
}

static int end_realtime(void)
{
	traps(3);
	raise(SIGRTMIN + 3);
	return BROKEN;
}

static void *exit_all(void *unused)
{
	(void)unused;
	traps(3);
	exit(9);
}

static int end_from_thread(void)
{
	pthread_t t;

	NEED(pthread_create(&t, NULL, exit_all, NULL) == 0);
	pthread_join(t, NULL);
	return BROKEN;
}

static void *outlive(void *unused)
{
	(void)unused;
	usleep(20000);
	SAY("the last thread, %u\n", traps(10));
	return NULL;
}

/* The first thread ends before the others. */
static int end_main_first(void)
{
	pthread_t t;

	NEED(pthread_create(&t, NULL, outlive, NULL) == 0);
	pthread_exit(NULL);
}

/* With exit(2), not exit_group(2): status 0 is that of the first thread, even where others end later. */
static int end_raw(void)
{
	pthread_t t;

	NEED(pthread_create(&t, NULL, outlive, NULL) == 0);
	syscall(SYS_exit, 3);
	return BROKEN;
}

/* A core file is the program's own business: its limit and its place. */
static int end_core(void)
{
	static const rlim_t limits[] = { 0, 64 << 20 };

	for (size_t i = 0; i < 2; i++) {
		struct rlimit limit = { limits[i], limits[i] };
		pid_t pid = fork();

		if (pid == 0) {
			setrlimit(RLIMIT_CORE, &limit);
			traps(3);
			touch(8);
		}
		await("with a limit", pid);
		SAY("core: %s\n", access("core", F_OK) == 0 ? "there" : "none");
		unlink("core");
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "return", end_return }, { "exit", end_exit }, { "abort", end_abort },
		{ "term", end_term }, { "kill", end_kill }, { "null", end_null }, { "segv", end_segv },
		{ "realtime", end_realtime }, { "thread", end_from_thread }, { "main-first", end_main_first },
		{ "raw", end_raw }, { "core", end_core } };

	return RUN(tests, argc, argv);
}
