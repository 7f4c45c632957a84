// SPDX-License-Identifier: LGPL-2.1-or-later
/* sim-bare STOPS PROGRAM [ARG...]: the least that a tracer can do: it waits for SIGSEGV and lets the program, which
 * faults again and again, go on. Prints nanoseconds for each stop. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
	long stops = argc > 2 ? atol(argv[1]) : 0;
	int status;
	double begin;
	pid_t pid = stops > 0 ? fork() : -1;

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execv(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return 2;
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_EXITKILL);
	begin = now_ns();
	for (long i = 0; i < stops; i++)
		if (ptrace(PTRACE_CONT, pid, NULL, NULL) != 0 || waitpid(pid, &status, __WALL) != pid ||
				!WIFSTOPPED(status) || WSTOPSIG(status) != SIGSEGV)
			return 2;
	printf("%.1f\n", (now_ns() - begin) / (double)stops);
	kill(pid, SIGKILL);
	return 0;
}
