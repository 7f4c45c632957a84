/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run: reads, plans, changes the image, proves the result, or undoes it. */
#ifndef NOSEGNEG_COPY_RUN_H
#define NOSEGNEG_COPY_RUN_H

#include "image-set.h"
#include "journal.h"
#include "tree.h"

#define NOTES_MAX 16

struct run {
	const struct copy_options *options;
	struct root source, dest;
	char scratch[32]; /* stands for an image that a dry run does not make; "": none */
	bool made_dest;
	int lock; /* on the image; -1: none */
	struct image_set set;
	struct plan plan;
	struct journal journal;
	struct tree before, after;
	int64_t growth;        /* of the image by the set */
	const char *nothing;   /* why there is nothing to do; NULL: there was */
	char *note[NOTES_MAX]; /* what a person should know */
	size_t nnote;
	struct failure failure, undo_failure;
};

/* Does all. Returns 0, or a negative errno with the failure filled and the image as it was; where that could not be
 * undone, undo_failure is filled, too. run_free in either case. */
int run_all(const struct copy_options *options, struct run *run);
void run_free(struct run *run);

/* Remembers a line for the report. */
__attribute__((format(printf, 2, 3))) void run_note(struct run *run, const char *format, ...);

/* The two ways to a plan: what programs need, and what an image has. */
int run_plan_copy(struct run *run);
int run_plan_refit(struct run *run);

#endif
