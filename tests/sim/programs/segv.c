// SPDX-License-Identifier: LGPL-2.1-or-later
/* SIGSEGV is the program's own: its handler, its mask, its stack, while accesses trap. */
#include <setjmp.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "say.h"

static sigjmp_buf back;
static volatile sig_atomic_t handled;
static pid_t me;
static bool quiet;

static void say_info(const siginfo_t *info)
{
	stack_t stack;

	sigaltstack(NULL, &stack);
	SAY("signal %d code %d address %x on another stack %d\n", info->si_signo, info->si_code,
			(unsigned)(uintptr_t)info->si_addr, (stack.ss_flags & SS_ONSTACK) != 0);
}

static void jump(int sig, siginfo_t *info, void *unused)
{
	(void)sig;
	(void)unused;
	handled++;
	if (!quiet) {
		traps(3);
		say_info(info);
	}
	siglongjmp(back, 1);
}

/* All that the kernel knows of the program's signals. */
static void say_signals(const char *when)
{
	struct {
		uint32_t handler, flags, restorer;
		uint64_t mask;
	} __attribute__((packed)) kernel = { 0 };
	uint64_t mask = 0;

	SAY("%s:\n", when);
	say_line("SigPnd");
	say_line("ShdPnd");
	say_line("SigBlk");
	say_line("SigIgn");
	say_line("SigCgt");
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
	syscall(SYS_rt_sigaction, SIGSEGV, NULL, &kernel, 8);
	SAY("mask %llx handler %s flags %x mask of handler %llx restorer %d\n", (unsigned long long)mask,
			kernel.handler == (uint32_t)(uintptr_t)jump ? "ours"
			: kernel.handler == 0                       ? "default"
			: kernel.handler == 1                       ? "ignored"
								    : "other",
			kernel.flags & ~0x04000000u, (unsigned long long)kernel.mask, kernel.restorer != 0);
}

static int segv_null(void)
{
	handle(SIGSEGV, jump, 0);
	for (int i = 0; i < 5; i++) {
		traps(2);
		if (sigsetjmp(back, 1) == 0)
			touch(16);
	}
	say_signals("after");
	return (int)trapped;
}

/* A page that may not be written, and one through %gs that is not there. */
static int segv_pages(void)
{
	char *page = mmap((void *)0x10000000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	uint32_t base, value;

	NEED(page != MAP_FAILED);
	handle(SIGSEGV, jump, 0);
	__asm__ volatile("movl %%gs:0, %0" : "=r"(base));
	if (sigsetjmp(back, 1) == 0)
		touch((uintptr_t)page + 12);
	if (sigsetjmp(back, 1) == 0)
		__asm__ volatile("movl %%gs:(%1), %0" : "=r"(value) : "r"(0x1004 - base));
	if (sigsetjmp(back, 1) == 0)
		__asm__ volatile("movl %1, %%gs:(%0)" : : "r"(0x10000008 - base), "r"(1));
	SAY("own: %u\n", traps(2));
	return 0;
}

static int segv_stack(void)
{
	static char stack[65536];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };

	NEED(sigaltstack(&alt, NULL) == 0);
	handle(SIGSEGV, jump, SA_ONSTACK);
	for (int i = 0; i < 3; i++) {
		traps(2);
		if (sigsetjmp(back, 1) == 0)
			touch(16);
	}
	say_signals("after");
	return (int)trapped;
}

static int recurse(volatile int *depth)
{
	volatile char room[4096];

	traps(1);
	room[0] = (char)++*depth;
	return *depth < 1000000 ? recurse(depth) + room[0] : 0;
}

/* The stack overflows, among traps: only another stack helps. */
static int segv_overflow(void)
{
	static char stack[65536];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
	volatile int depth = 0;

	NEED(sigaltstack(&alt, NULL) == 0);
	handle(SIGSEGV, jump, SA_ONSTACK);
	quiet = true; /* the address differs */
	if (sigsetjmp(back, 1) == 0)
		recurse(&depth);
	SAY("deep: %d, handled: %d\n", depth > 100, handled);
	return trapped - (unsigned)depth > 1;
}

/* The kernel resets a blocked SIGSEGV to its default and lets it through when a fault comes. */
static int segv_blocked(void)
{
	sigset_t all, old;

	handle(SIGSEGV, jump, SA_NODEFER | SA_RESTART);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	say_signals("before");
	for (int i = 0; i < 100; i++) {
		traps(1);
		errno = i;
	}
	say_signals("after");
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (sigsetjmp(back, 1) == 0)
		touch(16);
	say_signals("open");
	return (int)trapped;
}

/* A fault of the program's own while blocked: it ends. */
static int segv_blocked_fault(void)
{
	sigset_t all;

	handle(SIGSEGV, jump, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	traps(10);
	touch(16);
	return BROKEN;
}

static int segv_ignored(void)
{
	signal(SIGSEGV, SIG_IGN);
	say_signals("before");
	traps(50);
	say_signals("after");
	kill(getpid(), SIGSEGV);
	raise(SIGSEGV);
	SAY("alive: %u\n", traps(2));
	execl("/proc/self/exe", "segv", "state", NULL);
	return BROKEN;
}

static int segv_ignored_fault(void)
{
	signal(SIGSEGV, SIG_IGN);
	traps(10);
	touch(16);
	return BROKEN;
}

/* Inherited through exec: ignored and blocked. */
static int segv_inherit(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGSEGV, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	traps(5);
	execl("/proc/self/exe", "segv", "state", NULL);
	return BROKEN;
}

static int segv_state(void)
{
	traps(5);
	say_signals("state");
	return (int)traps(2);
}

static int segv_once(void)
{
	handle(SIGSEGV, jump, SA_RESETHAND);
	traps(20);
	say_signals("before");
	if (sigsetjmp(back, 1) == 0)
		touch(16);
	traps(20);
	say_signals("after");
	touch(16);
	return BROKEN;
}

/* The handler makes accesses of its own, while SIGSEGV is blocked by it. */
static void step_over(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)sig;
	(void)info;
	handled++;
	traps(3);
	errno = 1;
	regs[14] += 6; /* REG_EIP: movl $1, (%eax) */
}

