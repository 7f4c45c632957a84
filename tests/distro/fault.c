// SPDX-License-Identifier: LGPL-2.1-or-later
/* fault MODE N ERRNO LOG COMMAND [ARG...]: runs a command with all its children under ptrace and counts their system
 * calls, all together, in the order in which they are made.
 *
 * count  0 0      lets it run; LOG gets a line for each 32-bit call that changes a file or starts a program
 * kill   N 0      ends all of them at once, before the Nth call: what a machine that loses its power leaves
 * one    N 0      ends only who makes the Nth call: what a process that is killed leaves
 * error  N ERRNO  makes the Nth call that changes a file fail with ERRNO, without doing anything
 *
 * LOG ends with "calls N changes M status S", S being the command's exit status or 128 + its signal. The exit status is
 * 0 where the fault came, 1 where the command ended before it, 99 where ptrace does not work. */
#include <asm/unistd_32.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESS_MAX 64
#define BROKEN      99

/* How a call names what it changes: by the descriptor, or by the path, in its argument PLACE. */
enum how { BY_FD, BY_OPEN, BY_PATH, BY_EXEC };
static const struct call {
	unsigned nr, place;
	enum how how;
	const char *name;
} calls[] = {
	{ __NR_open, 0, BY_OPEN, "open" },
	{ __NR_openat, 1, BY_OPEN, "openat" },
	{ __NR_creat, 0, BY_PATH, "creat" },
	{ __NR_write, 0, BY_FD, "write" },
	{ __NR_writev, 0, BY_FD, "writev" },
	{ __NR_pwrite64, 0, BY_FD, "pwrite" },
	{ __NR_ftruncate, 0, BY_FD, "ftruncate" },
	{ __NR_ftruncate64, 0, BY_FD, "ftruncate" },
	{ __NR_fallocate, 0, BY_FD, "fallocate" },
	{ __NR_copy_file_range, 2, BY_FD, "copy_file_range" },
	{ __NR_sendfile, 0, BY_FD, "sendfile" },
	{ __NR_fsync, 0, BY_FD, "fsync" },
	{ __NR_fdatasync, 0, BY_FD, "fdatasync" },
	{ __NR_fchmod, 0, BY_FD, "fchmod" },
	{ __NR_fchown32, 0, BY_FD, "fchown" },
	{ __NR_close, 0, BY_FD, "close" },
	{ __NR_rename, 1, BY_PATH, "rename" },
	{ __NR_renameat, 3, BY_PATH, "renameat" },
	{ __NR_renameat2, 3, BY_PATH, "renameat2" },
	{ __NR_link, 1, BY_PATH, "link" },
	{ __NR_linkat, 3, BY_PATH, "linkat" },
	{ __NR_symlink, 1, BY_PATH, "symlink" },
	{ __NR_symlinkat, 2, BY_PATH, "symlinkat" },
	{ __NR_unlink, 0, BY_PATH, "unlink" },
	{ __NR_unlinkat, 1, BY_PATH, "unlinkat" },
	{ __NR_mkdir, 0, BY_PATH, "mkdir" },
	{ __NR_mkdirat, 1, BY_PATH, "mkdirat" },
	{ __NR_rmdir, 0, BY_PATH, "rmdir" },
	{ __NR_chmod, 0, BY_PATH, "chmod" },
	{ __NR_fchmodat, 1, BY_PATH, "fchmodat" },
	{ __NR_truncate, 0, BY_PATH, "truncate" },
	{ __NR_truncate64, 0, BY_PATH, "truncate" },
	{ __NR_utimensat, 1, BY_PATH, "utimensat" },
	{ __NR_execve, 0, BY_EXEC, "exec" },
	{ __NR_execveat, 1, BY_EXEC, "exec" },
};

struct run {
	enum { COUNT, KILL, ONE, ERROR } mode;
	unsigned long n, calls, changes;
	int error, status;
	FILE *log;
	pid_t first, process[PROCESS_MAX], failing;
	size_t nprocess;
	bool done;
};

static const struct call *find_call(uint64_t nr)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].nr == nr)
			return &calls[i];
	return NULL;
}

static void read_string(pid_t pid, uint64_t address, char *buf, size_t size)
{
	struct iovec to = { buf, size - 1 }, from = { (void *)(uintptr_t)address, size - 1 };
	ssize_t n = process_vm_readv(pid, &to, 1, &from, 1, 0);

	/* The string may end a page before what cannot be read. */
	if (n < 0) {
		from.iov_len = to.iov_len = 4096 - address % 4096 < size ? 4096 - address % 4096 : size - 1;
		n = process_vm_readv(pid, &to, 1, &from, 1, 0);
	}
	buf[n < 0 ? 0 : n] = '\0';
}

static bool is_writable(pid_t pid, uint64_t fd)
{
	char path[64], text[256] = "", *flags;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%u", pid, (unsigned)fd);
	file = fopen(path, "re");
	if (!file)
		return false;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	flags = strstr(text, "flags:");
	return flags && (strtoul(flags + 6, NULL, 8) & O_ACCMODE) != O_RDONLY;
}

