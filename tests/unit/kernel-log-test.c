// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "xen/kernel-log.h"

#define HEAD "** WARNING: Currently emulating unsupported memory accesses  **"
#define WHO  "** Offending process: iconvconfig.i68 (pid=1256)             **"
#define FIX  "4gb seg fixup, process init (pid 1), cs:ip 73:b7ec2fc5"

/* Feeds `step` bytes at a time. */
static struct kernel_log *read_log(const char *text, size_t size, size_t step)
{
	struct kernel_log *log;

	assert_int_equal(kernel_log_new(&log), 0);
	for (size_t i = 0; i < size; i += step)
		assert_int_equal(kernel_log_feed(log, text + i, size - i < step ? size - i : step), 0);
	assert_int_equal(kernel_log_end(log), 0);
	return log;
}

static struct kernel_log *read_text(const char *text)
{
	return read_log(text, strlen(text), 4096);
}

static int put(char *to, const char *before, const char *message, const char *after)
{
	return sprintf(to, "%s%s%s", before, message, after);
}

static void finds_the_box_in_every_dress(void **state)
{
	static const struct {
		const char *before, *after;
	} dress[] = {
		{ "  ", "\n" },
		{ "[   12.345678]   ", "\n" },
		{ "[Thu Nov 21 13:00:00 2024]   ", "\n" },
		{ "[Nov21 13:00]   ", "\n" },
		{ "<1>[   12.345678]   ", "\n" },
		{ "<1>  ", "\n" },
		{ "kern  :alert : [   12.345678]   ", "\n" },
		{ "kern  :alert : [Thu Nov 21 13:00:00 2024]   ", "\n" },
		{ "[   12.345678] [    T1]   ", "\n" },
		{ "\033[32m[   12.345678] \033[0m\033[7;31m  ", "\033[0m\n" },
		{ "2024-11-21T13:00:00,123456+00:00   ", "\n" },
		{ "1,339,5140900,-;  ", "\n SUBSYSTEM=misc\n DEVICE=c10:5\n" },
		{ "1,339,5140900,-,caller=T1;  ", "\n" },
		{ "Nov 21 13:00:00 host kernel:   ", "\n" },
		{ "Nov  1 13:00:00 host kernel: [   12.345678]   ", "\n" },
		{ "Nov 21 13:00:00 host kern.alert kernel:   ", "\n" },
		{ "2024-11-21T13:00:00+0000 host kernel:   ", "\n" },
		{ "2024-11-21T13:00:00.123456+00:00 host.example.org kernel: [   12.345678]   ", "\n" },
		{ "Thu 2024-11-21 13:00:00 UTC host kernel:   ", "\n" },
		{ "[   12.345678] host kernel:   ", "\n" },
		{ "[2024-11-21 13:00:00] [   12.345678]   ", "\n" },
		{ "2024-11-21 13:00:00   ", "\n" },
		{ "  ", "\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dress); i++)
		for (size_t step = 1; step < 200; step += 66) {
			char text[1024] = "";
			size_t at = 0;
			_cleanup_kernel_log_ struct kernel_log *log = NULL;

			at += (size_t)put(text + at, dress[i].before, HEAD, dress[i].after);
			at += (size_t)put(text + at, dress[i].before, "**          in /lib/tls glibc libraries. The",
					dress[i].after);
			at += (size_t)put(text + at, dress[i].before, WHO, dress[i].after);
			at += (size_t)put(text + at, dress[i].before, FIX, dress[i].after);
			log = read_log(text, at, step);
			if (log->boxes != 1 || log->n != 2 || log->fixups != 1)
				fail_msg("not found: %s", text);
			assert_string_equal(log->offender[0].comm, "iconvconfig.i68");
			assert_int_equal(log->offender[0].pid, 1256);
			assert_int_equal(log->offender[0].source, KERNEL_LOG_BOX);
			assert_int_equal(log->offender[1].source, KERNEL_LOG_FIXUP);
			assert_int_equal(log->offender[1].address[0].ip, 0xb7ec2fc5);
			assert_int_equal(log->offender[1].address[0].cs, 0x73);
		}
}

static void passes_over_what_others_say(void **state)
{
	static const char *const lines[] = {
		"Nov 21 13:00:00 host sshd[12]: " FIX "\n",
		"Nov 21 13:00:00 host logger: " FIX "\n",
		"Nov 21 13:00:00 host user.notice root: " FIX "\n",
		"Nov 21 13:00:00 host user.notice kernel: " FIX "\n",
		"\033[32muser  :warn  : \033[0m" FIX "\n",
		"2024-11-21T13:00:00+0000 host mail[7]: " FIX "\n",
		"[   12.345678] host sshd[12]: " FIX "\n",
		"12,339,5140900,-;" FIX "\n",
		"<12>" FIX "\n",
		"user  :warn  : [   12.345678] " FIX "\n",
		"4,339,5140900,-;usb 1-1: new\n NAME=" FIX "\n",
		"4gb seg fixup, process init (pid 1), cs:ip 73:b7ec2f\n", /* no whole address */
		"4gb seg fixup, process averyverylongname (pid 1), cs:ip 73:b7ec2fc5\n",
		"4gb seg fixup, process init (pid 99999999999), cs:ip 73:b7ec2fc5\n",
		"4gb seg fixup, process init (pid 4294967296), cs:ip 73:b7ec2fc5\n",
		"4gb seg fixup, process init (pid x), cs:ip 73:b7ec2fc5\n",
		"Offending process: init\n",
		"4gb segments accesses\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_kernel_log_ struct kernel_log *log = read_text(lines[i]);

		if (kernel_log_warns(log))
			fail_msg("found in: %s", lines[i]);
	}
}

static void takes_names_as_they_are(void **state)
{
	static const struct {
		const char *line, *comm;
		uint32_t pid;
	} cases[] = {
		{ "** Offending process: a b c (pid=7)  **", "a b c", 7 },
		{ "** Offending process: x (pid=1) (pid=77)  **", "x (pid=1)", 77 },
		{ "** Offending process:  lead (pid=7)  **", " lead", 7 },
		{ "** Offending process: trail  (pid=7)  **", "trail ", 7 },
		{ "** Offending process: **star** (pid=7)  **", "**star**", 7 },
		{ "** Offending process: (sd-pam) (pid=7)  **", "(sd-pam)", 7 },
		{ "** Offending process:  (pid=7)  **", "", 7 },
		{ "** Offending process: \\x1b[2J\\x0a\\x5c (pid=7)  **", "\x1b[2J\n\\", 7 },
		{ "** Offending process: \x80\xff (pid=7)  **", "\x80\xff", 7 },
		{ "** Offending process: fifteen-bytes-1 (pid=4194304) **", "fifteen-bytes-1", 4194304 },
		{ "4gb seg fixup, process a (pid 3) (pid 15), cs:ip 73:08048000", "a (pid 3)", 15 },
		{ "4gb seg fixup, process \\x28\\x29 (pid 15), cs:ip 73:08048000", "()", 15 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_kernel_log_ struct kernel_log *log = read_text(cases[i].line);

		assert_int_equal(log->n, 1);
		assert_string_equal(log->offender[0].comm, cases[i].comm);
		assert_int_equal(log->offender[0].pid, cases[i].pid);
	}
}

static void joins_what_was_wrapped(void **state)
{
	static const char *const cases[] = {
		"** WARNING: Currently emulating unsupported\nmemory accesses **\n** Offending process: a (pid=7)\n" FIX
		"\n",
		"** WARNING: Currently\n** emulating unsupported memory\n** accesses  **\n** Offending process:\n** a "
		"(pid=7)\n" FIX "\n",
		"** WARNING: Currently emulat\ning unsupported memory accesses  **\n** Offending proc\ness: a "
		"(pi\nd=7)\n" FIX "\n",
		HEAD
		"\n** Offending process: a\n(pid=7)   **\n4gb seg fixup, process\ninit (pid 1), cs:ip 73:b7ec\n2fc5\n",
		HEAD "\r\n** Offending process: a (pid=\r\n7)   **\r\n4gb seg fixup, process init (pid 1),\r\ncs:ip "
		     "73:\r\nb7ec2fc5\r\n",
		/* Lines of others between lines, and strangers within one. */
		HEAD "\nusb 1-1: new device\n** Offending process: a (pid=7)\n[  1.0] eth0: up\n" FIX "\nadded\n",
		"Nov 21 13:00:00 h kernel: " HEAD
		"\nNov 21 13:00:00 h kernel: ** Offending process:\nNov 21 13:00:00 h a[1]: "
		"hello\nNov 21 13:00:00 h kernel: a (pid=7)\nNov 21 13:00:00 h kernel: " FIX "\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t step = 1; step < 100; step += 49) {
			_cleanup_kernel_log_ struct kernel_log *log = read_log(cases[i], strlen(cases[i]), step);

			if (log->boxes != 1 || log->n != 2)
				fail_msg("case %zu: %d boxes, %zu offenders", i, (int)log->boxes, log->n);
			assert_string_equal(log->offender[0].comm, "a");
			assert_int_equal(log->offender[0].pid, 7);
			assert_int_equal(log->offender[0].count, 1);
			assert_int_equal(log->offender[1].count, 1);
			assert_int_equal(log->offender[1].address[0].ip, 0xb7ec2fc5);
		}
}

static void counts_offenders_and_addresses(void **state)
{
	_cleanup_kernel_log_ struct kernel_log *log = read_text(
			"boot\n" FIX "\nprintk: 12 messages suppressed.\n" FIX
			"\n4gb seg fixup, process init (pid 1), cs:ip 73:b7f35ee0\nprintk: 5 messages suppressed.\n"
			"something else\n4gb seg fixup, process sshd (pid 9), cs:ip 73:b7f35ee0\n"
			"do_fixup_4gb_segment: 100 callbacks suppressed\n** Offending process: init (pid=1) **\n" FIX
			"\n4gb seg fixup, process sh (pid 9), cs:ip 73:b7f35ee0");

	(void)state;
	assert_int_equal(log->n, 4);
	assert_int_equal(log->offender[0].count, 4);
	assert_int_equal(log->offender[0].first_line, 2);
	assert_int_equal(log->offender[0].last_line, 11);
	assert_int_equal(log->offender[0].naddress, 2);
	assert_int_equal(log->offender[0].address[0].count, 3);
	assert_int_equal(log->offender[0].address[1].count, 1);
	assert_int_equal(log->offender[1].pid, 9);
	assert_int_equal(log->offender[2].source, KERNEL_LOG_BOX);
	assert_int_equal(log->suppressed, 112);
	assert_int_equal(log->fixups, 6);
	assert_int_equal(log->lines, 12);
	assert_string_equal(log->offender[3].comm, "sh");
}

static void knows_the_other_messages(void **state)
{
	_cleanup_kernel_log_ struct kernel_log *mach =
			read_text("10000 4gb segments accesses\n20000 4gb segments accesses\n");
	_cleanup_kernel_log_ struct kernel_log *million =
			read_text("A million 4gb segment accesses, stopping reporting them.");
	_cleanup_kernel_log_ struct kernel_log *xen =
			read_text("(XEN) seg_fixup.c:310: Unhandled prefix 2e\n"
				  "(XEN) [2012-01-01 00:00:00] seg_fixup.c:340:d1 Unsupported opcode 6f\n");
	_cleanup_kernel_log_ struct kernel_log *removal =
			read_text("[    0.5] Support for running as 32-bit PV-guest under Xen will soon be "
				  "removed\nfrom the Linux kernel!\n");

	(void)state;
	assert_int_equal(mach->mach, 20000);
	assert_true(kernel_log_warns(mach));
	assert_int_equal(million->mach, 1000000);
	assert_int_equal(xen->xen_refused, 2);
	assert_true(kernel_log_warns(xen));
	assert_true(removal->pv_removal);
	assert_false(kernel_log_warns(removal));
}

static void survives_rubbish(void **state)
{
	static const char rubbish[] = "\0\0\0\n\0004gb seg\0 fixup, process in\0it (pid 1), cs:ip "
				      "73:b7ec2fc5\0\0\n\xff\xfe\0\033[\033[31";
	static char big[3 * 4096 + 200];
	const char *before = FIX " ";
	_cleanup_kernel_log_ struct kernel_log *log = NULL, *nul = NULL, *nothing = read_log("", 0, 1);

	(void)state;
	/* A line without an end: what stands at its start and behind the piece's limit is found. */
	memset(big, 'x', sizeof(big));
	memcpy(big, before, strlen(before));
	memcpy(big + 4096, before, strlen(before));
	memcpy(big + 8192 + 100, before, strlen(before));
	log = read_log(big, sizeof(big), 1000);
	assert_int_equal(log->offender[0].count, 3);
	assert_int_equal(log->lines, 1);
	nul = read_log(rubbish, sizeof(rubbish) - 1, 3);
	assert_int_equal(nul->n, 1);
	assert_int_equal(nothing->lines, 0);
	assert_false(kernel_log_warns(nothing));
}

static void bounds_what_it_keeps(void **state)
{
	_cleanup_kernel_log_ struct kernel_log *log = NULL;
	char line[128];

	(void)state;
	assert_int_equal(kernel_log_new(&log), 0);
	for (unsigned i = 0; i < KERNEL_LOG_OFFENDERS + 10; i++)
		for (unsigned j = 0; j < (i == 3 ? KERNEL_LOG_ADDRESSES + 5 : 1); j++) {
			int len = sprintf(
					line, "4gb seg fixup, process p%u (pid 7), cs:ip 73:%08x\n", i, 0x8048000 + j);

			assert_int_equal(kernel_log_feed(log, line, (size_t)len), 0);
		}
	assert_int_equal(log->n, KERNEL_LOG_OFFENDERS);
	assert_int_equal(log->more_offenders, 10);
	assert_int_equal(log->offender[3].naddress, KERNEL_LOG_ADDRESSES);
	assert_int_equal(log->offender[3].more_addresses, 5);
	assert_int_equal(log->offender[3].count, KERNEL_LOG_ADDRESSES + 5);
	assert_string_equal(log->offender[1023].comm, "p1023");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_box_in_every_dress),
		cmocka_unit_test(passes_over_what_others_say),
		cmocka_unit_test(takes_names_as_they_are),
		cmocka_unit_test(joins_what_was_wrapped),
		cmocka_unit_test(counts_offenders_and_addresses),
		cmocka_unit_test(knows_the_other_messages),
		cmocka_unit_test(survives_rubbish),
		cmocka_unit_test(bounds_what_it_keeps),
	};

	return RUN_TESTS(tests);
}
