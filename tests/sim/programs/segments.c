// SPDX-License-Identifier: LGPL-2.1-or-later
/* Segments made by hand: what was set is what is read back. */
#include <asm/ldt.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "say.h"

static unsigned char area[256] __attribute__((aligned(64))); /* the segment begins in its middle */

static struct user_desc describe(unsigned entry)
{
	return (struct user_desc){ .entry_number = entry,
		.base_addr = (uint32_t)(uintptr_t)(area + 128),
		.limit = 0xfffff,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1 };
}

static void say_desc(const char *what, const struct user_desc *d)
{
	SAY("%s: base %s limit %x 32 %u contents %u ro %u pages %u absent %u useable %u\n", what,
			d->base_addr == (uint32_t)(uintptr_t)(area + 128) ? "ours" : "other", d->limit, d->seg_32bit,
			d->contents, d->read_exec_only, d->limit_in_pages, d->seg_not_present, d->useable);
}

static struct user_desc set_and_say(const char *what, struct user_desc d)
{
	struct user_desc back = { .entry_number = 0 };
	long r = syscall(SYS_set_thread_area, &d);

	SAY("set %s: %ld\n", what, r);
	back.entry_number = d.entry_number;
	if (r == 0 && syscall(SYS_get_thread_area, &back) == 0)
		say_desc(what, &back);
	return d;
}

static uint16_t selector(unsigned entry)
{
	return (uint16_t)(entry << 3 | 3);
}

/* What a program set is what it reads, whole, short or odd. */
static int segment_read_back(void)
{
	struct user_desc d = set_and_say("whole", describe(-1u)), e = d;
	struct user_desc own = { 0 };
	uint16_t gs;

	e.limit = 0xbfff;
	set_and_say("short", e);
	e.limit_in_pages = 0;
	set_and_say("bytes", e);
	e = d;
	e.read_exec_only = 1;
	set_and_say("read-only", e);
	e = d;
	e.contents = 1;
	e.limit = 0;
	set_and_say("down", e);
	e = d;
	e.seg_not_present = 1;
	set_and_say("absent", e);
	e = (struct user_desc){ .entry_number = d.entry_number, .read_exec_only = 1, .seg_not_present = 1 };
	set_and_say("empty", e);
	set_and_say("again", describe(d.entry_number));
	e = describe(9999);
	set_and_say("wrong entry", e);
	e = describe(d.entry_number);
	e.contents = 2;
	set_and_say("code", e);
	__asm__ volatile("mov %%gs, %0" : "=r"(gs));
	own.entry_number = gs >> 3;
	NEED(syscall(SYS_get_thread_area, &own) == 0);
	say_desc("own", &own);
	return (int)traps(3);
}

static int segment_gs(void)
{
	struct user_desc d = describe(-1u);
	uint32_t below, above;
	uint16_t old;

	NEED(syscall(SYS_set_thread_area, &d) == 0);
	memset(area, 0x11, 128);
	memset(area + 128, 0x22, 128);
	__asm__ volatile("mov %%gs, %0" : "=r"(old));
	for (int i = 0; i < 100; i++) {
		__asm__ volatile("mov %2, %%gs\n\tmovl %%gs:-8, %0\n\tmovl %%gs:8, %1\n\tmov %3, %%gs"
				 : "=&r"(below), "=&r"(above)
				 : "r"((uint32_t)selector(d.entry_number)), "r"((uint32_t)old));
		NEED(below == 0x11111111 && above == 0x22222222);
		traps(1);
	}
	SAY("both: %x %x %u\n", below, above, trapped);
	return 0;
}

/* Positive accesses through %fs are nobody's business. */
static int segment_fs(void)
{
	struct user_desc d = describe(-1u);
	uint32_t above = 0;

	NEED(syscall(SYS_set_thread_area, &d) == 0);
	memset(area + 128, 0x33, 128);
	for (int i = 0; i < 100; i++) {
		__asm__ volatile("mov %1, %%fs\n\tmovl %%fs:8, %0"
				 : "=&r"(above)
				 : "r"((uint32_t)selector(d.entry_number)));
		NEED(above == 0x33333333);
		traps(1);
	}
	SAY("above: %x %u\n", above, trapped);
	return 0;
}

