/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a command line to a traced process that is about to be the program. */
#ifndef SIM_LAUNCH_H
#define SIM_LAUNCH_H

#include <limits.h>
#include <sys/types.h>

#include "base/why.h"
#include "options.h"

/* Finds argv[0] as execvp(3) does, in opt->root, and looks whether it is what can be run: an i386 program, or a script
 * whose interpreter is one, with its loader. `path`, inside the root, has PATH_MAX bytes. Returns 0, or a negative
 * errno with the file that is the matter in `what` (PATH_MAX bytes) and `why` (WHY_MAX bytes). A file that may not be
 * read passes: the kernel decides. */
int launch_find(const struct options *opt, char *path, char *what, char *why);

/* A process that waits to become the program, with this one as its tracer. */
struct launched {
	pid_t pid;
	int go;     /* a byte written here lets it; the caller closes this and the next one */
	int result; /* what went wrong is read from here; nothing, where nothing did */
};

/* Returns 0, or a negative errno with `why`, the setting that is the cause among it where one is known; then no process
 * is left. */
int launch(const struct options *opt, const char *path, struct launched *out, char *why);

/* Whether the program was executed. If not: the negative errno, with `why`. */
int launch_result(const struct launched *launched, char *why);

#endif
