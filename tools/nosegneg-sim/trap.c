// SPDX-License-Identifier: LGPL-2.1-or-later
#include <signal.h>
#include <sys/ptrace.h>

#include "places.h"
#include "regs.h"
#include "signals.h"
#include "stack.h"
#include "task.h"
#include "tls.h"
#include "trap.h"
#include "xen/segment.h"

#define SEGMENT_FS 4 /* as struct operand has it */

#define EFLAGS_TF 0x100
#define EFLAGS_OF 0x800
#define EFLAGS_RF 0x10000

/* A fault that a short segment caused. */
struct fault {
	const struct regs32 *regs;
	struct trap_signal *signal;
	struct place *place;
	struct tls_slot *slot;
	uint32_t offset; /* as Xen's fix-up computes it */
	bool negative; /* beyond the limit of a segment as the guest installed it; else the segment was turned round */
};

/* Whether the processor objects to the operand of `place`. */
static bool is_outside(const struct sim *sim, struct task *task, struct place *place, struct fault *fault)
{
	const struct operand *op = &place->operand;
	struct tls_slot *slot = tls_selected(sim, task, op->segment == SEGMENT_FS ? fault->regs->fs : fault->regs->gs);
	uint32_t gpr[8];

	if (!slot || (place->after_into && fault->regs->eflags & EFLAGS_OF))
		return false;
	regs_general(fault->regs, gpr);
	if (xen_segment_holds(&slot->now, operand_reach(op, gpr), op->size))
		return false;
	fault->place = place;
	fault->slot = slot;
	fault->offset = operand_offset(op, gpr);
	fault->negative = slot->now.contents == slot->set.contents;
	return true;
}

/* A place that has trapped before, and a fault. An asynchronous SIGSEGV can stop a thread right before such an
 * instruction; but the processor saves the resume flag set with faults, and not with what comes between instructions
 * (Intel SDM, volume 3B, 17.3.1.1), so that nobody need ask for the signal's origin: that saves a tenth of a trap. Not
 * where instructions are stepped over: under the whole segment the same one may meet a page that is not there. */
static bool is_known_fault(const struct sim *sim, struct task *task, struct fault *fault)
{
	struct place *place = places_find(&task->process->places, fault->regs->eip);
	bool steps = sim->opt->emulate != EMULATE_FLIP || sim->opt->lenient;

	return place && !steps && fault->regs->eflags & EFLAGS_RF && !task->segv_blocked &&
	       is_outside(sim, task, place, fault);
}

/* What is in memory now: other code may be where something trapped before. */
static bool is_new_fault(struct sim *sim, struct task *task, struct fault *fault)
{
	struct place *place = places_read(sim, task, fault->regs->eip);

	return place && is_outside(sim, task, place, fault);
}

static void count(struct task *task, struct place *place, bool negative)
{
	struct record_process *process = task->process->record;

	*(negative ? &place->site->negative : &place->site->positive) += 1;
	*(negative ? &process->negative : &process->positive) += 1;
}

static void count_fatal(struct task *task, struct place *place)
{
	place->site->fatal++;
	task->process->record->fatal++;
}

static void count_stack(struct sim *sim, struct task *task, const struct regs32 *regs)
{
	struct process *process = task->process;

	if (sim->opt->format == REPORT_FOLDED)
		stack_count(sim->record, process->record, &process->unwinder, process->pid, task->tid, regs);
}

/* One instruction under the segment as the program set it. A blocked SIGTRAP would lose its place in the mask, as
 * SIGSEGV does. */
static enum trap step_over(struct task *task, const struct fault *fault, bool fatal)
{
	fault->signal->pending = signals_undo_force(task, fault->signal->pending);
	task->over.place = fault->place;
	task->over.slot = fault->slot;
	task->over.negative = fault->negative;
	task->over.fatal = fatal;
	task->over.traced = fault->regs->eflags & EFLAGS_TF;
	task->over.mask = task_get_mask(task);
	if (task->over.mask & MASK_OF(SIGTRAP))
		task_set_mask(task, task->over.mask & ~MASK_OF(SIGTRAP));
	tls_install(task, &fault->slot->set);
	task->step = STEP_OVER;
	return TRAP_STEPPING;
}

bool trap_step_end(struct task *task, bool done)
{
	task->step = STEP_NONE;
	tls_install(task, &task->over.slot->now);
	if (task->over.mask & MASK_OF(SIGTRAP))
		task_set_mask(task, task->over.mask);
	if (!done)
		return false;
	count(task, task->over.place, task->over.negative);
	if (task->over.fatal)
		count_fatal(task, task->over.place);
	return !task->over.traced;
}

static enum trap flip(struct sim *sim, struct task *task, const struct fault *fault)
{
	struct site *site = fault->place->site;

	if (fault->place->refusal || !xen_segment_flip(&fault->slot->now, sim->opt->hole, fault->offset)) {
		if (!site->refusal)
			site->refusal = "reaches across the end of the segment";
		if (sim->opt->lenient)
			return step_over(task, fault, true);
		count(task, fault->place, fault->negative);
		count_fatal(task, fault->place);
		return TRAP_FATAL;
	}
	fault->signal->pending = signals_undo_force(task, fault->signal->pending);
	tls_install(task, &fault->slot->now);
	count(task, fault->place, fault->negative);
	return TRAP_FIXED;
}

/* The kernel opens the mask for a signal that it forces. In sigsuspend and its kin the mask is another one for a while,
 * and the tracer is shown what it will be again (kernel/ptrace.c, PTRACE_GETSIGMASK). */
static bool was_opened(const struct task *task)
{
	return task->segv_blocked && !(task_get_mask(task) & MASK_OF(SIGSEGV));
}

/* A blocked signal stops nobody unless the kernel forces it; but where one is pending for the thread already, that is
 * what the tracer gets to see (kernel/signal.c, legacy_queue). */
static bool may_be_fault(const struct task *task, struct trap_signal *signal)
{
	siginfo_t info;

	if (ptrace(PTRACE_GETSIGINFO, task->tid, NULL, &info) != 0)
		return false;
	signal->pending = info.si_code <= 0 && was_opened(task) ? SIGSEGV : 0;
	signal->forced = signal->pending || info.si_code > 0;
	return signal->pending || info.si_code == SI_KERNEL;
}

/* Cheapest first: each question to the kernel costs as much as a twelfth of the stop. */
static bool find_fault(struct sim *sim, struct task *task, bool whole, struct regs *regs, struct fault *fault)
{
	bool simulated = sim->opt->hole && !whole && task_is_simulated(task) && regs_get(task->tid, regs) == 0 &&
			 regs->is32;

	if (simulated && is_known_fault(sim, task, fault)) {
		fault->signal->forced = true;
		return true;
	}
	return may_be_fault(task, fault->signal) && simulated && is_new_fault(sim, task, fault);
}

enum trap trap_handle(struct sim *sim, struct task *task, bool whole, struct trap_signal *signal)
{
	struct regs regs;
	struct fault fault = { .regs = &regs.i386, .signal = signal };

	*signal = (struct trap_signal){ 0 };
	if (!find_fault(sim, task, whole, &regs, &fault))
		return TRAP_FOREIGN;
	count_stack(sim, task, &regs.i386);
	switch (sim->opt->emulate) {
	case EMULATE_FLIP:
		return flip(sim, task, &fault);
	case EMULATE_STEP:
		return step_over(task, &fault, false);
	case EMULATE_KILL:
		break;
	}
	count(task, fault.place, fault.negative);
	return TRAP_KILL;
}
