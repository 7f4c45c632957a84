// SPDX-License-Identifier: LGPL-2.1-or-later
/* Signals of other kinds, among traps. */
#include <pthread.h>
#include <setjmp.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

#include "say.h"

static volatile int depth, deepest, ticks, sum;
static sigjmp_buf back;

static void nested(int sig, siginfo_t *info, void *unused)
{
	(void)info;
	(void)unused;
	depth++;
	if (depth > deepest)
		deepest = depth;
	traps(2);
	if (sig < SIGRTMIN + 10)
		raise(sig + 1);
	traps(2);
	sum += depth--;
}

static int signal_nested(void)
{
	for (int sig = SIGRTMIN; sig <= SIGRTMIN + 10; sig++)
		handle(sig, nested, 0);
	for (int i = 0; i < 10; i++) {
		raise(SIGRTMIN);
		traps(1);
	}
	SAY("deepest %d sum %d traps %u\n", deepest, sum, trapped);
	return 0;
}

static void jump(int sig, siginfo_t *info, void *unused)
{
	(void)info;
	(void)unused;
	ticks++;
	traps(1);
	siglongjmp(back, sig);
}

static int signal_jump(void)
{
	static volatile int i;

	handle(SIGUSR1, jump, 0);
	handle(SIGSEGV, jump, 0);
	for (i = 0; i < 500; i++) {
		int sig = sigsetjmp(back, 1);

		traps(1);
		if (sig == 0)
			i % 2 ? (void)raise(SIGUSR1) : touch(16);
		else
			sum += sig;
	}
	SAY("jumps %d sum %d traps %u\n", ticks, sum, trapped);
	say_line("SigBlk");
	return 0;
}

static void tick(int sig, siginfo_t *info, void *unused)
{
	(void)sig;
	(void)info;
	(void)unused;
	ticks++;
	traps(1);
}

/* A timer into a loop of traps. */
static int timer_of(int which, int sig)
{
	struct itimerval interval = { { 0, 2000 }, { 0, 2000 } }, off = { { 0, 0 }, { 0, 0 } };

	handle(sig, tick, SA_RESTART);
	NEED(setitimer(which, &interval, NULL) == 0);
	while (ticks < 50)
		traps(10);
	setitimer(which, &off, NULL);
	SAY("ticks: %d\n", ticks >= 50);
	return 0;
}

static int signal_real(void)
{
	return timer_of(ITIMER_REAL, SIGALRM);
}

static int signal_profile(void)
{
	return timer_of(ITIMER_PROF, SIGPROF);
}

static int signal_posix_timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct itimerspec spec = { { 0, 2000000 }, { 0, 2000000 } };
	timer_t timer;

	handle(SIGRTMIN, tick, SA_RESTART);
	NEED(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 && timer_settime(timer, 0, &spec, NULL) == 0);
	while (ticks < 20)
		traps(10);
	timer_delete(timer);
	SAY("ticks: %d\n", ticks >= 20);
	return 0;
}

/* System calls that a signal interrupts, restarted or not. */
static int signal_restart(void)
{
	int pipes[2];
	char c = 0;

	for (int flags = 0; flags < 2; flags++) {
		struct timespec pause = { 5, 0 }, left = { 0, 0 };
		pid_t me = getpid(), pid;
		ssize_t n;

		NEED(pipe(pipes) == 0);
		handle(SIGUSR1, tick, flags ? SA_RESTART : 0);
		pid = fork();
		if (pid == 0) {
			usleep(30000);
			kill(me, SIGUSR1);
			usleep(30000);
			traps(1);
			_exit(write(pipes[1], "x", 1) != 1);
		}
		traps(2);
		n = read(pipes[0], &c, 1);
		SAY("read: %zd errno %d\n", n, n < 0 ? errno : 0);
		await("child", pid);
		pid = fork();
		if (pid == 0) {
			usleep(30000);
			kill(me, SIGUSR1);
			_exit((int)traps(1));
		}
		SAY("sleep: %d", nanosleep(&pause, &left));
		SAY(" errno %d left %d\n", errno, left.tv_nsec > 0);
		await("child", pid);
	}
	return 0;
}

