/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program in a process group of its own, with its output in files and its appetite limited. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/root.h"

struct process_spec {
	char *const *argv; /* argv[0] is a path, inside the root */
	char *const *env;
	const char *directory;   /* to run in; NULL: "/" */
	const char *out, *error; /* files for its output, created or emptied; NULL: out_fd */
	int out_fd;              /* for output that has no file, both kinds; 0: none, /dev/null */
	int program_fd;          /* the program to run instead of argv[0]'s file; 0: none */
	const struct root *root; /* to run in; NULL: the caller's own */
};

/* Starts it: no terminal, no standard input, no other open descriptor, default signals, no core files, output files of
 * at most 16 MiB, killed when the caller ends. Returns the pid, which leads a process group of its own, or a negative
 * errno (that of execve too). The caller waits for it. */
pid_t process_start(const struct process_spec *spec);

/* Runs it to its end, or to its death after `timeout_ms`. What it writes, both kinds, is in `buf`, NUL-terminated and
 * cut at `size`; spec->out and spec->error are NULL. Returns its wait status, -ETIMEDOUT, or what process_start said.
 */
int process_run(const struct process_spec *spec, unsigned timeout_ms, char *buf, size_t size);

/* Ends what is left of its process group. */
void process_kill(pid_t pid);

#endif