/* Standard output and error are where messages go, not what is switched. */
static bool changes_by_fd(pid_t pid, const struct call *call, uint64_t fd, char *name, size_t size)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%u", pid, (unsigned)fd);
	n = readlink(path, name, size - 1);
	name[n < 0 ? 0 : n] = '\0';
	if (fd <= STDERR_FILENO || name[0] != '/' || strncmp(name, "/memfd:", 7) == 0 || strncmp(name, "/dev/", 5) == 0)
		return false;
	return call->nr != __NR_close || is_writable(pid, fd);
}

/* Whether it changes a file; writes to the log what it is. */
static bool changes(struct run *r, pid_t pid, const struct __ptrace_syscall_info *info)
{
	const struct call *call = info->arch == AUDIT_ARCH_I386 ? find_call(info->entry.nr) : NULL;
	const __uint64_t *args = info->entry.args;
	char name[512] = "";
	bool changed = true;

	if (!call)
		return false;
	if (call->how == BY_FD)
		changed = changes_by_fd(pid, call, args[call->place], name, sizeof(name));
	else
		read_string(pid, args[call->place], name, sizeof(name));
	if (call->how == BY_OPEN)
		changed = (args[call->place + 1] & (O_ACCMODE | O_CREAT | O_TRUNC)) && strncmp(name, "/dev/", 5) != 0;
	if (changed)
		fprintf(r->log, "%lu %s %s\n", r->calls, call->name, name);
	return changed && call->how != BY_EXEC;
}

static bool is_here(const struct run *r, bool changed)
{
	if (r->mode == ERROR)
		return changed && r->changes == r->n;
	return r->mode != COUNT && r->calls == r->n;
}

/* The first one first, so that it cannot see its children die. */
static void kill_all(const struct run *r)
{
	kill(r->first, SIGKILL);
	for (size_t i = 0; i < r->nprocess; i++)
		kill(r->process[i], SIGKILL);
}

static void at_entry(struct run *r, pid_t pid, const struct __ptrace_syscall_info *info)
{
	bool changed;

	r->calls++;
	changed = changes(r, pid, info);
	r->changes += changed;
	if (!is_here(r, changed))
		return;
	r->done = true;
	if (r->mode == KILL)
		kill_all(r);
	if (r->mode == ONE)
		kill(pid, SIGKILL);
	if (r->mode != ERROR)
		return;
	/* The kernel passes over a call of this number, and the result is set where it ends. */
	ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), -1L);
	r->failing = pid;
}

static void at_syscall(struct run *r, pid_t pid)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		at_entry(r, pid, &info);
	if (info.op == PTRACE_SYSCALL_INFO_EXIT && r->failing == pid) {
		ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), (long)-r->error);
		r->failing = 0;
	}
}

static bool is_new(struct run *r, pid_t pid)
{
	for (size_t i = 0; i < r->nprocess; i++)
		if (r->process[i] == pid)
			return false;
	if (r->nprocess == PROCESS_MAX)
		exit(BROKEN);
	r->process[r->nprocess++] = pid;
	return true;
}

static void forget(struct run *r, pid_t pid)
{
	for (size_t i = 0; i < r->nprocess; i++)
		if (r->process[i] == pid)
			r->process[i] = r->process[--r->nprocess];
}

static void at_stop(struct run *r, pid_t pid, int status)
{
	int signal = WSTOPSIG(status);

	if (signal == (SIGTRAP | 0x80))
		at_syscall(r, pid);
	/* A child begins with a stop; the other traps are ptrace's own. */
	if (signal == (SIGTRAP | 0x80) || status >> 16 || (signal == SIGSTOP && is_new(r, pid)))
		signal = 0;
	ptrace(PTRACE_SYSCALL, pid, 0, (long)signal);
}

static void follow(struct run *r)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			at_stop(r, pid, status);
			continue;
		}
		forget(r, pid);
		if (pid == r->first)
			r->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

static void start(struct run *r, char **argv)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
		       PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	int status;

	r->first = fork();
	if (r->first == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execvp(argv[0], argv);
		_exit(127);
	}
	is_new(r, r->first);
	if (waitpid(r->first, &status, __WALL) != r->first || !WIFSTOPPED(status) ||
			ptrace(PTRACE_SETOPTIONS, r->first, 0, options) != 0 ||
			ptrace(PTRACE_SYSCALL, r->first, 0, 0) != 0) {
		perror("fault: ptrace");
		exit(BROKEN);
	}
}

static int mode_of(const char *name)
{
	static const char *const names[] = { "count", "kill", "one", "error" };

	for (int i = COUNT; i <= ERROR; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	return -1;
}

int main(int argc, char **argv)
{
	struct run r = { 0 };

	if (argc < 6 || mode_of(argv[1]) < 0) {
		fputs("usage: fault count|kill|one|error N ERRNO LOG COMMAND [ARG...]\n", stderr);
		return BROKEN;
	}
	r.mode = (unsigned)mode_of(argv[1]);
	r.n = strtoul(argv[2], NULL, 10);
	r.error = atoi(argv[3]);
	r.log = fopen(argv[4], "we");
	if (!r.log) {
		perror(argv[4]);
		return BROKEN;
	}
	start(&r, argv + 5);
	follow(&r);
	fprintf(r.log, "calls %lu changes %lu status %d\n", r.calls, r.changes, r.status);
	return fclose(r.log) != 0 ? BROKEN : r.done || r.mode == COUNT ? 0 : 1;
}
