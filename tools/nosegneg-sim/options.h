/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the command line says. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "loader/kernelcap.h"

enum emulate {
	EMULATE_FLIP, /* as 32-bit Xen: turn the segment round and replay */
	EMULATE_STEP, /* count every negative access */
	EMULATE_KILL, /* end at the first */
};

enum report_format { REPORT_TEXT, REPORT_JSON, REPORT_FOLDED };

struct options {
	char **argv;      /* the program and its arguments */
	const char *root; /* directory that the program sees as /; NULL: our own */
	bool note;        /* a note is put in; else any that the kernel has is taken out */
	uint8_t desc[KERNELCAP_DESC_MAX];
	uint32_t desc_size;
	uint32_t hole; /* where segments end; 0: they stay whole */
	enum emulate emulate;
	bool lenient; /* step over what Xen refuses, instead of SIGSEGV */
	bool follow;  /* children and threads */
	bool trace_libs;
	bool fail_on_trap;
	bool quiet;      /* no report */
	const char *out; /* file for the report; NULL: standard error */
	enum report_format format;
	long top; /* rows of the table; 0: all */
};

/* Reads the command line into *opt, which borrows from it. Returns 0, OPTIONS_DONE where all is said (--help), or
 * EXIT_ERROR after a message. */
int options_read(struct options *opt, int argc, char **argv);
enum { OPTIONS_DONE = -1 };

#endif
