// SPDX-License-Identifier: LGPL-2.1-or-later
/* Asks the processor which accesses a segment lets pass. Reads lines of
 *
 *     BASE LIMIT CONTENTS PAGES 32BIT OFFSET SIZE
 *
 * in hexadecimal from its standard input and answers each with one character: 1 let pass, 0 a general protection fault,
 * - where the kernel installs no such segment. A page fault comes after the segment was checked: it is a 1. */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define TRAP_PROTECTION 13

/* Some memory that is there, so that accesses also succeed. The test has segments that begin in it. */
#define MEMORY      ((void *)0x10000000)
#define MEMORY_SIZE 0x20000

static sigjmp_buf back;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;

	(void)sig;
	(void)info;
	siglongjmp(back, uc->uc_mcontext.gregs[REG_TRAPNO]);
}

/* Thread segments have 32 bits; one of 16 bits takes a local table, which not every kernel has. Returns its selector,
 * or 0. */
static unsigned install(struct user_desc *desc)
{
	static int entry = -1;

	if (!desc->seg_32bit)
		return syscall(SYS_modify_ldt, 0x11, desc, sizeof(*desc)) == 0 ? 0 << 3 | 7 : 0;
	desc->entry_number = (unsigned)entry;
	if (syscall(SYS_set_thread_area, desc) != 0)
		return 0;
	entry = (int)desc->entry_number;
	return desc->entry_number << 3 | 3;
}

static void load(unsigned offset, unsigned size)
{
	switch (size) {
	case 1:
		__asm__ volatile("movb %%fs:(%0), %%al" : : "r"(offset) : "eax", "memory");
		break;
	case 2:
		__asm__ volatile("movw %%fs:(%0), %%ax" : : "r"(offset) : "eax", "memory");
		break;
	case 4:
		__asm__ volatile("movl %%fs:(%0), %%eax" : : "r"(offset) : "eax", "memory");
		break;
	case 8:
		__asm__ volatile("fldl %%fs:(%0); fstp %%st(0)" : : "r"(offset) : "memory");
		break;
	case 10:
		__asm__ volatile("fldt %%fs:(%0); fstp %%st(0)" : : "r"(offset) : "memory");
		break;
	default:
		__asm__ volatile("movups %%fs:(%0), %%xmm0" : : "r"(offset) : "memory");
		break;
	}
}

static char probe(struct user_desc *desc, unsigned offset, unsigned size)
{
	volatile unsigned selector; /* lives across siglongjmp */

	__asm__ volatile("mov %0, %%fs" : : "r"(0));
	selector = install(desc);
	if (selector == 0)
		return '-';
	switch (sigsetjmp(back, 0)) {
	case 0:
		__asm__ volatile("mov %0, %%fs" : : "r"(selector));
		load(offset, size);
		return '1';
	case TRAP_PROTECTION:
		return '0';
	default:
		return '1';
	}
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
	unsigned base, limit, contents, pages, wide, offset, size;

	if (mmap(MEMORY, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MEMORY)
		return 1;
	sigaction(SIGSEGV, &action, NULL);
	while (scanf("%x %x %x %x %x %x %x", &base, &limit, &contents, &pages, &wide, &offset, &size) == 7) {
		struct user_desc desc = { .base_addr = base,
			.limit = limit,
			.seg_32bit = wide & 1,
			.contents = contents & 3,
			.limit_in_pages = pages & 1,
			.useable = 1 };

		putchar(probe(&desc, offset, size));
	}
	putchar('\n');
	return 0;
}
