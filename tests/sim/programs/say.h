/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulator's programs: each runs one case that its first argument names, and prints what it sees. Natively and
 * under the simulator this has to be the same: no addresses, no process numbers. Each makes accesses below the thread
 * pointer where it matters, so that the promise is kept with traps, not without. */
#ifndef SIM_SAY_H
#define SIM_SAY_H

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Unbuffered: a child's copy of a buffer would be printed twice. */
#define SAY(...) dprintf(STDOUT_FILENO, __VA_ARGS__)

#define BROKEN 99
#define NEED(condition)                                                                                                \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			SAY("%s:%d: %s is false, errno %d\n", __FILE__, __LINE__, #condition, errno);                  \
			_exit(BROKEN);                                                                                 \
		}                                                                                                      \
	} while (0)

static __thread volatile unsigned trapped __attribute__((unused));

/* n accesses below the thread pointer, each followed by one above it. */
static inline unsigned traps(unsigned n)
{
	unsigned before = trapped, self;

	for (unsigned i = 0; i < n; i++) {
		trapped++;
		__asm__ volatile("movl %%gs:0, %0" : "=r"(self));
	}
	return trapped - before;
}

struct test {
	const char *name;
	int (*run)(void);
};

static inline int run_named(const struct test *test, size_t n, int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < n; i++)
		if (strcmp(test[i].name, argv[1]) == 0)
			return test[i].run();
	SAY("no such case\n");
	return BROKEN;
}
#define RUN(tests, argc, argv) run_named(tests, sizeof(tests) / sizeof((tests)[0]), argc, argv)

static inline void say_status(const char *what, int status)
{
	if (WIFEXITED(status))
		SAY("%s: exit %d\n", what, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		SAY("%s: signal %d%s\n", what, WTERMSIG(status), WCOREDUMP(status) ? ", core" : "");
	else if (WIFSTOPPED(status))
		SAY("%s: stopped by %d\n", what, WSTOPSIG(status));
	else
		SAY("%s: continued\n", what);
}

static inline void await(const char *what, pid_t pid)
{
	int status;

	NEED(pid > 0 && waitpid(pid, &status, 0) == pid);
	say_status(what, status);
}

/* Writes where nothing is mapped; the compiler does not see it. */
static inline void touch(uintptr_t address)
{
	__asm__ volatile("movl $1, (%0)" : : "r"(address) : "memory");
}

static inline void handle(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	sigemptyset(&sa.sa_mask);
	NEED(sigaction(sig, &sa, NULL) == 0);
}

/* A line of /proc/self/status. */
static inline void say_line(const char *key)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];

	NEED(f);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':')
			SAY("%s", line);
	fclose(f);
}

#endif
