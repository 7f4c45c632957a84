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

static int run_and_read(const char *script, unsigned timeout_ms, char *buf, size_t size)
{
	char *const argv[] = { "/bin/sh", "-c", (char *)script, NULL }, *const env[] = { "PATH=/usr/bin:/bin", NULL };
	struct process_spec spec = { .argv = argv, .env = env };

	return process_run(&spec, timeout_ms, buf, size);
}

static void both_kinds_of_output_in_one_buffer(void **state)
{
	char buf[64];
	int status = run_and_read("echo one; echo two >&2; pwd; cat; exit 3", 60000, buf, sizeof(buf));

	(void)state;
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	assert_string_equal(buf, "one\ntwo\n/\n");
	status = run_and_read("kill -TERM $$", 60000, buf, sizeof(buf));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_string_equal(buf, "");
}

/* More than a pipe holds, so that a program which is not read any more would wait for ever. */
static void output_that_does_not_fit_is_dropped(void **state)
{
	char buf[16];

	(void)state;
	memset(buf, 'Z', sizeof(buf));
	assert_int_equal(run_and_read("head -c 300000 /dev/zero | tr '\\0' x", 60000, buf, 9), 0);
	assert_string_equal(buf, "xxxxxxxx");
	assert_memory_equal(buf + 9, "ZZZZZZZ", 7);
	assert_int_equal(run_and_read("echo abc", 60000, buf, 1), 0);
	assert_string_equal(buf, "");
	assert_int_equal(run_and_read("printf abcdefgh", 60000, buf, 9), 0);
	assert_string_equal(buf, "abcdefgh");
}

static bool is_alive(pid_t pid)
{
	char path[64], letter = 'Z';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%*d (%*[^)]) %c", &letter) != 1)
		letter = 'Z';
	if (f)
		fclose(f);
	return letter != 'Z' && letter != 'X';
}

static void timeouts(void **state)
{
	/* Waiting for output, waiting for the end, and with a child that holds the pipe open. */
	static const char *const scripts[] = { "echo $$; exec sleep 1000", "echo $$; exec sleep 1000 >&- 2>&-",
		"sleep 1000 & echo $!" };
	char buf[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		pid_t pid;

		assert_int_equal(run_and_read(scripts[i], 300, buf, sizeof(buf)), -ETIMEDOUT);
		pid = (pid_t)strtol(buf, NULL, 10);
		assert_true(pid > 1);
		for (int k = 0; k < 5000 && is_alive(pid); k++)
			usleep(1000);
		assert_false(is_alive(pid));
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left to be waited for */
}

static void a_program_behind_a_descriptor(void **state)
{
	char *const argv[] = { "/nonexistent/name", "a", "b c", NULL }, *const env[] = { NULL };
	struct process_spec spec = { .argv = argv, .env = env };
	char buf[64];

	(void)state;
	assert_int_equal(process_run(&spec, 60000, buf, sizeof(buf)), -ENOENT);
	spec.program_fd = open("/bin/echo", O_RDONLY | O_CLOEXEC);
	assert_true(spec.program_fd > 2);
	assert_int_equal(process_run(&spec, 60000, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "a b c\n");
	close(spec.program_fd);
	spec.program_fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	assert_int_equal(process_run(&spec, 60000, buf, sizeof(buf)), -EACCES);
	close(spec.program_fd);
}

static void in_another_root(void **state)
{
	static const char probe[] = "mkdir -p etc && cp " FIXTURE("tls-static") " program";
	char *const argv[] = { "/program", NULL }, *const env[] = { NULL };
	_cleanup_root_ struct root root = ROOT_EMPTY;
	struct process_spec spec = { .argv = argv, .env = env, .root = &root };
	char path[80], buf[64];

	(void)state;
	if (geteuid() != 0) {
		print_message("not root: no chroot(2)\n");
		skip();
	}
	assert_int_equal(run(probe), 0);
	assert_int_equal(root_open_tree(&root, scratch), 0);
	assert_int_equal(process_run(&spec, 60000, buf, sizeof(buf)), 0);
	spec.directory = "/etc";
	assert_int_equal(process_run(&spec, 60000, buf, sizeof(buf)), 0);
	spec.directory = "/usr"; /* of the caller's root */
	assert_int_equal(process_run(&spec, 60000, buf, sizeof(buf)), -ENOENT);
	root_close(&root);
	assert_int_equal(root_open_tree(&root, NULL), 0);
	assert_int_equal(process_run(&spec, 60000, buf, sizeof(buf)), -ENOENT); /* no /program there */
	snprintf(path, sizeof(path), "%s/program", scratch);
	unlink(path);
	snprintf(path, sizeof(path), "%s/etc", scratch);
	rmdir(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_status),
		cmocka_unit_test(a_program_that_is_not_there),
		cmocka_unit_test(nothing_is_inherited),
		cmocka_unit_test(the_whole_group_is_ended),
		cmocka_unit_test(output_is_bounded),
		cmocka_unit_test(both_kinds_of_output_in_one_buffer),
		cmocka_unit_test(output_that_does_not_fit_is_dropped),
		cmocka_unit_test(timeouts),
		cmocka_unit_test(a_program_behind_a_descriptor),
		cmocka_unit_test(in_another_root),
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
