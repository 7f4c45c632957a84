/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nosegneg-check PROGRAM...: what ld.so would load, and what is in it; the printing is in program-print. */
#ifndef NOSEGNEG_CHECK_PROGRAM_H
#define NOSEGNEG_CHECK_PROGRAM_H

#include <stdbool.h>

#include "loader/resolve.h"
#include "scan.h"

struct program_options {
	struct resolve_options resolve;
	const char *root, *note; /* NULL: this machine, no note */
	bool scan, json, tree;
	unsigned jobs; /* 0: one for each processor */
};

enum program_set { PROGRAM_BASE, PROGRAM_NOSEGNEG };

/* One file, which several programs may load. */
struct program_file {
	dev_t dev;
	ino_t ino;
	char *path;    /* on this machine, without symbolic links */
	bool affected; /* i386 */
	bool scanned;
	enum program_set set;
	struct scan_counts counts;
	char why[WHY_MAX]; /* why it is not scanned */
};

struct program {
	const char *name;              /* as it was given */
	char *found;                   /* where a bare name was found in PATH; NULL: it was not looked up */
	struct resolve_result *result; /* NULL: `why` */
	char why[WHY_MAX];
	size_t *file; /* for each of the result's objects; SIZE_MAX: none */
};

struct program_run {
	const struct program_options *options;
	struct program *program;
	size_t nprogram;
	struct program_file *file;
	size_t nfile, file_cap;
};

enum program_verdict {
	PROGRAM_SERVED,       /* nothing in it traps */
	PROGRAM_NOT_SERVED,   /* something does */
	PROGRAM_NOT_AFFECTED, /* 64 bits */
	PROGRAM_NOT_LOADABLE,
	PROGRAM_NOT_RESOLVED, /* a script */
	PROGRAM_UNKNOWN,      /* not scanned, or not all of it */
};

/* What is to be said of a program; *sum is of all its files. */
enum program_verdict program_judge(const struct program_run *run, const struct program *p, struct scan_counts *sum);

/* Prints everything; returns the exit status. */
int program_print(const struct program_run *run);

/* Whether the command line names a program and no command; reorders argv as getopt(3) does. */
bool program_wanted(int argc, char **argv);

/* The subcommand, which has no name: argv[0] is for getopt's messages. Returns the exit status. */
int program_command(int argc, char **argv);

#endif
