// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "tree.h"
#include "xen/health.h"

#define MEMORY "/sys/devices/system/xen_memory/xen_memory0/"
#define CLOCK  "/sys/devices/system/clocksource/clocksource0/"

static struct xen_health health;

static const struct xen_health *read_health(void)
{
	_cleanup_root_ struct root root = tree_root();

	assert_int_equal(xen_health_read(&root, &health), 0);
	return &health;
}

static void reads_what_is_there(void **state)
{
	const struct xen_health *h;

	(void)state;
	tree_text("/sys/hypervisor/compilation/compiler", "gcc 12.2.0\n");
	tree_text("/sys/hypervisor/compilation/compiled_by", "somebody\n");
	tree_text("/sys/hypervisor/compilation/compile_date", "Wed Nov  4 16:52:28 UTC 2026\n");
	tree_text("/sys/hypervisor/properties/changeset", "\n");
	tree_put("/sys/hypervisor/properties/buildid", "\x15\x1b\n\xff", 4);
	tree_text("/proc/cmdline", "console=hvc0 x=\033[2J\n");
	tree_text(CLOCK "current_clocksource", "tsc\n");
	tree_text(CLOCK "available_clocksource", "tsc xen \n");
	tree_text(MEMORY "info/current_kb", "969456\n");
	tree_text(MEMORY "target_kb", "524288\n");
	tree_text(MEMORY "retry_count", "3\n");
	h = read_health();
	assert_string_equal(h->compiler, "gcc 12.2.0");
	assert_string_equal(h->compiled_by, "somebody");
	assert_string_equal(h->compile_date, "Wed Nov  4 16:52:28 UTC 2026");
	assert_string_equal(h->changeset, "");
	assert_string_equal(h->build_id, "151b0aff");
	assert_string_equal(h->command_line, "console=hvc0 x=\033[2J");
	assert_string_equal(h->clock, "tsc");
	assert_string_equal(h->clocks, "tsc xen");
	assert_true(h->has_balloon && h->has_retries);
	assert_int_equal(h->current_kib, 969456);
	assert_int_equal(h->target_kib, 524288);
	assert_int_equal(h->retries, 3);
	assert_int_equal(xen_health_unreadable(h, 0), XEN_HEALTH_FILES);
}

static void names_what_it_could_not_read(void **state)
{
	const struct xen_health *h;

	(void)state;
	tree_text("/sys/hypervisor/properties/buildid", "<denied>");
	tree_text("/sys/hypervisor/properties/changeset", "<denied>\n");
	tree_text(MEMORY "info/current_kb", "many\n");
	tree_text(MEMORY "target_kb", "99999999999999999999\n");
	tree_text(MEMORY "retry_count", "9007199254740992\n");
	tree_text("/proc/cmdline/is/a/directory", "");
	tree_text("/nosegneg-capture", "nosegneg-capture 1\nunreadable /sys/hypervisor/compilation/compiler\n");
	h = read_health();
	assert_int_equal(h->error[XEN_HEALTH_COMPILER], -EACCES);
	assert_int_equal(h->error[XEN_HEALTH_BUILD_ID], -EPERM);
	assert_int_equal(h->error[XEN_HEALTH_CHANGESET], -EPERM);
	assert_int_equal(h->error[XEN_HEALTH_CURRENT], -EBADMSG);
	assert_int_equal(h->error[XEN_HEALTH_TARGET], -EBADMSG);
	/* So many KiB are more bytes than a signed number holds. */
	assert_int_equal(h->error[XEN_HEALTH_RETRIES], -EBADMSG);
	assert_int_equal(h->error[XEN_HEALTH_COMMAND_LINE], -EISDIR);
	assert_int_equal(h->error[XEN_HEALTH_CLOCK], -ENOENT);
	assert_string_equal(h->build_id, "");
	assert_false(h->has_balloon || h->has_retries);
	assert_int_equal(xen_health_unreadable(h, 0), XEN_HEALTH_COMPILER);
	assert_int_equal(xen_health_unreadable(h, XEN_HEALTH_COMPILER + 1), XEN_HEALTH_CHANGESET);
	assert_int_equal(xen_health_unreadable(h, XEN_HEALTH_CHANGESET + 1), XEN_HEALTH_BUILD_ID);
	assert_string_equal(xen_health_path(XEN_HEALTH_COMMAND_LINE), "/proc/cmdline");
}

