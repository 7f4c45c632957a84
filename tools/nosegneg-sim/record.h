/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run has shown: traps by place, processes, libraries. The tracer fills it, the report reads it.
 *
 * Everything in it lives as long as the record. Where memory is short, the program ends with a message. */
#ifndef SIM_RECORD_H
#define SIM_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A PT_LOAD of a file. */
struct module_load {
	uint64_t off, size, addr, align;
	bool execute;
};

/* A file that was mapped in a process, by device, inode and path. The kernel's vDSO is one, named "[vdso]". */
struct module {
	char *path; /* as /proc/PID/maps says it to us: in a chroot, seen from outside */
	dev_t dev;
	ino_t ino;
	int fd;      /* of the file itself, opened while it was mapped; -1 where that failed */
	bool is_set; /* lies in a directory of a nosegneg set: one named `nosegneg`, or with a manifest */
	struct module_load *load;
	size_t nload;
	struct symbols *symbols; /* symbolize.c's */
};

/* One instruction of one file that trapped. */
struct site {
	struct module *module; /* NULL: code that is in no file */
	uint32_t addr;         /* as the file has it (what nosegneg-check scan prints); without a file, in memory */
	uint8_t len;
	uint8_t bytes[15];
	const char *refusal; /* why Xen's fix-up refuses it, or refused an access of it; NULL; static */
	uint64_t negative;   /* accesses beyond the limit */
	uint64_t positive;   /* accesses inside it that trapped because a negative one had turned the segment round */
	uint64_t fatal;      /* of both: those that ended in SIGSEGV because Xen does not fix them up */
};

enum process_kind {
	PROCESS_SIMULATED,
	PROCESS_64BIT,      /* ran untouched */
	PROCESS_RELEASED,   /* followed by its own tracer, or by nobody (--no-follow): ran untouched from then on */
	PROCESS_UNREADABLE, /* its memory may not be read: ran untouched */
};

struct record_process {
	pid_t pid, parent; /* parent 0: the program itself */
	char *program;     /* path of what it last executed; borrowed by nobody else */
	enum process_kind kind;
	bool uses_ldt; /* called modify_ldt: those segments were not shortened */
	uint64_t negative, positive, fatal;
	unsigned threads; /* most at a time are not known: those that it started, with the first */
	bool ended;
	int status;           /* wait status, where it ended */
	struct module **libs; /* with --trace-libs: files mapped with execute permission, in order */
	size_t nlibs;
};

/* A stack, outermost frame first, with its count of traps (both kinds). */
struct record_stack {
	char *folded; /* "program;function;function" */
	uint64_t count;
};

struct record {
	struct record_process **process; /* in the order in which they appeared */
	size_t nprocess;
	struct site **site;
	size_t nsite;
	struct record_stack *stack;
	size_t nstack;
	struct module **module;
	size_t nmodule;
	/* private to record.c: indexes */
	struct record_index *index;
};

struct record *record_new(void);
void record_free(struct record *rec);

struct record_process *record_process_add(struct record *rec, pid_t pid, pid_t parent, const char *program);

/* The place of the instruction at `eip` in the live, stopped process `pid`: looks the file up in /proc/PID/maps, opens
 * it (by /proc/PID/map_files, else by path, where device and inode agree) and translates the address. Found again where
 * it is known; equal places of several processes are one. */
struct site *record_site(struct record *rec, pid_t pid, uint32_t eip, const uint8_t *bytes, uint8_t len);

/* Adds the file mapped at `addr` in the process to its libraries, once; the vDSO is none. For --trace-libs. */
void record_library(struct record *rec, struct record_process *proc, pid_t pid, uint32_t addr);

/* Counts one more trap under a folded stack. */
void record_stack_add(struct record *rec, const char *folded);

#endif
