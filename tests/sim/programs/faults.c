// SPDX-License-Identifier: LGPL-2.1-or-later
/* Faults that are not a segment's limit, and traps of other kinds: they are the program's. */
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "say.h"

static volatile int handled;
static volatile int skip; /* length of the instruction that is stepped over; 0: as it is */
static uint32_t aligned[16] __attribute__((aligned(16)));

static void on_fault(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	handled++;
	traps(2);
	SAY("signal %d code %d trap %d error %x address %s\n", sig, info->si_code, regs[12], regs[13],
			info->si_addr == NULL               ? "none"
			: info->si_addr == (void *)regs[14] ? "of the instruction"
							    : "other");
	regs[14] += skip;
}

static void catch_all(void)
{
	static const int signals[] = { SIGSEGV, SIGILL, SIGTRAP, SIGFPE, SIGBUS };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		handle(signals[i], on_fault, 0);
}

#define FAULT(length, ...)                                                                                             \
	do {                                                                                                           \
		traps(2);                                                                                              \
		skip = (length);                                                                                       \
		__asm__ volatile(__VA_ARGS__);                                                                         \
		traps(2);                                                                                              \
	} while (0)

static int fault_protection(void)
{
	uint32_t at = (uint32_t)(uintptr_t)aligned + 4;

	catch_all();
	FAULT(1, "hlt");
	FAULT(3, "movaps (%%eax), %%xmm0" : : "a"(at));
	FAULT(1, "cli");
	FAULT(3, "mov %%eax, %%cr0" : : "a"(0));
	FAULT(2, "mov %%eax, %%es" : : "a"(0x1000));
	FAULT(2, "int $0x21");
	FAULT(2, "inb %%dx, %%al\n\tnop" : : "d"(0x80) : "eax");
	SAY("handled: %d\n", handled);
	return (int)trapped;
}

static int fault_others(void)
{
	int quotient = 1;

	catch_all();
	FAULT(2, "ud2");
	FAULT(0, "int $3");
	FAULT(0, ".byte 0xcd, 3");
	FAULT(2, "divl %%ecx" : "+a"(quotient) : "c"(0), "d"(0));
	FAULT(0, "movl $0x7fffffff, %%eax\n\taddl $1, %%eax\n\tinto\n\tnop" : : : "eax");
	SAY("handled: %d\n", handled);
	return (int)trapped;
}

/* %gs holds nothing: #GP with the same numbers as one that a limit causes. */
static int fault_no_segment(void)
{
	uint32_t old, value = 5;

	catch_all();
	handle(SIGSEGV, on_fault, 0);
	__asm__ volatile("mov %%gs, %0" : "=r"(old));
	/* The handler runs with the C library's %gs: put it back there. */
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			signal(SIGSEGV, SIG_DFL);
			traps(2);
			__asm__ volatile("mov %1, %%gs\n\tmovl %%gs:(%2), %0\n\tmov %3, %%gs"
					 : "=&r"(value)
					 : "r"(0),
					 "r"(i == 0               ? 0
							 : i == 1 ? 8
								  : -8),
					 "r"(old));
			_exit(BROKEN);
		}
		await("without a segment", pid);
	}
	return (int)traps(2);
}

/* Behind the end of a segment that the program itself made short: its own fault, on every machine. */
static int fault_own_limit(void)
{
	pid_t pid;

	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (pid == 0) {
			struct {
				uint32_t entry, base, limit, flags;
			} d = { -1u, (uint32_t)(uintptr_t)aligned, i ? 0 : 15, i ? 0x51 : 0x41 };
			uint32_t value;

			traps(2);
			NEED(syscall(SYS_set_thread_area, &d) == 0);
			__asm__ volatile("mov %2, %%gs\n\tmovl %%gs:12, %0\n\tmovl %%gs:(%1), %0"
					 : "=&r"(value)
					 : "r"(i ? 4096 : 16), "r"(d.entry << 3 | 3));
			_exit(BROKEN);
		}
		await("own limit", pid);
	}
	return (int)traps(2);
}

static int fault_bus(void)
{
	FILE *f = tmpfile();
	volatile char *page;

	NEED(f && (page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fileno(f), 0)) != MAP_FAILED);
	catch_all();
	traps(2);
	skip = 3;
	__asm__ volatile("movzbl (%%eax), %%eax" : : "a"(page));
	SAY("handled: %d\n", handled);
	return (int)traps(2);
}

static volatile int steps;

static void on_step(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (info->si_code == TRAP_TRACE)
		steps++;
	else
		handled++;
}

/* The program steps itself, over accesses that trap, too. */
static int fault_self_step(void)
{
	uint32_t value;

	handle(SIGTRAP, on_step, 0);
	for (int i = 0; i < 5; i++)
		__asm__ volatile("pushf\n\torl $0x100, (%%esp)\n\tpopf\n\t"
				 "nop\n\tmovl %%gs:0xfffffffc, %0\n\tmovl %%gs:0, %0\n\tmovl %%gs:0xfffffffc, %0\n\t"
				 "nop\n\tpushf\n\tandl $~0x100, (%%esp)\n\tpopf\n\tnop"
				 : "=r"(value)
				 :
				 : "memory", "cc");
	SAY("steps: %d, others: %d\n", steps, handled);
	return (int)traps(2);
}

/* An instruction that faults for another reason behind the segment: first the limit, then the page. */
static int fault_fetch(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		traps(2);
		((void (*)(void))(uintptr_t)0x1000)();
		_exit(BROKEN);
	}
	await("jump to nowhere", pid);
	return (int)traps(2);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "protection", fault_protection }, { "others", fault_others },
		{ "no-segment", fault_no_segment }, { "own-limit", fault_own_limit }, { "bus", fault_bus },
		{ "self-step", fault_self_step }, { "fetch", fault_fetch } };

	return RUN(tests, argc, argv);
}
