// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "calls.h"
#include "inject.h"
#include "memory.h"
#include "task.h"

#define INT80_SIZE 2  /* of "int $0x80"; sysenter and syscall, too, return behind one (arch/x86/entry/vdso) */
#define CODE_SIZE  16 /* of the room, before the data */

/* What a system call returns inside the kernel where a signal interrupted it: include/linux/errno.h. */
enum { ERESTARTSYS_ = 512, ERESTARTNOINTR_ = 513, ERESTARTNOHAND_ = 514, ERESTART_RESTARTBLOCK_ = 516 };

int inject_begin(struct task *task, struct inject *inject)
{
	static const uint8_t code[8] = { 0xcd, 0x80 };
	int r;

	if (!task->process->room)
		return -ENOTSUP;
	inject->task = task;
	inject->interrupted = false;
	inject->sig = 0;
	r = regs_get(task->tid, &inject->saved);
	if (r < 0)
		return r;
	if (!inject->saved.is32)
		return -ENOTSUP;
	inject->mask = task_get_mask(task);
	task_set_mask(task, UINT64_MAX);
	return memory_poke(task, task->process->room, code, NULL, sizeof(code));
}

/* To the end of the call that the thread is about to make: a stop at its begin, perhaps one of the filter, one at its
 * end. */
static int run_call(struct inject *inject, unsigned ends)
{
	pid_t tid = inject->task->tid;
	int status;

	while (ends) {
		if (ptrace(PTRACE_SYSCALL, tid, NULL, (void *)(intptr_t)inject->sig) != 0)
			return -ESRCH;
		inject->sig = 0;
		while (waitpid(tid, &status, __WALL) < 0)
			if (errno != EINTR)
				return -ESRCH;
		if (!WIFSTOPPED(status) || status >> 16 == PTRACE_EVENT_EXEC) {
			inject->task->overtaken = true;
			inject->task->overtaken_status = status;
			return -ESRCH;
		}
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			ends--;
		else if (status >> 16 == PTRACE_EVENT_STOP)
			inject->interrupted = true;
	}
	return 0;
}

int inject_call(struct inject *inject, uint32_t call, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	struct regs regs = inject->saved;
	int r;

	regs.i386.eip = inject->task->process->room;
	regs.i386.orig_eax = UINT32_MAX;
	regs.i386.eax = call;
	regs.i386.ebx = a;
	regs.i386.ecx = b;
	regs.i386.edx = c;
	regs.i386.esi = d;
	r = regs_set(inject->task->tid, &regs);
	if (r == 0)
		r = run_call(inject, 2);
	if (r == 0)
		r = regs_get(inject->task->tid, &regs);
	return r < 0 ? r : (int)regs.i386.eax;
}

/* The kernel does this itself on the way out, but the way out was taken with other registers. */
static void restart(struct regs32 *regs)
{
	int result = -(int)regs->eax;

	if ((int32_t)regs->orig_eax < 0)
		return;
	if (result == ERESTART_RESTARTBLOCK_)
		regs->eax = CALL_RESTART;
	else if (result == ERESTARTSYS_ || result == ERESTARTNOINTR_ || result == ERESTARTNOHAND_)
		regs->eax = regs->orig_eax;
	else
		return;
	regs->eip -= INT80_SIZE;
	regs->orig_eax = UINT32_MAX;
}

int inject_end(struct inject *inject)
{
	struct regs regs = inject->saved;

	if (inject->task->overtaken)
		return -ESRCH;
	restart(&regs.i386);
	task_set_mask(inject->task, inject->mask);
	if (inject->interrupted)
		ptrace(PTRACE_INTERRUPT, inject->task->tid, NULL, NULL);
	return regs_set(inject->task->tid, &regs);
}

int inject_undo_call(struct task *task)
{
	struct inject inject = { .task = task };
	struct regs regs;
	int r = regs_get(task->tid, &inject.saved);

	if (r < 0)
		return r;
	if (!inject.saved.is32)
		return -ENOTSUP;
	regs = inject.saved;
	regs.i386.orig_eax = UINT32_MAX;
	r = regs_set(task->tid, &regs);
	if (r == 0)
		r = run_call(&inject, 1);
	regs = inject.saved;
	regs.i386.eip -= INT80_SIZE;
	regs.i386.eax = regs.i386.orig_eax;
	regs.i386.orig_eax = UINT32_MAX;
	return r < 0 ? r : regs_set(task->tid, &regs);
}

uint32_t inject_room(const struct task *task)
{
	return task->process->room + CODE_SIZE;
}
