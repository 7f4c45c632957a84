/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls in the program's name. */
#ifndef SIM_INJECT_H
#define SIM_INJECT_H

#include "regs.h"
#include "sim.h"

/* A thread that is stopped, made ready to call; what it was is put back by inject_end. */
struct inject {
	struct task *task;
	struct regs saved;
	uint64_t mask;
	int sig;          /* given at the first call, to become pending again: all are blocked then; 0: none */
	bool interrupted; /* a group stop came meanwhile; it is asked for again */
};

/* Begins with a thread that is stopped by a signal, an event, or at the end of a system call; not at its begin (see
 * inject_undo_call). All signals wait meanwhile. Returns 0, -ESRCH, or -ENOTSUP where the process has no room for it.
 */
int inject_begin(struct task *task, struct inject *inject);

/* Makes one call with up to four arguments. Returns what it returned, or -ESRCH. */
int inject_call(struct inject *inject, uint32_t call, uint32_t a, uint32_t b, uint32_t c, uint32_t d);

/* A call that a signal interrupted is set up to be made again. The thread stays stopped. */
int inject_end(struct inject *inject);

/* Takes a thread that is stopped by the filter at the begin of a call back to before the call, as if it had not begun;
 * it is made anew when the thread goes on. */
int inject_undo_call(struct task *task);

/* Where the process has room for data of an injected call, and how much. */
uint32_t inject_room(const struct task *task);
#define INJECT_ROOM 48

#endif
