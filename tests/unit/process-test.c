// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/util.h"

static char scratch[] = "/tmp/process-test.XXXXXX", out[64], error[64];

static pid_t start(const char *script)
{
	char *const argv[] = { "/bin/sh", "-c", (char *)script, NULL };
	char *const env[] = { "NAME=value", "PATH=/usr/bin:/bin", NULL };

	return process_start(&(struct process_spec){
			.argv = argv, .env = env, .directory = scratch, .out = out, .error = error });
}

static int run(const char *script)
{
	pid_t pid = start(script);
	int status = 0;

	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static const char *contents(const char *path)
{
	static char buf[4096];
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = read(fd, buf, sizeof(buf) - 1);

	assert_true(got >= 0);
	buf[got] = '\0';
	return buf;
}

static void output_and_status(void **state)
{
	int status = run("echo out; echo err >&2; echo $NAME $HOME; pwd; exit 5");
	char expected[128];

	(void)state;
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 5);
	snprintf(expected, sizeof(expected), "out\nvalue\n%s\n", scratch);
	assert_string_equal(contents(out), expected);
	assert_string_equal(contents(error), "err\n");
	run("true");
	assert_string_equal(contents(out), "");
}

static void a_program_that_is_not_there(void **state)
{
	char *const argv[] = { "/nonexistent/program", NULL }, *const env[] = { NULL };
	struct process_spec spec = { .argv = argv, .env = env, .directory = scratch, .out = out, .error = error };

	(void)state;
	assert_int_equal(process_start(&spec), -ENOENT);
	spec.directory = "/nonexistent";
	assert_int_equal(process_start(&spec), -ENOENT);
	spec.directory = scratch;
	spec.out = "/nonexistent/out";
	assert_int_equal(process_start(&spec), -ENOENT);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void nothing_is_inherited(void **state)
{
	int fd = open("/dev/null", O_RDONLY); /* not close-on-exec */
	sigset_t set;

	(void)state;
	assert_int_equal(dup2(fd, 77), 77);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* SIGPIPE is the lowest bit of the fourth hexadecimal digit. (Signals 32 and 33, which a parent may have left
	 * ignored, are glibc's own: no program can set them.) */
	assert_int_equal(run("[ -e /proc/self/fd/77 ] && echo open; grep '^SigBlk' /proc/self/status; "
			     "grep -c '^SigIgn:.*[13579bdf]...$' /proc/self/status; wc -c"),
			0);
	assert_string_equal(contents(out), "SigBlk:\t0000000000000000\n0\n0\n");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	close(77);
	close(fd);
}

static void the_whole_group_is_ended(void **state)
{
	pid_t pid = start("sleep 1000 & echo $!; sleep 1000");
	pid_t child = 0;
	int status;

	(void)state;
	assert_true(pid > 0);
	for (int i = 0; i < 5000 && child == 0; i++) {
		child = (pid_t)strtol(contents(out), NULL, 10);
		usleep(1000);
	}
	assert_true(child > 0);
	process_kill(pid);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	for (int i = 0; i < 5000 && kill(child, 0) == 0; i++) {
		char path[64];
		FILE *f;
		char zombie = 0;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
		f = fopen(path, "re");
		if (!f || (fscanf(f, "%*d (sleep) %c", &zombie) == 1 && zombie == 'Z')) {
			if (f)
				fclose(f);
			return; /* ended, though nobody collected it */
		}
		fclose(f);
		usleep(1000);
	}
	assert_int_not_equal(kill(child, 0), 0);
}

static void output_is_bounded(void **state)
{
	int status = run("exec head -c 100000000 /dev/zero");
	struct stat st;

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
	assert_int_equal(stat(out, &st), 0);
	assert_int_equal(st.st_size, 16 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_status),
		cmocka_unit_test(a_program_that_is_not_there),
		cmocka_unit_test(nothing_is_inherited),
		cmocka_unit_test(the_whole_group_is_ended),
		cmocka_unit_test(output_is_bounded),
	};
	int failed;

	if (!mkdtemp(scratch))
		return 99;
	snprintf(out, sizeof(out), "%s/out", scratch);
	snprintf(error, sizeof(error), "%s/err", scratch);
	failed = RUN_TESTS(tests);
	unlink(out);
	unlink(error);
	rmdir(scratch);
	return failed;
}
