// SPDX-License-Identifier: LGPL-2.1-or-later
/* A program that traces others. */
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "say.h"

static volatile int word = 0x1234;

static void await_stop(const char *what, pid_t pid)
{
	int status;

	NEED(waitpid(pid, &status, __WALL) == pid);
	if (WIFSTOPPED(status))
		SAY("%s: stopped by %d event %d\n", what, WSTOPSIG(status), status >> 16);
	else
		say_status(what, status);
}

static int trace_me(void)
{
	struct user_regs_struct regs;
	pid_t pid;

	traps(3);
	pid = fork();
	if (pid == 0) {
		traps(2);
		NEED(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
		traps(2);
		raise(SIGSTOP);
		traps(2);
		if (word == 0x5678)
			execl("/proc/self/exe", "tracer", "child", NULL);
		_exit(BROKEN);
	}
	await_stop("child", pid);
	SAY("peek: %lx\n", ptrace(PTRACE_PEEKDATA, pid, &word, NULL));
	NEED(ptrace(PTRACE_POKEDATA, pid, &word, (void *)0x5678) == 0);
	NEED(ptrace(PTRACE_GETREGS, pid, NULL, &regs) == 0);
	NEED(ptrace(PTRACE_SETREGS, pid, NULL, &regs) == 0);
	SAY("registers: %d\n", regs.xcs == 0x23);
	NEED(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
	await_stop("exec", pid);
	NEED(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
	await_stop("signal", pid);
	NEED(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
	await_stop("end", pid);
	return (int)traps(3);
}

static int trace_child(void)
{
	SAY("traced: %u\n", traps(3));
	raise(SIGUSR1);
	SAY("signal was taken away: %u\n", traps(3));
	return 5;
}

static int trace_attach(void)
{
	int pipes[2];
	pid_t pid;
	char c;

	NEED(pipe(pipes) == 0);
	pid = fork();
	if (pid == 0) {
		NEED(write(pipes[1], "x", 1) == 1);
		while (word == 0x1234)
			traps(1);
		_exit(word);
	}
	NEED(read(pipes[0], &c, 1) == 1);
	SAY("attach: %ld\n", ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	await_stop("child", pid);
	NEED(ptrace(PTRACE_POKEDATA, pid, &word, (void *)0x21) == 0);
	SAY("detach: %ld\n", ptrace(PTRACE_DETACH, pid, NULL, NULL));
	await("child", pid);
	return (int)traps(2);
}

static int trace_seize(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		while (word == 0x1234)
			traps(1);
		_exit(word);
	}
	usleep(10000);
	SAY("seize: %ld\n", ptrace(PTRACE_SEIZE, pid, NULL, (void *)PTRACE_O_TRACEEXIT));
	SAY("interrupt: %ld\n", ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
	await_stop("child", pid);
	NEED(ptrace(PTRACE_POKEDATA, pid, &word, (void *)0x21) == 0);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	await_stop("exit", pid);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	await_stop("child", pid);
	return (int)traps(2);
}

/* At once: the child may not even have begun. */
static int trace_seize_many(void)
{
	int status;

	for (int i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			while (word == 0x1234)
				traps(1);
			_exit(word);
		}
		NEED(ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0);
		NEED(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == 0 && waitpid(pid, &status, __WALL) == pid);
		NEED(status >> 16 == PTRACE_EVENT_STOP);
		NEED(ptrace(PTRACE_POKEDATA, pid, &word, (void *)0x21) == 0);
		NEED(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0 && waitpid(pid, &status, 0) == pid);
		NEED(WIFEXITED(status) && WEXITSTATUS(status) == 0x21);
	}
	return (int)traps(2);
}

/* As strace does it: the calls of a child, in their order. */
static int trace_calls(void)
{
	struct user_regs_struct regs;
	int status, calls = 0;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		traps(2);
		syscall(SYS_getppid);
		traps(2);
		syscall(SYS_umask, 022);
		fork() == 0 ? _exit(3) : (void)0;
		_exit(4);
	}
	await_stop("child", pid);
	NEED(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD) == 0);
	for (;;) {
		NEED(ptrace(PTRACE_SYSCALL, pid, NULL, NULL) == 0 && waitpid(pid, &status, __WALL) == pid);
		if (!WIFSTOPPED(status))
			break;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		NEED(ptrace(PTRACE_GETREGS, pid, NULL, &regs) == 0);
		calls++;
		if (regs.orig_eax == SYS_getppid || regs.orig_eax == SYS_umask || regs.orig_eax == SYS_exit_group)
			SAY("call %ld %s\n", regs.orig_eax, regs.eax == -ENOSYS ? "begins" : "ends");
	}
	say_status("child", status);
	SAY("calls: %d\n", calls > 5);
	return (int)traps(2);
}

static int trace_step(void)
{
	pid_t pid = fork();
	int status, steps = 0;

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		traps(20);
		_exit((int)trapped);
	}
	await_stop("child", pid);
	for (;;) {
		NEED(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) == 0 && waitpid(pid, &status, 0) == pid);
		if (!WIFSTOPPED(status))
			break;
		NEED(WSTOPSIG(status) == SIGTRAP);
		steps++;
	}
	say_status("child", status);
	SAY("steps: %d\n", steps > 60);
	return (int)traps(2);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "me", trace_me }, { "child", trace_child }, { "attach", trace_attach },
		{ "seize", trace_seize }, { "seize-many", trace_seize_many }, { "calls", trace_calls },
		{ "step", trace_step } };

	return RUN(tests, argc, argv);
}