static int segv_return(void)
{
	handle(SIGSEGV, step_over, 0);
	for (int i = 0; i < 50; i++) {
		traps(1);
		__asm__ volatile("movl $1, (%%eax)" : : "a"(16) : "memory");
	}
	say_line("SigBlk");
	SAY("handled: %d, traps %u\n", handled, trapped);
	return 0;
}

static void count(int sig, siginfo_t *info, void *unused)
{
	(void)sig;
	(void)unused;
	if (info->si_code == SI_USER && info->si_pid != me)
		handled++;
	else if (info->si_code == SI_TKILL && info->si_pid == me)
		handled += 1000;
	else if (info->si_code == SI_QUEUE && info->si_value.sival_int == 77)
		handled += 1000000;
	else
		SAY("code %d\n", info->si_code);
	traps(2);
}

/* Sent by others, one after the other, into a loop of traps. */
static int segv_sent(void)
{
	pid_t pid;

	me = getpid();
	handle(SIGSEGV, count, 0);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 200; i++) {
			kill(me, SIGSEGV);
			usleep(500);
		}
		_exit((int)traps(3));
	}
	while (waitpid(pid, NULL, WNOHANG) == 0)
		traps(5);
	SAY("some came: %d\n", handled > 0 && handled <= 200);
	handled = 0;
	for (int i = 0; i < 50; i++) {
		raise(SIGSEGV);
		traps(1);
		sigqueue(me, SIGSEGV, (union sigval){ .sival_int = 77 });
		traps(1);
	}
	SAY("own: %d\n", handled);
	return 0;
}

/* Pending while blocked, when an access traps: stays pending, with what it says. */
static int segv_pending(void)
{
	sigset_t all, old;

	me = getpid();
	handle(SIGSEGV, count, 0);
	sigfillset(&all);
	for (int way = 0; way < 2; way++) {
		sigprocmask(SIG_SETMASK, &all, &old);
		if (way == 0)
			sigqueue(me, SIGSEGV, (union sigval){ .sival_int = 77 });
		else
			raise(SIGSEGV);
		say_signals("pending");
		traps(10);
		say_signals("pending still");
		SAY("handled: %d\n", handled);
		sigprocmask(SIG_SETMASK, &old, NULL);
		SAY("handled: %d\n", handled);
	}
	return (int)trapped;
}

/* Changed by the program between traps. */
static int segv_change(void)
{
	struct sigaction old;
	sigset_t set;

	for (int i = 0; i < 30; i++) {
		handle(SIGSEGV, i % 2 ? jump : count, i % 3 ? 0 : SA_ONSTACK);
		traps(2);
		sigemptyset(&set);
		sigaddset(&set, i % 2 ? SIGSEGV : SIGUSR1);
		sigprocmask(i % 5 < 3 ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
		traps(2);
		sigaction(SIGSEGV, NULL, &old);
		NEED(old.sa_sigaction == (i % 2 ? jump : count));
		sigprocmask(SIG_BLOCK, NULL, &set);
		SAY("%d%d%d ", sigismember(&set, SIGSEGV), sigismember(&set, SIGUSR1),
				(old.sa_flags & SA_ONSTACK) != 0);
	}
	signal(SIGSEGV, SIG_DFL);
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	traps(2);
	say_signals("\ndefault");
	return (int)trapped;
}

/* A signal of their own waits in sigwait and signalfd style while accesses trap. */
static int segv_wait(void)
{
	siginfo_t info;
	sigset_t set;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	sigprocmask(SIG_BLOCK, &set, NULL);
	me = getpid();
	pid = fork();
	if (pid == 0) {
		traps(3);
		kill(me, SIGSEGV);
		_exit(0);
	}
	SAY("came: %d", sigwaitinfo(&set, &info));
	SAY(" code %d from the child %d\n", info.si_code, info.si_pid == pid);
	await("child", pid);
	return (int)traps(3);
}

static __attribute__((noinline)) unsigned below(int offset)
{
	unsigned value;

	__asm__ volatile("movl %%gs:(%1), %0" : "=r"(value) : "r"(offset));
	return value;
}

/* Four bytes of which two are on each side of the segment's end: most processors refuse that, and so does Xen. It is no
 * reason to refuse the same instruction elsewhere. */
static int segv_across(void)
{
	quiet = true; /* not every processor faults */
	handle(SIGSEGV, jump, SA_RESETHAND);
	if (sigsetjmp(back, 1) == 0)
		below(-2);
	traps(1);
	signal(SIGSEGV, SIG_DFL);
	SAY("from -4: %d\n", below(-4) == below(-4));
	return (int)trapped;
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "null", segv_null }, { "pages", segv_pages }, { "stack", segv_stack },
		{ "overflow", segv_overflow }, { "blocked", segv_blocked }, { "blocked-fault", segv_blocked_fault },
		{ "ignored", segv_ignored }, { "ignored-fault", segv_ignored_fault }, { "inherit", segv_inherit },
		{ "state", segv_state }, { "once", segv_once }, { "return", segv_return }, { "sent", segv_sent },
		{ "pending", segv_pending }, { "change", segv_change }, { "wait", segv_wait },
		{ "across", segv_across } };

	return RUN(tests, argc, argv);
}
