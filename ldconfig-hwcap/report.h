/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ldconfig-hwcap tells without changing anything. Each returns an exit status. */
#ifndef LDCONFIG_HWCAP_REPORT_H
#define LDCONFIG_HWCAP_REPORT_H

#include "situation.h"

/* The facts and the decision, to standard error. */
void report_facts(const struct situation *s);

/* The entry's text to standard output. */
int report_print(const struct situation *s);

/* What is published, and whether the cache and a fresh 32-bit program agree with it. */
int report_status(struct situation *s);

/* Whether an initramfs that is made now has to carry the set (EXIT_CLEAN) or not (EXIT_FINDINGS), and why. */
int report_initramfs(const struct situation *s);

/* What only a 32-bit program of this machine can find out, as "key: value" lines: tools/capture keeps them, and
 * nosegneg-check reads them. */
int report_probe(void);

#endif
