// SPDX-License-Identifier: LGPL-2.1-or-later
/* Children of all kinds. */
#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>

#include "say.h"

static char *self = "/proc/self/exe";

static int child_fork(void)
{
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			traps(5);
			_exit(i + (trapped != 5));
		}
		await("fork", pid);
	}
	SAY("own: %u\n", traps(5));
	return 0;
}

/* The child's accesses are made in the parent's memory. */
static int child_vfork(void)
{
	for (int i = 0; i < 5; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			traps(4);
			execl(self, "children", "hello", NULL);
			_exit(BROKEN);
		}
		await("vfork", pid);
		SAY("own: %u\n", traps(3));
	}
	return (int)trapped;
}

static int child_spawn(void)
{
	char *argv[] = { "children", "hello", NULL }, *env[] = { "A=b", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t set;
	pid_t pid;

	sigfillset(&set);
	NEED(posix_spawn_file_actions_init(&actions) == 0 && posix_spawnattr_init(&attr) == 0);
	posix_spawn_file_actions_addopen(&actions, 5, "/dev/null", O_RDONLY, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setsigmask(&attr, &set);
	posix_spawnattr_setsigdefault(&attr, &set);
	for (int i = 0; i < 5; i++) {
		NEED(posix_spawn(&pid, self, &actions, &attr, argv, env) == 0);
		await("spawn", pid);
		traps(3);
	}
	SAY("not there: %d\n", posix_spawn(&pid, "/does/not/exist", NULL, NULL, argv, env));
	SAY("mask: %d\n", sigprocmask(SIG_BLOCK, NULL, &set) == 0 && !sigismember(&set, SIGSEGV));
	return (int)trapped;
}

static int child_hello(void)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	SAY("hello: %u, descriptor 5: %d, SIGSEGV blocked: %d\n", traps(6), fcntl(5, F_GETFD) >= 0,
			sigismember(&set, SIGSEGV));
	say_line("SigBlk");
	return 4;
}

static int child_shell(void)
{
	char line[64] = "";
	FILE *f;

	SAY("system: %d\n", system("echo from a shell; exit 3"));
	f = popen("echo piped", "r");
	NEED(f && fgets(line, sizeof(line), f));
	SAY("popen: %s", line);
	SAY("pclose: %d\n", pclose(f));
	traps(2);
	return 0;
}

/* Of the machine's own kind, which may be 64 bits. */
static int child_other(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		traps(2);
		execl("/bin/sh", "sh", "-c", "echo a shell of the machine; exec /proc/$PPID/exe hello", NULL);
		_exit(BROKEN);
	}
	await("shell", pid);
	SAY("own: %u\n", traps(2));
	return 0;
}

static int child_failed_exec(void)
{
	char *argv[] = { "x", NULL };

	traps(2);
	SAY("exec: %d", execv("/does/not/exist", argv));
	SAY(" %d", errno);
	SAY(" %d", execv("/etc/passwd", argv));
	SAY(" %d", errno);
	SAY(" %d", execv("/", argv));
	SAY(" %d\n", errno);
	SAY("still: %u\n", traps(4));
	execl(self, "children", "hello", NULL);
	return BROKEN;
}

/* What a parent is told. */
static int child_wait(void)
{
	siginfo_t info = { 0 };
	pid_t pid = fork(), other;

	if (pid == 0) {
		traps(2);
		_exit(12);
	}
	NEED(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	SAY("code %d status %d pid %d uid %d\n", info.si_code, info.si_status, info.si_pid == pid,
			info.si_uid == getuid());
	await("again", pid);
	other = fork();
	if (other == 0) {
		traps(2);
		for (;;)
			pause();
	}
	SAY("nothing yet: %d\n", waitpid(other, NULL, WNOHANG));
	kill(other, SIGUSR1);
	NEED(waitid(P_ALL, 0, &info, WEXITED) == 0);
	SAY("code %d status %d\n", info.si_code, info.si_status);
	SAY("no child: %d", waitpid(-1, NULL, 0));
	SAY(" errno %d\n", errno);
	return (int)traps(1);
}

/* A grandchild whose parent is gone comes to whoever asked for such. */
static int child_orphan(void)
{
	int pipes[2];
	pid_t pid;
	char c;

	NEED(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && pipe(pipes) == 0);
	pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			close(pipes[1]);
			NEED(read(pipes[0], &c, 1) == 0);
			_exit((int)traps(21));
		}
		_exit(1);
	}
	await("child", pid);
	close(pipes[1]);
	pid = waitpid(-1, NULL, WNOHANG);
	SAY("grandchild: %d\n", pid >= 0);
	while (pid == 0)
		pid = waitpid(-1, NULL, 0);
	return (int)traps(2);
}

static int child_many(void)
{
	unsigned sum = 0;
	int status;

	for (int i = 0; i < 64; i++) {
		pid_t pid = fork();

		NEED(pid >= 0);
		if (pid == 0)
			_exit((int)traps((unsigned)i));
	}
	while (wait(&status) > 0)
		sum += WEXITSTATUS(status);
	SAY("sum: %u\n", sum);
	return (int)traps(1);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "fork", child_fork }, { "vfork", child_vfork }, { "spawn", child_spawn },
		{ "hello", child_hello }, { "shell", child_shell }, { "other", child_other },
		{ "failed-exec", child_failed_exec }, { "wait", child_wait }, { "orphan", child_orphan },
		{ "many", child_many } };

	return RUN(tests, argc, argv);
}
