// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/text.h"
#include "base/util.h"
#include "witness.h"

#define TIMEOUT_MS  30000
#define OUTPUT_SIZE 4096

/* mk/helper.mk puts them in. */
extern const char witness_image[];
extern const uint32_t witness_image_size;

/* Where the program is put on kernels that cannot run one from memory (before 3.19). */
static const char *const places[] = { "/run", "/tmp", "/var/tmp", "/etc/ld.so.conf.d" };
#define PLACE_NAME ".nosegneg-witness"

static int write_image(int fd)
{
	ssize_t n = write(fd, witness_image, witness_image_size);

	if (n < 0)
		return -errno;
	return (size_t)n == witness_image_size ? 0 : -ENOSPC;
}

static int run_from_memory(struct process_spec *spec, char *output)
{
	_cleanup_close_ int fd = memfd_create("nosegneg-witness", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : write_image(fd);

	if (r < 0)
		return r;
	spec->program_fd = fd;
	r = process_run(spec, TIMEOUT_MS, output, OUTPUT_SIZE);
	spec->program_fd = 0;
	return r;
}

static int run_from_place(struct process_spec *spec, const char *place, char *output)
{
	_cleanup_close_ int dir = root_open(spec->root, place, O_RDONLY | O_DIRECTORY);
	char path[64];
	char *argv[] = { path, NULL };
	int fd, r;

	if (dir < 0)
		return dir;
	unlinkat(dir, PLACE_NAME, 0);
	fd = openat(dir, PLACE_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0700);
	if (fd < 0)
		return -errno;
	r = write_image(fd);
	close(fd);
	snprintf(path, sizeof(path), "%s/%s", place, PLACE_NAME);
	spec->argv = argv;
	if (r == 0)
		r = process_run(spec, TIMEOUT_MS, output, OUTPUT_SIZE);
	unlinkat(dir, PLACE_NAME, 0);
	return r;
}

/* A place may be missing, read-only, or mounted noexec; what the program itself says ends the search. */
static int run(struct process_spec *spec, char *output)
{
	int r = run_from_memory(spec, output);

	for (size_t i = 0; (r == -ENOSYS || r == -EPERM || r == -EACCES || r == -EROFS || r == -ENOENT) &&
			   i < ARRAY_SIZE(places);
			i++) {
		int tried = run_from_place(spec, places[i], output);

		if (tried != -ENOENT || r == -ENOSYS)
			r = tried;
	}
	return r;
}

static void take_line(struct witness *w, const char *line)
{
	const char *name = strrchr(line, '/');

	if (!name || strlen(line) >= PATH_MAX)
		return;
	if (strcmp(name, "/libc.so.6") == 0)
		strcpy(w->libc, line);
	else if (strcmp(name, "/libm.so.6") == 0)
		strcpy(w->libm, line);
}

static int first_line(const char *output, char *why, const char *what)
{
	char line[128];
	size_t n = strcspn(output, "\n");

	snprintf(line, sizeof(line), "%.*s", (int)(n < 100 ? n : 100), output);
	if (*line) {
		char quoted[120];

		snprintf(why, WHY_MAX, "%s: %s", what, text_quote(quoted, sizeof(quoted), line));
	} else {
		snprintf(why, WHY_MAX, "%s", what);
	}
	return -EPROTO;
}

static int judge(int status, const char *output, char *why)
{
	char what[64];

	if (status < 0) {
		snprintf(why, WHY_MAX, "%s",
				status == -ETIMEDOUT ? "it did not end"
				: status == -ENOENT  ? "its loader is not there"
						     : strerror(-status));
		return status;
	}
	if (WIFSIGNALED(status)) {
		snprintf(what, sizeof(what), "it died of %s", strsignal(WTERMSIG(status)));
		return first_line(output, why, what);
	}
	if (WEXITSTATUS(status) == 0)
		return 0;
	snprintf(what, sizeof(what), "it ended with status %d", WEXITSTATUS(status));
	return first_line(output, why, what);
}

int witness_run(const struct root *root, const char *library_path, struct witness *out, char *why)
{
	char output[OUTPUT_SIZE], variable[PATH_MAX + 32], *rest = output;
	char *argv[] = { "nosegneg-witness", NULL };
	char *env[] = { "LC_ALL=C", library_path ? variable : NULL, NULL };
	struct process_spec spec = { .argv = argv, .env = env, .root = root };
	struct witness w = { 0 };
	int r;

	if (library_path)
		snprintf(variable, sizeof(variable), "LD_LIBRARY_PATH=%s", library_path);
	r = judge(run(&spec, output), output, why);
	if (r < 0)
		return r;
	while (rest)
		take_line(&w, strsep(&rest, "\n"));
	if (!*w.libc)
		return first_line(output, why, "it did not name its C library");
	*out = w;
	return 0;
}

bool witness_unseen(int error)
{
	switch (-error) {
	case EPERM:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EAGAIN:
	case ENOSPC:
	case EFBIG:
		return true;
	default:
		return error == -EACCES && geteuid() != 0;
	}
}

bool witness_used_set(const struct root *root, const struct witness *w, const struct library_set *set)
{
	bool other_libm = *w->libm && library_set_has(set, "libm.so.6") && !library_set_holds(root, set, w->libm);

	return library_set_holds(root, set, w->libc) && !other_libm;
}
