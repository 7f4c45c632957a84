// SPDX-License-Identifier: LGPL-2.1-or-later
/* Every way to start a program. With "child" as argument it is the program that is started. */
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

extern char **environ;
static const char *self;
static int prepared, parent, child;

static void before(void)
{
	prepared++;
}

static void in_parent(void)
{
	parent++;
}

static void in_child(void)
{
	child++;
}

static int wait_for(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void spawn(void)
{
	char *const arguments[] = { (char *)self, "child", "spawned", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	CHECK(posix_spawn(&pid, self, &actions, &attr, arguments, environ) == 0);
	printf("posix_spawn: %d\n", wait_for(pid));
	printf("posix_spawn of nothing: %s\n",
			strerror(posix_spawn(&pid, "/nonexistent", NULL, NULL, arguments, environ)));
	fflush(stdout);
}

static void pipes(void)
{
	char command[4200], line[200];
	FILE *f;

	snprintf(command, sizeof(command), "'%s' child popened; exit 3", self);
	f = popen(command, "r");
	CHECK(f);
	while (fgets(line, sizeof(line), f))
		printf("read: %s", line);
	printf("popen: %d\n", WEXITSTATUS(pclose(f)));
	fflush(stdout);
	snprintf(command, sizeof(command), "'%s' child by system", self);
	printf("system: %d\n", WEXITSTATUS(system(command)));
	fflush(stdout);
}

static void *fork_in_thread(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (pid == 0)
		_exit(child * 10 + prepared);
	return (void *)(long)wait_for(pid);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	void *result;
	pid_t pid;

	/* Through ld.so, /proc/self/exe is the loader; argv[0] is this program's path. */
	self = argv[0];
	if (argc > 2 && strcmp(argv[1], "child") == 0) {
		printf("child: %s\n", argv[2]);
		return 7;
	}
	spawn();
	pipes();
	pthread_atfork(before, in_parent, in_child);
	CHECK(pthread_create(&thread, NULL, fork_in_thread, NULL) == 0);
	pthread_join(thread, &result);
	printf("fork in a thread: %ld, parent %d\n", (long)result, parent);
	fflush(stdout);
	pid = vfork();
	if (pid == 0) {
		execl(self, self, "child", "after vfork", (char *)NULL);
		_exit(126);
	}
	printf("vfork: %d\n", wait_for(pid));
	CHECK(execlp("no-such-program", "x", (char *)NULL) == -1);
	printf("exec: %s\n", strerror(errno));
	return 0;
}
