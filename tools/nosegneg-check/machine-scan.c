// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "machine.h"

/* Scanning walks real paths, so that nothing leads out of the root. */
static void add(struct machine *m, const char *dir, const char *name)
{
	struct machine_scan *scan = &m->scan[m->nscan];
	char path[PATH_MAX], real[PATH_MAX];

	if (m->nscan == ARRAY_SIZE(m->scan))
		return;
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
			root_resolve(&m->root, path, real, NULL) < 0 ||
			snprintf(scan->path, sizeof(scan->path), "%s%s", m->root.path, real) >= (int)sizeof(scan->path))
		return;
	m->nscan++;
}

static void list(struct machine *m)
{
	if (m->set && machine_in_force(m)) {
		for (size_t i = 0; i < m->set->nlibrary; i++)
			add(m, m->set->path, m->set->library[i]);
	} else if (m->has_loader) {
		add(m, m->glibc.directory, "libc.so.6");
	}
}

struct collector {
	struct machine *m;
	size_t next;
};

/* scan_run hands the files over in the order of its arguments. */
static void collect(const struct scan_file *file, void *arg)
{
	struct collector *c = arg;
	struct machine_scan *scan = &c->m->scan[c->next++];

	scan->scanned = file->status == SCAN_OK;
	scan->counts = file->counts;
	if (file->status == SCAN_FAILED)
		memcpy(scan->why, file->why, sizeof(scan->why));
}

int machine_scan(struct machine *m)
{
	const struct scan_options options = {
		.detail = SCAN_FILES, .jobs = m->options->jobs, .progress = m->options->progress
	};
	char *path[LIBRARY_SET_MAX];
	struct collector c = { .m = m };

	if (!m->options->scan)
		return 0;
	list(m);
	for (size_t i = 0; i < m->nscan; i++)
		path[i] = m->scan[i].path;
	return m->nscan ? scan_run(path, m->nscan, &options, collect, &c) : 0;
}
