// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

/* What the caller inherited (a job server's pipe, say) is not the program's. */
static void close_others(void)
{
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
	r = redirect("/dev/null", O_RDONLY, STDIN_FILENO);
	if (r == 0)
		r = redirect(spec->out, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
	if (r == 0)
		r = redirect(spec->error, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
	if (r == 0 && chdir(spec->directory) != 0)
		r = -errno;
	if (r == 0) {
		limit(RLIMIT_CORE, 0);
		limit(RLIMIT_FSIZE, FILE_LIMIT);
		limit(RLIMIT_CPU, CPU_LIMIT_S);
		execve(spec->argv[0], spec->argv, spec->env);
		r = -errno;
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

void process_kill(pid_t pid)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}
