/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a diagnosis is printed: for people, as JSON, for Prometheus' node_exporter, for Nagios and its kin. */
#ifndef NOSEGNEG_CHECK_FORMAT_H
#define NOSEGNEG_CHECK_FORMAT_H

#include <stdbool.h>

#include "diagnosis.h"

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_PROMETHEUS, FORMAT_NAGIOS, FORMAT_QUIET };

/* "text", "json", "prometheus", "nagios". False for another word. */
bool format_parse(const char *word, enum format *out);

/* Prints it to standard output. Returns the exit status: that of diagnosis_status, or for FORMAT_NAGIOS 0 OK, 1
 * WARNING, 2 CRITICAL, 3 UNKNOWN. */
int format_print(enum format format, const struct diagnosis *d);

/* Each format's own part. */
void format_text(const struct diagnosis *d, bool colour);
void format_json(const struct diagnosis *d);
void format_prometheus(const struct diagnosis *d);
int format_nagios(const struct diagnosis *d);

#endif
