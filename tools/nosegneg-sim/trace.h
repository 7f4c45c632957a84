/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tracer: what every stop of every thread is answered with (ptrace(2); seccomp(2), SECCOMP_RET_TRACE). */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include "sim.h"

/* Begins with a process that waits to execute the program (launch.h). */
void trace_begin(struct sim *sim, pid_t program);

/* Until all are gone. Where a signal handler sets `stop`, or the simulation fails, they are killed. `*program` becomes
 * 0 when the program ends, for the signal handler, while what it left behind goes on. */
void trace_run(struct sim *sim, volatile pid_t *program, const volatile int *stop);

/* Answers one stop, or the end, of a thread. */
void trace_stop(struct sim *sim, pid_t tid, int status);

/* Waits for one thread to stop or end, where it has not done so already. False where that cannot be. */
bool trace_wait_for(struct sim *sim, pid_t tid, int *status);

/* Answers what was put off in task->overtaken_status. The task may be no more then. */
void trace_overtaken(struct sim *sim, struct task *task);

#endif
