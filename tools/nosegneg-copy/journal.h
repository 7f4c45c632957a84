/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of an image that can be undone: what is replaced keeps a name beside its place until the end. Every path is
 * looked up inside the image, whatever its links say. */
#ifndef NOSEGNEG_COPY_JOURNAL_H
#define NOSEGNEG_COPY_JOURNAL_H

#include "plan.h"

struct change {
	enum node_kind kind;
	char *path;
	bool replaced;
};

/* A directory whose time of change is not to tell of this run. */
struct touched {
	char *path;
	struct timespec before, after;
};

struct journal {
	const struct root *dest;
	bool dry_run; /* only lists the changes */
	struct change *change;
	size_t n, cap;
	struct touched *touched;
	size_t ntouched, touched_cap;
	struct failure *failure;
};

void journal_free(struct journal *j);

/* What a run that was killed left, names that journal_owns: what was replaced gets its place again. */
int journal_recover(struct journal *j, char *const *path, size_t n);

/* Makes what the plan says and the image does not have. What is there and differs is an error, unless the node replaces
 * it, and all such errors are found before anything is changed. Returns 0 or a negative errno with the failure filled;
 * the caller then undoes. */
int journal_apply(struct journal *j, const struct plan *plan);

/* A name beside NAME for what is about to take its place; it does not exist. */
#define JOURNAL_NEW   "nosegneg-new"
#define JOURNAL_SAVED "nosegneg-saved" /* what was there, until the end */
int journal_name(const char *name, const char *end, char *out);

/* Whether a name is one of those that a journal gives, or that ldconfig gives while it writes one of them. */
bool journal_owns(const char *name);

/* The directory of this path gets its time back, whatever others do in it. */
int journal_touch(struct journal *j, const char *path);

/* Puts the file that has the name journal_name(NAME, JOURNAL_NEW) in its place. */
int journal_settle(struct journal *j, const char *path, const struct timespec *mtime);

/* Removes what is beside a place that nothing was put in: of this run, or of one that was killed. */
void journal_clear(const struct journal *j, const char *path);

/* Everything is as it was. Returns 0, or a negative errno where that failed somewhere; the failure then says where. */
int journal_undo(struct journal *j);

/* Forgets what was replaced, after all that can fail. */
int journal_commit(struct journal *j);

#endif
