/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nosegneg-check -p PID... and --all: live processes, from /proc, without stopping them. */
#ifndef NOSEGNEG_CHECK_PROCESS_H
#define NOSEGNEG_CHECK_PROCESS_H

#include "machine.h"

struct process_options {
	bool all;
	pid_t *pid;
	size_t npid, pid_cap;
};

/* Returns 0 or -ENOMEM. */
int process_add_pid(struct process_options *options, pid_t pid);
void process_options_clear(struct process_options *options);

/* Where a mapped C library comes from. */
enum process_libc {
	LIBC_NONE,  /* a static program, or another C library */
	LIBC_SET,   /* a nosegneg set's */
	LIBC_BASE,  /* the one beside the loader */
	LIBC_OTHER, /* of some other directory */
};

/* A file that processes have mapped executable: of each, once. */
struct process_object {
	uint32_t major, minor;
	uint64_t ino;
	char *path;      /* as the first process names it */
	bool deleted;    /* its name is gone */
	bool is_program; /* it is what was executed */
	bool is_set;     /* lies in a set's directory */
	bool is_libc;    /* a C library */
	bool is_loader;  /* ld.so */
	int fd;          /* until it is scanned; -1 */
	bool scanned;
	struct scan_counts counts;
	char why[WHY_MAX]; /* why it is not */
};

/* An i386 process; of others nothing is kept but the count. */
struct process {
	pid_t pid;
	char name[64];
	size_t *object; /* indexes into the objects */
	size_t nobject, object_cap;
	enum process_libc libc;
	bool static_program;
	bool other_root;
	bool deleted_libc;
	bool anonymous_code;                  /* code that is in no file: a JIT's */
	char library_path[256], preload[256]; /* of its environment; "": none */
};

struct processes {
	struct process *process;
	size_t n, cap;
	struct process_object *object;
	size_t nobject, object_cap;
	size_t not_affected, refused, vanished;
};

/* Reads /proc. Processes that end meanwhile, or may not be looked at, are counted. Returns 0 or a negative errno where
 * /proc cannot be read, or -ENOMEM. Of a process that was asked for by number an error line says so, and *failed is
 * set.
 */
int process_read(const struct process_options *options, const struct machine *m, struct processes *out, bool *failed);

/* Scans each object once, on several threads. Returns 0 or -ENOMEM. */
int process_scan(const struct machine *m, struct processes *ps);

/* States and findings, from what was read and nothing else. */
void process_judge(const struct machine *m, const struct processes *ps, struct diagnosis *d);

void process_free(struct processes *ps);

/* All of these. Returns 0 or a negative errno. */
int process_diagnose(const struct process_options *options, const struct machine *m, struct diagnosis *d);

#endif
