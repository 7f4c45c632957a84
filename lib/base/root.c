// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/root.h"
#include "base/util.h"

#define LINKS_MAX    40 /* MAXSYMLINKS of Linux */
#define READ_INITIAL 4096

int root_open_tree(struct root *root, const char *path)
{
	_cleanup_free_ char *copy = strdup(path && strcmp(path, "/") != 0 ? path : "");
	int fd;

	/* What an unset variable gives must not be the host. */
	if (path && !*path)
		return -ENOENT;
	if (!copy)
		return -ENOMEM;
	fd = open(*copy ? copy : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (size_t n = strlen(copy); n > 0 && copy[n - 1] == '/'; n--)
		copy[n - 1] = '\0';
	root->host = !*copy;
	root->fd = fd;
	root->path = TAKE_PTR(copy);
	return 0;
}

void root_close(struct root *root)
{
	if (root->fd >= 0)
		close(root->fd);
	free(root->path);
	*root = (struct root)ROOT_EMPTY;
}

/* A walk from the root down: where it stands, and what is still to be walked. A ".." goes one directory back on a stack
 * of names instead of asking the file system, so that it cannot pass the root. */
struct walk {
	const struct root *root;
	char real[PATH_MAX]; /* "" is the root itself; else "/a/b" without symbolic links */
	char rest[PATH_MAX];
	unsigned links;
};

/* Where `real` stands, as a descriptor to be closed. Each of its components was seen to be no link; the kernel sees to
 * it that none has become one since, where it can (from 5.6 on; below, for the last one only). */
static int open_real(const struct walk *w, int flags)
{
	const char *path = *w->real ? w->real + 1 : ".";
	struct open_how how = { .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	int fd;

	flags |= O_NOFOLLOW | O_CLOEXEC;
	/* openat2(2) refuses what means nothing together. */
	how.flags = (uint64_t)(flags & O_PATH ? flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
					      : flags | O_NOCTTY);
	fd = (int)syscall(SYS_openat2, w->root->fd, path, &how, sizeof(how));
	if (fd < 0 && (errno == ENOSYS || errno == EPERM)) /* EPERM: a container's filter that does not know it */
		fd = openat(w->root->fd, path, flags | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

/* What stands before a "/", a "." or a ".." has to be a directory. */
static int be_directory(const struct walk *w)
{
	struct stat st;

	if (!*w->real)
		return 0;
	if (fstatat(w->root->fd, w->real + 1, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

/* Cuts the next component off `rest`; false at its end. `slash`: it is the last one, and slashes follow. */
static bool next_component(struct walk *w, char *name, bool *last, bool *slash)
{
	size_t skip = strspn(w->rest, "/"), len = strcspn(w->rest + skip, "/");
	char *behind = w->rest + skip + len;

	if (len == 0)
		return false;
	memcpy(name, w->rest + skip, len);
	name[len] = '\0';
	*last = behind[strspn(behind, "/")] == '\0';
	*slash = *last && *behind;
	memmove(w->rest, behind, strlen(behind) + 1);
	return true;
}

static void step_back(struct walk *w)
{
	char *slash = strrchr(w->real, '/');

	if (slash)
		*slash = '\0';
}

/* Puts the target of a link in front of what is still to be walked. */
static int follow(struct walk *w, const char *target)
{
	size_t n = strlen(target), rest = strlen(w->rest);

	if (++w->links > LINKS_MAX)
		return -ELOOP;
	if (n == 0)
		return -ENOENT;
	if (n + 1 + rest >= sizeof(w->rest))
		return -ENAMETOOLONG;
	memmove(w->rest + n + 1, w->rest, rest + 1);
	memcpy(w->rest, target, n);
	w->rest[n] = '/';
	if (rest == 0)
		w->rest[n] = '\0';
	if (*target == '/')
		w->real[0] = '\0';
	return 0;
}

/* One component. -ENOENT where it is not there; the path then names what is missing. */
static int step(struct walk *w, const char *name, bool follow_it, bool slash)
{
	size_t at = strlen(w->real), n = strlen(name);
	char target[PATH_MAX];
	ssize_t got;
	int r;

	if (strcmp(name, ".") == 0)
		return be_directory(w);
	if (strcmp(name, "..") == 0) {
		r = be_directory(w);
		if (r == 0)
			step_back(w);
		return r;
	}
	if (at + 1 + n >= sizeof(w->real))
		return -ENAMETOOLONG;
	w->real[at] = '/';
	memcpy(w->real + at + 1, name, n + 1);
	if (!follow_it)
		return 0;
	got = readlinkat(w->root->fd, w->real + 1, target, sizeof(target) - 1);
	if (got < 0 && errno == EINVAL) /* no link */
		return slash ? be_directory(w) : 0;
	if (got < 0)
		return -errno;
	target[got] = '\0';
	w->real[at] = '\0';
	return follow(w, target);
}

static int walk(struct walk *w, const struct root *root, const char *path, bool follow_last)
{
	char name[PATH_MAX];
	bool last, slash;
	int r = 0;

	w->root = root;
	w->links = 0;
	w->real[0] = '\0';
	if (strlen(path) >= sizeof(w->rest))
		return -ENAMETOOLONG;
	strcpy(w->rest, path);
	while (r == 0 && next_component(w, name, &last, &slash))
		r = step(w, name, follow_last || !last || slash, slash);
	return r;
}

int root_open(const struct root *root, const char *path, int flags)
{
	struct walk w;
	int fd, r;

	if (root->host) {
		fd = open(path, flags | O_CLOEXEC | O_NOCTTY);
		return fd < 0 ? -errno : fd;
	}
	r = walk(&w, root, path, !(flags & O_NOFOLLOW));
	return r < 0 ? r : open_real(&w, flags);
}

static int stat_real(const struct walk *w, struct stat *st)
{
	return fstatat(w->root->fd, *w->real ? w->real + 1 : ".", st, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : -errno;
}

int root_resolve(const struct root *root, const char *path, char *real, struct stat *st)
{
	struct walk w;
	struct stat unused;
	int r;

	if (root->host) {
		if (!realpath(path, real))
			return -errno;
		return !st || stat(real, st) == 0 ? 0 : -errno;
	}
	r = walk(&w, root, path, true);
	if (r == 0)
		r = stat_real(&w, st ? st : &unused);
	if (r < 0)
		return r;
	strcpy(real, *w.real ? w.real : "/");
	return 0;
}

static int stat_below(const struct root *root, const char *path, bool follow_last, struct stat *st)
{
	struct walk w;
	int r;

	if (root->host)
		return fstatat(AT_FDCWD, path, st, follow_last ? 0 : AT_SYMLINK_NOFOLLOW) == 0 ? 0 : -errno;
	r = walk(&w, root, path, follow_last);
	return r < 0 ? r : stat_real(&w, st);
}

int root_stat(const struct root *root, const char *path, struct stat *st)
{
	return stat_below(root, path, true, st);
}

int root_lstat(const struct root *root, const char *path, struct stat *st)
{
	return stat_below(root, path, false, st);
}

bool root_exists(const struct root *root, const char *path)
{
	struct stat st;

	return root_stat(root, path, &st) == 0;
}

int root_readlink(const struct root *root, const char *path, char *target, size_t size)
{
	struct walk w;
	ssize_t got;
	int r = root->host ? 0 : walk(&w, root, path, false);

	if (r < 0)
		return r;
	got = root->host ? readlink(path, target, size)
			 : readlinkat(root->fd, *w.real ? w.real + 1 : ".", target, size);
	if (got < 0)
		return -errno;
	if ((size_t)got == size)
		return -ENAMETOOLONG;
	target[got] = '\0';
	return 0;
}

/* Room for what the file says is its size, and for the read that finds its end. Files of /proc and /sys say that they
 * have none, so the buffer grows until the end is there. */
static int read_all(int fd, off_t expected, size_t max, char **data, size_t *size)
{
	size_t first = expected >= 0 && (uint64_t)expected <= max ? (size_t)expected + 2 : 0;
	_cleanup_free_ char *buf = NULL;
	size_t cap = 0, n = 0;

	for (;;) {
		size_t want = n + READ_INITIAL > first ? n + READ_INITIAL : first;
		ssize_t got;
		int r = n + 1 < cap ? 0 : array_reserve(&buf, &cap, want, 1);

		if (r < 0)
			return r;
		got = read(fd, buf + n, cap - n - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		n += (size_t)got;
		if (n > max)
			return -EFBIG;
		if (got == 0)
			break;
	}
	buf[n] = '\0';
	*size = n;
	*data = TAKE_PTR(buf);
	return 0;
}

int root_read(const struct root *root, const char *path, size_t max, char **data, size_t *size)
{
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	return read_all(fd, st.st_size, max, data, size);
}
