/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thread-local descriptors: shortened when they are installed, whole when they are looked at. */
#ifndef SIM_TLS_H
#define SIM_TLS_H

#include "sim.h"

/* Finds out which descriptors this kernel has for thread-local data, by a thread of an i386 program. */
void tls_probe(struct sim *sim, const struct task *task);

/* Looks at what the thread has after it was started, or after it set a descriptor, and shortens what is new. What it
 * had before is in task->tls. */
void tls_shorten(struct sim *sim, struct task *task);

/* Takes descriptors that look like shortened ones for such, of a thread that has them from somebody unknown. */
void tls_recognize(struct sim *sim, struct task *task);

/* At the end of set_thread_area(2) and get_thread_area(2) with the user_desc at `addr`. */
void tls_was_set(struct sim *sim, struct task *task, uint32_t addr);
void tls_was_read(struct sim *sim, struct task *task, uint32_t addr);

/* The slot that a selector chooses, if it is a shortened one; else NULL. */
struct tls_slot *tls_selected(const struct sim *sim, struct task *task, uint32_t selector);

/* Makes the processor see `desc` in a slot of the task. False where the kernel refuses it, or the thread is gone. */
bool tls_install(const struct task *task, const struct user_desc *desc);

/* Gives every descriptor back as the program set it. */
void tls_restore(struct task *task);

#endif
