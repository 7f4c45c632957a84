// SPDX-License-Identifier: LGPL-2.1-or-later
/* short-segments PROGRAM [ARGUMENT...]: runs an i386 program as a 32-bit Xen would see it: each descriptor that it sets
 * for thread-local data is made to end below the hypervisor. Its children run as they are. Built with -m32. */
#include <asm/ldt.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOLE               0xf6800000u /* Xen with PAE: include/public/arch-x86/xen-x86_32.h, MACH2PHYS_VIRT_END_PAE */
#define GET_THREAD_AREA    25          /* asm/ptrace-abi.h */
#define SET_THREAD_AREA    26
#define FIRST_ENTRY        12 /* of the descriptor table for thread-local data on x86-64, three entries; 6 on i386 */
#define FIRST_ENTRY_NATIVE 6

static void set_limit(pid_t pid, unsigned entry, int shorten)
{
	struct user_desc desc;

	if (ptrace(GET_THREAD_AREA, pid, (void *)(uintptr_t)entry, &desc) != 0 || !desc.limit_in_pages ||
			desc.base_addr >= HOLE)
		return;
	desc.limit = shorten ? ((HOLE - desc.base_addr) >> 12) - 1 : 0xfffff;
	ptrace(SET_THREAD_AREA, pid, (void *)(uintptr_t)entry, &desc);
}

static void set_limits(pid_t pid, int shorten)
{
	for (unsigned i = 0; i < 3; i++) {
		set_limit(pid, FIRST_ENTRY + i, shorten);
		set_limit(pid, FIRST_ENTRY_NATIVE + i, shorten);
	}
}

/* After a system call that was set_thread_area. */
static void look(pid_t pid)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) == 0 && regs.orig_eax == SYS_set_thread_area)
		set_limits(pid, 1);
}

/* An access beyond the limit is made once more with the whole segment, as Xen would see to. Returns the signal that is
 * the program's own. */
static int pass_over(pid_t pid)
{
	siginfo_t info;
	int status;

	if (ptrace(PTRACE_GETSIGINFO, pid, NULL, &info) != 0 || info.si_code != SI_KERNEL)
		return SIGSEGV;
	set_limits(pid, 0);
	ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL);
	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
		return 0;
	set_limits(pid, 1);
	return WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
}

static void go_on(pid_t pid, int signal)
{
	ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(uintptr_t)signal);
}

/* A child has its parent's segments until it runs a program of its own, and is left alone from then on. */
static void handle_stop(pid_t pid, pid_t program, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_EXEC && pid != program) {
		ptrace(PTRACE_DETACH, pid, NULL, NULL);
	} else if (signal == (SIGTRAP | 0x80)) {
		look(pid);
		go_on(pid, 0);
	} else if (event || signal == SIGTRAP || signal == SIGSTOP) {
		go_on(pid, 0);
	} else {
		go_on(pid, signal == SIGSEGV ? pass_over(pid) : signal);
	}
}

static int follow(pid_t program)
{
	int status;
	pid_t pid;

	waitpid(program, &status, 0);
	ptrace(PTRACE_SETOPTIONS, program, NULL,
			PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
					PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
	go_on(program, 0);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			handle_stop(pid, program, status);
		else if (pid == program)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return 99;
}

int main(int argc, char **argv)
{
	pid_t pid;

	if (argc < 2)
		return 99;
	pid = fork();
	if (pid == 0) {
		personality(ADDR_LIMIT_3GB);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(99);
	}
	return pid < 0 ? 99 : follow(pid);
}
