/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The seccomp filter that makes the few system calls stop that the simulation has to do with; all others run at full
 * speed (Documentation/userspace-api/seccomp_filter.rst of Linux). */
#ifndef SIM_FILTER_H
#define SIM_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILTER_MAX 80

/* What PTRACE_GETEVENTMSG says at a stop of this filter, not of one that the program has put on itself. */
#define FILTER_DATA 0x4e47

/* Writes the filter that answers `action` (SECCOMP_RET_TRACE or _USER_NOTIF) to those calls. Returns the number of its
 * instructions, at most FILTER_MAX. */
size_t filter_build(struct sock_filter *out, uint32_t action);

/* Puts it on the calling thread and all its children to come. Returns 0 or a negative errno. */
int filter_install(void);

#endif
