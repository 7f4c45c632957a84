// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "common/output.h"
#include "limit-probe.h"
#include "memory.h"
#include "regs.h"
#include "task.h"
#include "tls.h"

const char output_program[] = "sim-limit-probe-test";

static void judges_by_the_signal(void **state)
{
	static const struct {
		int sig, code;
		bool checked;
	} row[] = {
		{ SIGSEGV, SI_KERNEL, true },
		{ SIGSEGV, SI_USER, true },
		{ SIGSEGV, SI_TKILL, true },
		{ SIGSEGV, SEGV_MAPERR, false },
		{ SIGSEGV, SEGV_ACCERR, false },
		{ SIGTRAP, SI_KERNEL, false },
		{ SIGTRAP, TRAP_BRKPT, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(row); i++)
		assert_int_equal(limits_are_checked(row[i].sig, row[i].code), row[i].checked);
}

/* What SIGSEGV is at the exec. */
enum segv { BLOCKED, PENDING, IGNORED };

/* A program right after its exec. */
struct fresh {
	struct sim sim;
	struct process process;
	struct task task;
	struct regs regs;
	uint8_t text[16];
};

static void look(const struct fresh *fresh, struct regs *regs, uint8_t text[16])
{
	memset(regs, 0, sizeof(*regs));
	assert_int_equal(regs_get(fresh->task.tid, regs), 0);
	assert_int_equal(memory_get(&fresh->task, regs->i386.eip & ~7u, text, 16), 0);
}

static void __attribute__((noreturn)) child(enum segv segv)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	sigprocmask(segv == IGNORED ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
	if (segv == PENDING)
		raise(SIGSEGV);
	if (segv == IGNORED)
		signal(SIGSEGV, SIG_IGN);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execl(FIXTURE("tls-pie"), "tls-pie", NULL);
	_exit(127);
}

static void start(struct fresh *fresh, enum segv segv)
{
	const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		child(segv);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(intptr_t)options), 0);
	*fresh = (struct fresh){ .process = { .pid = pid, .memory = -1 } };
	fresh->process.segv.handler = segv == IGNORED ? HANDLER_IGN : 0;
	fresh->task = (struct task){ .tid = pid, .process = &fresh->process, .segv_blocked = segv != IGNORED };
	look(fresh, &fresh->regs, fresh->text);
	assert_true(fresh->regs.is32);
	fresh->process.room = (fresh->regs.i386.eip ^ 0x800) & ~7u; /* elsewhere in the page */
	tls_probe(&fresh->sim, &fresh->task);
}

static void assert_untouched(const struct fresh *fresh)
{
	struct user_desc desc = { 0 };
	struct regs regs;
	uint8_t text[16];

	look(fresh, &regs, text);
	assert_memory_equal(&regs.i386, &fresh->regs.i386, sizeof(regs.i386));
	assert_memory_equal(text, fresh->text, sizeof(text));
	assert_int_equal(task_get_mask(&fresh->task), fresh->task.segv_blocked ? MASK_OF(SIGSEGV) : 0);
	assert_int_equal(ptrace(25 /* GET_THREAD_AREA */, fresh->task.tid, (void *)(uintptr_t)fresh->sim.tls_first,
					 &desc),
			0);
	assert_true(desc.seg_not_present && desc.read_exec_only && !desc.limit && !desc.useable);
}

static void end(const struct fresh *fresh)
{
	kill(fresh->task.tid, SIGKILL);
	waitpid(fresh->task.tid, NULL, __WALL);
}

static void leaves_all_as_it_was(void **state)
{
	struct fresh fresh;

	(void)state;
	start(&fresh, BLOCKED);
	assert_int_equal(limits_probe(&fresh.sim, &fresh.task), 0);
	assert_true(fresh.sim.limits_seen && !fresh.sim.failed && !fresh.task.overtaken);
	assert_untouched(&fresh);
	end(&fresh);
}

static void gives_a_pending_signal_back(void **state)
{
	struct fresh fresh;
	uint64_t pending = 0;
	int status;

	(void)state;
	start(&fresh, PENDING);
	assert_int_equal(limits_probe(&fresh.sim, &fresh.task), SIGSEGV);
	assert_true(fresh.sim.limits_seen && !fresh.sim.failed);
	assert_untouched(&fresh);
	task_resume(&fresh.task, PTRACE_SINGLESTEP, SIGSEGV);
	assert_int_equal(waitpid(fresh.task.tid, &status, __WALL), fresh.task.tid);
	assert_int_equal(status >> 8, SIGTRAP);
	assert_true(task_status_number(fresh.task.tid, "\nSigPnd", 16, &pending));
	assert_int_equal(pending, MASK_OF(SIGSEGV));
	end(&fresh);
}

/* The kernel gives an ignored SIGSEGV its default where it forces one. */
static void keeps_it_ignored(void **state)
{
	struct fresh fresh;
	uint64_t ignored = 0;

	(void)state;
	start(&fresh, IGNORED);
	assert_int_equal(limits_probe(&fresh.sim, &fresh.task), 0);
	assert_true(fresh.sim.limits_seen);
	assert_untouched(&fresh);
	assert_true(task_status_number(fresh.task.tid, "\nSigIgn", 16, &ignored));
	assert_true(ignored & MASK_OF(SIGSEGV));
	end(&fresh);
}

/* What else stops a thread is somebody else's business, and there may be another program to ask. */
static void leaves_other_stops_alone(void **state)
{
	struct fresh fresh;

	(void)state;
	start(&fresh, BLOCKED);
	kill(fresh.task.tid, SIGSTOP);
	assert_int_equal(limits_probe(&fresh.sim, &fresh.task), 0);
	assert_true(!fresh.sim.limits_seen && !fresh.sim.failed && fresh.task.overtaken);
	assert_int_equal(fresh.task.overtaken_status >> 8, SIGSTOP);
	assert_untouched(&fresh);
	fresh.task.overtaken = false;
	assert_int_equal(limits_probe(&fresh.sim, &fresh.task), 0);
	assert_true(fresh.sim.limits_seen);
	end(&fresh);
}

static void survives_its_end(void **state)
{
	struct fresh fresh;

	(void)state;
	start(&fresh, BLOCKED);
	kill(fresh.task.tid, SIGKILL);
	assert_int_equal(limits_probe(&fresh.sim, &fresh.task), 0);
	assert_true(!fresh.sim.limits_seen && !fresh.sim.failed);
	end(&fresh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_by_the_signal),
		cmocka_unit_test(leaves_all_as_it_was),
		cmocka_unit_test(gives_a_pending_signal_back),
		cmocka_unit_test(keeps_it_ignored),
		cmocka_unit_test(leaves_other_stops_alone),
		cmocka_unit_test(survives_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