static int signal_fd(void)
{
	struct signalfd_siginfo info;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGSEGV);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, 0);
	raise(SIGUSR1);
	traps(5);
	NEED(read(fd, &info, sizeof(info)) == sizeof(info));
	SAY("signal %u code %d\n", info.ssi_signo, info.ssi_code);
	raise(SIGSEGV);
	traps(5);
	NEED(read(fd, &info, sizeof(info)) == sizeof(info));
	SAY("signal %u code %d\n", info.ssi_signo, info.ssi_code);
	return (int)trapped;
}

/* Masks that hold during one system call: what the handler blocks, and what is blocked behind it. */
static int signal_suspend(void)
{
	sigset_t all, none, now;

	sigfillset(&all);
	sigemptyset(&none);
	handle(SIGUSR1, tick, 0);
	handle(SIGSEGV, tick, SA_NODEFER);
	for (int i = 0; i < 6; i++) {
		sigset_t wait = i % 2 ? all : none;

		sigdelset(&wait, SIGUSR1);
		sigprocmask(SIG_SETMASK, &all, NULL);
		raise(SIGUSR1);
		traps(3);
		if (i % 3 == 0)
			raise(SIGSEGV);
		SAY("suspend: %d", sigsuspend(&wait));
		SAY(" errno %d ticks %d", errno, ticks);
		traps(3);
		sigprocmask(SIG_SETMASK, &none, &now);
		SAY(" blocked %d ticks %d\n", sigismember(&now, SIGSEGV), ticks);
		traps(3);
	}
	say_line("SigCgt");
	return (int)trapped;
}

static ucontext_t main_context, other_context;

static void other(void)
{
	for (int i = 0; i < 100; i++) {
		traps(2);
		swapcontext(&other_context, &main_context);
	}
}

static int signal_context(void)
{
	static char stack[65536];
	volatile unsigned seen = 0;

	getcontext(&other_context);
	other_context.uc_stack.ss_sp = stack;
	other_context.uc_stack.ss_size = sizeof(stack);
	other_context.uc_link = &main_context;
	sigaddset(&other_context.uc_sigmask, SIGSEGV);
	makecontext(&other_context, other, 0);
	for (int i = 0; i < 100; i++) {
		sigset_t set;

		swapcontext(&main_context, &other_context);
		traps(1);
		sigprocmask(SIG_BLOCK, NULL, &set);
		seen = seen + (unsigned)sigismember(&set, SIGSEGV);
	}
	SAY("traps %u blocked here %u\n", trapped, seen);
	return 0;
}

static void *hammer(void *arg)
{
	volatile int *stop = arg;

	while (!*stop)
		traps(3);
	return (void *)(uintptr_t)(trapped > 0);
}

/* Signals to threads that trap all the time: none is lost, none comes twice. */
static int signal_threads(void)
{
	volatile int stop = 0;
	pthread_t t[4];
	void *result;

	handle(SIGUSR1, tick, 0);
	for (int i = 0; i < 4; i++)
		NEED(pthread_create(&t[i], NULL, hammer, (void *)&stop) == 0);
	for (int i = 0; i < 100; i++) {
		int before = ticks;

		NEED(pthread_kill(t[i % 4], SIGUSR1) == 0);
		while (ticks == before)
			usleep(100);
	}
	stop = 1;
	for (int i = 0; i < 4; i++)
		NEED(pthread_join(t[i], &result) == 0 && result);
	SAY("signals: %d\n", ticks);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "nested", signal_nested }, { "jump", signal_jump },
		{ "real", signal_real }, { "profile", signal_profile }, { "posix-timer", signal_posix_timer },
		{ "restart", signal_restart }, { "fd", signal_fd }, { "suspend", signal_suspend },
		{ "context", signal_context }, { "threads", signal_threads } };

	return RUN(tests, argc, argv);
}
