/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that trace others: nobody has two tracers, so what they trace is let go. */
#ifndef SIM_RELEASE_H
#define SIM_RELEASE_H

#include "sim.h"

/* Lets a stopped thread go, with its segments as it set them, for its own tracer. The task is no more.
 * `in_filter`: it is stopped by the filter at the begin of a call, which it makes then.
 *
 * The filter stays with it, and a call that a filter wants to show to a tracer that is not there fails. So the thread
 * gets a second filter, whose answer comes first (seccomp(2), SECCOMP_RET_USER_NOTIF), and a process of our own lets
 * every call pass for as long as anybody has it. Kernels before 5.6 and threads of 64-bit programs do without: there a
 * 32-bit program that is executed later fails to set up its thread-local data. */
void release_task(struct sim *sim, struct task *task, bool in_filter);

#endif
