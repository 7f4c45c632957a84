/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system calls that the filter stops: the few that the simulation has to do with. */
#ifndef SIM_STOP_CALL_H
#define SIM_STOP_CALL_H

#include "sim.h"

/* The thread is stopped before the call, and is let go on. */
void stop_call_begins(struct sim *sim, struct task *task);

/* It is stopped at the end of a call that stop_call_begins wanted to see, and is let go on. */
void stop_call_ends(struct sim *sim, struct task *task);

#endif
