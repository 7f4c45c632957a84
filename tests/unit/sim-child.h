/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fixture that is traced until it stops in its int3 (tests/data/sim). */
#ifndef TESTS_SIM_CHILD_H
#define TESTS_SIM_CHILD_H

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "regs.h"

struct child {
	pid_t pid;
	pid_t tid; /* that stopped */
	struct regs32 regs;
};

static inline void child_registers(struct child *child)
{
	struct iovec regs = { &child->regs, sizeof(child->regs) };

	assert_int_equal(ptrace(PTRACE_GETREGSET, child->tid, (void *)NT_PRSTATUS, &regs), 0);
	assert_int_equal(regs.iov_len, sizeof(child->regs)); /* else no i386 program */
}

/* Lets it go on to its next int3, or SIGSTOP of its own; false at its end. */
static inline bool child_next(struct child *child)
{
	const int options = PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
	int status, sig = 0;

	for (;;) {
		if (ptrace(PTRACE_CONT, child->tid, NULL, (void *)(intptr_t)sig) != 0)
			return false;
		do {
			child->tid = waitpid(-1, &status, __WALL);
		} while (child->tid < 0 && errno == EINTR);
		if (child->tid < 0 || !WIFSTOPPED(status))
			return false;
		ptrace(PTRACE_SETOPTIONS, child->tid, NULL, (void *)(intptr_t)options);
		sig = WSTOPSIG(status);
		if (sig == SIGTRAP && status >> 16 == 0)
			break;
		if (sig == SIGSTOP && child->tid == child->pid)
			break;
		/* While a thread begins, both must go on. */
		if (status >> 16 != 0 || sig == SIGSTOP)
			sig = 0;
	}
	child_registers(child);
	return true;
}

/* argv ends with NULL; the child calls `prepare`, where it is not NULL, before it executes it. It ends with the test,
 * or by child_end. */
static inline struct child child_start_prepared(const char *const *argv, void (*prepare)(void))
{
	struct child child = { .pid = fork() };
	int status;

	assert_true(child.pid >= 0);
	if (child.pid == 0) {
		if (prepare)
			prepare();
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execv(argv[0], (char **)(intptr_t)argv);
		_exit(127);
	}
	child.tid = child.pid;
	assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
	assert_true(WIFSTOPPED(status));
	ptrace(PTRACE_SETOPTIONS, child.pid, NULL, (void *)(intptr_t)(PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL));
	assert_true(child_next(&child));
	return child;
}

static inline struct child child_start(const char *const *argv)
{
	return child_start_prepared(argv, NULL);
}

static inline void child_end(struct child *child)
{
	pid_t pid;
	int status;

	/* Its threads go first; what a failed test left behind stays. */
	kill(child->pid, SIGKILL);
	do {
		pid = waitpid(-1, &status, __WALL);
	} while ((pid < 0 && errno == EINTR) || (pid >= 0 && (pid != child->pid || WIFSTOPPED(status))));
}

#endif
