// SPDX-License-Identifier: LGPL-2.1-or-later
/* Where segments end, for whoever has one: natively nowhere, under a 32-bit Xen below the hypervisor. limits.sh knows
 * what has to come out. No access below the thread pointer is made before the last line. */
#include <asm/ldt.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

#include "say.h"

static unsigned char area[256] __attribute__((aligned(64)));
static volatile int done;

/* By `base`, where the segment does not hold its own address. The C library, too, may have trapped before. */
static void say_segment(const char *who, uint32_t selector, uint32_t base)
{
	uint32_t limit = 0, rights = 0;
	unsigned char valid = 0;

	__asm__ volatile("lsl %2, %0\n\tsetz %1" : "+r"(limit), "=q"(valid) : "r"(selector));
	__asm__ volatile("lar %1, %0" : "+r"(rights) : "r"(selector));
	SAY("%s: %s limit %x last %x\n", who, !valid ? "invalid" : rights & 0x400 ? "down" : "up", limit, base + limit);
}

static void say_own(const char *who)
{
	uint32_t selector, base;

	/* A positive access turns the segment back, where a negative one has turned it round. */
	__asm__ volatile("movl %%gs:0, %0\n\tmov %%gs, %1" : "=&r"(base), "=&r"(selector));
	say_segment(who, selector, base);
}

static struct user_desc describe(unsigned entry)
{
	return (struct user_desc){ .entry_number = entry,
		.base_addr = (uint32_t)(uintptr_t)(area + 128),
		.limit = 0xfffff,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1 };
}

static void *thread(void *arg)
{
	say_own("thread");
	return arg;
}

/* On a segment of its own, where the C library does not work: it leaves what it sees. */
static uint32_t cloned_limit;

static int cloned(void *arg)
{
	uint32_t selector;

	(void)arg;
	__asm__ volatile("mov %%gs, %1\n\tlsl %1, %0" : "=&r"(cloned_limit), "=&r"(selector));
	done = 1;
	__asm__ volatile("int $0x80" : : "a"(SYS_exit), "b"(0));
	return BROKEN;
}

static void say_cloned(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct user_desc d;
	uint32_t selector;

	__asm__ volatile("mov %%gs, %0" : "=r"(selector));
	d = describe(selector >> 3);
	await("end of clone",
			clone(cloned, stack + sizeof(stack), CLONE_VM | CLONE_SETTLS | SIGCHLD, NULL, NULL, &d, NULL));
	SAY("clone: up limit %x last %x\n", cloned_limit, d.base_addr + cloned_limit);
}

static void say_set(void)
{
	struct user_desc d = describe(-1u);

	NEED(syscall(SYS_set_thread_area, &d) == 0);
	say_segment("set", d.entry_number << 3 | 3, d.base_addr);
	d = describe(1);
	NEED(syscall(SYS_modify_ldt, 0x11, &d, sizeof(d)) == 0);
	say_segment("ldt", 1 << 3 | 7, d.base_addr);
}

static int limit_all(void)
{
	uint32_t selector;
	pthread_t t;
	pid_t pid;

	say_own("program");
	NEED(pthread_create(&t, NULL, thread, NULL) == 0);
	pthread_join(t, NULL);
	pid = fork();
	if (pid == 0) {
		say_own("fork");
		_exit(0);
	}
	await("end of fork", pid);
	pid = vfork();
	if (pid == 0) {
		execl("/proc/self/exe", "limits", "exec", NULL);
		_exit(BROKEN);
	}
	await("end of exec", pid);
	say_cloned();
	say_set();
	__asm__ volatile("mov %%ds, %0" : "=r"(selector));
	say_segment("data", selector, 0);
	trapped++;
	__asm__ volatile("mov %%gs, %0" : "=r"(selector));
	say_segment("turned", selector, 0);
	return 0;
}

static int limit_exec(void)
{
	say_own("exec");
	return 0;
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "all", limit_all }, { "exec", limit_exec } };

	return RUN(tests, argc, argv);
}
