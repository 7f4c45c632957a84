/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the processor checks segment limits. QEMU without KVM does not, though its LSL tells them. */
#ifndef SIM_LIMIT_PROBE_H
#define SIM_LIMIT_PROBE_H

#include "sim.h"

/* Once a run, at the exec of an i386 program: lets it read one byte beyond the limit of a segment before it runs.
 * Where nothing objects, the simulation fails. Everything of the thread is put back as it was; where something else
 * stopped it, which is left in task->overtaken_status, the next program is asked. Returns the signal that the thread
 * has to be given when it goes on, or 0. */
int limits_probe(struct sim *sim, struct task *task);

/* Whether the limit was checked, by the signal that followed the access. */
bool limits_are_checked(int sig, int code);

#endif
