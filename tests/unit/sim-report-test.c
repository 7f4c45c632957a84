// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <fcntl.h>
#include <signal.h>

#include "base/util.h"
#include "common/output.h"
#include "elf/image.h"
#include "sim-report.h"
#include "symbolize.h"
#include "xen/segfixup.h"

const char output_program[] = "sim-report-test";

static const uint8_t movq[] = { 0x65, 0x0f, 0x6f, 0, 0 };

static void check(const struct made *m, const char *expected)
{
	_cleanup_free_ char *text = printed(m, 2.5);

	assert_string_equal(text, expected);
}

static void check_has(const struct made *m, const char *part)
{
	_cleanup_free_ char *text = printed(m, 2.5);

	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void check_lacks(const struct made *m, const char *part)
{
	_cleanup_free_ char *text = printed(m, 2.5);

	if (strstr(text, part))
		fail_msg("'%s' in:\n%s", part, text);
}

static void prints_the_whole_table(void **state)
{
	struct made m;

	(void)state;
	make_traps(&m);
	check(&m, "     TRAPS   SHARE   NEGATIVE   POSITIVE  LIBRARY          FUNCTION  INSTRUCTION\n"
		  "         6   60.0%          6          0  libc.so.6        0x10      mov %gs:0xFFFFFFFC, %eax\n"
		  "         3   30.0%          0          3  libc.so.6        0x20      mov %gs:0x00000014, %eax\n"
		  "         1   10.0%          1          0  libc.so.6 (set)  0x30      mov %gs:0xFFFFFFFC, %eax\n"
		  "POSITIVE: safe by themselves; they trap where a negative access before them has turned the segment "
		  "round.\n"
		  "\n"
		  "     TRAPS   SHARE  FILE\n"
		  "         9   90.0%  /lib/libc.so.6\n"
		  "         1   10.0%  /lib/nosegneg/libc.so.6 (set)\n"
		  "\n"
		  "     PID      TRAPS  KIND                   END                 PROGRAM\n"
		  "      70         10  simulated              exit 0              /bin/first\n"
		  "\n"
		  "total: 10 traps (7 negative, 3 positive that paid for them), in a set's libraries: 1\n"
		  "estimated cost on a 32-bit Xen: 10 traps x 1.0 us = 0.010 ms (assumed: 1.0 us a trap; here, traps "
		  "and "
		  "all, the program ran 2.500 s)\n"
		  "next: most traps are in the C library, which a nosegneg set replaces; what is loaded and why:\n"
		  "  nosegneg-check /bin/first\n");
}

static void says_what_the_table_leaves_out(void **state)
{
	struct made m;

	(void)state;
	make_traps(&m);
	m.opt.top = 1;
	check_has(&m, "         4   40.0%  in 2 more places (--top 0 shows them all)\n");
	check_lacks(&m, "0x20");
	m.opt.top = 2;
	check_has(&m, "         1   10.0%  in 1 more place (--top 0 shows them all)\n");
	m.opt.top = 3;
	check_lacks(&m, "more place");
	m.opt.top = 0;
	check_lacks(&m, "more place");
	check_has(&m, "0x30");
}

/* Equal counts: by file, then by address. */
static void orders_equal_counts_by_place(void **state)
{
	struct made m;

	(void)state;
	make(&m);
	add_site(&m, &m.module[1], 0x10, mov_negative, 6, 2, 0);
	add_site(&m, &m.module[0], 0x30, mov_negative, 6, 1, 1);
	add_site(&m, &m.module[0], 0x20, mov_negative, 6, 0, 2);
	add_site(&m, NULL, 0x8000, mov_negative, 6, 2, 0);
	check_has(&m, "libc.so.6        0x20      mov %gs:0xFFFFFFFC, %eax\n"
		      "         2   25.0%          1          1  libc.so.6        0x30      mov %gs:0xFFFFFFFC, %eax\n"
		      "         2   25.0%          2          0  libc.so.6 (set)  0x10      mov %gs:0xFFFFFFFC, %eax\n"
		      "         2   25.0%          2          0  [no file]        0x8000    mov %gs:0xFFFFFFFC, "
		      "%eax\n");
	check_has(&m, "         4   50.0%  /lib/libc.so.6\n"
		      "         2   25.0%  /lib/nosegneg/libc.so.6 (set)\n"
		      "         2   25.0%  [no file]\n");
}

static void keeps_columns_where_names_are_long(void **state)
{
	struct made m;

	(void)state;
	make(&m);
	m.module[0].path = (char *)"/lib/a-name-that-is-longer-than-the-column.so";
	m.module[1].path = (char *)"/lib/\xc3\xa4\xc3\xb6.so";
	add_site(&m, &m.module[0], 0x10, mov_negative, 6, 2, 0);
	add_site(&m, &m.module[1], 0x10, mov_negative, 6, 1, 0);
	check_has(&m, "  LIBRARY                       FUNCTION  INSTRUCTION\n");
	check_has(&m, "  a-name-that-is-longer-than-the-column.so  0x10      mov");
	check_has(&m, "  \xc3\xa4\xc3\xb6.so (set)                   0x10      mov");
}

static void is_short_where_nothing_trapped(void **state)
{
	struct made m;

	(void)state;
	make(&m);
	add_site(&m, &m.module[0], 0x40, mov_positive, 6, 0, 0);
	check(&m, "no traps: 1 process, 2.500 s, no access below the thread pointer\n");
	m.opt.hole = 0;
	check(&m, "no traps: segments were not shortened (--xen none)\n");
	m.processes[0].kind = PROCESS_64BIT;
	check(&m, "note: /bin/first ran a 64-bit program, which a 32-bit Xen cannot: left alone\n"
		  "no traps: nothing was simulated\n");
}

static void lists_processes_and_their_ends(void **state)
{
	struct record_process *p;
	struct made m;

	(void)state;
	make(&m);
	p = add_process(&m, 71, "/bin/se\ncond");
	p->kind = PROCESS_64BIT;
	p->status = SIGKILL;
	p = add_process(&m, 72, "/bin/third");
	p->kind = PROCESS_RELEASED;
	p->ended = false;
	p = add_process(&m, 73, "/bin/fourth");
	p->kind = PROCESS_UNREADABLE;
	p->status = 3 << 8;
	m.libs[0] = &m.module[0];
	m.libs[1] = &m.module[1];
	m.processes[0].libs = m.libs;
	m.processes[0].nlibs = 2;
	m.opt.trace_libs = true;
	check(&m, "     PID      TRAPS  KIND                   END                 PROGRAM\n"
		  "      70          0  simulated              exit 0              /bin/first\n"
		  "                      /lib/libc.so.6\n"
		  "                      /lib/nosegneg/libc.so.6 (set)\n"
		  "      71          0  64-bit, not simulated  Killed              /bin/se\\x0acond\n"
		  "      72          0  let go                 -                   /bin/third\n"
		  "      73          0  not readable           exit 3              /bin/fourth\n"
		  "\n"
		  "note: /bin/se\\x0acond ran a 64-bit program, which a 32-bit Xen cannot: left alone\n"
		  "note: /bin/third ran on without the simulator, under a tracer of its own or because of "
		  "--no-follow\n"
		  "note: /bin/fourth ran what its owner may not read: left alone; run the simulator as root\n"
		  "no traps: 1 process, 2.500 s, no access below the thread pointer\n");
}

static void gathers_notes(void **state)
{
	struct made m;

	(void)state;
	make(&m);
	m.processes[0].uses_ldt = true;
	check_has(&m, "note: /bin/first called modify_ldt: ");
	add_process(&m, 71, "/bin/second")->uses_ldt = true;
	check_has(&m, "note: /bin/first and 1 other process called modify_ldt: ");
	add_process(&m, 72, "/bin/third")->uses_ldt = true;
	check_has(&m, "note: /bin/first and 2 other processes called modify_ldt: ");
}

static void names_what_is_fatal(void **state)
{
	struct made m;

	(void)state;
	make_traps(&m);
	add_site(&m, &m.module[0], 0x50, movq, 4, 1, 0);
	m.sites[4].fatal = 1;
	m.sites[4].refusal = xen_segfixup_refusal(movq, 4);
	assert_non_null(m.sites[4].refusal);
	m.opt.top = 1;
	check_has(&m, "fatal on Xen: libc.so.6: 0x50: movq %gs:(%eax), %mm0: ");
	m.opt.lenient = true;
	check_has(&m, "fatal on Xen (stepped over here): libc.so.6: 0x50: movq %gs:(%eax), %mm0: ");
	check_lacks(&m, "FATAL");
	m.opt.top = 0;
	check_has(&m, "movq %gs:(%eax), %mm0  FATAL: ");
}

static void says_how_it_counted(void **state)
{
	struct made m;

	(void)state;
	make_traps(&m);
	m.opt.emulate = EMULATE_KILL;
	check_has(&m, "The program was ended at its first trap (--emulate kill).\n");
	check_lacks(&m, "estimated cost");
	m.opt.emulate = EMULATE_STEP;
	m.sites[1].positive = 0;
	check_has(&m, "total: 7 traps (7 negative), in a set's libraries: 1\n");
	check_has(&m, "(--emulate step)");
	check_lacks(&m, "POSITIVE: ");
	m.opt.emulate = EMULATE_FLIP;
	m.sites[3].negative = 2000000;
	check_has(&m, "2000001 traps x 1.0 us = 2.000 s (");
	check_lacks(&m, "(--emulate step)");
}

static void points_to_the_next_step(void **state)
{
	struct made m;

	(void)state;
	make_traps(&m);
	m.opt.root = "/bin//";
	check_has(&m, "\n  nosegneg-check --root /bin// /first\n");
	m.opt.root = "/bi";
	check_has(&m, "\n  nosegneg-check /bin/first\n");
	m.module[0].path = (char *)"/opt/a b/liba.so";
	check_has(&m, "\n  nosegneg-check scan --symbols --findings '/opt/a b/liba.so'\n");
	m.module[0].path = (char *)"/opt/it's/liba.so";
	check_lacks(&m, "next:");
	m.module[0].path = (char *)"/lib/libc.so.6";
	m.module[0].is_set = true;
	check_has(&m, "\n  nosegneg-check scan --symbols --findings /lib/libc.so.6\n");
	m.module[0].path = (char *)"[vdso]";
	check_lacks(&m, "next:");
}

static int find_odd(const GElf_Sym *sym, const char *name, void *arg)
{
	if (strncmp(name, "odd", 3) == 0)
		*(uint32_t *)arg = (uint32_t)sym->st_value;
	return 0;
}

static void prints_hostile_symbols_as_text(void **state)
{
	_cleanup_close_ int fd = open(FIXTURE("sim-names-odd"), O_RDONLY | O_CLOEXEC);
	_cleanup_image_ struct image *img = NULL;
	uint32_t addr = 0;
	char why[WHY_MAX];
	struct made m;

	(void)state;
	assert_int_equal(image_open(fd, &img, why), 0);
	assert_int_equal(image_each_symbol(img, false, find_odd, &addr, why), 0);
	make(&m);
	m.module[0].fd = fd;
	add_site(&m, &m.module[0], addr + 1, mov_negative, 6, 1, 0);
	m.sites[0].fatal = 1;
	check_has(&m, "  odd\\x1b[2J\\x0ana;me+0x1  mov");
	check_has(&m, ": odd\\x1b[2J\\x0ana;me+0x1: mov");
	check_lacks(&m, "\033");
	symbolize_free(&m.module[0]);
}

/* No byte of a name may move the cursor or begin a line. */
static void prints_hostile_names_as_text(void **state)
{
	struct made m;

	(void)state;
	make(&m);
	add_site(&m, &m.module[2], 0x10, mov_negative, 6, 1, 0);
	m.processes[0].program = (char *)"/bin/\033]0;x\a";
	check_lacks(&m, "\033");
	check_lacks(&m, "\a");
	check_lacks(&m, "\xff");
	check_has(&m, "100.0%  /tmp/a\\x1b[2Jb\\x0ac\\xff/x;y\\x0a z\n");
	check_has(&m, "  x;y\\x0a z  0x10");
	check_has(&m, "/bin/\\x1b]0;x\\x07\n");
	check_lacks(&m, "next:"); /* nobody could type it */
}

static void prints_folded_stacks_in_order(void **state)
{
	struct made m;

	(void)state;
	make(&m);
	m.opt.format = REPORT_FOLDED;
	check(&m, "");
	m.stacks[0] = (struct record_stack){ (char *)"b;c", 2 };
	m.stacks[1] = (struct record_stack){ (char *)"a;z", 10000000000 };
	m.stacks[2] = (struct record_stack){ (char *)"b", 1 };
	m.rec.nstack = 3;
	check(&m, "a;z 10000000000\nb 1\nb;c 2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_the_whole_table),
		cmocka_unit_test(says_what_the_table_leaves_out),
		cmocka_unit_test(orders_equal_counts_by_place),
		cmocka_unit_test(keeps_columns_where_names_are_long),
		cmocka_unit_test(is_short_where_nothing_trapped),
		cmocka_unit_test(lists_processes_and_their_ends),
		cmocka_unit_test(gathers_notes),
		cmocka_unit_test(names_what_is_fatal),
		cmocka_unit_test(says_how_it_counted),
		cmocka_unit_test(points_to_the_next_step),
		cmocka_unit_test(prints_hostile_names_as_text),
		cmocka_unit_test(prints_hostile_symbols_as_text),
		cmocka_unit_test(prints_folded_stacks_in_order),
	};

	elf_version(EV_CURRENT);
	return RUN_TESTS(tests);
}
