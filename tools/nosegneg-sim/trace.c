// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "exec.h"
#include "release.h"
#include "signals.h"
#include "stop-call.h"
#include "task.h"
#include "tls.h"
#include "trace.h"
#include "trap.h"

#define STOP_OF_CALL (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */
#define TURN_MAX     256              /* threads that are answered in one turn */
#define ORPHAN_MS    20               /* how long a child waits to be announced */

void sim_fail(struct sim *sim, const char *what, const char *format, ...)
{
	va_list args;

	if (sim->failed)
		return;
	sim->failed = true;
	snprintf(sim->what, sizeof(sim->what), "%s", what);
	va_start(args, format);
	vsnprintf(sim->why, sizeof(sim->why), format, args);
	va_end(args);
}

static void kill_all(const struct sim *sim)
{
	for (size_t i = 0; i < TASK_BUCKETS; i++)
		for (const struct task *task = sim->bucket[i]; task; task = task->next)
			kill(task->tid, SIGKILL);
}

void trace_begin(struct sim *sim, pid_t program)
{
	struct task *task = task_add(sim, program, TASK_RUNS);
	struct process *process = process_add(sim, program, NULL);
	struct sigaction inherited;

	sim->program = program;
	task_join(task, process);
	sigaction(SIGSEGV, NULL, &inherited);
	process->segv.handler = inherited.sa_handler == SIG_IGN;
}

/* It stays attached all the same: its filter cannot be taken off, and its calls must not fail. */
static void make_plain(struct task *task)
{
	tls_restore(task);
	task->plain = true;
	if (task->tid != task->process->pid)
		return;
	task->process->simulated = false;
	task->process->record->kind = PROCESS_RELEASED;
}

