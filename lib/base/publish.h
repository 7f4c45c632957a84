/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files in a system directory, changed so that whoever reads them finds the old one or the new one, whole, whenever
 * this process or the machine ends. All names are single components of a directory that the caller holds open, and
 * locked where two runs could meet. */
#ifndef BASE_PUBLISH_H
#define BASE_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Makes NAME hold exactly `text`, with mode `mode`: a new file beside it, written, synced and renamed over it; then the
 * directory is synced. A NAME that has this content already is not touched; a symbolic link of that name is replaced,
 * never followed. Returns 1 written, 0 nothing to do, or a negative errno with NAME as it was. */
int publish_file(int dirfd, const char *name, const char *text, size_t size, mode_t mode);

/* Makes a symbolic link, only where nothing of that name exists. Returns 1 made, 0 it is there and says the same,
 * -EEXIST something else is there, or another negative errno. */
int publish_symlink(int dirfd, const char *name, const char *target);

/* Removes NAME and syncs the directory. Returns 1 removed, 0 it was not there, or a negative errno. */
int publish_remove(int dirfd, const char *name);

/* The first half of a removal that others have to be told of: nobody reads NAME any more, and publish_left_over says
 * that it is not done with until publish_tidy ends it. Returns 1 done, 0 it was not there, or a negative errno. */
int publish_retire(int dirfd, const char *name);

/* Whether a run that was killed left a part of a new NAME behind, a retired one, or its lock; nobody reads them, and
 * the next publish_file or publish_remove of NAME, or publish_tidy, removes. The latter returns 1 removed, 0 it was not
 * there, or a negative errno. */
bool publish_left_over(int dirfd, const char *name);
int publish_tidy(int dirfd, const char *name);

/* Renames NAME to a name beside it that did not exist: NAME.saved, NAME.saved.1, ... Writes that name to `saved`.
 * Returns 0, or a negative errno with `saved` empty. */
int publish_aside(int dirfd, const char *name, char *saved, size_t size);

/* Keeps other runs from changing NAME: a file beside it that only its owner can open, so that nobody else can keep the
 * lock. Waits for at most `timeout_ms`. Returns a descriptor for publish_unlock, -EAGAIN, or another negative errno. A
 * process that ends gives the lock back, and leaves the file to the next run. */
int publish_lock(int dirfd, const char *name, unsigned timeout_ms);

/* Whether the lock's file is there: a run has it, or a run was killed. */
bool publish_lock_exists(int dirfd, const char *name);

/* Removes the file, and closes the descriptor (-1: nothing to do). Returns 0, or a negative errno where the file stays.
 */
int publish_unlock(int dirfd, const char *name, int fd);

#endif
