/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of a stopped process. */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sim.h"

/* A program that takes PR_SET_DUMPABLE off itself can be read by an ordinary user no longer, but for who has its memory
 * open. To be called at exec and after fork; closed with the process. */
void memory_open(struct process *process);

/* Returns the number of bytes read, which is less where a mapping ends, or a negative errno. */
ssize_t memory_read(const struct task *task, uint32_t addr, void *buf, size_t len);

/* All of it: 0, or a negative errno. */
int memory_get(const struct task *task, uint32_t addr, void *buf, size_t len);
int memory_put(const struct task *task, uint32_t addr, const void *buf, size_t len);

/* Writes where the process itself may not, as debuggers set breakpoints: it gets pages of its own for it. What `there`
 * says is there already is left alone; NULL: nothing is known. `len` is a multiple of 8. Returns 0 or a negative errno.
 */
int memory_poke(const struct task *task, uint32_t addr, const void *buf, const void *there, size_t len);

#endif
