/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a fault does to a program's signals, and how it is undone.
 *
 * Where SIGSEGV is blocked or ignored when an instruction faults, the kernel takes it out of the mask and sets its
 * disposition to the default before the tracer sees the signal (kernel/signal.c, force_sig_info_to_task). A 32-bit Xen
 * fixes the fault before the guest's kernel knows of it: both have to be as they were. Afterwards nobody can tell
 * whether it was blocked, so that is followed from the begin. */
#ifndef SIM_SIGNALS_H
#define SIM_SIGNALS_H

#include "sim.h"

/* At the end of a call that may have changed the mask, and at the begin of a handler. */
void signals_mask_changed(struct task *task);

/* At the end of rt_sigaction, sigaction or signal for SIGSEGV. `arg` is the call's second argument. */
void signals_action_changed(struct task *task, uint64_t call, uint32_t arg);

/* After a trap that is not to be seen: undoes what the kernel did. `sig` is SIGSEGV where one was pending, blocked,
 * before, and has to be so again; else 0. Returns the signal that the thread has to be given when it goes on: a blocked
 * one becomes pending again (kernel/signal.c, ptrace_signal). */
int signals_undo_force(struct task *task, int sig);

/* Before SIGSEGV is given to the thread: keeps in step with what the kernel does. `forced`: the kernel sent it for a
 * fault, whether it was blocked, ignored, or not. */
void signals_segv_delivered(struct task *task, bool forced);

/* Whether the thread has a fault or a step's end behind the stop that it is in. */
bool signals_fault_pending(const struct task *task);

/* Whether the process has a handler for it. */
bool signals_caught(const struct task *task, int sig);

#endif
