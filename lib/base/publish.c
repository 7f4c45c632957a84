// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/publish.h"
#include "base/util.h"

#define LOCK_POLL_MS 20
#define SAVED_MAX    100

/* Begins with a dot and does not end like NAME, so that no reader's pattern (ld.so.conf.d's "*.conf") matches it. What
 * a run that was killed left behind is overwritten by the next. */
static int name_beside(const char *name, const char *end, char *buf, size_t size)
{
	int n = snprintf(buf, size, ".%s.%s", name, end);

	return n > 0 && (size_t)n < size && !strchr(name, '/') ? 0 : -ENAMETOOLONG;
}

static int temporary_name(const char *name, char *buf, size_t size)
{
	return name_beside(name, "new", buf, size);
}

static int sync_directory(int dirfd)
{
	/* Some file systems have nothing to sync in a directory, and say EINVAL. */
	return fsync(dirfd) == 0 || errno == EINVAL ? 0 : -errno;
}

static bool has_content(int dirfd, const char *name, const char *text, size_t size, mode_t mode)
{
	_cleanup_close_ int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	_cleanup_free_ char *old = malloc(size + 1);
	struct stat st;

	if (fd < 0 || !old || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 07777) != mode)
		return false;
	return st.st_size == (off_t)size && read_at(fd, old, size, 0) == 0 && memcmp(old, text, size) == 0;
}

static int write_new(int dirfd, const char *name, const char *text, size_t size, mode_t mode)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, text, size);
	if (r == 0 && (fchmod(fd, mode) != 0 || fsync(fd) != 0))
		r = -errno;
	if (close(fd) != 0 && r == 0)
		r = -errno;
	return r;
}

int publish_file(int dirfd, const char *name, const char *text, size_t size, mode_t mode)
{
	char temporary[NAME_MAX + 1];
	int r = temporary_name(name, temporary, sizeof(temporary));

	if (r < 0)
		return r;
	/* EROFS comes also where it is not there, and may be no obstacle. */
	if (unlinkat(dirfd, temporary, 0) != 0 && errno != ENOENT && errno != EROFS)
		return -errno;
	if (has_content(dirfd, name, text, size, mode))
		return 0;
	r = write_new(dirfd, temporary, text, size, mode);
	if (r == 0 && renameat(dirfd, temporary, dirfd, name) != 0)
		r = -errno;
	if (r < 0) {
		unlinkat(dirfd, temporary, 0);
		return r;
	}
	r = sync_directory(dirfd);
	return r < 0 ? r : 1;
}

static bool says_the_same(int dirfd, const char *name, const char *target)
{
	char old[PATH_MAX];
	ssize_t n = readlinkat(dirfd, name, old, sizeof(old));

	return n >= 0 && (size_t)n == strlen(target) && memcmp(old, target, (size_t)n) == 0;
}

int publish_symlink(int dirfd, const char *name, const char *target)
{
	int r;

	if (symlinkat(target, dirfd, name) != 0) {
		r = -errno;
		return r == -EEXIST && says_the_same(dirfd, name, target) ? 0 : r;
	}
	r = sync_directory(dirfd);
	return r < 0 ? r : 1;
}

static bool is_there(int dirfd, const char *name, const char *end)
{
	char beside[NAME_MAX + 1];
	struct stat st;

	return name_beside(name, end, beside, sizeof(beside)) == 0 &&
	       fstatat(dirfd, beside, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

bool publish_left_over(int dirfd, const char *name)
{
	return is_there(dirfd, name, "new");
}

bool publish_lock_exists(int dirfd, const char *name)
{
	return is_there(dirfd, name, "lock");
}

int publish_tidy(int dirfd, const char *name)
{
	char temporary[NAME_MAX + 1];
	int r = temporary_name(name, temporary, sizeof(temporary));

	/* On a read-only file system, unlinkat fails also where there is nothing to remove. */
	if (r < 0 || !is_there(dirfd, name, "new"))
		return r;
	if (unlinkat(dirfd, temporary, 0) != 0)
		return errno == ENOENT ? 0 : -errno;
	return 1;
}

int publish_retire(int dirfd, const char *name)
{
	char temporary[NAME_MAX + 1];
	int r = temporary_name(name, temporary, sizeof(temporary));

	if (r < 0)
		return r;
	if (renameat(dirfd, name, dirfd, temporary) != 0)
		return errno == ENOENT ? 0 : -errno;
	r = sync_directory(dirfd);
	return r < 0 ? r : 1;
}

int publish_remove(int dirfd, const char *name)
{
	int r = publish_tidy(dirfd, name);

	if (r < 0)
		return r;
	if (unlinkat(dirfd, name, 0) != 0)
		return errno == ENOENT ? 0 : -errno;
	r = sync_directory(dirfd);
	return r < 0 ? r : 1;
}

/* The second half of a renaming. */
static int drop_linked(int dirfd, const char *name, char *saved)
{
	int r;

	if (unlinkat(dirfd, name, 0) == 0)
		return sync_directory(dirfd);
	r = -errno;
	unlinkat(dirfd, saved, 0);
	*saved = '\0';
	return r;
}

int publish_aside(int dirfd, const char *name, char *saved, size_t size)
{
	for (unsigned i = 0; i < SAVED_MAX; i++) {
		int n = i ? snprintf(saved, size, "%s.saved.%u", name, i) : snprintf(saved, size, "%s.saved", name);

		if (n < 0 || (size_t)n >= size) {
			errno = ENAMETOOLONG;
			break;
		}
		if (renameat2(dirfd, name, dirfd, saved, RENAME_NOREPLACE) == 0)
			return sync_directory(dirfd);
		/* Before Linux 3.15, and on some file systems: a link fails where the name is taken, as rename(2) does
		 * not. */
		if ((errno == ENOSYS || errno == EINVAL) && linkat(dirfd, name, dirfd, saved, 0) == 0)
			return drop_linked(dirfd, name, saved);
		if (errno != EEXIST)
			break;
	}
	*saved = '\0';
	return -errno;
}

/* Whether the file that is locked still has its name: the run that held the lock before removes it. */
static bool still_named(int dirfd, const char *lock, int fd)
{
	struct stat named, locked;

	return fstatat(dirfd, lock, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(fd, &locked) == 0 &&
	       named.st_dev == locked.st_dev && named.st_ino == locked.st_ino;
}

/* Returns the locked descriptor, -EAGAIN where another run has it, or another negative errno. */
static int try_lock(int dirfd, const char *lock)
{
	_cleanup_close_ int fd = openat(dirfd, lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
	return still_named(dirfd, lock, fd) ? take_fd(&fd) : -EAGAIN;
}

int publish_lock(int dirfd, const char *name, unsigned timeout_ms)
{
	char lock[NAME_MAX + 1];
	int r = name_beside(name, "lock", lock, sizeof(lock));

	if (r < 0)
		return r;
	for (unsigned waited = 0; (r = try_lock(dirfd, lock)) == -EAGAIN && waited < timeout_ms; waited += LOCK_POLL_MS)
		usleep(LOCK_POLL_MS * 1000);
	return r;
}

int publish_unlock(int dirfd, const char *name, int fd)
{
	char lock[NAME_MAX + 1];
	int r = 0;

	if (fd < 0)
		return 0;
	r = name_beside(name, "lock", lock, sizeof(lock));
	if (r == 0 && unlinkat(dirfd, lock, 0) != 0)
		r = -errno;
	close(fd);
	return r;
}
