/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Registers of a stopped thread. The kernel gives those of a 32-bit thread in the i386 layout to tracers of both kinds
 * (arch/x86/kernel/ptrace.c, task_user_regset_view), so that one table serves. */
#ifndef SIM_REGS_H
#define SIM_REGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* struct user_regs_struct of <sys/user.h> on i386. */
struct regs32 {
	uint32_t ebx, ecx, edx, esi, edi, ebp, eax;
	uint32_t ds, es, fs, gs;
	uint32_t orig_eax, eip, cs, eflags, esp, ss;
};

struct regs {
	bool is32;
	union {
		struct regs32 i386;
		uint64_t x86_64[27]; /* struct user_regs_struct on x86-64 */
	};
};

/* Both return 0 or a negative errno: -ESRCH where the thread is gone or runs. */
int regs_get(pid_t tid, struct regs *out);
int regs_set(pid_t tid, const struct regs *regs);

/* The general registers in the order of their encoding (enum gpr). */
void regs_general(const struct regs32 *regs, uint32_t gpr[8]);

/* Of a thread that is stopped in a system call: its number, and argument `i`, 0 to 2. */
uint64_t regs_call(const struct regs *regs);
uint64_t regs_argument(const struct regs *regs, unsigned i);

/* Of a thread that is stopped at the begin of one: it is not made, and seems to return -`error`. */
void regs_refuse_call(struct regs *regs, int error);

#endif
