/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decision at boot: by the administrator's word, by the kernel's, by the segments. */
#ifndef LDCONFIG_HWCAP_AUTO_H
#define LDCONFIG_HWCAP_AUTO_H

#include "situation.h"

enum decision { DECISION_ON, DECISION_OFF, DECISION_KEEP, DECISION_LACKING };

/* What has to be done, and `reason` (of `size` bytes) why. DECISION_LACKING: a set is needed, and there is none. */
enum decision auto_decide(const struct situation *s, char *reason, size_t size);

/* Decides, does it, and says so in one line. Returns an exit status. */
int auto_run(struct situation *s);

#endif