/* Negative ones end with SIGSEGV under Xen; with --lenient they are counted. */
static int segment_fs_below(void)
{
	struct user_desc d = describe(-1u);
	uint32_t below = 0;

	NEED(syscall(SYS_set_thread_area, &d) == 0);
	memset(area, 0x44, 128);
	__asm__ volatile("mov %1, %%fs\n\tmovl %%fs:-8, %0" : "=&r"(below) : "r"((uint32_t)selector(d.entry_number)));
	SAY("below: %x %u\n", below, traps(3));
	return 0;
}

/* A table of the process's own: passed through, not shortened. */
static int segment_ldt(void)
{
	struct user_desc d = describe(3), back[8];
	uint32_t below, above;
	long n;

	memset(area, 0x55, 128);
	memset(area + 128, 0x66, 128);
	SAY("modify_ldt: %ld\n", syscall(SYS_modify_ldt, 0x11, &d, sizeof(d)));
	__asm__ volatile("mov %2, %%fs\n\tmovl %%fs:-8, %0\n\tmovl %%fs:8, %1"
			 : "=&r"(below), "=&r"(above)
			 : "r"((uint32_t)(3 << 3 | 7)));
	n = syscall(SYS_modify_ldt, 0, back, sizeof(back));
	SAY("read: %ld, below %x above %x\n", n, below, above);
	return (int)traps(3);
}

static uint32_t limit_of(const char *name)
{
	uint32_t sel, limit = 0;

	if (name[0] == 'g')
		__asm__ volatile("mov %%gs, %0" : "=r"(sel));
	else
		__asm__ volatile("mov %%ds, %0" : "=r"(sel));
	__asm__ volatile("lsl %1, %0" : "=r"(limit) : "r"(sel));
	return limit;
}

/* Differs natively: whole there. The script knows what has to come out. */
static int segment_limit(void)
{
	uint32_t sel, rights = 0, base;

	__asm__ volatile("movl %%gs:0, %0" : "=r"(base));
	__asm__ volatile("mov %%gs, %0" : "=r"(sel));
	__asm__ volatile("lar %1, %0" : "=r"(rights) : "r"(sel));
	SAY("gs ends at %x, rights %x, data ends at %x\n", base + limit_of("gs"), rights & 0xff00, limit_of("ds"));
	return 0;
}

static volatile int clone_ready;

/* On a stack and a segment of its own, without the C library. */
static int cloned(void *arg)
{
	uint32_t below = 0, above = 0;

	(void)arg;
	for (int i = 0; i < 50; i++)
		__asm__ volatile("movl %%gs:-8, %0\n\tmovl %%gs:8, %1" : "=&r"(below), "=&r"(above));
	clone_ready = below == 0x77777777 && above == 0x88888888 ? 1 : -1;
	/* The C library would make its system call through %gs. */
	__asm__ volatile("int $0x80" : : "a"(SYS_exit), "b"(5));
	return BROKEN;
}

static int clone_with(int flags)
{
	static char stack[65536] __attribute__((aligned(16)));
	uint16_t gs;
	struct user_desc d;
	pid_t pid;

	__asm__ volatile("mov %%gs, %0" : "=r"(gs));
	d = describe(gs >> 3);
	memset(area, 0x77, 128);
	memset(area + 128, 0x88, 128);
	traps(2);
	pid = clone(cloned, stack + sizeof(stack), flags | CLONE_SETTLS, NULL, NULL, &d, NULL);
	NEED(pid > 0);
	return pid;
}

static int clone_process(void)
{
	await("clone", clone_with(CLONE_VM | SIGCHLD));
	SAY("saw: %d\n", clone_ready);
	clone_ready = 0;
	await("clone with vfork", clone_with(CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD));
	SAY("saw: %d\n", clone_ready);
	clone_ready = 0;
	await("clone of memory", clone_with(SIGCHLD));
	SAY("saw: %d, own: %u\n", clone_ready, traps(3));
	return 0;
}

static int clone_thread(void)
{
	clone_with(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM);
	while (!clone_ready)
		usleep(1000);
	SAY("saw: %d, own: %u\n", clone_ready, traps(3));
	return 0;
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "read-back", segment_read_back }, { "gs", segment_gs },
		{ "fs", segment_fs }, { "fs-below", segment_fs_below }, { "ldt", segment_ldt },
		{ "limit", segment_limit }, { "clone", clone_process }, { "clone-thread", clone_thread } };

	return RUN(tests, argc, argv);
}
