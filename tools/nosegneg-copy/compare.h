/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the image has what the plan wants. */
#ifndef NOSEGNEG_COPY_COMPARE_H
#define NOSEGNEG_COPY_COMPARE_H

#include "plan.h"

enum compared { COMPARED_SAME, COMPARED_MISSING, COMPARED_OTHER };

/* Looks a node up in the image. Returns an enum compared, or a negative errno. */
int compare_node(const struct plan *plan, const struct node *node);

/* Whether two files have the same bytes: 1, 0, or a negative errno. */
int compare_files(int a, int b);

#endif
