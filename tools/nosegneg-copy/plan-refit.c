// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "loader/entry.h"
#include "loader/ldconf.h"
#include "run.h"

static bool in_set(const struct run *run, const char *path)
{
	return image_set_holds(&run->set, &run->dest, path);
}

static int decide(struct run *run)
{
	bool taken = false;
	int r = image_set_find(&run->source, &run->set, &run->failure);

	for (size_t i = 0; r == 0 && run->set.set && i < run->before.nprogram; i++)
		for (size_t k = 0; k < run->before.program[i].n; k++)
			taken |= in_set(run, run->before.program[i].asked[k]);
	return r < 0 ? r : image_set_decide(&run->set, &run->source, run->options->set, taken, true, &run->failure);
}

/* A loader of another build does not go together with the set. Up to glibc 2.32 it is the libc.so.6 beside it that says
 * which package it is of, and in the image there may be none. */
static int find_loader(struct run *run, struct glibc *glibc)
{
	const struct glibc *own = &run->set.glibc;
	char why[WHY_MAX];
	int r = glibc_find(&run->dest, glibc, why);

	if (r < 0)
		return failed(&run->failure, run->dest.path, "look for the loader of 32-bit programs", r, why);
	if (strcmp(glibc->build_id, own->build_id) == 0 &&
			(*own->build_id || strcmp(glibc->package, own->package) == 0))
		return 0;
	return failed(&run->failure, glibc->loader, "the set was not built for this loader of the image", -EBADMSG,
			"make the image anew, on the system that has the set");
}

/* `path` leads to the base's or to the set's library in the image; where it is the latter, the base's place gets a link
 * to it. */
static int refit(struct run *run, const char *directory, const char *path)
{
	char base[PATH_MAX];
	int r = image_set_belongs(&run->set, &run->source, &run->dest, path, &run->failure);

	if (r == 0 && in_set(run, path) &&
			snprintf(base, sizeof(base), "%s/%s", directory, base_name(path)) < (int)sizeof(base))
		path = base;
	return r == 0 ? image_set_refit(&run->set, &run->plan, path) : r;
}

/* What programs take, wherever it lies. */
static int refit_program(struct run *run, const struct glibc *glibc, const struct tree_program *p)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n; i++)
		if (!p->is64 && image_set_names(&run->set, p->asked[i]))
			r = refit(run, glibc->directory, p->asked[i]);
	return r;
}

/* What lies where the C library is, for who opens it by name. */
static int refit_directory(struct run *run, const struct glibc *glibc)
{
	const struct library_set *set = run->set.set;
	int r = 0;

	for (size_t i = 0; r == 0 && i < set->nlibrary; i++) {
		char path[PATH_MAX];
		struct stat st;

		if (snprintf(path, sizeof(path), "%s/%s", glibc->directory, set->library[i]) < (int)sizeof(path) &&
				root_stat(&run->dest, path, &st) == 0)
			r = refit(run, glibc->directory, path);
	}
	return r;
}

/* Not so where all programs are static, or of another C library. */
static bool is_concerned(const struct run *run)
{
	const struct tree *tree = &run->before;

	for (size_t i = 0; i < tree->nprogram; i++)
		for (size_t k = 0; !tree->program[i].is64 && k < tree->program[i].n; k++)
			if (image_set_names(&run->set, tree->program[i].asked[k]))
				return true;
	return false;
}

static int fill(struct run *run)
{
	struct glibc glibc;
	bool listed = true;
	int r = find_loader(run, &glibc);

	for (size_t i = 0; r == 0 && i < run->before.nprogram; i++)
		r = refit_program(run, &glibc, &run->before.program[i]);
	if (r == 0)
		r = refit_directory(run, &glibc);
	if (r == 0 && run->plan.n)
		r = image_set_add_entry(&run->set, &run->plan, &listed);
	if (!listed)
		run_note(run, "the image's " LDCONF_PATH " does not include " ENTRY_PATH ": the links do without it");
	return r;
}

int run_plan_refit(struct run *run)
{
	int r;

	run->plan.replaces = true;
	if (run->before.nprogram == 0) {
		run->nothing = "no 32-bit programs";
		return 0;
	}
	r = decide(run);
	if (r < 0)
		return r;
	if (!run->set.used)
		run->nothing = run->set.reason;
	else if (!is_concerned(run))
		run->nothing = "no 32-bit program loads a library that the set has";
	return run->nothing ? 0 : fill(run);
}
