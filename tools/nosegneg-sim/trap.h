/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Faults: which ones a short segment caused, and what a 32-bit Xen makes of them. */
#ifndef SIM_TRAP_H
#define SIM_TRAP_H

#include "sim.h"

/* What to do with a thread that stopped with SIGSEGV. */
enum trap {
	TRAP_FOREIGN,  /* not ours: the signal is the program's */
	TRAP_FIXED,    /* the thread goes on */
	TRAP_STEPPING, /* so it does, for one instruction, and trap_step_end is called then */
	TRAP_FATAL,    /* the signal is the program's, as on Xen */
	TRAP_KILL,     /* --emulate kill: all of it ends here */
};

/* What the stop was about, besides. */
struct trap_signal {
	bool forced; /* the kernel sent the signal for a fault */
	int pending; /* SIGSEGV where it was pending already, blocked, when the fault came: the thread is given it when
		      * it goes on, and it is pending again; else 0 */
};

/* `whole`: in place of an instruction that was to be stepped over. The segment was whole then, so that the fault is the
 * program's. */
enum trap trap_handle(struct sim *sim, struct task *task, bool whole, struct trap_signal *signal);

/* The thread's next stop after TRAP_STEPPING. `done`: the instruction was executed; else it did not come to it, and it
 * will trap again. Returns whether the stop has been for us alone: not that of a program that steps itself, too. */
bool trap_step_end(struct task *task, bool done);

#endif
