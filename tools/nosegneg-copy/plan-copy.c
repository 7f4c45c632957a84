// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader/entry.h"
#include "loader/ldconf.h"
#include "run.h"

static int add_needed(struct run *run, const struct needed *file)
{
	if (run->set.used && !file->is64 && image_set_serves(&run->set, &run->source, file->path))
		return image_set_add(&run->set, &run->plan, file->path);
	return plan_path(&run->plan, file->path, NULL);
}

/* ld.so.conf, and of what it includes the files that name a directory with something in it. The entry is made anew. */
static int add_conf(struct run *run)
{
	_cleanup_ldconf_ struct ldconf *conf = NULL;
	char why[WHY_MAX], real[PATH_MAX];
	struct stat st;
	int r;

	if (root_stat(&run->source, LDCONF_PATH, &st) == -ENOENT)
		return 0;
	r = ldconf_read(&run->source, LDCONF_PATH, &conf, why);
	if (r < 0)
		return failed(&run->failure, LDCONF_PATH, "read", r, why);
	r = plan_path(&run->plan, LDCONF_PATH, NULL);
	for (size_t i = 0; r == 0 && i < conf->ndirectory; i++) {
		const char *file = conf->file[conf->directory[i].file].path;

		if (strcmp(file, ENTRY_PATH) != 0 &&
				root_resolve(&run->source, conf->directory[i].path, real, NULL) == 0 &&
				plan_has_file_in(&run->plan, real))
			r = plan_path(&run->plan, file, NULL);
	}
	return r;
}

static int decide(struct run *run, const struct need *need)
{
	bool taken = false, programs = false;
	int r = image_set_find(&run->source, &run->set, &run->failure);

	for (size_t i = 0; r == 0 && i < need->n; i++) {
		programs |= !need->file[i].is64;
		taken |= run->set.set && library_set_holds(&run->source, run->set.set, need->file[i].path);
	}
	return r < 0 ? r : image_set_decide(&run->set, &run->source, run->options->set, taken, programs, &run->failure);
}

/* Libraries of the set that nothing needs are not added. */
static void ask_needed(struct run *run, const struct need *need)
{
	for (size_t i = 0; i < need->n; i++)
		if (!need->file[i].is64 && image_set_serves(&run->set, &run->source, need->file[i].path))
			return;
	run->set.used = false;
	snprintf(run->set.reason, sizeof(run->set.reason), "no library is needed that the set has");
}

static int fill(struct run *run, const struct need *need)
{
	bool listed = true;
	int r = decide(run, need);

	if (r == 0 && run->set.used)
		ask_needed(run, need);
	for (size_t i = 0; r == 0 && i < need->n; i++)
		r = add_needed(run, &need->file[i]);
	if (r == 0)
		r = add_conf(run);
	if (r == 0 && run->set.used)
		r = image_set_add_entry(&run->set, &run->plan, &listed);
	if (!listed)
		run_note(run, LDCONF_PATH " does not include " ENTRY_PATH ": the links do without it");
	return r;
}

int run_plan_copy(struct run *run)
{
	struct need need;
	int r = need_init(&need, &run->source, &run->failure);

	for (size_t i = 0; r == 0 && i < run->options->nprogram; i++)
		r = need_program(&need, run->options->program[i]);
	if (r == 0)
		r = fill(run, &need);
	need_free(&need);
	return r;
}