/* Its first stop has come, and its parent has announced it. */
static void start(struct sim *sim, struct task *task, int status)
{
	int sig = WSTOPSIG(status);

	if (task->state == TASK_ARRIVED)
		sim->arrived--;
	task->state = TASK_RUNS;
	signals_mask_changed(task);
	if (!sim->opt->follow)
		make_plain(task);
	else if (task->process->simulated && sim->opt->hole)
		tls_shorten(sim, task);
	task_resume(task, status >> 16 == PTRACE_EVENT_STOP && sig != SIGTRAP ? PTRACE_LISTEN : PTRACE_CONT, 0);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What has arrived is announced by the thread that made it, unless that was killed before it could, alone where another
 * thread executes a program. Nothing tells who it was; the child says itself what it is. */
static void adopt_orphan(struct sim *sim, struct task *task)
{
	uint64_t group, ppid = 0;
	struct task *first;

	if (!task_status_number(task->tid, "\nTgid", 10, &group))
		return;
	first = task_find(sim, (pid_t)group);
	if (first != task) { /* a thread: only its maker can be slow, the process lives */
		if (!first || !first->process)
			return;
		task_join(task, first->process);
	} else {
		task_status_number(task->tid, "\nPPid", 10, &ppid);
		task_join(task, process_add(sim, task->tid, NULL));
		task->process->record->parent = (pid_t)ppid;
		exec_orphan(sim, task);
	}
	if (sim->opt->hole)
		tls_recognize(sim, task);
	start(sim, task, task->first_stop);
}

static void adopt_orphans(struct sim *sim)
{
	int64_t now = now_ms();

	for (size_t i = 0; i < TASK_BUCKETS; i++)
		for (struct task *task = sim->bucket[i], *next; task; task = next) {
			next = task->next;
			if (task->state == TASK_ARRIVED && now - task->arrival >= ORPHAN_MS)
				adopt_orphan(sim, task);
		}
	sim->next_orphan = now + ORPHAN_MS / 2;
}

static void end_of(struct sim *sim, struct task *task, int status)
{
	struct process *process = task->process;

	if (process && task->tid == process->pid) {
		process->record->ended = true;
		process->record->status = status;
	}
	if (task->tid == sim->program) {
		sim->ended = true;
		sim->status = status;
	}
	if (task->state == TASK_ARRIVED)
		sim->arrived--;
	task_remove(sim, task);
}

static void arrived(struct sim *sim, pid_t tid, int status)
{
	struct task *task = task_add(sim, tid, TASK_ARRIVED);

	task->first_stop = status;
	task->arrival = now_ms();
	if (!sim->arrived++)
		sim->next_orphan = task->arrival + ORPHAN_MS;
}

/* A thread belongs to its parent's process, everything else is a process of its own. */
static struct process *process_of_child(struct sim *sim, struct task *parent, pid_t tid, int event)
{
	uint64_t group = (uint64_t)tid;

	if (event == PTRACE_EVENT_CLONE && !task_status_number(tid, "\nTgid", 10, &group))
		return parent->process;
	if (group == (uint64_t)parent->process->pid)
		return parent->process;
	return process_add(sim, tid, parent->process);
}

/* A parent that was slow, not dead. */
static void announced_late(struct process *process, const struct process *parent)
{
	if (!process->orphan || process == parent)
		return;
	process->orphan = false;
	process->segv = parent->segv;
	process->shows_3gb = parent->shows_3gb;
	process->record->parent = parent->pid;
}

/* Of parent and child either may stop first. */
static void announced(struct sim *sim, struct task *parent, int event)
{
	unsigned long tid = 0;
	struct task *task;

	if (ptrace(PTRACE_GETEVENTMSG, parent->tid, NULL, &tid) != 0 || !tid)
		return;
	task = task_find(sim, (pid_t)tid);
	if (!task)
		task = task_add(sim, (pid_t)tid, TASK_EXPECTED);
	if (task->state == TASK_RUNS) {
		announced_late(task->process, parent->process);
		return;
	}
	task_join(task, process_of_child(sim, parent, (pid_t)tid, event));
	for (unsigned i = 0; i < TLS_SLOTS; i++)
		task->tls[i] = parent->tls[i];
	if (task->state == TASK_ARRIVED)
		start(sim, task, task->first_stop);
}

/* A thread that executes a program takes the place of the first one; the others are gone. */
static void executed(struct sim *sim, struct task *task)
{
	unsigned long former = 0;
	struct task *other;
	int sig;

	ptrace(PTRACE_GETEVENTMSG, task->tid, NULL, &former);
	other = former != (unsigned long)task->tid ? task_find(sim, (pid_t)former) : NULL;
	if (other)
		task_remove(sim, other);
	sig = exec_happened(sim, task);
	if (!sim->failed) /* else it does nothing any more: it is killed */
		task_resume(task, PTRACE_CONT, sig);
}

static void event_stop(struct sim *sim, struct task *task, int event, int sig)
{
	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		announced(sim, task, event);
		task_resume(task, PTRACE_CONT, 0);
		break;
	case PTRACE_EVENT_EXEC:
		executed(sim, task);
		break;
	case PTRACE_EVENT_SECCOMP:
		stop_call_begins(sim, task);
		break;
	case PTRACE_EVENT_STOP:
		task_resume(task, sig == SIGTRAP ? PTRACE_CONT : PTRACE_LISTEN, 0);
		break;
	default:
		task_resume(task, PTRACE_CONT, 0);
	}
}

/* A handler's first instruction is waited for: what it blocks is known there. */
static void give_signal(struct task *task, int sig)
{
	bool handler = task_is_simulated(task) && signals_caught(task, sig);

	task->step = handler ? STEP_HANDLER : STEP_NONE;
	task_resume(task, handler ? PTRACE_SINGLESTEP : PTRACE_CONT, sig);
}

static void segv_stop(struct sim *sim, struct task *task, bool whole)
{
	struct trap_signal signal;
	enum trap trap = trap_handle(sim, task, whole, &signal);

	switch (trap) {
	case TRAP_FIXED:
	case TRAP_STEPPING:
		/* A signal that is given to a thread which blocks it becomes pending (kernel/signal.c, ptrace_signal).
		 */
		task_resume(task, trap == TRAP_STEPPING ? PTRACE_SINGLESTEP : PTRACE_CONT, signal.pending);
		return;
	case TRAP_KILL:
		sim->killed = true;
		kill_all(sim);
		return;
	case TRAP_FOREIGN:
	case TRAP_FATAL:
		signals_segv_delivered(task, signal.forced);
		give_signal(task, SIGSEGV);
	}
}

