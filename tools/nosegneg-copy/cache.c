// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/util.h"
#include "cache.h"
#include "compare.h"
#include "loader/ldcache.h"

#define LDCONFIG      "/sbin/ldconfig"
#define TIMEOUT_MS    180000
#define CACHE_NAME    "ld.so.cache"
#define NEW_CACHE     "/etc/." CACHE_NAME "." JOURNAL_NEW
#define AUX_PARENT    "/var/cache"
#define AUX_DIRECTORY "ldconfig"
#define AUX_CACHE     "aux-cache"
#define AUX_SAVED     "." AUX_CACHE "." JOURNAL_SAVED

/* ldconfig -X makes no links: those of the source are there. */
static int run(int program, char *image, char *output, size_t size)
{
	char *argv[] = { LDCONFIG, "-X", "-r", image, "-C", NEW_CACHE, NULL };
	char *env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	const struct process_spec spec = { .argv = argv, .env = env, .program_fd = program };

	return process_run(&spec, TIMEOUT_MS, output, size);
}

/* One of another architecture does not run here. */
static int run_any(const struct root *source, char *image, char *output, size_t size)
{
	int fd = root_open(source, LDCONFIG, O_RDONLY | O_NONBLOCK), r = fd;

	if (fd >= 0) {
		r = run(fd, image, output, size);
		close(fd);
	}
	if (r == -ENOENT || r == -ENOEXEC || r == -EACCES)
		r = run(0, image, output, size);
	return r;
}

static int why_not(int status, char *output, char *why, size_t size)
{
	output[strcspn(output, "\n")] = '\0';
	if (WIFSIGNALED(status))
		snprintf(why, size, "it died of %s", strsignal(WTERMSIG(status)));
	else
		snprintf(why, size, "%.150s", *output ? output : "it failed and did not say why");
	return -EPROTO;
}

static bool is_same(const struct root *dest)
{
	_cleanup_close_ int old = root_open(dest, LDCACHE_PATH, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	_cleanup_close_ int new = root_open(dest, NEW_CACHE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);

	return old >= 0 && new >= 0 && compare_files(old, new) == 1;
}

static int make(struct journal *j, const struct root *source, char *image, char *why, size_t size)
{
	char output[4096];
	int status = run_any(source, image, output, sizeof(output));

	if (status == -ENOENT)
		return status;
	if (status < 0)
		return failed(j->failure, LDCONFIG, "run", status, NULL);
	return status == 0 ? 0 : failed(j->failure, LDCONFIG, "make a cache", why_not(status, output, why, size), why);
}

static int aux_open(const struct journal *j)
{
	return root_open(j->dest, AUX_PARENT "/" AUX_DIRECTORY, O_RDONLY | O_DIRECTORY);
}

/* ldconfig also writes a cache of inodes, and makes a directory for it: no two runs give the same. That of the image
 * waits under another name, which the next run puts back if this one is killed. */
static int aux_hide(struct journal *j, bool *had)
{
	_cleanup_close_ int dir = aux_open(j);
	struct stat st;
	int r;

	*had = dir >= 0;
	if (root_stat(j->dest, AUX_PARENT, &st) < 0)
		return 0;
	r = journal_touch(j, *had ? AUX_PARENT "/" AUX_DIRECTORY "/" AUX_CACHE : AUX_PARENT "/" AUX_DIRECTORY);
	if (r == 0 && *had && renameat(dir, AUX_CACHE, dir, AUX_SAVED) != 0 && errno != ENOENT)
		r = failed(j->failure, AUX_CACHE, "keep that of the image", -errno, NULL);
	return r;
}

static int aux_restore(const struct journal *j, bool had)
{
	_cleanup_close_ int dir = aux_open(j), parent = root_open(j->dest, AUX_PARENT, O_RDONLY | O_DIRECTORY);
	int r = 0;

	if (dir < 0)
		return 0;
	unlinkat(dir, AUX_CACHE "~", 0); /* ldconfig renames it in the end */
	unlinkat(dir, AUX_CACHE, 0);
	if (!had)
		unlinkat(parent, AUX_DIRECTORY, AT_REMOVEDIR);
	else if (renameat(dir, AUX_SAVED, dir, AUX_CACHE) != 0 && errno != ENOENT)
		r = failed(j->failure, AUX_CACHE, "put back that of the image", -errno, NULL);
	return r;
}

int cache_make(struct journal *j, const struct root *source, const struct timespec *mtime)
{
	_cleanup_free_ char *image = realpath(j->dest->path, NULL);
	_cleanup_close_ int etc = root_open(j->dest, "/etc", O_RDONLY | O_DIRECTORY);
	char why[2 * WHY_MAX];
	bool had_aux = false;
	int r, restored;

	if (!image || etc < 0)
		return failed(j->failure, "/etc", "open in the image", etc < 0 ? etc : -errno, NULL);
	r = journal_touch(j, LDCACHE_PATH);
	if (r == 0)
		r = aux_hide(j, &had_aux);
	if (r < 0)
		return r;
	r = make(j, source, image, why, sizeof(why));
	restored = aux_restore(j, had_aux);
	if (r == 0)
		r = restored;
	if (r == 0 && !is_same(j->dest))
		return journal_settle(j, LDCACHE_PATH, mtime);
	journal_clear(j, LDCACHE_PATH);
	unlinkat(etc, "." CACHE_NAME "." JOURNAL_NEW "~", 0); /* ldconfig renames it in the end */
	return r;
}
