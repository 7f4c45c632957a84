// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "calls.h"
#include "filter.h"
#include "inject.h"
#include "memory.h"
#include "release.h"
#include "task.h"
#include "tls.h"
#include "trace.h"

/* The argument of seccomp(2) in a 32-bit program, and the filter behind it. */
struct call_data {
	uint16_t len;
	uint16_t pad;
	uint32_t filter;
	struct sock_filter code[FILTER_MAX];
};

#define BELOW_STACK 256 /* bytes below the stack pointer that are left alone */

static int answer_one(int listener)
{
	struct seccomp_notif call = { 0 };
	struct seccomp_notif_resp answer = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
		return errno == EINTR || errno == ENOENT ? 0 : -errno; /* ENOENT: the caller was killed meanwhile */
	answer.id = call.id;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	return 0;
}

/* In a process of its own, no child of ours, with nothing else open: nobody waits for it, or for the end of a pipe that
 * it has. */
static void __attribute__((noreturn)) answer_all(int listener)
{
	struct pollfd ready = { .fd = 0, .events = POLLIN };

	setsid();
	prctl(PR_SET_NAME, "nosegneg-answer");
	if (dup2(listener, 0) < 0)
		_exit(1);
	syscall(SYS_close_range, 1, ~0u, 0);
	while (poll(&ready, 1, -1) >= 0 || errno == EINTR)
		if (ready.revents & POLLHUP || (ready.revents & POLLIN && answer_one(0) < 0))
			break;
	_exit(0);
}

/* The descriptor `fd` of the process, as one of ours. */
static int fetch_descriptor(pid_t pid, int fd)
{
	_cleanup_close_ int process = (int)syscall(SYS_pidfd_open, pid, 0);
	int ours = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0);

	return ours < 0 ? -errno : ours;
}

static int start_answering(pid_t pid, int fd)
{
	_cleanup_close_ int listener = fetch_descriptor(pid, fd);
	pid_t child;

	if (listener < 0)
		return listener;
	child = fork();
	if (child == 0) {
		if (fork() == 0)
			answer_all(listener);
		_exit(0);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return child < 0 ? -errno : 0;
}

static void install_filter(struct inject *inject)
{
	struct call_data data = { 0 }, saved = { 0 };
	uint32_t addr = (inject->saved.i386.esp - BELOW_STACK - (uint32_t)sizeof(data)) & ~7u;
	const struct task *task = inject->task;
	int fd;

	data.len = (uint16_t)filter_build(data.code, SECCOMP_RET_USER_NOTIF);
	data.filter = addr + (uint32_t)offsetof(struct call_data, code);
	if (memory_get(task, addr, &saved, sizeof(saved)) < 0 || memory_put(task, addr, &data, sizeof(data)) < 0)
		return;
	fd = inject_call(inject, CALL_SECCOMP, SECCOMP_SET_MODE_FILTER,
			SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW, addr, 0);
	if (task->overtaken)
		return;
	memory_put(task, addr, &saved, sizeof(saved));
	if (fd < 0)
		return;
	start_answering(task->process->pid, fd);
	inject_call(inject, CALL_CLOSE, (uint32_t)fd, 0, 0, 0);
}

void release_task(struct sim *sim, struct task *task, bool in_filter)
{
	struct inject inject;

	tls_restore(task);
	if (task->process->room && (!in_filter || inject_undo_call(task) == 0) && inject_begin(task, &inject) == 0) {
		install_filter(&inject);
		inject_end(&inject);
	}
	if (task->overtaken) {
		trace_overtaken(sim, task);
		return;
	}
	ptrace(PTRACE_DETACH, task->tid, NULL, NULL);
	if (task->process->record->kind == PROCESS_SIMULATED)
		task->process->record->kind = PROCESS_RELEASED;
	task_remove(sim, task);
}
