/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's warnings about accesses that a 32-bit Xen emulates, found in the text of a kernel log: dmesg in any of
 * its forms, /dev/kmsg records, syslog and journal text, serial logs; whole, wrapped, or with other lines between.
 *
 * What is recognised, and where it comes from:
 * - the box "WARNING: Currently emulating unsupported memory accesses" with "Offending process: NAME (pid=N)":
 *   linux-2.6.18-xen arch/i386/kernel/fixup.c; once per boot, and not for process 1;
 * - "4gb seg fixup, process NAME (pid N), cs:ip 73:ADDRESS": the same file of other distributions; rate-limited;
 * - "N 4gb segments accesses": GNU Mach, i386/i386/trap.c;
 * - "seg_fixup.c:LINE: ...": a debugging Xen that refuses to fix an access up, xen/arch/x86/x86_32/seg_fixup.c;
 * - "Support for running as 32-bit PV-guest under Xen will soon be removed": Linux 5.x, which prints none of the above.
 * Lines that syslog or the journal ascribes to somebody else than the kernel are passed over. Memory is bounded. */
#ifndef XEN_KERNEL_LOG_H
#define XEN_KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KERNEL_LOG_COMM_MAX  16   /* TASK_COMM_LEN */
#define KERNEL_LOG_OFFENDERS 1024 /* that are told apart */
#define KERNEL_LOG_ADDRESSES 64   /* of each offender */

enum kernel_log_source { KERNEL_LOG_BOX, KERNEL_LOG_FIXUP };

struct kernel_log_address {
	uint32_t cs;
	uint64_t ip; /* of the instruction; in kernels of 2004 and 2005, of the one behind it */
	uint64_t count;
};

struct kernel_log_offender {
	char comm[KERNEL_LOG_COMM_MAX]; /* any bytes but NUL: quote it */
	uint32_t pid;
	enum kernel_log_source source;
	uint64_t count;
	uint64_t first_line, last_line;
	struct kernel_log_address *address; /* in order of appearance */
	size_t naddress, address_cap;
	uint64_t more_addresses; /* messages whose addresses did not fit */
};

struct kernel_log_reader;

struct kernel_log {
	uint64_t lines;
	uint64_t boxes; /* heads of the box: one that was cut names no offender */
	uint64_t fixups;
	uint64_t suppressed;                  /* messages that the rate limit swallowed, by its own count */
	uint64_t mach;                        /* the highest of GNU Mach's counts */
	uint64_t xen_refused;                 /* accesses that Xen did not fix up: these end programs */
	bool pv_removal;                      /* the announcement that support for 32-bit PV guests ends */
	struct kernel_log_offender *offender; /* in order of appearance */
	size_t n, cap;
	uint64_t more_offenders; /* messages whose offenders did not fit */
	struct kernel_log_reader *reader;
};

/* The caller frees *out with kernel_log_free. Returns 0 or -ENOMEM. */
int kernel_log_new(struct kernel_log **out);
void kernel_log_free(struct kernel_log *log);

/* Takes the next piece of the log, cut anywhere. Returns 0 or -ENOMEM. */
int kernel_log_feed(struct kernel_log *log, const void *data, size_t size);

/* Takes what stands behind the last line end. Returns 0 or -ENOMEM. */
int kernel_log_end(struct kernel_log *log);

/* Whether anything says that accesses are emulated, or refused. The announcement alone does not. */
bool kernel_log_warns(const struct kernel_log *log);

static inline void cleanup_kernel_log(struct kernel_log **log)
{
	kernel_log_free(*log);
}
#define _cleanup_kernel_log_ __attribute__((cleanup(cleanup_kernel_log)))

#endif
