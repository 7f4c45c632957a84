// SPDX-License-Identifier: LGPL-2.1-or-later
/* Signal handlers, alternate stacks, contexts and long jumps: places where the thread pointer must come back right. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t count, on_alternate;
static __thread int own = 3;
static sigjmp_buf jump;
static char alternate[65536];
static ucontext_t back, there;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	int here = errno;

	(void)context;
	(void)info;
	errno = 99;
	count += sig == SIGUSR1;
	on_alternate = (char *)&here >= alternate && (char *)&here < alternate + sizeof(alternate);
	errno = here;
	if (sig == SIGSEGV)
		siglongjmp(jump, 5);
}

static void faults(void)
{
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) };
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	volatile char *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile int caught = 0;

	sigaltstack(&stack, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	for (volatile int i = 0; i < 10; i++) {
		if (sigsetjmp(jump, 1) == 0)
			nowhere[i] = 1;
		else
			caught++;
	}
	printf("faults %d, on the alternate stack %d\n", caught, (int)on_alternate);
}

static void coroutine(int a, int b)
{
	for (int i = 0; i < 3; i++) {
		printf("inside %d %d %d\n", a, b, own);
		own++;
		swapcontext(&there, &back);
	}
}

static void contexts(void)
{
	static char stack[65536];

	CHECK(getcontext(&there) == 0);
	there.uc_stack.ss_sp = stack;
	there.uc_stack.ss_size = sizeof(stack);
	there.uc_link = &back;
	makecontext(&there, (void (*)(void))coroutine, 2, 11, 22);
	for (int i = 0; i < 4; i++)
		CHECK(swapcontext(&back, &there) == 0);
	printf("own %d\n", own);
}

static void *target(void *arg)
{
	sigset_t set;
	int sig;

	(void)arg;
	errno = 55;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK(sigwait(&set, &sig) == 0);
	CHECK(errno == 55);
	return (void *)(long)sig;
}

static void threads(void)
{
	pthread_t thread;
	sigset_t set;
	void *result;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	CHECK(pthread_create(&thread, NULL, target, NULL) == 0);
	errno = 77;
	for (int i = 0; i < 50; i++)
		CHECK(raise(SIGUSR1) == 0);
	CHECK(errno == 77);
	pthread_kill(thread, SIGUSR2);
	pthread_join(thread, &result);
	printf("signals %d, waited for %ld (%s)\n", (int)count, (long)result, strsignal((int)(long)result));
}

static void on_timer(union sigval value)
{
	count = value.sival_int;
}

static void timers(void)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_timer, .sigev_value.sival_int = 1234
	};
	struct itimerspec soon = { .it_value.tv_nsec = 1000000 };
	struct timespec pause = { 0, 2000000 };
	timer_t timer;

	CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	CHECK(timer_settime(timer, 0, &soon, NULL) == 0);
	for (int i = 0; i < 5000 && count != 1234; i++)
		nanosleep(&pause, NULL);
	printf("timer %d\n", (int)count);
	timer_delete(timer);
}

int main(void)
{
	int status;

	faults();
	contexts();
	threads();
	timers();
	fflush(stdout);
	if (fork() == 0)
		abort();
	wait(&status);
	printf("child: %s\n", strsignal(WTERMSIG(status)));
	return 0;
}
