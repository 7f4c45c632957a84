/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tracer's state: threads, processes, and what is pretended to them. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <asm/ldt.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/why.h"
#include "elf/insn.h"
#include "elf/operand.h"
#include "hash.h"
#include "options.h"
#include "record.h"

/* Thread-local descriptors of a thread (arch/x86/include/asm/segment.h, GDT_ENTRY_TLS_ENTRIES). */
#define TLS_SLOTS 3

struct tls_slot {
	bool ours;            /* shortened: `now` is not what the program set */
	struct user_desc set; /* as the program set it */
	struct user_desc now; /* as the processor has it */
};

/* An instruction that has trapped in a process, decoded. */
struct place {
	uint32_t eip;
	uint8_t len;
	uint8_t bytes[ZYDIS_MAX_INSTRUCTION_LENGTH];
	bool after_into; /* an `into` stands before it */
	struct operand operand;
	const char *refusal; /* why Xen's fix-up refuses the instruction, or NULL; static */
	struct site *site;
	uint32_t mappings; /* those of `places` when it was read last */
};

/* The instructions of a process, found by address. */
struct places {
	struct place **place;
	size_t n, cap;
	struct hash index;
	uint32_t mappings; /* files that were mapped to be executed: each may have taken another one's place */
};

#define HANDLER_IGN 1 /* SIG_IGN as the kernel has it */

/* The disposition of SIGSEGV, as rt_sigaction(2) of i386 has it in memory. */
struct action {
	uint32_t handler, flags, restorer;
	uint32_t mask[2];
};

struct process {
	pid_t pid;
	unsigned tasks; /* that are alive */
	bool simulated; /* an i386 program whose memory can be read */
	bool shows_3gb; /* it set ADDR_LIMIT_3GB itself */
	bool orphan;    /* adopted: what it has from its parent is not known yet */
	int memory;     /* see memory_open; -1: none */
	uint32_t room;  /* address of free bytes in its vDSO, where calls are made from; 0: none */
	struct action segv;
	struct places places;
	struct record_process *record;
	struct stack_unwinder *unwinder;
};

enum task_state {
	TASK_EXPECTED, /* announced by its parent, has not stopped yet */
	TASK_ARRIVED,  /* has stopped, its parent has not announced it yet */
	TASK_RUNS,
};

/* What a single step of a thread is for. */
enum task_step {
	STEP_NONE,
	STEP_OVER,    /* one instruction under the whole segment */
	STEP_HANDLER, /* to the begin of a signal handler */
};

struct task {
	pid_t tid;
	enum task_state state;
	int first_stop;  /* with TASK_ARRIVED: its wait status */
	int64_t arrival; /* and when that was, in milliseconds */
	struct process *process;
	bool plain; /* --no-follow: a child or another thread, which runs as without the simulator */
	struct tls_slot tls[TLS_SLOTS];
	bool segv_blocked;
	bool in_call; /* a system call whose end is awaited */
	uint64_t call;
	uint32_t first_argument; /* of that call, as the program gave it */
	enum task_step step;
	struct {
		struct place *place;
		struct tls_slot *slot;
		uint64_t mask; /* the signal mask meanwhile changed */
		bool negative, fatal;
		bool traced; /* the program single-steps itself: the SIGTRAP is its own, too */
	} over;              /* with STEP_OVER */
	bool overtaken; /* its end, or another thread's exec in its place, was seen in the middle of something else */
	int overtaken_status; /* it is left alone until that is answered */
	bool waits;           /* it has stopped with `wait_status`, and its turn has not come yet */
	int wait_status;
	struct task *next; /* in its bucket */
};

#define TASK_BUCKETS 1024

struct sim {
	const struct options *opt;
	struct record *record;
	struct insn_decoder *decoder;
	pid_t program; /* the first process */
	bool ended;    /* it has, with `status` */
	int status;
	bool killed;        /* by --emulate kill */
	unsigned tls_first; /* number of the first descriptor for thread-local data: 12 on x86-64 kernels, 6 on i386 */
	struct task *bucket[TASK_BUCKETS];
	size_t tasks, arrived; /* how many there are; in TASK_ARRIVED */
	int64_t next_orphan;   /* with some in TASK_ARRIVED: when to look for those that nobody announces */
	bool limits_seen;      /* the processor has been seen to check a segment's limit */
	uint32_t room_offset;  /* of the room in the vDSO, the same one for all; 0: none */
	bool failed;           /* the simulation cannot go on; `what` and `why` say it */
	char what[256];
	char why[WHY_MAX];
};

/* Remembers why the simulation ends here. */
__attribute__((format(printf, 3, 4))) void sim_fail(struct sim *sim, const char *what, const char *format, ...);

#endif
