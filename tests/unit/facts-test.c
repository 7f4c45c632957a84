// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "xen/facts.h"

#define TREES "tests/data/trees/"

/* A scratch tree. */
static char tree[64];

static int make_tree(void **state)
{
	(void)state;
	snprintf(tree, sizeof(tree), "/tmp/facts-test-XXXXXX");
	return mkdtemp(tree) ? 0 : -1;
}

static int remove_tree(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", tree);
	return system(command);
}

static void put(const char *path, const char *text)
{
	char full[256];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", tree, path);
	for (char *p = full + strlen(tree) + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		mkdir(full, 0755);
	}
	if (!text)
		return;
	f = fopen(full, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static struct xen_facts read_facts(const char *path, const struct xen_cpuid *cpuid)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	struct xen_facts f;

	assert_int_equal(root_open_tree(&root, path), 0);
	assert_int_equal(xen_facts_read(&root, cpuid, &f), 0);
	return f;
}

static void tells_captured_trees_apart(void **state)
{
	static const struct {
		const char *tree;
		enum xen_kind kind;
		enum xen_mode mode;
		unsigned width;
		enum xen_answer shortens;
		enum xen_reason reason;
		const char *text;
	} cases[] = {
		{ "bare-metal", XEN_KIND_NONE, XEN_MODE_UNKNOWN, 0, XEN_NO, XEN_NOT_ON_XEN, "no Xen" },
		{ "empty-sys-hypervisor", XEN_KIND_NONE, XEN_MODE_UNKNOWN, 0, XEN_NO, XEN_NOT_ON_XEN, "no Xen" },
		{ "kvm", XEN_KIND_NONE, XEN_MODE_UNKNOWN, 0, XEN_NO, XEN_NOT_ON_XEN, "no Xen" },
		{ "dom0", XEN_KIND_DOM0, XEN_MODE_PV, 64, XEN_NO, XEN_64BIT_BY_CAPABILITIES, "dom0 (PV)" },
		{ "dom0-without-xenfs", XEN_KIND_DOM0, XEN_MODE_PV, 64, XEN_NO, XEN_64BIT_BY_CAPABILITIES,
				"dom0 (PV)" },
		{ "pv", XEN_KIND_PV, XEN_MODE_PV, 64, XEN_NO, XEN_64BIT_BY_CAPABILITIES, "PV domU" },
		{ "pvh", XEN_KIND_PVH, XEN_MODE_PVH, 64, XEN_NO, XEN_HARDWARE_GUEST, "PVH domU" },
		{ "hvm", XEN_KIND_HVM, XEN_MODE_HVM, 64, XEN_NO, XEN_HARDWARE_GUEST, "HVM domU" },
		{ "hvm-viridian", XEN_KIND_HVM, XEN_MODE_HVM, 64, XEN_NO, XEN_HARDWARE_GUEST, "HVM domU" },
		{ "pv-32on32", XEN_KIND_PV, XEN_MODE_PV, 32, XEN_YES, XEN_32BIT_HYPERVISOR, "PV domU" },
		{ "dom0-32on32", XEN_KIND_DOM0, XEN_MODE_PV, 32, XEN_YES, XEN_32BIT_HYPERVISOR, "dom0 (PV)" },
		{ "pv-32on64", XEN_KIND_PV, XEN_MODE_PV, 64, XEN_NO, XEN_64BIT_BY_CAPABILITIES, "PV domU" },
		{ "pvops-32on32", XEN_KIND_PV, XEN_MODE_PV, 32, XEN_YES, XEN_32BIT_HYPERVISOR, "PV domU" },
		{ "pvops-32on64", XEN_KIND_PV, XEN_MODE_PV, 64, XEN_NO, XEN_64BIT_BY_CAPABILITIES, "PV domU" },
		{ "pvshim", XEN_KIND_PV, XEN_MODE_PV, 64, XEN_NO, XEN_64BIT_BY_CAPABILITIES, "PV domU" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char path[128];
		struct xen_facts f;

		snprintf(path, sizeof(path), TREES "%s", cases[i].tree);
		f = read_facts(path, NULL);
		if (f.kind != cases[i].kind || f.mode != cases[i].mode || f.width != cases[i].width ||
				f.shortens != cases[i].shortens || f.reason != cases[i].reason)
			fail_msg("%s: %s, mode %d, width %u, shortens %d (%s)", cases[i].tree, xen_kind_text(&f),
					f.mode, f.width, f.shortens, xen_reason_text(f.reason));
		assert_string_equal(xen_kind_text(&f), cases[i].text);
		assert_int_equal(f.on_xen, cases[i].kind == XEN_KIND_NONE ? XEN_NO : XEN_YES);
		assert_int_equal(xen_facts_unreadable(&f, 0), XEN_FILES);
		assert_true(f.probe.present && f.probe.has_segments && f.probe.has_note && f.cpuid.known);
		/* The probe's segments and the facts agree. */
		assert_int_equal(f.probe.limit != 0xffffffff, f.shortens == XEN_YES);
	}
}

static void keeps_what_it_reads(void **state)
{
	struct xen_facts dom0 = read_facts(TREES "dom0", NULL), kvm = read_facts(TREES "kvm", NULL),
			 old = read_facts(TREES "pv-32on32", NULL);

	(void)state;
	assert_true(dom0.has_version && dom0.major == 4 && dom0.minor == 17);
	assert_true(dom0.extra[0] == '.'); /* which one, the next refresh of the trees may change */
	assert_string_equal(dom0.capabilities, "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64");
	assert_int_equal(dom0.features, 0x228f0);
	assert_string_equal(dom0.guest_type, "PV");
	assert_string_equal(dom0.uuid, "00000000-0000-0000-0000-000000000000");
	assert_non_null(strstr(dom0.release, "-amd64"));
	assert_int_equal(dom0.kernel_64, XEN_YES);
	assert_null(xen_other_hypervisor(&dom0));
	assert_string_equal(xen_other_hypervisor(&kvm), "KVM");
	assert_int_equal(kvm.sys_hypervisor, XEN_YES);
	assert_int_equal(kvm.error[XEN_FILE_TYPE], -ENOENT);
	assert_int_equal(old.kernel_64, XEN_NO);
	assert_int_equal(old.probe.limit, 0xecdb0fff);
	assert_int_equal(old.probe.note_size, 18);
	assert_int_equal(old.probe.note[4], 1);
	assert_int_equal(old.error[XEN_FILE_GUEST_TYPE], -ENOENT);
}

/* One fact at a time, without a probe. */
static void concludes_from_single_facts(void **state)
{
	struct xen_facts f;

	(void)state;
	put("/proc/cpuinfo", "processor : 0\n");
	assert_int_equal(read_facts(tree, NULL).kind, XEN_KIND_NONE);
	put("/proc/version", "Linux version 3.2.0\n");
	f = read_facts(tree, NULL);
	assert_int_equal(f.kind, XEN_KIND_NONE);
	put("/proc/version", "Linux version 2.6.18-238.el5xen\n");
	assert_int_equal(read_facts(tree, NULL).on_xen, XEN_NOT_KNOWN);
	put("/proc/version", "Linux version 3.2.0\n");

	put("/proc/xen", NULL);
	put("/proc/xen/", NULL);
	f = read_facts(tree, NULL);
	assert_int_equal(f.on_xen, XEN_YES);
	assert_int_equal(f.kind, XEN_KIND_UNKNOWN);
	assert_int_equal(f.shortens, XEN_NOT_KNOWN);
	assert_int_equal(f.reason, XEN_WIDTH_NOT_KNOWN);
	assert_string_equal(xen_kind_text(&f), "a Xen guest of unknown kind");

	put("/sys/hypervisor/properties/capabilities", "xen-3.0-x86_32p \n");
	f = read_facts(tree, NULL);
	assert_int_equal(f.width, 32);
	assert_int_equal(f.shortens, XEN_NOT_KNOWN);
	assert_int_equal(f.reason, XEN_MODE_NOT_KNOWN);

	put("/proc/version", "Linux version 2.6.26-2-xen-686 (Debian 2.6.26-29) #1 SMP\n");
	f = read_facts(tree, NULL);
	assert_string_equal(f.release, "2.6.26-2-xen-686");
	assert_int_equal(f.mode, XEN_MODE_PV);
	assert_int_equal(f.kind, XEN_KIND_UNKNOWN);
	assert_int_equal(f.shortens, XEN_YES);
	put("/proc/sys/kernel/osrelease", "3.2.0-4-686-pae\n");
	assert_int_equal(read_facts(tree, NULL).reason, XEN_MODE_NOT_KNOWN);
	put("/proc/sys/kernel/osrelease", "2.6.26-2-xen-686\n");
	assert_int_equal(read_facts(tree, NULL).shortens, XEN_YES);

	put("/sys/hypervisor/properties/features", "00000004\n");
	f = read_facts(tree, NULL);
	assert_int_equal(f.reason, XEN_HARDWARE_GUEST);

	put("/sys/hypervisor/guest_type", "PV\n");
	f = read_facts(tree, NULL);
	assert_int_equal(f.shortens, XEN_YES);

	put("/sys/hypervisor/version/major", "4\n");
	put("/sys/hypervisor/version/minor", "3\n");
	f = read_facts(tree, NULL);
	assert_int_equal(f.reason, XEN_64BIT_BY_VERSION);
	put("/sys/hypervisor/version/minor", "2\n");
	assert_int_equal(read_facts(tree, NULL).shortens, XEN_YES);

	put("/proc/sys/kernel/arch", "x86_64\n");
	f = read_facts(tree, NULL);
	assert_int_equal(f.reason, XEN_64BIT_BY_KERNEL);
	assert_int_equal(f.shortens, XEN_NO);

	put("/proc/xen/capabilities", "control_d\n");
	assert_int_equal(read_facts(tree, NULL).kind, XEN_KIND_DOM0);
}

/* A hypervisor that can run no hardware guests, and none of those kinds that came later. */
static void knows_a_hypervisor_of_pv_guests(void **state)
{
	struct xen_facts f;

	(void)state;
	put("/proc/version", "Linux version 3.2.0-4-686-pae\n");
	put("/sys/hypervisor/type", "xen\n");
	put("/sys/hypervisor/version/major", "4\n");
	put("/sys/hypervisor/version/minor", "1\n");
	put("/sys/hypervisor/properties/capabilities", "xen-3.0-x86_32p\n");
	f = read_facts(tree, NULL);
	assert_int_equal(f.mode, XEN_MODE_PV);
	assert_int_equal(f.shortens, XEN_YES);
	put("/sys/hypervisor/properties/capabilities", "xen-3.0-x86_32p hvm-3.0-x86_32\n");
	assert_int_equal(read_facts(tree, NULL).reason, XEN_MODE_NOT_KNOWN);
	put("/sys/hypervisor/properties/capabilities", "xen-3.0-x86_64\n");
	put("/sys/hypervisor/version/minor", "17\n");
	assert_int_equal(read_facts(tree, NULL).mode, XEN_MODE_UNKNOWN);
}

static void asks_cpuid_before_it_says_no(void **state)
{
	struct xen_cpuid none = { .known = true }, pv = none, hvm = none;

	(void)state;
	assert_int_equal(xen_cpuid_parse("plain=TCGTCGTCGTCG/40000001/0.0 forced=XenVMMXenVMM/40000005/4.2", &pv), 0);
	assert_int_equal(xen_cpuid_parse("plain=XenVMMXenVMM/40000005/4.2 forced=none", &hvm), 0);
	/* An empty tree says nothing. */
	assert_int_equal(read_facts(tree, NULL).on_xen, XEN_NOT_KNOWN);
	assert_int_equal(read_facts(tree, NULL).reason, XEN_NOT_KNOWN_WHETHER_XEN);
	assert_int_equal(read_facts(tree, &none).on_xen, XEN_NO);
	assert_int_equal(read_facts(tree, &pv).mode, XEN_MODE_PV);
	assert_int_equal(read_facts(tree, &pv).shortens, XEN_NOT_KNOWN);
	assert_true(read_facts(tree, &pv).has_version);
	assert_int_equal(read_facts(tree, &hvm).kind, XEN_KIND_HVM);
	assert_int_equal(read_facts(tree, &hvm).shortens, XEN_NO);
	/* The caller's word comes before the probe's. */
	put("/nosegneg-probe", "cpuid: plain=none forced=none\n");
	assert_int_equal(read_facts(tree, NULL).on_xen, XEN_NO);
	assert_int_equal(read_facts(tree, &pv).on_xen, XEN_YES);
}

/* A container shows neither xenfs nor, as a rule, /sys/hypervisor: there nothing says whether it is in dom0. */
static void tells_dom0_from_domu_only_by_what_shows_it(void **state)
{
	struct xen_cpuid pv = { 0 }, hardware = { 0 };
	struct xen_facts f;

	(void)state;
	assert_int_equal(xen_cpuid_parse("plain=KVMKVMKVM/40000001/0.0 forced=XenVMMXenVMM/40000005/4.17", &pv), 0);
	assert_int_equal(xen_cpuid_parse("plain=XenVMMXenVMM/40000005/4.17 forced=none", &hardware), 0);
	put("/proc/version", "Linux version 6.1.0\n");
	f = read_facts(tree, &pv);
	assert_int_equal(f.kind, XEN_KIND_UNKNOWN);
	assert_string_equal(xen_kind_text(&f), "PV, dom0 or domU");
	f = read_facts(tree, &hardware);
	assert_int_equal(f.mode, XEN_MODE_HARDWARE);
	assert_int_equal(f.kind, XEN_KIND_UNKNOWN);
	assert_int_equal(f.shortens, XEN_NO);
	assert_string_equal(xen_kind_text(&f), "PVH or HVM");

	put("/proc/xen/", NULL);
	assert_int_equal(read_facts(tree, &pv).kind, XEN_KIND_UNKNOWN);
	put("/proc/xen/capabilities", "");
	f = read_facts(tree, &pv);
	assert_int_equal(f.kind, XEN_KIND_PV);
	assert_false(f.control);
	put("/proc/xen/capabilities", "control_d\n");
	f = read_facts(tree, &pv);
	assert_int_equal(f.kind, XEN_KIND_DOM0);
	assert_true(f.control);
	/* It sees the machine's own DMI tables, as an HVM guest sees those of its firmware. */
	put("/sys/class/dmi/id/product_name", "R640\n");
	assert_int_equal(read_facts(tree, &hardware).mode, XEN_MODE_PVH);
	put("/proc/xen/capabilities", "");
	assert_int_equal(read_facts(tree, &hardware).mode, XEN_MODE_HVM);
}

static void knows_a_domu_without_xenfs(void **state)
{
	struct xen_facts f;

	(void)state;
	put("/proc/version", "Linux version 6.1.0\n");
	put("/sys/hypervisor/type", "xen\n");
	put("/sys/hypervisor/guest_type", "PVH\n");
	f = read_facts(tree, NULL);
	assert_int_equal(f.kind, XEN_KIND_UNKNOWN);
	assert_string_equal(xen_kind_text(&f), "PVH, dom0 or domU");
	put("/sys/hypervisor/uuid", "00000000-0000-0000-0000-000000000000\n");
	assert_int_equal(read_facts(tree, NULL).kind, XEN_KIND_UNKNOWN);
	put("/sys/hypervisor/uuid", "00000000-0000-0000-0000-000000000001\n");
	assert_int_equal(read_facts(tree, NULL).kind, XEN_KIND_PVH);
	put("/sys/hypervisor/uuid", "<denied>\n");
	put("/sys/hypervisor/properties/features", "000228f0\n");
	assert_int_equal(read_facts(tree, NULL).kind, XEN_KIND_DOM0);
	put("/sys/hypervisor/properties/features", "000220f0\n");
	assert_int_equal(read_facts(tree, NULL).kind, XEN_KIND_UNKNOWN);
	put("/sys/hypervisor/version/major", "4\n");
	put("/sys/hypervisor/version/minor", "17\n");
	put("/sys/hypervisor/version/extra", "<denied>\n");
	f = read_facts(tree, NULL);
	assert_int_equal(f.kind, XEN_KIND_PVH);
	assert_string_equal(f.extra, "");
}

static void believes_capabilities_by_words(void **state)
{
	static const struct {
		const char *text;
		unsigned width;
	} cases[] = {
		{ "xen-3.0-x86_32p", 32 },
		{ "xen-3.0-x86_32 ", 32 },
		{ "xen-3.0-x86_32p hvm-3.0-x86_64", 64 },
		{ "  xen-3.0-x86_64", 64 },
		{ "xen-3.0-x86_64be", 0 },
		{ "xen-3.0-ax86_64", 0 },
		{ "x86_64", 0 },
		{ "kvm-3.0-x86_64", 0 },
		{ "xen-3.0-powerpc64", 0 },
		{ "<denied>", 0 },
		{ "", 0 },
	};

	(void)state;
	put("/sys/hypervisor/type", "xen\n");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		put("/sys/hypervisor/properties/capabilities", cases[i].text);
		assert_int_equal(read_facts(tree, NULL).width, cases[i].width);
	}
}

static void concludes_nothing_from_what_it_could_not_read(void **state)
{
	struct xen_facts f;

	(void)state;
	put("/proc/version", "Linux version 2.6.18\n");
	/* A directory in a file's place cannot be read even by root. */
	put("/sys/hypervisor/type/", NULL);
	f = read_facts(tree, NULL);
	assert_int_equal(f.error[XEN_FILE_TYPE], -EISDIR);
	assert_int_equal(f.on_xen, XEN_NOT_KNOWN);
	assert_int_equal(f.shortens, XEN_NOT_KNOWN);
	assert_int_equal(xen_facts_unreadable(&f, 0), XEN_FILE_TYPE);
	assert_int_equal(xen_facts_unreadable(&f, XEN_FILE_TYPE + 1), XEN_FILES);
	assert_string_equal(xen_file_path(XEN_FILE_TYPE), "/sys/hypervisor/type");
	assert_string_equal(xen_kind_text(&f), "not known whether this is Xen");
}

static void knows_what_the_capture_could_not_read(void **state)
{
	struct xen_facts f;

	(void)state;
	put("/proc/version", "Linux version 2.6.18\n");
	put("/nosegneg-capture", "nosegneg-capture 1\nunreadable /sys/hypervisor/type\nunreadable "
				 "/proc/version\nunreadable x\n");
	f = read_facts(tree, NULL);
	assert_int_equal(f.error[XEN_FILE_TYPE], -EACCES);
	assert_int_equal(f.error[XEN_FILE_VERSION], 0);
	assert_int_equal(f.on_xen, XEN_NOT_KNOWN);
}

static void survives_hostile_files(void **state)
{
	static char big[5000];
	struct xen_facts f;

	(void)state;
	memset(big, 'A', sizeof(big) - 1);
	put("/sys/hypervisor/type", "xen\n\n\n");
	put("/sys/hypervisor/properties/capabilities", big);
	put("/sys/hypervisor/guest_type", "PV \t\r\n");
	put("/sys/hypervisor/version/major", "99999999999999999999\n");
	put("/sys/hypervisor/version/minor", "-1\n");
	put("/sys/hypervisor/properties/features", "zz\n");
	put("/sys/hypervisor/uuid", "");
	put("/nosegneg-probe", "machine: \ncpuid: plain=\nsegments: limit=zz\nnote: 0\nnote: 0g\nkernel");
	f = read_facts(tree, NULL);
	assert_int_equal(strlen(f.capabilities), sizeof(f.capabilities) - 1);
	assert_string_equal(f.guest_type, "PV");
	assert_false(f.has_version);
	assert_false(f.has_features);
	assert_true(f.probe.present);
	assert_false(f.probe.has_segments);
	assert_false(f.probe.has_note);
	assert_false(f.cpuid.known);
	put("/nosegneg-probe", big);
	assert_string_equal(read_facts(tree, NULL).probe.machine, "");
}

static void sees_the_old_libraries(void **state)
{
	(void)state;
	assert_int_equal(read_facts(tree, NULL).lib_tls, XEN_NO);
	put("/lib/tls/", NULL);
	assert_int_equal(read_facts(tree, NULL).lib_tls, XEN_YES);
	assert_int_equal(read_facts(tree, NULL).lib_tls_disabled, XEN_NO);
	put("/lib/tls.disabled/", NULL);
	assert_int_equal(read_facts(tree, NULL).lib_tls_disabled, XEN_YES);
}

static void reads_probes(void **state)
{
	static const char text[] = "machine: i686\r\nkernel: 2.6.18 x\nsegments: limit=0xecdb0fff access=def300\n"
				   "note: 01 00 00 00 ff\nunknown: 1\ncpuid: plain=none forced=none";
	char line[6 + 2 * sizeof(((struct xen_probe *)0)->note) + 2];
	struct xen_probe p;

	(void)state;
	xen_probe_parse(text, sizeof(text) - 1, &p);
	assert_string_equal(p.machine, "i686");
	assert_string_equal(p.kernel, "2.6.18 x");
	assert_true(p.has_segments && p.limit == 0xecdb0fff && p.access == 0xdef300);
	assert_int_equal(p.note_size, 5);
	assert_int_equal(p.note[4], 0xff);
	assert_true(p.cpuid.known);
	memset(line, '0', sizeof(line));
	memcpy(line, "note: ", 6);
	xen_probe_parse(line, sizeof(line), &p);
	assert_false(p.has_note);
	xen_probe_parse("note: none\n", 11, &p);
	assert_true(p.has_note && p.note_size == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_captured_trees_apart),
		cmocka_unit_test(keeps_what_it_reads),
		cmocka_unit_test_setup_teardown(concludes_from_single_facts, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(knows_a_hypervisor_of_pv_guests, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(asks_cpuid_before_it_says_no, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(tells_dom0_from_domu_only_by_what_shows_it, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(knows_a_domu_without_xenfs, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(believes_capabilities_by_words, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(concludes_nothing_from_what_it_could_not_read, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(knows_what_the_capture_could_not_read, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(survives_hostile_files, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(sees_the_old_libraries, make_tree, remove_tree),
		cmocka_unit_test(reads_probes),
	};

	return RUN_TESTS(tests);
}
