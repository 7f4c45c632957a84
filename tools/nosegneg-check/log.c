// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/util.h"
#include "log.h"

#define KMSG_MAJOR   1 /* Linux Documentation/admin-guide/devices.txt */
#define KMSG_MINOR   11
#define RECORD_BYTES 16384    /* twice what the kernel writes at most (CONSOLE_EXT_LOG_MAX) */
#define KMSG_RECORDS 10000000 /* a kernel that writes faster than we read does not keep us for ever */
#define BUFFER_LIMIT (64 << 20)

/* syslog(2) */
#define ACTION_READ_ALL    3
#define ACTION_SIZE_BUFFER 10

static int refuse(char *why, int error)
{
	if (error == -EPERM || error == -EACCES)
		snprintf(why, WHY_MAX, "%s: run as root, or 'journalctl -k | nosegneg-check log -'", strerror(-error));
	else
		why_failed(why, error);
	return error;
}

/* A container may have anything in the place of the device. */
static int open_kmsg(void)
{
	_cleanup_close_ int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(KMSG_MAJOR, KMSG_MINOR))
		return -ENXIO;
	return take_fd(&fd);
}

/* Each read gives one record. -EPIPE: the next one was overwritten before we came; -EINVAL: kernels before 3.5 cannot
 * be read so. */
static int read_kmsg(struct kernel_log *log)
{
	_cleanup_close_ int fd = open_kmsg();
	char record[RECORD_BYTES];
	int r = fd < 0 ? fd : 0;

	for (unsigned i = 0; r == 0 && i < KMSG_RECORDS; i++) {
		ssize_t n = read(fd, record, sizeof(record));

		if (n == 0 || (n < 0 && errno == EAGAIN))
			return 0;
		if (n < 0 && errno != EPIPE && errno != EINTR)
			return -errno;
		if (n > 0)
			r = kernel_log_feed(log, record, (size_t)n);
	}
	return r;
}

static int read_buffer(struct kernel_log *log)
{
	_cleanup_free_ char *buf = NULL;
	int size = klogctl(ACTION_SIZE_BUFFER, NULL, 0), n;

	if (size < 0)
		return -errno;
	if (size > BUFFER_LIMIT)
		size = BUFFER_LIMIT;
	buf = malloc((size_t)size + 1);
	if (!buf)
		return -ENOMEM;
	n = klogctl(ACTION_READ_ALL, buf, size);
	return n < 0 ? -errno : kernel_log_feed(log, buf, (size_t)n);
}

int log_read_kernel(struct kernel_log *log, char *why)
{
	int r = read_kmsg(log);

	if (r < 0 && r != -ENOMEM && log->lines == 0)
		r = read_buffer(log);
	if (r == 0)
		r = kernel_log_end(log);
	return r < 0 ? refuse(why, r) : 0;
}

/* What people hand over in good faith. */
static const char *packing(const char *data, size_t size)
{
	static const struct {
		const char *magic;
		size_t size;
		const char *advice;
	} known[] = {
		{ "\x1f\x8b", 2, "compressed: 'zcat FILE | nosegneg-check log -'" },
		{ "\xfd"
		  "7zXZ",
				5, "compressed: 'xzcat FILE | nosegneg-check log -'" },
		{ "\x28\xb5\x2f\xfd", 4, "compressed: 'zstdcat FILE | nosegneg-check log -'" },
		{ "BZh", 3, "compressed: 'bzcat FILE | nosegneg-check log -'" },
		{ "LPKSHHRH", 8, "a journal: 'journalctl -k --file FILE | nosegneg-check log -'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (size >= known[i].size && memcmp(data, known[i].magic, known[i].size) == 0)
			return known[i].advice;
	return NULL;
}

int log_read_fd(struct kernel_log *log, int fd, char *why)
{
	char buf[65536];
	bool first = true;
	int r = 0;

	while (r == 0) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return why_failed(why, -errno);
		if (n == 0)
			break;
		if (first && packing(buf, (size_t)n))
			return why_broken(why, "%s", packing(buf, (size_t)n));
		first = false;
		r = kernel_log_feed(log, buf, (size_t)n);
	}
	if (r == 0)
		r = kernel_log_end(log);
	return r < 0 ? why_failed(why, r) : 0;
}
