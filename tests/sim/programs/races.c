// SPDX-License-Identifier: LGPL-2.1-or-later
/* Processes and threads that come, end and execute in the same moment. */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "say.h"

#define ROUNDS 40

static char self[4096];

/* Until no child is left, those of children that have ended among them. */
static void await_all(void)
{
	int status;

	while (wait(&status) > 0)
		if (status != 0 && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
			say_status("one", status);
}

static int adopt(void)
{
	NEED(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	NEED(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	return 0;
}

/* Killed while it forks. */
static int race_fork_kill(void)
{
	adopt();
	for (unsigned i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();

		while (pid == 0)
			if (fork() == 0)
				_exit(traps(3) != 3);
		usleep(i * 37 % 1500);
		kill(pid, SIGKILL);
		await_all();
	}
	SAY("all ended\n");
	return 0;
}

/* One that ignores SIGSEGV, and makes children that trap. */
static void *make_children(void *arg)
{
	for (;;)
		if (syscall(SYS_fork) == 0)
			_exit(traps(3) != 3);
	return arg;
}

/* The process ends, or becomes another program, while its threads fork. */
static int with_forks(bool executes)
{
	adopt();
	signal(SIGSEGV, SIG_IGN);
	for (unsigned i = 0; i < ROUNDS; i++) {
		pthread_t thread;

		if (fork() == 0) {
			for (unsigned n = 0; n < 2; n++)
				NEED(pthread_create(&thread, NULL, make_children, NULL) == 0);
			usleep(i * 53 % 900);
			if (executes)
				execl(self, self, "executed", NULL);
			_exit(0);
		}
		await_all();
	}
	SAY("all ended\n");
	return 0;
}

static int race_fork_exit(void)
{
	return with_forks(false);
}

static int race_fork_exec(void)
{
	return with_forks(true);
}

static int executed(void)
{
	NEED(traps(3) == 3);
	await_all();
	return 0;
}

static void *execute(void *arg)
{
	usleep((useconds_t)(uintptr_t)arg);
	execl(self, self, "executed", NULL);
	return arg;
}

/* The first thread traps with SIGSEGV ignored, so that something is called in its name, while another one executes. */
static int race_trap_exec(void)
{
	adopt();
	for (unsigned i = 0; i < ROUNDS; i++) {
		pthread_t thread;

		if (fork() == 0) {
			signal(SIGSEGV, SIG_IGN);
			NEED(pthread_create(&thread, NULL, execute, (void *)(uintptr_t)(i * 53 % 900)) == 0);
			for (;;)
				traps(100);
		}
		await_all();
	}
	SAY("all ended\n");
	return 0;
}

static int untraced(void *arg)
{
	(void)arg;
	return traps(3) != 3;
}

/* A child that tracers are not to follow, and one that is its parent's sibling. */
static int race_untraced(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	const int flags[] = { CLONE_UNTRACED, CLONE_UNTRACED | CLONE_VFORK, CLONE_PARENT };

	adopt();
	for (unsigned i = 0; i < 3 * ROUNDS; i++) {
		if (fork() == 0) {
			pid_t pid = clone(untraced, stack + sizeof(stack), flags[i % 3] | SIGCHLD, NULL);

			NEED(pid > 0);
			traps(1);
			await_all();
			_exit(0);
		}
		await_all();
	}
	SAY("all ended\n");
	return 0;
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "fork-kill", race_fork_kill },
		{ "fork-exit", race_fork_exit },
		{ "fork-exec", race_fork_exec },
		{ "trap-exec", race_trap_exec },
		{ "untraced", race_untraced },
		{ "executed", executed },
	};

	return RUN(tests, argc, argv);
}
