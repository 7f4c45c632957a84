/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One kernel message, recognised in text whose lines may have been wrapped. */
#ifndef XEN_LOG_MATCH_H
#define XEN_LOG_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xen/kernel-log.h"

enum log_message {
	LOG_NOTHING,
	LOG_BOX_HEAD,
	LOG_BOX_OFFENDER,     /* comm, pid */
	LOG_FIXUP,            /* comm, pid, cs, ip */
	LOG_FIXUP_SUPPRESSED, /* number: the fix-up's own rate limit */
	LOG_SUPPRESSED,       /* number: the rate limit of all messages, up to Linux 2.6.24 */
	LOG_MACH,             /* number */
	LOG_XEN_REFUSED,
	LOG_PV_REMOVAL,
};

struct log_match {
	enum log_message message;
	size_t end; /* behind it in the text */
	char comm[KERNEL_LOG_COMM_MAX];
	uint32_t pid, cs;
	uint64_t ip, number;
};

/* Recognises the message that begins at `at`; '\n' in the text is a line break, where a word or a gap between words may
 * have been cut. Returns false where there is none; *cut then says that there may be one when more text follows. */
bool log_match_at(const char *text, size_t size, size_t at, struct log_match *out, bool *cut);

/* Whether a message may begin with the byte. */
static inline bool log_match_begins(char c)
{
	return (c >= '0' && c <= '9') || c == 'W' || c == 'O' || c == 'A' || c == 'S' || c == 's' || c == 'f' ||
	       c == 'p';
}

#endif
