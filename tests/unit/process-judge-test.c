// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <string.h>

#include "base/util.h"
#include "process.h"

const char output_program[] = "process-judge-test";

static char names[1][NAME_MAX + 1] = { "libc.so.6" };
static struct library_set set = { .path = "/set", .real = "/set", .library = names, .nlibrary = 1 };

enum { PROGRAM, UNSAFE_PROGRAM, BASE, SET, UNSAFE_SET, LIBRARY, FATAL, UNREAD, OBJECTS };

static struct process_object objects[OBJECTS] = {
	[PROGRAM] = { .path = (char *)"/bin/a", .is_program = true, .scanned = true },
	[UNSAFE_PROGRAM] = { .path = (char *)"/bin/b", .is_program = true, .scanned = true, .counts.proven = 1 },
	[BASE] = { .path = (char *)"/lib/libc.so.6", .is_libc = true, .scanned = true, .counts.proven = 2327 },
	[SET] = { .path = (char *)"/set/libc.so.6", .is_libc = true, .is_set = true, .scanned = true },
	[UNSAFE_SET] = { .path = (char *)"/set/libc.so.6",
			.is_libc = true,
			.is_set = true,
			.scanned = true,
			.counts.possible = 4 },
	[LIBRARY] = { .path = (char *)"/lib/libGL.so.1", .scanned = true, .counts.possible = 3 },
	[FATAL] = { .path = (char *)"/lib/libssl.so.1", .scanned = true, .counts = { .proven = 3, .fatal = 2 } },
	[UNREAD] = { .path = (char *)"/lib/libx.so.1", .why = "gone" },
};

struct expectation {
	size_t object[4]; /* the last one is OBJECTS */
	enum process_libc libc;
	const char *library_path;
	bool in_force, other_root, deleted, static_program, no_scan;
	enum process_state state;
	enum finding_code code; /* FINDING_CODES: no finding */
};

static const struct expectation cases[] = {
	{ { PROGRAM, SET, OBJECTS }, LIBC_SET, .state = PROCESS_SERVED, .code = FINDING_CODES },
	{ { PROGRAM, SET, OBJECTS }, LIBC_SET, .state = PROCESS_SERVED, .code = FINDING_CODES, .no_scan = true },
	{ { UNSAFE_PROGRAM, SET, OBJECTS }, LIBC_SET, .state = PROCESS_UNSAFE, .code = FINDING_FLIP_COST },
	{ { UNSAFE_PROGRAM, SET, OBJECTS }, LIBC_SET, .state = PROCESS_UNSAFE, .code = FINDING_PROGRAM_UNSAFE },
	{ { PROGRAM, LIBRARY, SET, OBJECTS }, LIBC_SET, .state = PROCESS_UNSAFE, .code = FINDING_LIBRARY_UNSAFE },
	{ { PROGRAM, FATAL, SET, OBJECTS }, LIBC_SET, .state = PROCESS_UNSAFE, .code = FINDING_FATAL_ACCESS },
	{ { PROGRAM, UNSAFE_SET, OBJECTS }, LIBC_SET, .state = PROCESS_UNSAFE, .code = FINDING_SET_UNSAFE },
	{ { PROGRAM, UNREAD, SET, OBJECTS }, LIBC_SET, .state = PROCESS_UNKNOWN, .code = FINDING_FACT_UNREADABLE },
	{ { PROGRAM, SET, OBJECTS }, LIBC_SET, .deleted = true, .state = PROCESS_OLD_SET,
			.code = FINDING_PROCESS_OLD_SET },
	{ { PROGRAM, BASE, OBJECTS }, LIBC_BASE, .state = PROCESS_NOT_SERVED, .code = FINDING_PROCESS_WITHOUT_SET },
	{ { PROGRAM, BASE, OBJECTS }, LIBC_BASE, .in_force = true, .state = PROCESS_BEFORE_SWITCH,
			.code = FINDING_PROCESS_BEFORE_SWITCH },
	{ { PROGRAM, BASE, OBJECTS }, LIBC_BASE, .in_force = true, .deleted = true, .state = PROCESS_BEFORE_SWITCH,
			.code = FINDING_PROCESS_BEFORE_SWITCH },
	{ { PROGRAM, BASE, OBJECTS }, LIBC_BASE, .in_force = true, .library_path = "/lib", .state = PROCESS_NOT_SERVED,
			.code = FINDING_LD_LIBRARY_PATH },
	{ { PROGRAM, BASE, OBJECTS }, LIBC_BASE, .in_force = true, .other_root = true, .state = PROCESS_OTHER_ROOT,
			.code = FINDING_PROCESS_OTHER_ROOT },
	{ { PROGRAM, BASE, OBJECTS }, LIBC_OTHER, .in_force = true, .state = PROCESS_NOT_SERVED,
			.code = FINDING_RPATH_BYPASS },
	{ { PROGRAM, OBJECTS }, LIBC_NONE, .static_program = true, .state = PROCESS_SERVED, .code = FINDING_CODES },
	{ { UNSAFE_PROGRAM, OBJECTS }, LIBC_NONE, .static_program = true, .state = PROCESS_STATIC,
			.code = FINDING_STATIC_PROGRAM },
	{ { UNSAFE_PROGRAM, OBJECTS }, LIBC_NONE, .static_program = true, .no_scan = true, .state = PROCESS_UNKNOWN,
			.code = FINDING_CODES },
};