static void finds_toolstacks(void **state)
{
	const struct xen_health *h;

	(void)state;
	assert_int_equal(read_health()->toolstacks_known, XEN_NOT_KNOWN);
	tree_text("/nosegneg-capture", "nosegneg-capture 1\nlooked toolstack\n");
	assert_int_equal(read_health()->toolstacks_known, XEN_NO);

	/* The library alone is no toolstack. */
	tree_text("/usr/lib64/libxenctrl.so.4.18", "");
	tree_text("/usr/lib64/libxenctrl.so.4.18.0", "");
	tree_text("/usr/lib64/libxenctrl.so.4.0", "");
	tree_text("/usr/lib/libxenctrl.so", "");
	assert_int_equal(read_health()->toolstacks_known, XEN_NO);
	tree_text("/usr/sbin/xl", "");
	h = read_health();
	assert_int_equal(h->toolstacks_known, XEN_YES);
	assert_int_equal(h->ntoolstack, 1);
	assert_true(xen_health_has_toolstack(h, 4, 18));
	assert_false(xen_health_has_toolstack(h, 4, 0));

	/* Debian's own layout: there the library may be for others, and xl is a wrapper. */
	tree_text("/usr/lib/xen-common/x", "");
	tree_text("/usr/lib/xen-4.17/bin/xl", "");
	tree_text("/usr/lib/xen-4.14/bin/xl", "");
	tree_text("/usr/lib/xen-4.11/lib/x", "");
	tree_text("/usr/lib/xen-4.17-dbg/bin/xl", "");
	h = read_health();
	assert_int_equal(h->ntoolstack, 2);
	assert_int_equal(h->toolstack[0].minor, 14);
	assert_int_equal(h->toolstack[1].minor, 17);
}

/* What is built from source goes to /usr/local, beside what Debian has. */
static void finds_a_local_toolstack_on_debian(void **state)
{
	const struct xen_health *h;

	(void)state;
	tree_text("/usr/lib/xen-common/x", "");
	tree_text("/usr/lib/xen-4.17/bin/xl", "");
	tree_text("/usr/lib/libxenctrl.so.4.17", "");
	tree_text("/usr/lib/libxenctrl.so.4.14", "");
	tree_text("/usr/local/lib/libxenctrl.so.4.20", "");
	assert_int_equal(read_health()->ntoolstack, 1);
	tree_text("/usr/local/sbin/xl", "");
	h = read_health();
	assert_int_equal(h->ntoolstack, 2);
	assert_true(xen_health_has_toolstack(h, 4, 17) && xen_health_has_toolstack(h, 4, 20));
}

/* That of Xen 3.x and 4.0 was xm; and libxenctrl's soname did not tell the release then. */
static void does_not_deny_a_toolstack_without_a_release(void **state)
{
	static const char *const programs[] = { "/usr/sbin/xm", "/usr/sbin/xend", "/usr/sbin/xl" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		tree_text("/nosegneg-capture", "nosegneg-capture 1\nlooked toolstack\n");
		tree_text("/usr/lib/libxenctrl.so.4.0", "");
		assert_int_equal(read_health()->toolstacks_known, XEN_NO);
		tree_text(programs[i], "");
		assert_int_equal(read_health()->toolstacks_known, XEN_NOT_KNOWN);
		assert_int_equal(unlink(tree_path(programs[i])), 0);
	}
	tree_text("/usr/lib/xen-common/x", "");
	tree_text("/usr/lib/xen-4.0/bin/xm", "");
	assert_true(xen_health_has_toolstack(read_health(), 4, 0));
}

static void bounds_toolstacks(void **state)
{
	char path[64];

	(void)state;
	tree_text("/usr/lib/xen-common/x", "");
	for (int i = 2; i < 20; i++) {
		snprintf(path, sizeof(path), "/usr/lib/xen-4.%d/bin/xl", i);
		tree_text(path, "");
	}
	tree_text("/usr/lib/xen-4.99999999999999999999/bin/xl", "");
	assert_int_equal(read_health()->ntoolstack, XEN_TOOLSTACKS);
}

static void knows_the_clocks_that_linux_ranks_lower(void **state)
{
	static const struct {
		const char *clock, *clocks;
		bool worse;
	} cases[] = {
		{ "xen", "xen tsc hpet", false },
		{ "tsc", "tsc xen", false },
		{ "hpet", "tsc xen hpet", true },
		{ "acpi_pm", "xen acpi_pm", true },
		{ "jiffies", "jiffies", false },
		{ "hpet", "hpet xenon", false },
		{ "", "", false },
		{ "kvm-clock", "xen", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		tree_text(CLOCK "current_clocksource", cases[i].clock);
		tree_text(CLOCK "available_clocksource", cases[i].clocks);
		assert_true(xen_health_clock_is_worse(read_health()) == cases[i].worse);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(reads_what_is_there),
		TREE_TEST(names_what_it_could_not_read),
		TREE_TEST(finds_toolstacks),
		TREE_TEST(finds_a_local_toolstack_on_debian),
		TREE_TEST(does_not_deny_a_toolstack_without_a_release),
		TREE_TEST(bounds_toolstacks),
		TREE_TEST(knows_the_clocks_that_linux_ranks_lower),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