/* What a single step ends with: at a handler's begin the kernel says so itself (ptrace_notify), else the processor. */
static bool is_step_end(const struct task *task)
{
	siginfo_t info;

	return ptrace(PTRACE_GETSIGINFO, task->tid, NULL, &info) == 0 &&
	       (task->step == STEP_HANDLER ? info.si_code == SIGTRAP : info.si_code == TRAP_TRACE);
}

static void signal_stop(struct sim *sim, struct task *task, int sig)
{
	enum task_step step = task->step;
	bool done = step != STEP_NONE && sig == SIGTRAP && is_step_end(task);

	if (step == STEP_OVER)
		done = trap_step_end(task, done);
	else if (done)
		signals_mask_changed(task);
	task->step = STEP_NONE;
	if (done)
		task_resume(task, PTRACE_CONT, 0);
	else if (sig == SIGSEGV)
		segv_stop(sim, task, step == STEP_OVER);
	else
		give_signal(task, sig);
}

static void stopped(struct sim *sim, struct task *task, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	if (task->state == TASK_EXPECTED) {
		start(sim, task, status);
		return;
	}
	/* A step that was made is told of after the stop, and taken for one then. */
	if (event && task->step == STEP_OVER && !signals_fault_pending(task))
		trap_step_end(task, false);
	if (event)
		event_stop(sim, task, event, sig);
	else if (sig == STOP_OF_CALL)
		stop_call_ends(sim, task);
	else
		signal_stop(sim, task, sig);
}

void trace_stop(struct sim *sim, pid_t tid, int status)
{
	struct task *task = task_find(sim, tid);

	if (task && !WIFSTOPPED(status))
		end_of(sim, task, status);
	else if (task)
		stopped(sim, task, status);
	else if (WIFSTOPPED(status))
		arrived(sim, tid, status);
	task = task_find(sim, tid);
	if (task && task->overtaken)
		trace_overtaken(sim, task);
}

void trace_overtaken(struct sim *sim, struct task *task)
{
	task->overtaken = false;
	trace_stop(sim, task->tid, task->overtaken_status);
}

/* waitpid, which waits no longer than may be where somebody waits to be adopted. */
static pid_t next_stop(struct sim *sim, int *status)
{
	for (unsigned round = 0; sim->arrived; round++) {
		pid_t tid;

		if (now_ms() >= sim->next_orphan)
			adopt_orphans(sim);
		tid = waitpid(-1, status, __WALL | WNOHANG);
		if (tid)
			return tid;
		if (round < 100)
			sched_yield();
		else
			poll(NULL, 0, 1);
	}
	return waitpid(-1, status, __WALL);
}

bool trace_wait_for(struct sim *sim, pid_t tid, int *status)
{
	struct task *task = task_find(sim, tid);
	pid_t pid;

	if (task && task->waits) {
		task->waits = false;
		*status = task->wait_status;
		return true;
	}
	while ((pid = waitpid(tid, status, __WALL)) < 0 && errno == EINTR)
		;
	return pid == tid;
}

/* The kernel tells of the same threads first each time. So that the others have their turn, all that have stopped are
 * answered before anybody is asked for again. */
static void answer_all_that_stopped(struct sim *sim, pid_t tid, int status)
{
	pid_t turn[TURN_MAX];
	size_t n = 0;

	do {
		struct task *task = task_find(sim, tid);

		if (!task || !WIFSTOPPED(status)) {
			trace_stop(sim, tid, status);
			continue;
		}
		task->waits = true;
		task->wait_status = status;
		turn[n++] = tid;
	} while (n < TURN_MAX && sim->tasks > 2 && (tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0);
	for (size_t i = 0; i < n; i++) {
		struct task *task = task_find(sim, turn[i]);

		if (!task || !task->waits)
			continue;
		task->waits = false;
		trace_stop(sim, turn[i], task->wait_status);
	}
}

void trace_run(struct sim *sim, volatile pid_t *program, const volatile int *stop)
{
	int status;
	pid_t tid;

	for (;;) {
		if (*stop || sim->failed || sim->killed) /* each time: more may have come */
			kill_all(sim);
		tid = next_stop(sim, &status);
		if (tid > 0)
			answer_all_that_stopped(sim, tid, status);
		else if (errno != EINTR)
			break;
		if (sim->ended)
			*program = 0;
	}
}
