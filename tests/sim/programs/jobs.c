// SPDX-License-Identifier: LGPL-2.1-or-later
/* Stopping and going on, sessions, terminals. */
#include <fcntl.h>
#include <pty.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>

#include "say.h"

static void await_stop(const char *what, pid_t pid)
{
	int status;

	NEED(waitpid(pid, &status, WUNTRACED | WCONTINUED) == pid);
	say_status(what, status);
}

static int job_stop(void)
{
	static const int signals[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
	pid_t pid;

	/* A group that is not an orphan: only there do SIGTSTP and its kin stop. */
	for (size_t i = 0; i < 4; i++) {
		pid = fork();
		if (pid == 0) {
			setpgid(0, 0);
			traps(2);
			raise(signals[i]);
			traps(2);
			usleep(50000); /* the parent is to see that it goes on, first */
			_exit((int)trapped);
		}
		await_stop("child", pid);
		usleep(20000);
		kill(pid, SIGCONT);
		await_stop("child", pid);
		await_stop("child", pid);
	}
	return (int)traps(1);
}

/* Stopped from outside, in a loop of traps; and ended while it is stopped. */
static int job_stop_busy(void)
{
	volatile unsigned *count = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, moved = 0;
	unsigned before;
	pid_t pid;

	NEED(count != MAP_FAILED);
	pid = fork();
	if (pid == 0)
		for (;;)
			*count += traps(1);
	for (int i = 0; i < 10; i++) {
		usleep(2000);
		kill(pid, SIGSTOP);
		await_stop("child", pid);
		before = *count;
		usleep(2000);
		moved += *count != before;
		NEED(waitpid(pid, &status, WNOHANG | WUNTRACED | WCONTINUED) == 0);
		kill(pid, SIGCONT);
		await_stop("child", pid);
	}
	kill(pid, SIGSTOP);
	await_stop("child", pid);
	kill(pid, SIGTERM);
	usleep(5000);
	SAY("moved while stopped: %d\n", moved);
	SAY("still there: %d\n", waitpid(pid, &status, WNOHANG) == 0);
	kill(pid, SIGCONT);
	await("child", pid);
	return 0;
}

static void *loop(void *arg)
{
	(void)arg;
	for (;;)
		traps(1);
	return NULL;
}

/* All threads stop, and all go on. */
static int job_stop_threads(void)
{
	pid_t pid = fork();
	pthread_t t;

	if (pid == 0) {
		for (int i = 0; i < 3; i++)
			NEED(pthread_create(&t, NULL, loop, NULL) == 0);
		traps(100);
		raise(SIGSTOP);
		traps(100);
		usleep(50000);
		_exit(3);
	}
	await_stop("threads", pid);
	usleep(20000);
	kill(pid, SIGCONT);
	await_stop("threads", pid);
	await_stop("threads", pid);
	return (int)traps(1);
}

static siginfo_t told[8];
static volatile int ntold;

static void on_child(int sig, siginfo_t *info, void *unused)
{
	(void)sig;
	(void)unused;
	traps(1);
	told[ntold++] = *info;
}

static void await_told(int n)
{
	while (ntold < n)
		usleep(1000);
	SAY("SIGCHLD code %d status %d\n", told[n - 1].si_code, told[n - 1].si_status);
}

/* What SIGCHLD says of stops. */
static int job_child_signals(void)
{
	int go[2];
	pid_t pid;
	char c;

	NEED(pipe(go) == 0);
	handle(SIGCHLD, on_child, SA_RESTART);
	pid = fork();
	if (pid == 0) {
		traps(1);
		raise(SIGSTOP);
		NEED(read(go[0], &c, 1) == 1); /* two signals at a time would become one */
		_exit(2);
	}
	await_told(1);
	await_stop("child", pid);
	kill(pid, SIGCONT);
	await_told(2);
	await_stop("child", pid);
	NEED(write(go[1], "x", 1) == 1);
	await_told(3);
	await_stop("child", pid);
	return 0;
}

static int job_daemon(void)
{
	int pipes[2], go[2];
	char c;

	pid_t pid;

	NEED(pipe(pipes) == 0 && pipe(go) == 0);
	pid = fork();
	if (pid == 0) {
		NEED(daemon(1, 1) == 0);
		NEED(read(go[0], &c, 1) == 1);
		SAY("daemon: leads a session %d, no terminal %d, %u\n", getsid(0) == getpid(),
				open("/dev/tty", O_RDWR) < 0, traps(5));
		_exit(0);
	}
	close(pipes[1]);
	await("parent of the daemon", pid);
	NEED(write(go[1], "x", 1) == 1);
	NEED(read(pipes[0], &c, 1) == 0);
	return (int)traps(1);
}

/* The program ends, its daemon later: what the daemon writes comes, too. */
static int job_outlived(void)
{
	traps(2);
	if (fork() == 0) {
		setsid();
		if (fork() == 0) {
			usleep(100000);
			SAY("outlived: %u\n", traps(5));
		}
		_exit(0);
	}
	wait(NULL);
	return 6;
}

static void say_front(int tty, const char *who)
{
	SAY("%s: in front %d, own group %d\n", who, tcgetpgrp(tty) == getpgrp(), getpgrp() == getpid());
}

static pid_t start_job(void)
{
	char line[64];
	pid_t pid = fork();
	ssize_t n;

	if (pid != 0)
		return pid;
	setpgid(0, 0);
	signal(SIGTTOU, SIG_DFL);
	traps(2);
	/* In the background, reading stops it. */
	while ((n = read(0, line, sizeof(line))) < 0 && errno == EINTR)
		;
	usleep(50000); /* the shell speaks first */
	say_front(0, "job");
	SAY("read: %.*s", (int)n, line);
	n = read(0, line, sizeof(line));
	SAY("read: %.*s", (int)n, line);
	_exit((int)traps(4));
}

/* A shell of the simplest kind. */
static int shell(void)
{
	pid_t job;

	signal(SIGTTOU, SIG_IGN);
	say_front(0, "shell");
	job = start_job();
	setpgid(job, job);
	await_stop("job in the background", job);
	NEED(tcsetpgrp(0, job) == 0);
	say_front(0, "shell");
	kill(-job, SIGCONT);
	await_stop("job in front", job);
	SAY("ready\n");
	await_stop("job at ^Z", job);
	NEED(tcsetpgrp(0, getpgrp()) == 0);
	say_front(0, "shell");
	traps(3);
	NEED(tcsetpgrp(0, job) == 0);
	kill(-job, SIGCONT);
	await_stop("job again", job);
	SAY("ready again\n");
	await_stop("job at its end", job);
	return (int)traps(1);
}

/* Reads what comes from the terminal until it has said `word`. */
static void expect(int master, const char *word)
{
	static char text[4096];
	size_t n = 0;

	for (;;) {
		ssize_t r = read(master, text + n, sizeof(text) - 1 - n);

		NEED(r > 0);
		n += (size_t)r;
		text[n] = '\0';
		if (strstr(text, word))
			break;
	}
	SAY("%s", text);
}

static int job_terminal(void)
{
	int master, status;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);

	if (pid == 0) {
		struct termios mode;

		tcgetattr(0, &mode);
		mode.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(0, TCSANOW, &mode);
		SAY("no echo\n");
		_exit(shell());
	}
	NEED(pid > 0);
	expect(master, "no echo");
	NEED(write(master, "first line\n", 11) == 11);
	expect(master, "read: first line");
	usleep(20000);
	NEED(write(master, "\032", 1) == 1);
	expect(master, "ready again");
	NEED(write(master, "second line\n", 12) == 12);
	expect(master, "end: exit");
	NEED(waitpid(pid, &status, 0) == pid);
	say_status("shell", status);
	return 0;
}

/* The terminal goes away. */
static int job_hangup(void)
{
	int master;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);

	if (pid == 0) {
		SAY("looping\n");
		for (;;)
			traps(1);
	}
	expect(master, "looping");
	close(master);
	await("hung up", pid);
	return (int)traps(1);
}

static int job_interrupt(void)
{
	int master;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);

	if (pid == 0) {
		SAY("looping\n");
		for (;;)
			traps(1);
	}
	expect(master, "looping");
	NEED(write(master, "\003", 1) == 1);
	await("interrupted", pid);
	return (int)traps(1);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "stop", job_stop }, { "stop-busy", job_stop_busy },
		{ "stop-threads", job_stop_threads }, { "child-signals", job_child_signals }, { "daemon", job_daemon },
		{ "outlived", job_outlived }, { "terminal", job_terminal }, { "hangup", job_hangup },
		{ "interrupt", job_interrupt } };

	return RUN(tests, argc, argv);
}
