/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The suite's programs print what they see; a wrong answer of the base libraries ends them. */
#ifndef PROGRAMS_CHECK_H
#define PROGRAMS_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s:%d: %s is false\n", __FILE__, __LINE__, #condition);                       \
			exit(1);                                                                                       \
		}                                                                                                      \
	} while (0)

#endif
