/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stack of a stopped thread, by the unwind tables of the files that it runs (libdwfl). For --folded. */
#ifndef SIM_STACK_H
#define SIM_STACK_H

#include "record.h"
#include "regs.h"

struct stack_unwinder; /* of one process */

/* Unwinds the stopped thread and counts the stack in the record: "program;outermost;...;innermost", each frame
 * as symbolize_frame says it, "[unknown]" for code in no file; ';' and blanks in names become '_'. *u is made at the
 * first call (initialise it to NULL), and follows what the process maps since. A stack that ends early is counted as
 * far as it goes. */
void stack_count(struct record *rec, struct record_process *proc, struct stack_unwinder **u, pid_t pid, pid_t tid,
		const struct regs32 *regs);

/* At exec, and at the process's end. */
void stack_unwinder_free(struct stack_unwinder *u);

#endif
