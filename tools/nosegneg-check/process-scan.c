// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "process.h"

#define PATH_SIZE 32 /* "/proc/self/fd/N" */

/* scan_run hands the files over in the order of its arguments. */
struct collector {
	struct processes *ps;
	const size_t *index;
	size_t next;
};

static void collect(const struct scan_file *file, void *arg)
{
	struct collector *c = arg;
	struct process_object *o = &c->ps->object[c->index[c->next++]];

	o->scanned = file->status == SCAN_OK;
	o->counts = file->counts;
	if (file->status == SCAN_FAILED)
		memcpy(o->why, file->why, sizeof(o->why));
	else if (!o->scanned)
		why_broken(o->why, "no i386 file");
}

int process_scan(const struct machine *m, struct processes *ps)
{
	const struct scan_options options = {
		.detail = SCAN_FILES, .jobs = m->options->jobs, .progress = m->options->progress
	};
	_cleanup_free_ size_t *index = calloc(ps->nobject + 1, sizeof(*index));
	_cleanup_free_ char **path = calloc(ps->nobject + 1, sizeof(*path));
	_cleanup_free_ char *text = calloc(ps->nobject + 1, PATH_SIZE);
	struct collector c = { .ps = ps, .index = index };
	size_t n = 0;

	if (!index || !path || !text)
		return -ENOMEM;
	for (size_t i = 0; i < ps->nobject; i++) {
		if (ps->object[i].fd < 0)
			continue;
		path[n] = text + n * PATH_SIZE;
		snprintf(path[n], PATH_SIZE, "/proc/self/fd/%d", ps->object[i].fd);
		index[n++] = i;
	}
	return n ? scan_run(path, n, &options, collect, &c) : 0;
}
