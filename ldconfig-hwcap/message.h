/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people read: one line, one write. */
#ifndef LDCONFIG_HWCAP_MESSAGE_H
#define LDCONFIG_HWCAP_MESSAGE_H

enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_ERROR = 2 };

/* "ldconfig-hwcap: PATH: WHAT: WHY" to standard error; `why` may be NULL. Returns EXIT_ERROR. */
int message_error(const char *path, const char *what, const char *why);

/* "ldconfig-hwcap: ..." to standard error, and to standard output. */
__attribute__((format(printf, 1, 2))) void message_warn(const char *format, ...);
__attribute__((format(printf, 1, 2))) void message_say(const char *format, ...);

#endif
