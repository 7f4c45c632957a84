// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "limit-probe.h"
#include "memory.h"
#include "regs.h"
#include "signals.h"
#include "task.h"
#include "tls.h"

#define CODE_SIZE 8 /* what memory_poke writes at least */

/* Reads itself through %gs, and stops. What is read is there: without a limit nothing stops the access. */
static void make_code(uint8_t code[CODE_SIZE], uint32_t addr)
{
	code[0] = 0x65; /* mov %gs:addr, %al */
	code[1] = 0xa0;
	memcpy(code + 2, &addr, sizeof(addr));
	code[6] = code[7] = 0xcc; /* int3 */
}

/* The first page only. No program lies there. */
static struct user_desc short_segment(unsigned entry)
{
	return (struct user_desc){ .entry_number = entry, .seg_32bit = 1, .limit_in_pages = 1, .useable = 1 };
}

/* No descriptor: LDT_empty of arch/x86/include/asm/desc.h. */
static struct user_desc empty_segment(unsigned entry)
{
	return (struct user_desc){ .entry_number = entry, .read_exec_only = 1, .seg_not_present = 1 };
}

/* A limit's fault is SI_KERNEL. A pending signal of somebody else hides it (kernel/signal.c, legacy_queue); a page's
 * fault has a code of its own, and came behind the limit. */
bool limits_are_checked(int sig, int code)
{
	return sig == SIGSEGV && (code == SI_KERNEL || code <= 0);
}

/* The code stands where the program goes on, at the begin of an aligned word, which is in one page. Returns whether the
 * thread was let go; it has stopped with `status` then, or ended. */
static bool run_code(const struct task *task, const struct regs *saved, unsigned entry, int *status)
{
	struct regs regs = *saved;

	regs.i386.eip &= -(uint32_t)CODE_SIZE;
	regs.i386.gs = entry << 3 | 3;
	regs.i386.orig_eax = UINT32_MAX; /* no call to be made again */
	if (regs_set(task->tid, &regs) < 0 || ptrace(PTRACE_CONT, task->tid, NULL, NULL) != 0)
		return false;
	while (waitpid(task->tid, status, __WALL) < 0)
		if (errno != EINTR)
			return false;
	return true;
}

/* Puts the segment and the code in place, and takes them away. */
static bool try_access(const struct sim *sim, const struct task *task, const struct regs *saved, int *status)
{
	const uint32_t addr = saved->i386.eip & -(uint32_t)CODE_SIZE;
	struct user_desc first_page = short_segment(sim->tls_first), empty = empty_segment(sim->tls_first);
	uint8_t code[CODE_SIZE], before[CODE_SIZE];
	bool ran;

	make_code(code, addr);
	if (memory_get(task, addr, before, sizeof(before)) < 0 || !tls_install(task, &first_page))
		return false;
	ran = memory_poke(task, addr, code, NULL, sizeof(code)) == 0 && run_code(task, saved, sim->tls_first, status);
	memory_poke(task, addr, before, NULL, sizeof(before));
	regs_set(task->tid, saved);
	tls_install(task, &empty);
	return ran;
}

/* All signals wait: a SIGSEGV is one that the kernel forces then. */
static bool stops_by_itself(const struct sim *sim, struct task *task, siginfo_t *info)
{
	uint64_t mask = task_get_mask(task);
	struct regs saved;
	int status;
	bool ran;

	if (regs_get(task->tid, &saved) < 0)
		return false;
	task_set_mask(task, UINT64_MAX);
	ran = try_access(sim, task, &saved, &status);
	task_set_mask(task, mask);
	if (!ran)
		return false;
	if (WIFSTOPPED(status) && (status >> 8 == SIGSEGV || status >> 8 == SIGTRAP))
		return ptrace(PTRACE_GETSIGINFO, task->tid, NULL, info) == 0;
	task->overtaken = true;
	task->overtaken_status = status;
	return false;
}

int limits_probe(struct sim *sim, struct task *task)
{
	siginfo_t info;

	if (sim->limits_seen || !stops_by_itself(sim, task, &info))
		return 0;
	sim->limits_seen = limits_are_checked(info.si_signo, info.si_code);
	if (sim->limits_seen)
		return signals_undo_force(task, info.si_code <= 0 ? SIGSEGV : 0);
	sim_fail(sim, task->process->record->program, "%s",
			"this processor does not check segment limits (QEMU without KVM does not), so nothing would "
			"trap: take another machine, or --xen none for the note alone");
	return 0;
}
