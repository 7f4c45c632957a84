/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of a system whose root directory is somewhere else: a chroot, a container, /proc/PID/root, or a tree that
 * somebody sent. Symbolic links, absolute ones and ".." among them, never lead out of it. */
#ifndef BASE_ROOT_H
#define BASE_ROOT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct root {
	int fd;     /* O_PATH directory; -1: closed */
	bool host;  /* this machine's own root: paths go to the kernel as they are */
	char *path; /* as it was given, without slashes at its end, for messages; "" for the host */
};

/* Opens a directory as a root; NULL or "/" is the host. The caller closes it with root_close (also of a closed or
 * zeroed-then-failed one). Returns 0 or a negative errno. */
int root_open_tree(struct root *root, const char *path);
void root_close(struct root *root);

/* open(2) below the root, by an absolute path. O_CLOEXEC and O_NOCTTY are added; O_NOFOLLOW concerns the last
 * component only, as in open(2); nothing is created through a dangling link. Returns a descriptor or a negative errno
 * (-ELOOP after 40 symbolic links). */
int root_open(const struct root *root, const char *path, int flags);

/* The path of an existing file inside the root without symbolic links, "." and ".." (realpath(3)), in `real`, which has
 * PATH_MAX bytes; `st`, where not NULL, is what the path leads to. Returns 0 or a negative errno. */
int root_resolve(const struct root *root, const char *path, char *real, struct stat *st);

/* stat(2) and lstat(2). */
int root_stat(const struct root *root, const char *path, struct stat *st);
int root_lstat(const struct root *root, const char *path, struct stat *st);

/* Whether something can be found there; links are followed. */
bool root_exists(const struct root *root, const char *path);

/* readlink(2) of the last component; NUL-terminated. Returns 0, -EINVAL where it is no link, -ENAMETOOLONG, or another
 * negative errno. */
int root_readlink(const struct root *root, const char *path, char *target, size_t size);

/* Reads a whole regular (or /proc, /sys) file of at most `max` bytes. *data is freed by the caller and has a NUL behind
 * its *size bytes. Never waits for a FIFO or a terminal. Returns 0, -EFBIG, -EISDIR, -EINVAL for what is neither file
 * nor directory, or another negative errno. */
int root_read(const struct root *root, const char *path, size_t max, char **data, size_t *size);

static inline void cleanup_root(struct root *root)
{
	root_close(root);
}
#define _cleanup_root_ __attribute__((cleanup(cleanup_root)))
#define ROOT_EMPTY                                                                                                     \
	{                                                                                                              \
		.fd = -1                                                                                               \
	}

#endif
