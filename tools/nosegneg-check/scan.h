/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nosegneg-check scan: reads files and directories; the printing is in scan-print. */
#ifndef NOSEGNEG_CHECK_SCAN_H
#define NOSEGNEG_CHECK_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "elf/segref.h"

enum scan_detail { SCAN_FILES, SCAN_SYMBOLS, SCAN_INSTRUCTIONS };

struct scan_options {
	enum scan_detail detail;
	bool json;
	bool findings; /* leave out what is safe: files, functions, instructions */
	bool progress; /* show a progress line on standard error */
	unsigned jobs; /* threads */
};

enum scan_status {
	SCAN_OK,           /* an i386 file, scanned */
	SCAN_NOT_AFFECTED, /* ELF for another machine */
	SCAN_NOT_ELF,      /* only below a directory: skipped */
	SCAN_SPECIAL,      /* a device, FIFO or socket below a directory: skipped */
	SCAN_FAILED,       /* `why` says what is wrong */
};

struct scan_counts {
	size_t safe, possible, proven;
	size_t fatal; /* of the possible and proven ones */
};

/* One access with what the report needs beside it. */
struct scan_access {
	struct segref ref;
	const char *section;  /* its name; owned by the file */
	const char *function; /* name of the nearest symbol at or before it, or NULL; owned by the file */
	uint64_t offset;      /* from that symbol */
	const char *refusal;  /* why Xen refuses it (static), NULL: fixed up, or safe */
};

struct scan_file {
	char *path;
	bool explicit_path; /* named on the command line */
	enum scan_status status;
	char why[WHY_MAX];
	const char *machine; /* of a file that is not affected; NULL: unnamed */
	struct scan_counts counts;
	struct scan_access *access; /* only with detail */
	size_t naccess, access_cap;
	struct symbol_table *symbols; /* holds the names */
	char **section;               /* section names, nsection of them */
	size_t nsection;
};

/* Everything that one run scanned, in the order of the arguments and of sorted directory listings. */
struct scan_list {
	struct scan_file *file;
	size_t n, cap;
};

/* Called, one thread at a time and in order, for each file as soon as it and all before it are done. The file's details
 * are released afterwards. */
typedef void (*scan_print_fn)(const struct scan_file *file, void *arg);

/* Walks the paths and scans what is there on options->jobs threads. Returns 0, or a negative errno where the run could
 * not be made at all. Errors of single files are in the files. */
int scan_run(char *const *paths, size_t npaths, const struct scan_options *options, scan_print_fn print, void *arg);

/* The subcommand: argv[0] is "scan". Returns the exit status. */
int scan_command(int argc, char **argv);

#endif
