// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "machine.h"

const char output_program[] = "machine-judge-test";

static const struct machine_options options = { .scan = true };
static char names[2][NAME_MAX + 1] = { "libc.so.6", "libm.so.6" };
static struct library_set set = { .path = "/set", .real = "/set", .library = names, .nlibrary = 2 };

static const struct segments shortened = { .known = true, .limit = 0xecdb0fff, .access = 0xdef300 };
static const struct segments whole = { .known = true, .limit = UINT32_MAX, .access = 0xd0f300 };

/* A live machine on a 32-bit Xen, with glibc 2.36 and a set that is in force. */
static struct machine served_machine(void)
{
	struct machine m = { .options = &options, .segments = shortened, .programs = PROGRAMS_RUN };

	m.xen.on_xen = XEN_YES;
	m.xen.mode = XEN_MODE_PV;
	m.xen.width = 32;
	m.xen.shortens = XEN_YES;
	m.xen.reason = XEN_32BIT_HYPERVISOR;
	m.note_known = true;
	m.has_loader = true;
	m.glibc.major = 2;
	m.glibc.minor = 36;
	m.glibc.source = GLIBC_FROM_LOADER;
	m.settings_state = FILE_READ;
	m.set_state = FILE_READ;
	m.set = &set;
	m.taken = set.nlibrary;
	m.cache_state = FILE_READ;
	return m;
}

struct outcome {
	enum verdict verdict;
	enum reason reason;
	size_t errors, warnings;
};

static struct outcome judge(const struct machine *m)
{
	struct diagnosis d = { 0 };
	struct outcome o;

	machine_judge(m, &d);
	o = (struct outcome){ d.verdict, d.reason, findings_count(&d.findings, SEVERITY_ERROR),
		findings_count(&d.findings, SEVERITY_WARNING) };
	diagnosis_free(&d);
	return o;
}

static void expect(const struct machine *m, enum verdict verdict, enum reason reason)
{
	struct outcome o = judge(m);

	assert_string_equal(verdict_key(o.verdict), verdict_key(verdict));
	assert_string_equal(reason_key(o.reason), reason_key(reason));
}

static void believes_the_processor_first(void **state)
{
	struct machine m = served_machine();

	(void)state;
	expect(&m, VERDICT_SERVED, REASON_SET_LOADED);
	m.xen.shortens = XEN_NO;
	m.xen.reason = XEN_NOT_ON_XEN;
	expect(&m, VERDICT_SERVED, REASON_SET_LOADED);
	m.segments = whole;
	expect(&m, VERDICT_NOT_NEEDED, REASON_NO_XEN);
	m.xen.shortens = XEN_YES;
	m.xen.reason = XEN_32BIT_HYPERVISOR;
	expect(&m, VERDICT_NOT_NEEDED, REASON_NOT_SHORTENED);
}

static void never_says_not_needed_for_want_of_facts(void **state)
{
	static const enum xen_reason reasons[] = { XEN_WIDTH_NOT_KNOWN, XEN_MODE_NOT_KNOWN, XEN_NOT_KNOWN_WHETHER_XEN };
	struct machine m = served_machine();

	(void)state;
	m.segments = (struct segments){ 0 };
	m.programs = PROGRAMS_NOT_KNOWN;
	m.xen.shortens = XEN_NOT_KNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		m.xen.reason = reasons[i];
		expect(&m, VERDICT_NOT_KNOWN, REASON_NEED_NOT_KNOWN);
	}
	m.helper_missing = true;
	expect(&m, VERDICT_NOT_KNOWN, REASON_NEED_NOT_KNOWN);
	m.xen.shortens = XEN_NO;
	m.xen.reason = XEN_64BIT_BY_VERSION;
	expect(&m, VERDICT_NOT_NEEDED, REASON_64BIT_XEN);
}

static void tells_why_it_is_not_needed(void **state)
{
	static const struct {
		enum xen_reason xen;
		enum reason reason;
	} cases[] = {
		{ XEN_NOT_ON_XEN, REASON_NO_XEN },
		{ XEN_HARDWARE_GUEST, REASON_HARDWARE_GUEST },
		{ XEN_64BIT_BY_CAPABILITIES, REASON_64BIT_XEN },
		{ XEN_64BIT_BY_VERSION, REASON_64BIT_XEN },
		{ XEN_64BIT_BY_KERNEL, REASON_64BIT_XEN },
	};
	struct machine m = served_machine();

	(void)state;
	m.segments = whole;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		m.xen.reason = cases[i].xen;
		m.xen.shortens = XEN_NO;
		expect(&m, VERDICT_NOT_NEEDED, cases[i].reason);
	}
	m.segments = (struct segments){ 0 };
	m.programs = PROGRAMS_REFUSED;
	m.xen.shortens = XEN_NOT_KNOWN;
	expect(&m, VERDICT_NOT_NEEDED, REASON_NO_32BIT_PROGRAMS);
	m = served_machine();
	m.has_loader = false;
	m.loader_absent = true;
	m.set = NULL;
	m.taken = 0;
	expect(&m, VERDICT_NOT_NEEDED, REASON_NO_32BIT_PROGRAMS);
}

