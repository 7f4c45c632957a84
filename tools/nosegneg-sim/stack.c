// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>

#include "base/util.h"
#include "stack.h"

void stack_count(struct record *rec, struct record_process *proc, struct stack_unwinder **u, pid_t pid, pid_t tid,
		const struct regs32 *regs)
{
	(void)u, (void)pid, (void)tid, (void)regs;
	record_stack_add(rec, proc->program);
}

void stack_unwinder_free(struct stack_unwinder *u)
{
	free(u);
}
