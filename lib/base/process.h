/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program in a process group of its own, with its output in files and its appetite limited. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <sys/types.h>

struct process_spec {
	char *const *argv; /* argv[0] is a path */
	char *const *env;
	const char *directory;   /* to run in */
	const char *out, *error; /* files for its output, created or emptied */
};

/* Starts it: no terminal, no standard input, no other open descriptor, default signals, no core files, output files of
 * at most 16 MiB, killed when the caller ends. Returns the pid, which leads a process group of its own, or a negative
 * errno (that of execve too). The caller waits for it. */
pid_t process_start(const struct process_spec *spec);

/* Ends what is left of its process group. */
void process_kill(pid_t pid);

#endif
