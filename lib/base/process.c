// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/process.h"
#include "base/util.h"

#define FILE_LIMIT  (16u << 20)
#define CPU_LIMIT_S 600
#define FD_LIMIT    1024

static void limit(int resource, rlim_t value)
{
	struct rlimit r = { value, value };

	setrlimit(resource, &r);
}

static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What the caller inherited (a job server's pipe, say) is not the program's. One call where the kernel has it (5.11),
 * a thousand where it does not. */
static void close_others(void)
{
#if defined(SYS_close_range) && defined(CLOSE_RANGE_CLOEXEC)
	if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC) == 0)
		return;
#endif
	for (int fd = STDERR_FILENO + 1; fd < FD_LIMIT; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static int redirect(const char *path, int flags, int to)
{
	int fd = open(path, flags, 0600);

	if (fd < 0 || dup2(fd, to) < 0)
		return -errno;
	if (fd != to)
		close(fd);
	return 0;
}

/* A container may be without /dev: a program that reads finds the end at once all the same. */
static int redirect_input(void)
{
	int ends[2];

	if (redirect("/dev/null", O_RDONLY, STDIN_FILENO) == 0)
		return 0;
	if (pipe(ends) != 0)
		return -errno;
	close(ends[1]);
	if (dup2(ends[0], STDIN_FILENO) < 0)
		return -errno;
	if (ends[0] != STDIN_FILENO)
		close(ends[0]);
	return 0;
}

/* A program's output without a place of its own goes to `fd`. */
static int redirect_output(const char *path, int fd, int to)
{
	if (!path && fd)
		return dup2(fd, to) < 0 ? -errno : 0;
	return path ? redirect(path, O_WRONLY | O_CREAT | O_TRUNC, to) : redirect("/dev/null", O_WRONLY, to);
}

static int enter(const struct process_spec *spec)
{
	if (spec->root && !spec->root->host && (fchdir(spec->root->fd) != 0 || chroot(".") != 0))
		return -errno;
	return chdir(spec->directory ? spec->directory : "/") == 0 ? 0 : -errno;
}

/* Returns what went wrong. */
static int execute(const struct process_spec *spec)
{
	if (spec->program_fd)
		syscall(SYS_execveat, spec->program_fd, "", spec->argv, spec->env, AT_EMPTY_PATH);
	else
		execve(spec->argv[0], spec->argv, spec->env);
	return -errno;
}

/* Between fork and exec; `report` closes by itself at exec. */
static void __attribute__((noreturn)) child(const struct process_spec *spec, pid_t parent, int report)
{
	int r;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127); /* the parent ended before the line above */
	reset_signals();
	close_others();
	umask(022);
	r = redirect_input();
	if (r == 0)
		r = redirect_output(spec->out, spec->out_fd, STDOUT_FILENO);
	if (r == 0)
		r = redirect_output(spec->error, spec->out_fd, STDERR_FILENO);
	if (r == 0)
		r = enter(spec);
	if (r == 0) {
		limit(RLIMIT_CORE, 0);
		limit(RLIMIT_FSIZE, FILE_LIMIT);
		limit(RLIMIT_CPU, CPU_LIMIT_S);
		r = execute(spec);
	}
	if (write(report, &r, sizeof(r)) < 0)
		_exit(126);
	_exit(127);
}

pid_t process_start(const struct process_spec *spec)
{
	pid_t pid, parent = getpid();
	int report[2], error = 0;
	ssize_t got;

	if (pipe2(report, O_CLOEXEC) != 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		child(spec, parent, report[1]);
	error = pid < 0 ? -errno : 0;
	close(report[1]);
	while (pid > 0 && (got = read(report[0], &error, sizeof(error))) < 0 && errno == EINTR)
		;
	close(report[0]);
	if (error == 0)
		return pid;
	if (pid > 0)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	return error;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Reads until all writers are gone. What does not fit is read and dropped. Returns 0, -ETIMEDOUT, or a negative errno.
 */
static int collect(int fd, uint64_t deadline, char *buf, size_t size)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t used = 0;

	for (;;) {
		uint64_t now = now_ms();
		char drop[512];
		bool full = used + 1 >= size;
		ssize_t n;

		if (now >= deadline)
			return -ETIMEDOUT;
		if (poll(&ready, 1, (int)(deadline - now)) <= 0)
			continue;
		n = read(fd, full ? drop : buf + used, full ? sizeof(drop) : size - used - 1);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return 0;
		if (n > 0 && !full)
			buf[used += (size_t)n] = '\0';
	}
}

/* Its wait status, or -ETIMEDOUT after it was killed. */
static int wait_for(pid_t pid, uint64_t deadline)
{
	bool killed = false;
	int status = 0;

	for (;;) {
		pid_t got = waitpid(pid, &status, killed ? 0 : WNOHANG);

		if (got == pid)
			return killed ? -ETIMEDOUT : status;
		if (got < 0 && errno != EINTR)
			return -errno;
		if (!killed && now_ms() >= deadline) {
			process_kill(pid);
			killed = true;
		}
		usleep(500);
	}
}

int process_run(const struct process_spec *spec, unsigned timeout_ms, char *buf, size_t size)
{
	uint64_t deadline = now_ms() + timeout_ms;
	struct process_spec piped = *spec;
	int out[2], status, r;
	pid_t pid;

	buf[0] = '\0';
	if (pipe2(out, O_CLOEXEC) != 0)
		return -errno;
	piped.out_fd = out[1];
	pid = process_start(&piped);
	close(out[1]);
	r = pid < 0 ? pid : collect(out[0], deadline, buf, size);
	close(out[0]);
	if (pid < 0)
		return r;
	/* It may have ended, and a child of it have kept the pipe open. */
	if (r < 0)
		process_kill(pid);
	status = wait_for(pid, deadline);
	return r < 0 ? r : status;
}

void process_kill(pid_t pid)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}
