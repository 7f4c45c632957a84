// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "xen/cpuid.h"

static void leaves_signals_as_they_were(void **state)
{
	struct sigaction before = { .sa_handler = SIG_IGN }, ill, segv;
	struct xen_cpuid first, second;
	sigset_t blocked, mask;

	(void)state;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGILL);
	assert_int_equal(sigprocmask(SIG_BLOCK, &blocked, NULL), 0);
	assert_int_equal(sigaction(SIGILL, &before, NULL), 0);
	xen_cpuid_read(&first);
	xen_cpuid_read(&second);
	assert_true(first.known);
	assert_memory_equal(&first, &second, sizeof(first));
	assert_int_equal(sigaction(SIGILL, NULL, &ill), 0);
	assert_int_equal(sigaction(SIGSEGV, NULL, &segv), 0);
	assert_ptr_equal(ill.sa_handler, SIG_IGN);
	assert_false(segv.sa_flags & SA_SIGINFO && ill.sa_flags & SA_SIGINFO);
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
	assert_true(sigismember(&mask, SIGILL));
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	signal(SIGILL, SIG_DFL);
}

/* What the processor says comes back from its text. */
static void writes_and_reads_its_own_text(void **state)
{
	static const char *const texts[] = {
		"unknown",
		"plain=none forced=none",
		"plain=XenVMMXenVMM/40000005/4.17 forced=none",
		"plain=TCGTCGTCGTCG/40000001/0.0 forced=XenVMMXenVMM/40000005/4.17",
		"plain=Microsoft%20Hv/40000005/0.0 forced=none",
		"plain=%20lrpepyh%20%20vr/40000000/0.0 forced=none",
		"plain=/40000000/0.0 forced=none",
		"plain=none forced=%ff%25%2f%20%ff%ff%ff%ff%ff%ff%ff%ff/ffffffff/65535.65535",
	};
	struct xen_cpuid cpuid, here, again;
	char buf[XEN_CPUID_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(xen_cpuid_parse(texts[i], &cpuid), 0);
		assert_string_equal(xen_cpuid_format(&cpuid, buf, sizeof(buf)), texts[i]);
	}
	xen_cpuid_read(&here);
	assert_int_equal(xen_cpuid_parse(xen_cpuid_format(&here, buf, sizeof(buf)), &again), 0);
	assert_string_equal(here.plain.signature, again.plain.signature);
	assert_int_equal(here.plain.max_leaf, again.plain.max_leaf);
	memset(buf, 'Z', sizeof(buf));
	assert_string_equal(xen_cpuid_format(&cpuid, buf, 6), "plain");
	assert_int_equal(buf[6], 'Z');
}

static void refuses_other_text(void **state)
{
	static const char *const bad[] = {
		"",
		"plain=none",
		"plain=none ",
		"forced=none plain=none",
		"plain=none forced=none ",
		"plain=none forced=nonesuch",
		"plain=nonesuch forced=none",
		"plain=X forced=none",
		"plain=X/1 forced=none",
		"plain=X/1/1 forced=none",
		"plain=X/1/1. forced=none",
		"plain=X/1/1.1x forced=none",
		"plain=X/100000000/1.1 forced=none",
		"plain=X/1/65536.1 forced=none",
		"plain=X/-1/1.1 forced=none",
		"plain=XXXXXXXXXXXXX/1/1.1 forced=none",
		"plain=%0/1/1.1 forced=none",
		"plain=%/1/1.1 forced=none",
		"plain=%00/1/1.1 forced=none",
		"plain=\x1b/1/1.1 forced=none",
		"plain=%",
		"unknown ",
	};
	struct xen_cpuid cpuid = { .known = true }, before = cpuid;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (xen_cpuid_parse(bad[i], &cpuid) != -EBADMSG)
			fail_msg("taken: %s", bad[i]);
		assert_memory_equal(&cpuid, &before, sizeof(cpuid));
	}
}

static void names_hypervisors(void **state)
{
	struct xen_cpuid_view xen = { .found = true, .signature = "XenVMMXenVMM" },
			      none = { .signature = "XenVMMXenVMM" };

	(void)state;
	assert_string_equal(xen_cpuid_vendor("KVMKVMKVM"), "KVM");
	assert_string_equal(xen_cpuid_vendor("Microsoft Hv"), "Hyper-V");
	assert_null(xen_cpuid_vendor("KVMKVMKVMKVM"));
	assert_true(xen_cpuid_is_xen(&xen));
	assert_false(xen_cpuid_is_xen(&none));
}

/* A fault of somebody else in between must end the program as it would have. */
static void stays_out_of_others_faults(void **state)
{
	struct xen_cpuid cpuid;
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		signal(SIGILL, SIG_DFL);
		xen_cpuid_read(&cpuid);
		__asm__ volatile("ud2");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_signals_as_they_were),
		cmocka_unit_test(writes_and_reads_its_own_text),
		cmocka_unit_test(refuses_other_text),
		cmocka_unit_test(names_hypervisors),
		cmocka_unit_test(stays_out_of_others_faults),
	};

	return RUN_TESTS(tests);
}
