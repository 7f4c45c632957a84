// SPDX-License-Identifier: LGPL-2.1-or-later
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>

#include "calls.h"
#include "inject.h"
#include "memory.h"
#include "signals.h"
#include "task.h"

/* struct old_sigaction32 of arch/x86/include/asm/ia32.h. */
struct old_action {
	uint32_t handler, mask, flags, restorer;
};

#define SA_ONESHOT_ 0x80000000u /* SA_RESETHAND */
#define SA_NOMASK_  0x40000000u

void signals_mask_changed(struct task *task)
{
	task->segv_blocked = task_get_mask(task) & MASK_OF(SIGSEGV);
}

static void read_action(struct task *task, uint32_t addr)
{
	struct action action;

	if (memory_get(task, addr, &action, sizeof(action)) == 0)
		task->process->segv = action;
}

static void read_old_action(struct task *task, uint32_t addr)
{
	struct old_action old;

	if (memory_get(task, addr, &old, sizeof(old)) == 0)
		task->process->segv = (struct action){ old.handler, old.flags, old.restorer, { old.mask, 0 } };
}

void signals_action_changed(struct task *task, uint64_t call, uint32_t arg)
{
	if (call == CALL_RT_SIGACTION)
		read_action(task, arg);
	else if (call == CALL_SIGACTION)
		read_old_action(task, arg);
	else
		task->process->segv = (struct action){ .handler = arg, .flags = SA_ONESHOT_ | SA_NOMASK_ };
}

/* Another thread that faults in earnest before this is done finds no handler: a few microseconds, in a program that
 * ignores SIGSEGV or has it blocked. */
static int set_action(struct task *task, int sig)
{
	struct inject inject;
	uint32_t room = inject_room(task);
	uint8_t data[INJECT_ROOM] = { 0 };

	memcpy(data, &task->process->segv, sizeof(task->process->segv));
	if (inject_begin(task, &inject) < 0)
		return sig;
	inject.sig = sig;
	if (memory_poke(task, room, data, NULL, sizeof(data)) == 0)
		inject_call(&inject, CALL_RT_SIGACTION, SIGSEGV, room, 0, sizeof(uint64_t));
	inject_end(&inject);
	return inject.sig;
}

int signals_undo_force(struct task *task, int sig)
{
	uint32_t handler = task->process->segv.handler;

	if (task->segv_blocked)
		task_set_mask(task, task_get_mask(task) | MASK_OF(SIGSEGV));
	if (handler == HANDLER_IGN || (task->segv_blocked && handler))
		return set_action(task, sig);
	return sig;
}

void signals_segv_delivered(struct task *task, bool forced)
{
	struct action *segv = &task->process->segv;
	bool ignored = segv->handler == HANDLER_IGN;

	if (forced ? task->segv_blocked || ignored || segv->flags & SA_ONESHOT_ : !ignored && segv->flags & SA_ONESHOT_)
		segv->handler = 0;
	if (forced)
		task->segv_blocked = false;
}

bool signals_fault_pending(const struct task *task)
{
	struct __ptrace_peeksiginfo_args args = { .nr = 8 };
	siginfo_t info[8];
	long n = ptrace(PTRACE_PEEKSIGINFO, task->tid, &args, info);

	for (long i = 0; i < n; i++)
		if ((info[i].si_signo == SIGSEGV && info[i].si_code == SI_KERNEL) ||
				(info[i].si_signo == SIGTRAP && info[i].si_code == TRAP_TRACE))
			return true;
	return false;
}

bool signals_caught(const struct task *task, int sig)
{
	uint64_t caught = 0;

	return task_status_number(task->tid, "\nSigCgt", 16, &caught) && caught & MASK_OF(sig);
}