static void tells_how_much_is_loaded(void **state)
{
	struct machine m = served_machine();

	(void)state;
	m.taken = 1;
	expect(&m, VERDICT_NOT_SERVED, REASON_SET_PARTLY_LOADED);
	m.taken = 0;
	expect(&m, VERDICT_NOT_SERVED, REASON_SET_NOT_LOADED);
	m.nscan = 1;
	m.scan[0].scanned = true;
	expect(&m, VERDICT_SERVED, REASON_BASE_CLEAN);
	m.scan[0].counts.possible = 1;
	expect(&m, VERDICT_NOT_SERVED, REASON_SET_NOT_LOADED);
	m.scan[0].counts.possible = 0;
	m.scan[0].scanned = false;
	expect(&m, VERDICT_NOT_SERVED, REASON_SET_NOT_LOADED);
	m.set = NULL;
	m.set_state = FILE_ABSENT;
	expect(&m, VERDICT_NOT_SERVED, REASON_SET_MISSING);
	m.set_state = FILE_UNREADABLE;
	expect(&m, VERDICT_NOT_KNOWN, REASON_LIBRARIES_NOT_KNOWN);
	m.set_state = FILE_ABSENT;
	m.cache_state = FILE_UNREADABLE;
	expect(&m, VERDICT_NOT_KNOWN, REASON_LIBRARIES_NOT_KNOWN);
}

static void calls_a_foreign_set_in_force_broken(void **state)
{
	struct machine m = served_machine();

	(void)state;
	m.set_check = -EBADMSG;
	expect(&m, VERDICT_BROKEN, REASON_SET_MISMATCH);
	m.taken = 1;
	expect(&m, VERDICT_BROKEN, REASON_SET_MISMATCH);
	m.segments = whole;
	expect(&m, VERDICT_BROKEN, REASON_SET_MISMATCH);
	m.taken = 0;
	m.xen.reason = XEN_NOT_ON_XEN;
	expect(&m, VERDICT_NOT_NEEDED, REASON_NO_XEN);
	m.set_check = -EACCES;
	m.taken = set.nlibrary;
	m.segments = shortened;
	expect(&m, VERDICT_SERVED, REASON_SET_LOADED);
}

static void calls_a_note_that_kills_broken(void **state)
{
	struct machine m = served_machine();

	(void)state;
	m.note.present = true;
	m.note.problems = KERNELCAP_COUNT;
	expect(&m, VERDICT_SERVED, REASON_SET_LOADED);
	m.glibc.minor = 31;
	expect(&m, VERDICT_BROKEN, REASON_NOTE_BROKEN);
	m.glibc.minor = 32;
	expect(&m, VERDICT_SERVED, REASON_SET_LOADED);
}

static void judges_as_if_when_asked(void **state)
{
	static const struct machine_options assume = { .assume_needed = true };
	struct machine m = served_machine();

	(void)state;
	m.options = &assume;
	m.segments = whole;
	expect(&m, VERDICT_SERVED, REASON_SET_LOADED);
	m.taken = 0;
	expect(&m, VERDICT_NOT_SERVED, REASON_SET_NOT_LOADED);
}

static void maps_verdicts_to_exit_statuses(void **state)
{
	struct diagnosis d = { .verdict = VERDICT_SERVED };

	(void)state;
	assert_int_equal(diagnosis_status(&d), 0);
	finding_add(&d.findings, FINDING_LIB_TLS, SEVERITY_NOTE, "a note");
	assert_int_equal(diagnosis_status(&d), 0);
	finding_add(&d.findings, FINDING_LD_PRELOAD, SEVERITY_WARNING, "a warning");
	assert_int_equal(diagnosis_status(&d), 1);
	findings_free(&d.findings);
	d.failed = true;
	assert_int_equal(diagnosis_status(&d), 2);
	for (enum verdict v = 0; v < VERDICTS; v++) {
		d = (struct diagnosis){ .verdict = v };
		assert_int_equal(diagnosis_status(&d), v == VERDICT_NOT_KNOWN                           ? 2
						       : v == VERDICT_NOT_SERVED || v == VERDICT_BROKEN ? 1
													: 0);
	}
}

/* Prometheus and whoever reads JSON rely on them: all there, all different, all kebab-case. */
static void has_words_for_everything(void **state)
{
	(void)state;
	for (enum finding_code a = 0; a < FINDING_CODES; a++) {
		assert_non_null(finding_code(a));
		assert_int_equal(strspn(finding_code(a), "abcdefghijklmnopqrstuvwxyz0123456789-."),
				strlen(finding_code(a)));
		for (enum finding_code b = 0; b < a; b++)
			assert_string_not_equal(finding_code(a), finding_code(b));
	}
	for (enum reason a = 0; a < REASONS; a++) {
		assert_non_null(reason_key(a));
		for (enum reason b = 0; b < a; b++)
			assert_string_not_equal(reason_key(a), reason_key(b));
	}
	for (enum process_state s = 0; s < PROCESS_STATES; s++)
		assert_true(process_state_name(s) && process_state_key(s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_the_processor_first),
		cmocka_unit_test(never_says_not_needed_for_want_of_facts),
		cmocka_unit_test(tells_why_it_is_not_needed),
		cmocka_unit_test(tells_how_much_is_loaded),
		cmocka_unit_test(calls_a_foreign_set_in_force_broken),
		cmocka_unit_test(calls_a_note_that_kills_broken),
		cmocka_unit_test(judges_as_if_when_asked),
		cmocka_unit_test(maps_verdicts_to_exit_statuses),
		cmocka_unit_test(has_words_for_everything),
	};

	return RUN_TESTS(tests);
}
