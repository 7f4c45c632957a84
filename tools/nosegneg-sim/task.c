// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "base/text.h"
#include "base/util.h"
#include "alloc.h"
#include "memory.h"
#include "places.h"
#include "stack.h"
#include "task.h"

static struct task **bucket_of(struct sim *sim, pid_t tid)
{
	return &sim->bucket[(unsigned)tid % TASK_BUCKETS];
}

struct task *task_find(const struct sim *sim, pid_t tid)
{
	struct task *task = sim->bucket[(unsigned)tid % TASK_BUCKETS];

	while (task && task->tid != tid)
		task = task->next;
	return task;
}

struct task *task_add(struct sim *sim, pid_t tid, enum task_state state)
{
	struct task *task = alloc_new(sizeof(*task)), **bucket = bucket_of(sim, tid);

	task->tid = tid;
	task->state = state;
	task->next = *bucket;
	*bucket = task;
	sim->tasks++;
	return task;
}

static void process_leave(struct process *process)
{
	if (!process || --process->tasks)
		return;
	process_clear(process);
	if (process->memory >= 0)
		close(process->memory);
	free(process);
}

void task_remove(struct sim *sim, struct task *task)
{
	struct task **at = bucket_of(sim, task->tid);

	while (*at != task)
		at = &(*at)->next;
	*at = task->next;
	sim->tasks--;
	process_leave(task->process);
	free(task);
}

struct process *process_add(struct sim *sim, pid_t pid, const struct process *parent)
{
	struct process *process = alloc_new(sizeof(*process));

	process->pid = pid;
	process->memory = -1;
	if (parent) {
		memory_open(process);
		process->simulated = parent->simulated;
		process->shows_3gb = parent->shows_3gb;
		process->room = parent->room;
		process->segv = parent->segv;
		places_copy(&process->places, &parent->places);
	}
	process->record = record_process_add(sim->record, pid, parent ? parent->pid : 0,
			parent ? parent->record->program : sim->opt->argv[0]);
	if (parent)
		process->record->kind = parent->record->kind;
	return process;
}

void task_join(struct task *task, struct process *process)
{
	task->process = process;
	if (process->tasks++)
		process->record->threads++;
}

void process_clear(struct process *process)
{
	places_clear(&process->places);
	stack_unwinder_free(process->unwinder);
	process->unwinder = NULL;
	process->room = 0;
}

void task_resume(const struct task *task, int request, int sig)
{
	if (!task->overtaken)
		ptrace(request, task->tid, NULL, (void *)(intptr_t)sig);
}

uint64_t task_get_mask(const struct task *task)
{
	uint64_t mask = 0;

	ptrace(PTRACE_GETSIGMASK, task->tid, (void *)sizeof(mask), &mask);
	return mask;
}

void task_set_mask(const struct task *task, uint64_t mask)
{
	if (!task->overtaken)
		ptrace(PTRACE_SETSIGMASK, task->tid, (void *)sizeof(mask), &mask);
}

bool task_status_number(pid_t tid, const char *key, unsigned base, uint64_t *out)
{
	char path[48], text[8192];
	const char *at;
	ssize_t n;
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
	if (n <= 0)
		return false;
	text[n] = '\0';
	at = strstr(text, key);
	if (!at)
		return false;
	at += strlen(key);
	at += strspn(at, ":\t ");
	return text_number(&at, base, UINT64_MAX, out);
}
