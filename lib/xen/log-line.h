/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands before a kernel message in a line of a log. */
#ifndef XEN_LOG_LINE_H
#define XEN_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct log_line {
	size_t start; /* where the message begins */
	bool kmsg;    /* a record of /dev/kmsg */
	bool foreign; /* the line says that it does not come from the kernel */
};

/* Understands /dev/kmsg records, <PRIORITY>, dmesg's --decode, --color, time stamps of all kinds and callers in
 * brackets, syslog's and the journal's short forms. A line of no known form begins at 0. */
struct log_line log_line_parse(const char *line, size_t len);

/* Takes colours and other terminal control sequences out; returns the new length. */
size_t log_line_strip_colours(char *line, size_t len);

#endif
