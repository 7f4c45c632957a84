// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "common/output.h"
#include "sim-child.h"
#include "stack.h"

const char output_program[] = "sim-stack-test";

/* The stack at the next stop, as the report would print it; freed by the caller. */
static char *stack_at(struct child *child, struct stack_unwinder **u, struct record *rec)
{
	struct record_process proc = { .program = (char *)"/some where/sim; stack" };
	size_t before = rec->nstack;

	stack_count(rec, &proc, u, child->pid, child->tid, &child->regs);
	assert_int_equal(rec->nstack, before + 1);
	assert_int_equal(rec->stack[before].count, 1);
	return rec->stack[before].folded;
}

static void check(const char *folded, const char *begin, const char *end)
{
	size_t n = strlen(folded), e = strlen(end);

	if (strncmp(folded, begin, strlen(begin)) != 0 || n < e || strcmp(folded + n - e, end) != 0)
		fail_msg("%s: not %s ... %s", folded, begin, end);
}

static void expect(const char *program, const char *mode, const char *begin, const char *end)
{
	const char *argv[] = { program, mode, NULL };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	struct stack_unwinder *u = NULL;

	check(stack_at(&child, &u, rec), begin, end);
	stack_unwinder_free(u);
	record_free(rec);
	child_end(&child);
}

static const char start[] = "sim__stack;_start;";

static void follows_a_chain_of_calls(void **state)
{
	(void)state;
	expect(FIXTURE("sim-stack"), "", start, ";main;outer;middle;inner");
	expect(FIXTURE("sim-stack-pie"), "", start, ";main;outer;middle;inner");
	expect(FIXTURE("sim-stack-static"), "", start, ";main;outer;middle;inner");
}

/* Through the C library, whose local functions have no names here. */
static void follows_a_callback(void **state)
{
	(void)state;
	expect(FIXTURE("sim-stack"), "sort", start, ";compare;inner");
	expect(FIXTURE("sim-stack-static"), "sort", start, ";compare;inner");
}

static void passes_a_signal_frame(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack"), "signal", NULL };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	struct stack_unwinder *u = NULL;
	char *folded;

	(void)state;
	folded = stack_at(&child, &u, rec);
	check(folded, start, ";handler;inner");
	assert_non_null(strstr(folded, ";main;signalled;"));
	stack_unwinder_free(u);
	record_free(rec);
	child_end(&child);
}

static void unwinds_the_thread_that_stopped(void **state)
{
	(void)state;
	expect(FIXTURE("sim-stack"), "thread", "sim__stack;", ";thread;outer;middle;inner");
}

static void passes_the_loader(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack"), "libraries", FIXTURE("sim-stack-c.so"), NULL };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	struct stack_unwinder *u = NULL;
	char *folded;

	(void)state;
	folded = stack_at(&child, &u, rec);
	check(folded, start, ";entry;in_c");
	assert_non_null(strstr(folded, ";main;libraries;"));
	stack_unwinder_free(u);
	record_free(rec);
	child_end(&child);
}

static void starts_in_the_kernels_page(void **state)
{
	(void)state;
	expect(FIXTURE("sim-stack"), "call", start, ";main;called;syscall;__kernel_vsyscall");
}

static void goes_by_frame_pointers_without_tables(void **state)
{
	(void)state;
	expect(FIXTURE("sim-stack-frames"), "", "sim__stack;", ";main;outer;middle;inner");
	expect(FIXTURE("sim-stack"), "generated", start, ";main;generated;[unknown]");
}

static void counts_what_there_is(void **state)
{
	(void)state;
	expect(FIXTURE("sim-stack-bare"), "", "sim__stack;", ";inner");
}

static void ends_somewhere(void **state)
{
	(void)state;
	expect(FIXTURE("sim-stack"), "deep", "sim__stack;[...];deep;deep;", ";deep;deep;inner");
}

/* The second library takes the first one's place. */
static void follows_what_is_mapped_since(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack"), "libraries", FIXTURE("sim-stack-a.so"), FIXTURE("sim-stack-b.so"),
		FIXTURE("sim-stack-a.so"), NULL };
	struct child child = child_start(argv);
	struct record_process proc = { .program = (char *)"x" };
	struct record *rec = record_new();
	struct stack_unwinder *u = NULL;
	uint32_t first = child.regs.eip & ~4095u;

	(void)state;
	check(stack_at(&child, &u, rec), start, ";main;libraries;entry;in_a");
	assert_true(child_next(&child));
	assert_int_equal(child.regs.eip & ~4095u, first);
	check(stack_at(&child, &u, rec), start, ";main;libraries;entry;in_b");
	assert_true(child_next(&child));
	proc.program = (char *)"/some where/sim; stack";
	stack_count(rec, &proc, &u, child.pid, child.tid, &child.regs);
	assert_int_equal(rec->nstack, 2);
	assert_int_equal(rec->stack[0].count, 2);
	stack_unwinder_free(u);
	record_free(rec);
	child_end(&child);
}

