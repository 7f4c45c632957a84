// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/sched.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "calls.h"
#include "filter.h"
#include "regs.h"
#include "release.h"
#include "signals.h"
#include "stop-call.h"
#include "task.h"
#include "tls.h"
#include "trace.h"
#include "trap.h"

#define PERSONALITY_QUERY UINT32_MAX

/* The program may choose any personality but the room above 3 GiB, where a 32-bit Xen would be. */
static void personality_begins(struct task *task, struct regs *regs)
{
	if (regs->i386.ebx == PERSONALITY_QUERY)
		return;
	regs->i386.ebx |= ADDR_LIMIT_3GB;
	regs_set(task->tid, regs);
}

static void personality_ends(struct task *task, struct regs *regs)
{
	regs->i386.ebx = task->first_argument;
	if ((int32_t)regs->i386.eax >= 0 && !task->process->shows_3gb)
		regs->i386.eax &= ~(uint32_t)ADDR_LIMIT_3GB;
	if ((int32_t)regs->i386.eax >= 0 && task->first_argument != PERSONALITY_QUERY)
		task->process->shows_3gb = task->first_argument & ADDR_LIMIT_3GB;
	regs_set(task->tid, regs);
}

/* Stops a thread that runs, at a point where it can be let go: not between a fault and its signal, which is then told
 * of after the stop. False where it is gone. */
static bool stop(struct sim *sim, pid_t tid)
{
	struct task *task;
	int status;

	if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) != 0)
		return false;
	while ((task = task_find(sim, tid)) && trace_wait_for(sim, tid, &status)) {
		if (!WIFSTOPPED(status) || status >> 16 != PTRACE_EVENT_STOP) {
			trace_stop(sim, tid, status);
			ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
		} else if (signals_fault_pending(task)) {
			task_resume(task, PTRACE_CONT, 0);
		} else {
			if (task->step == STEP_OVER)
				trap_step_end(task, false);
			task->step = STEP_NONE;
			return true;
		}
	}
	return false;
}

/* A thread that was announced, and whose first stop has not come yet. */
static struct task *await_start(struct sim *sim, struct task *task)
{
	pid_t tid = task->tid;
	int status;

	if (task->state == TASK_EXPECTED && trace_wait_for(sim, tid, &status))
		trace_stop(sim, tid, status);
	return task_find(sim, tid);
}

/* Nobody has two tracers. Who asks to be traced, or is about to be, is let go before the call is made. True where it
 * was the caller itself. */
static bool make_way_for_tracer(struct sim *sim, struct task *task, const struct regs *regs)
{
	uint64_t request = regs_argument(regs, 0);
	pid_t tid = (pid_t)regs_argument(regs, 1);
	struct task *other;

	if (request == PTRACE_TRACEME) {
		release_task(sim, task, true);
		return true;
	}
	if (request != PTRACE_ATTACH && request != PTRACE_SEIZE)
		return false;
	other = task_find(sim, tid);
	if (other)
		other = await_start(sim, other);
	if (!other || other->state != TASK_RUNS || other->process == task->process || !stop(sim, tid))
		return false;
	release_task(sim, task_find(sim, tid), false);
	return false;
}

/* A child that nobody sees has short segments, and calls that fail. */
static void clone_begins(struct task *task, struct regs *regs)
{
	regs->i386.ebx &= ~(uint32_t)CLONE_UNTRACED;
	regs_set(task->tid, regs);
}

static bool end_matters(const struct sim *sim, uint64_t call)
{
	switch (call) {
	case CALL_SET_THREAD_AREA:
	case CALL_GET_THREAD_AREA:
		return sim->opt->hole;
	case CALL_MODIFY_LDT:
	case CALL_PTRACE:
	case CALL_CLONE:
		return false;
	default:
		return true;
	}
}

/* The program's own filter wants to show the call to a tracer: without one it fails (seccomp(2)). */
static void refuse_call(struct task *task, struct regs *regs)
{
	regs_refuse_call(regs, ENOSYS);
	regs_set(task->tid, regs);
	task_resume(task, PTRACE_CONT, 0);
}

void stop_call_begins(struct sim *sim, struct task *task)
{
	unsigned long data = 0;
	struct regs regs;
	uint64_t call;

	if (regs_get(task->tid, &regs) < 0 || ptrace(PTRACE_GETEVENTMSG, task->tid, NULL, &data) != 0)
		return;
	if (data != FILTER_DATA) {
		refuse_call(task, &regs);
		return;
	}
	call = regs_call(&regs);
	if (call == (regs.is32 ? CALL_PTRACE : CALL_PTRACE_64) && make_way_for_tracer(sim, task, &regs))
		return;
	if (regs.is32 && call == CALL_CLONE)
		clone_begins(task, &regs);
	task->in_call = regs.is32 && task_is_simulated(task) && end_matters(sim, call);
	task->call = call;
	task->first_argument = regs.i386.ebx;
	if (call == CALL_MODIFY_LDT)
		task->process->record->uses_ldt = true;
	if (task->in_call && call == CALL_PERSONALITY && sim->opt->hole)
		personality_begins(task, &regs);
	task_resume(task, task->in_call ? PTRACE_SYSCALL : PTRACE_CONT, 0);
}

static bool succeeded(const struct regs *regs)
{
	return regs->i386.eax < (uint32_t)-4095;
}

/* What is loaded after something else was unloaded has its addresses, and perhaps its very instructions. */
static void text_was_mapped(struct sim *sim, struct task *task, uint32_t addr)
{
	task->process->places.mappings++;
	if (sim->opt->trace_libs)
		record_library(sim->record, task->process->record, task->tid, addr);
}

static void call_ended(struct sim *sim, struct task *task, struct regs *regs)
{
	switch (task->call) {
	case CALL_SET_THREAD_AREA:
		if (succeeded(regs))
			tls_was_set(sim, task, regs->i386.ebx);
		break;
	case CALL_GET_THREAD_AREA:
		if (succeeded(regs))
			tls_was_read(sim, task, regs->i386.ebx);
		break;
	case CALL_PERSONALITY:
		if (sim->opt->hole)
			personality_ends(task, regs);
		break;
	case CALL_RT_SIGACTION:
	case CALL_SIGACTION:
	case CALL_SIGNAL:
		if (succeeded(regs) && task->first_argument == SIGSEGV)
			signals_action_changed(task, task->call, regs->i386.ecx);
		break;
	case CALL_MMAP2:
		if (succeeded(regs))
			text_was_mapped(sim, task, regs->i386.eax);
		break;
	default:
		signals_mask_changed(task);
	}
}

void stop_call_ends(struct sim *sim, struct task *task)
{
	struct regs regs;

	if (task->in_call && regs_get(task->tid, &regs) == 0)
		call_ended(sim, task, &regs);
	task->in_call = false;
	task_resume(task, PTRACE_CONT, 0);
}
