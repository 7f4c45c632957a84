/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nosegneg-check log: reads kernel logs and looks addresses up in live processes; the printing is in log-print. */
#ifndef NOSEGNEG_CHECK_LOG_H
#define NOSEGNEG_CHECK_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"
#include "elf/segref.h"
#include "xen/kernel-log.h"

/* `nosegneg-check log ...`; argv[0] is for getopt's messages. Returns the exit status. */
int log_command(int argc, char **argv);

/* Reads this machine's kernel log, without waiting for more of it. Returns 0 or a negative errno with `why`. */
int log_read_kernel(struct kernel_log *log, char *why);

/* Reads a file or pipe to its end. Returns 0 or a negative errno with `why`. */
int log_read_fd(struct kernel_log *log, int fd, char *why);

/* Where an address of a process lies now. */
struct log_place {
	char *path;           /* of the file that is mapped there; NULL: not known, `why` says why */
	uint64_t offset;      /* in the file */
	char *function;       /* NULL: not known */
	uint64_t in_function; /* from where it begins */
	bool has_access;      /* the file has an access through %gs there: */
	enum segref_verdict verdict;
	const char *refusal; /* why a 32-bit Xen would not fix it up; NULL: it would */
	uint64_t addr;       /* of the instruction in the file's own addresses */
	uint8_t len, bytes[ZYDIS_MAX_INSTRUCTION_LENGTH];
	char why[WHY_MAX];
};

/* The files that were looked into: each is scanned once. */
struct log_places;
struct log_places *log_places_new(void); /* NULL: no memory */
void log_places_free(struct log_places *places);

/* Finds the address in the process with the offender's number, if that bears the offender's name (a number may have
 * been given to another one since). *out is cleared with log_place_clear in any case. */
void log_place_find(struct log_places *places, const struct kernel_log_offender *offender, uint64_t ip,
		struct log_place *out);
void log_place_clear(struct log_place *place);

#endif