/* The first instruction of one function; and a return to where another one begins. */
static void knows_where_functions_begin(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack"), "edges", NULL };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	struct stack_unwinder *u = NULL;

	(void)state;
	child.regs.eip--;
	check(stack_at(&child, &u, rec), start, ";main;edges;last;first");
	stack_unwinder_free(u);
	record_free(rec);
	child_end(&child);
}

static void reads_the_stack_anew(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack"), "twice", NULL };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	struct stack_unwinder *u = NULL;

	(void)state;
	check(stack_at(&child, &u, rec), start, ";main;twice;middle;inner");
	assert_true(child_next(&child));
	check(stack_at(&child, &u, rec), start, ";main;twice;other;inner");
	stack_unwinder_free(u);
	record_free(rec);
	child_end(&child);
}

static void poke(const struct child *child, uint32_t addr, uint32_t word)
{
	struct iovec here = { &word, sizeof(word) }, there = { (void *)(uintptr_t)addr, sizeof(word) };

	assert_int_equal(process_vm_writev(child->pid, &here, 1, &there, 1, 0), sizeof(word));
}

static uint32_t peek(const struct child *child, uint32_t addr)
{
	struct iovec there = { (void *)(uintptr_t)addr, 4 };
	uint32_t word;
	struct iovec here = { &word, sizeof(word) };

	assert_int_equal(process_vm_readv(child->pid, &here, 1, &there, 1, 0), sizeof(word));
	return word;
}

/* A frame on the end of a page, and across it. */
static void reads_words_across_pages(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack"), "generated", NULL };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	struct stack_unwinder *u = NULL;
	struct record_process proc = { .program = (char *)"x" };
	struct regs32 sane = child.regs;
	uint32_t page = (child.regs.esp & ~4095u) - 4096, back = peek(&child, sane.ebp + 4);

	(void)state;
	for (uint32_t i = 1; i < 8; i++) {
		poke(&child, page - i, peek(&child, sane.ebp));
		child.regs.esp = page - 64;
		child.regs.ebp = page - i;
		poke(&child, page - i + 4, back);
		stack_count(rec, &proc, &u, child.pid, child.tid, &child.regs);
	}
	assert_int_equal(rec->nstack, 1);
	assert_int_equal(rec->stack[0].count, 7);
	assert_string_equal(rec->stack[0].folded, "x;generated;[unknown]");
	stack_unwinder_free(u);
	record_free(rec);
	child_end(&child);
}

/* Registers that mean nothing, a stack that is not there, a process that is gone. */
static void survives_nonsense(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack"), "", NULL };
	static const uint32_t words[] = { 0, 1, 0xfff, 0x1000, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	struct record_process proc = { .program = (char *)"x" };
	struct stack_unwinder *u = NULL;
	struct regs32 sane = child.regs;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		for (unsigned which = 0; which < 8; which++) {
			struct regs32 regs = sane;

			regs.eip = which & 1 ? words[i] : regs.eip;
			regs.esp = which & 2 ? words[i] : regs.esp;
			regs.ebp = which & 4 ? words[i] : regs.ebp;
			stack_count(rec, &proc, &u, child.pid, child.tid, &regs);
		}
	}
	child_end(&child);
	stack_count(rec, &proc, &u, child.pid, child.tid, &sane);
	stack_unwinder_free(u);
	u = NULL;
	stack_count(rec, &proc, &u, child.pid, child.tid, &sane);
	stack_unwinder_free(u);
	stack_unwinder_free(NULL);
	record_free(rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_a_chain_of_calls),
		cmocka_unit_test(follows_a_callback),
		cmocka_unit_test(passes_a_signal_frame),
		cmocka_unit_test(unwinds_the_thread_that_stopped),
		cmocka_unit_test(passes_the_loader),
		cmocka_unit_test(starts_in_the_kernels_page),
		cmocka_unit_test(goes_by_frame_pointers_without_tables),
		cmocka_unit_test(counts_what_there_is),
		cmocka_unit_test(ends_somewhere),
		cmocka_unit_test(follows_what_is_mapped_since),
		cmocka_unit_test(knows_where_functions_begin),
		cmocka_unit_test(reads_the_stack_anew),
		cmocka_unit_test(reads_words_across_pages),
		cmocka_unit_test(survives_nonsense),
	};

	return RUN_TESTS(tests);
}
