/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run did, in words or as JSON. */
#ifndef NOSEGNEG_COPY_REPORT_H
#define NOSEGNEG_COPY_REPORT_H

#include "run.h"

void report_text(const struct run *run);
void report_json(const struct run *run);

#endif