static void judge(const struct expectation *e, bool needed, struct diagnosis *d)
{
	const struct machine_options options = { .scan = !e->no_scan };
	struct machine m = { .options = &options, .set = &set, .taken = e->in_force };
	struct process_object list[OBJECTS];
	size_t index[4];
	struct process p = { .pid = 7,
		.name = "one",
		.object = index,
		.libc = e->libc,
		.other_root = e->other_root,
		.deleted_libc = e->deleted,
		.static_program = e->static_program };
	struct processes ps = { .process = &p, .n = 1, .object = list };

	m.segments = (struct segments){ true, needed ? 0xecdb0fff : UINT32_MAX, 0xdef300 };
	if (e->library_path)
		strcpy(p.library_path, e->library_path);
	for (size_t i = 0; e->object[i] != OBJECTS; i++) {
		list[i] = objects[e->object[i]];
		list[i].scanned &= !e->no_scan;
		if (e->no_scan)
			list[i].counts = (struct scan_counts){ 0 };
		index[i] = i;
		ps.nobject = p.nobject = i + 1;
	}
	process_judge(&m, &ps, d);
}

static void knows_every_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct expectation *e = &cases[i];
		struct diagnosis d = { 0 };

		judge(e, true, &d);
		if (d.state[e->state] != 1 || d.nprocess != 1 || d.process[0].state != e->state)
			fail_msg("case %zu: %s", i, process_state_name(d.process[0].state));
		if (e->code == FINDING_CODES ? d.findings.n : !findings_have(&d.findings, e->code))
			fail_msg("case %zu: %zu findings, %s first", i, d.findings.n,
					d.findings.n ? finding_code(d.findings.list[0].code) : "none");
		diagnosis_free(&d);
	}
}

static void finds_nothing_where_nothing_traps(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct diagnosis d = { 0 };

		judge(&cases[i], false, &d);
		assert_int_equal(d.findings.n, 0);
		assert_int_equal(d.process[0].state, cases[i].state);
		diagnosis_free(&d);
	}
}

static void counts_flip_for_others_only(void **state)
{
	static const struct expectation own = { { PROGRAM, UNSAFE_SET, OBJECTS }, .libc = LIBC_SET };
	struct diagnosis d = { 0 };

	(void)state;
	judge(&own, true, &d);
	assert_false(findings_have(&d.findings, FINDING_FLIP_COST));
	diagnosis_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_every_state),
		cmocka_unit_test(finds_nothing_where_nothing_traps),
		cmocka_unit_test(counts_flip_for_others_only),
	};

	return RUN_TESTS(tests);
}
