/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has to be right before anything is changed. Each prints what is wrong, and returns EXIT_CLEAN or EXIT_ERROR. */
#ifndef LDCONFIG_HWCAP_CHECK_H
#define LDCONFIG_HWCAP_CHECK_H

#include "situation.h"

/* Whether the entry could be published: the files of others, the place, the set, and a 32-bit program with it. */
int check_publishable(const struct situation *s);

/* Whether ldconfig could go on with the hwcap lines that are there, and with the entry. */
int check_lines(const struct situation *s);

/* Whether ldconfig would wait for somebody to write to one of its files. */
int check_fifos(const struct situation *s);

#endif
