/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A process that has become another program. */
#ifndef SIM_EXEC_H
#define SIM_EXEC_H

#include "sim.h"

/* At PTRACE_EVENT_EXEC: takes stock of the new program and puts the note into its vDSO. Returns the signal that the
 * thread has to be given when it goes on, or 0. */
int exec_happened(struct sim *sim, struct task *task);

/* A child whose parent died at its fork: nothing is known of it but what it is itself. */
void exec_orphan(struct sim *sim, struct task *task);

#endif
