/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls that the simulation has to do with, by their numbers on i386 (arch/x86/entry/syscalls/syscall_32.tbl).
 */
#ifndef SIM_CALLS_H
#define SIM_CALLS_H

enum {
	CALL_RESTART = 0,
	CALL_CLOSE = 6,
	CALL_PTRACE = 26,
	CALL_SIGNAL = 48,
	CALL_SIGACTION = 67,
	CALL_SSETMASK = 69,
	CALL_SIGRETURN = 119,
	CALL_CLONE = 120,
	CALL_MODIFY_LDT = 123,
	CALL_SIGPROCMASK = 126,
	CALL_PERSONALITY = 136,
	CALL_RT_SIGRETURN = 173,
	CALL_RT_SIGACTION = 174,
	CALL_RT_SIGPROCMASK = 175,
	CALL_MMAP2 = 192,
	CALL_SET_THREAD_AREA = 243,
	CALL_GET_THREAD_AREA = 244,
	CALL_SECCOMP = 354,
	CALL_PTRACE_64 = 101, /* of x86-64 */
};

#endif
