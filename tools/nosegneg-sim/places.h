/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The instructions of a process that have trapped. */
#ifndef SIM_PLACES_H
#define SIM_PLACES_H

#include "sim.h"

/* The instruction at an address, as it was decoded before; NULL: it is new, or may be another one by now. */
struct place *places_find(const struct places *places, uint32_t eip);

/* Reads and decodes what is there now. NULL where it is no instruction that reaches memory through %fs or %gs. The
 * place belongs to the process. */
struct place *places_read(struct sim *sim, const struct task *task, uint32_t eip);

/* What a process knows at a fork: its child has the same code. */
void places_copy(struct places *out, const struct places *from);

/* Forgets all: another program runs, or none. */
void places_clear(struct places *places);

#endif
