/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads and processes that are traced. */
#ifndef SIM_TASK_H
#define SIM_TASK_H

#include "sim.h"

/* NULL where it is not known. */
struct task *task_find(const struct sim *sim, pid_t tid);

/* Where memory is short these end the program with a message. The task belongs to no process yet. */
struct task *task_add(struct sim *sim, pid_t tid, enum task_state state);
void task_remove(struct sim *sim, struct task *task);

/* A process without threads; `parent` NULL: the program itself. What a fork inherits is copied from it. */
struct process *process_add(struct sim *sim, pid_t pid, const struct process *parent);
/* Takes hold of the process for the task. */
void task_join(struct task *task, struct process *process);

/* Forgets what belongs to the program that ran until now. */
void process_clear(struct process *process);

/* Lets the thread go on; a thread that is gone meanwhile is no error. `request`: PTRACE_CONT, _SYSCALL, _SINGLESTEP,
 * _LISTEN. */
void task_resume(const struct task *task, int request, int sig);

/* The thread's signal mask; 0 where it is gone. */
uint64_t task_get_mask(const struct task *task);
void task_set_mask(const struct task *task, uint64_t mask);
#define MASK_OF(sig) (UINT64_C(1) << ((sig)-1))

/* A number in a line "KEY:\tNUMBER" of /proc/TID/status; false where there is none. */
bool task_status_number(pid_t tid, const char *key, unsigned base, uint64_t *out);

/* Whether traps and segments of the thread are our business. */
static inline bool task_is_simulated(const struct task *task)
{
	return task->process->simulated && !task->plain;
}

#endif
