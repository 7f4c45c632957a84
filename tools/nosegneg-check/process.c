// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>

#include "base/util.h"
#include "process.h"

int process_add_pid(struct process_options *options, pid_t pid)
{
	int r = array_reserve(&options->pid, &options->pid_cap, options->npid + 1, sizeof(*options->pid));

	if (r == 0)
		options->pid[options->npid++] = pid;
	return r;
}

void process_options_clear(struct process_options *options)
{
	free(options->pid);
	*options = (struct process_options){ 0 };
}

int process_diagnose(const struct process_options *options, const struct machine *m, struct diagnosis *d)
{
	struct processes ps = { 0 };
	int r = process_read(options, m, &ps, &d->failed);

	if (r == 0 && m->options->scan)
		r = process_scan(m, &ps);
	if (r == 0)
		process_judge(m, &ps, d);
	process_free(&ps);
	return r;
}
