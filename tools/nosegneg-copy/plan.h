/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is to be in the image: directories, links and files, each once. Nothing is changed here. */
#ifndef NOSEGNEG_COPY_PLAN_H
#define NOSEGNEG_COPY_PLAN_H

#include <stdint.h>
#include <sys/stat.h>

#include "copy.h"

enum node_kind { NODE_DIRECTORY, NODE_LINK, NODE_FILE, NODE_TEXT };

struct node {
	enum node_kind kind;
	char *path;     /* in the image, absolute */
	char *text;     /* a link's target; a text; of a file, its path in the source */
	struct stat st; /* of the source; made up for what has none there */
	bool replaces;  /* what is there may be something else */
};

struct plan {
	const struct root *source, *dest;
	bool replaces; /* files take the place of others, too */
	struct node *node;
	size_t n, cap;
	struct timespec newest; /* of its files; since plan_finish */
	struct failure *failure;
};

void plan_free(struct plan *plan);

/* Adds what a path of the source leads over: directories, symbolic links, and the file at its end. `real` (PATH_MAX
 * bytes, or NULL) is where that is. Returns 0 or a negative errno with the plan's failure filled. */
int plan_path(struct plan *plan, const char *path, char *real);

/* The same without the file: `real` becomes something else. */
int plan_way(struct plan *plan, const char *path, char *real);

/* A file of the source at another path. */
int plan_file(struct plan *plan, const char *path, const char *from);

/* A symbolic link to `to` at `path`, in place of what is there: both are paths of the image. */
int plan_link(struct plan *plan, const char *path, const char *to);

/* A text file. */
int plan_text(struct plan *plan, const char *path, const char *text);

/* Whether a node stands at this path. */
const struct node *plan_find(const struct plan *plan, const char *path);

/* Whether a file stands in this directory. */
bool plan_has_file_in(const struct plan *plan, const char *directory);

/* Adds the directories that are missing, sorts, and settles all times: those of the source, or SOURCE_DATE_EPOCH where
 * that is earlier; what was made up is as old as the newest file. */
int plan_finish(struct plan *plan);

#endif
