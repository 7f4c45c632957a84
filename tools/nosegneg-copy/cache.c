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
#define AUX_DIRECTORY "/var/cache/ldconfig"
#define AUX_CACHE     "aux-cache" /* of inodes: no two runs give the same */

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

int cache_make(struct journal *j, const struct root *source, const struct timespec *mtime)
{
	_cleanup_close_ int aux = root_open(j->dest, AUX_DIRECTORY, O_RDONLY | O_DIRECTORY);
	_cleanup_free_ char *image = realpath(j->dest->path, NULL);
	_cleanup_close_ int etc = root_open(j->dest, "/etc", O_RDONLY | O_DIRECTORY);
	bool had_aux = aux >= 0 && faccessat(aux, AUX_CACHE, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	char why[2 * WHY_MAX];
	int r;

	if (!image || etc < 0)
		return failed(j->failure, "/etc", "open in the image", etc < 0 ? etc : -errno, NULL);
	r = journal_touch(j, LDCACHE_PATH);
	if (r == 0 && aux >= 0)
		r = journal_touch(j, AUX_DIRECTORY "/" AUX_CACHE);
	if (r == 0)
		r = make(j, source, image, why, sizeof(why));
	if (aux >= 0 && !had_aux)
		unlinkat(aux, AUX_CACHE, 0);
	if (r == 0 && !is_same(j->dest))
		return journal_settle(j, LDCACHE_PATH, mtime);
	journal_clear(j, LDCACHE_PATH);
	unlinkat(etc, "." CACHE_NAME "." JOURNAL_NEW "~", 0); /* ldconfig renames it in the end */
	return r;
}
