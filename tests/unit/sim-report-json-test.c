// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <jansson.h>
#include <signal.h>

#include "base/util.h"
#include "common/output.h"
#include "sim-report.h"

const char output_program[] = "sim-report-json-test";

static json_t *loaded(const struct made *m)
{
	_cleanup_free_ char *text = printed(m, 2.5);
	size_t n = strlen(text);
	json_error_t error;
	json_t *all = json_loads(text, 0, &error);

	assert_non_null(all);
	assert_true(n > 1 && text[n - 1] == '\n' && !memchr(text, '\n', n - 1));
	return all;
}

/* The element by its path of keys and numbers: "sites.0.traps". */
static json_t *at(json_t *all, const char *path)
{
	char copy[80], *save = NULL;

	strcpy(copy, path);
	for (char *key = strtok_r(copy, ".", &save); key; key = strtok_r(NULL, ".", &save))
		all = json_is_array(all) ? json_array_get(all, (size_t)atoi(key)) : json_object_get(all, key);
	if (!all)
		fail_msg("no %s", path);
	return all;
}

static void check_numbers(json_t *all)
{
	static const struct {
		const char *path;
		json_int_t value;
	} numbers[] = { { "version", 1 }, { "options.hole", 0xf6800000 }, { "sites.0.address", 0x10 },
		{ "sites.0.negative", 6 }, { "sites.0.positive", 0 }, { "sites.0.traps", 6 }, { "sites.0.fatal", 2 },
		{ "sites.0.offset", 0 }, { "sites.1.positive", 3 }, { "libraries.0.places", 2 },
		{ "libraries.0.traps", 9 }, { "libraries.0.negative", 6 }, { "libraries.0.positive", 3 },
		{ "libraries.0.fatal", 2 }, { "processes.0.pid", 70 }, { "processes.0.threads", 1 },
		{ "processes.0.negative", 7 }, { "processes.0.positive", 3 }, { "processes.0.traps", 10 },
		{ "processes.0.exit_status", 3 }, { "processes.1.parent", 70 }, { "processes.1.signal", SIGSEGV },
		{ "totals.traps", 10 }, { "totals.negative", 7 }, { "totals.positive", 3 }, { "totals.fatal", 2 },
		{ "totals.in_sets", 1 }, { "totals.places", 3 }, { "totals.processes", 2 },
		{ "totals.trap_nanoseconds", 1000 }, { "options.note.0.bit", 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!json_is_integer(at(all, numbers[i].path)) ||
				json_integer_value(at(all, numbers[i].path)) != numbers[i].value)
			fail_msg("%s is %lld", numbers[i].path,
					(long long)json_integer_value(at(all, numbers[i].path)));
}

static void check_words(json_t *all)
{
	static const struct {
		const char *path, *value;
	} words[] = { { "sites.0.bytes", "65 a1 fc ff ff ff" }, { "sites.0.text", "mov %gs:0xFFFFFFFC, %eax" },
		{ "sites.0.library", "/lib/libc.so.6" }, { "sites.0.refusal", "why" },
		{ "libraries.1.path", "/lib/nosegneg/libc.so.6" }, { "processes.0.program", "/bin/first" },
		{ "processes.0.kind", "simulated" }, { "processes.1.kind", "64-bit" },
		{ "processes.0.libraries.0.path", "/lib/libc.so.6" }, { "options.emulate", "flip" },
		{ "options.note.0.name", "nosegneg" } };
	static const char *const nulls[] = { "sites.0.function", "sites.1.refusal", "processes.0.parent",
		"processes.0.signal", "processes.1.exit_status", "options.root" };
	static const struct {
		const char *path;
		bool value;
	} flags[] = { { "sites.0.set", false }, { "libraries.1.set", true }, { "processes.0.uses_ldt", false },
		{ "processes.1.uses_ldt", true }, { "processes.0.ended", true }, { "options.follow", true },
		{ "options.lenient", false }, { "options.note.0.enabled", true } };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_string_equal(json_string_value(at(all, words[i].path)), words[i].value);
	for (size_t i = 0; i < ARRAY_SIZE(nulls); i++)
		assert_true(json_is_null(at(all, nulls[i])));
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		assert_true(json_is_boolean(at(all, flags[i].path)) &&
				json_is_true(at(all, flags[i].path)) == flags[i].value);
}

static void prints_json(void **state)
{
	/* count 1, mask 2, bit 1, "nosegneg" */
	static const uint8_t desc[] = { 1, 0, 0, 0, 2, 0, 0, 0, 1, 'n', 'o', 's', 'e', 'g', 'n', 'e', 'g', 0 };
	struct record_process *p;
	struct made m;
	json_t *all;

	(void)state;
	make_traps(&m);
	m.opt.format = REPORT_JSON;
	m.opt.trace_libs = true;
	m.opt.note = true;
	m.opt.desc_size = sizeof(desc);
	memcpy(m.opt.desc, desc, sizeof(desc));
	m.sites[3].fatal = 2;
	m.sites[3].refusal = "why";
	m.libs[0] = &m.module[0];
	m.processes[0].libs = m.libs;
	m.processes[0].nlibs = 1;
	m.processes[0].status = 3 << 8;
	p = add_process(&m, 71, "/bin/second");
	p->parent = 70;
	p->kind = PROCESS_64BIT;
	p->uses_ldt = true;
	p->status = SIGSEGV;
	all = loaded(&m);
	check_numbers(all);
	check_words(all);
	assert_true(json_real_value(at(all, "totals.seconds")) == 2.5);
	assert_true(json_real_value(at(all, "totals.estimated_seconds")) == 10e-6);
	json_decref(all);
}

static void prints_json_of_nothing(void **state)
{
	struct made m;
	json_t *all;

	(void)state;
	make(&m);
	m.opt.format = REPORT_JSON;
	m.opt.hole = 0;
	m.processes[0].ended = false;
	m.processes[0].program = (char *)"/bin/\xff\n";
	all = loaded(&m);
	assert_int_equal(json_array_size(at(all, "sites")), 0);
	assert_int_equal(json_array_size(at(all, "libraries")), 0);
	assert_true(json_is_null(at(all, "options.hole")) && json_is_null(at(all, "options.note")));
	assert_true(json_is_false(at(all, "processes.0.ended")) && json_is_null(at(all, "processes.0.exit_status")));
	assert_true(json_is_null(at(all, "processes.0.libraries")));
	assert_string_equal(json_string_value(at(all, "processes.0.program")), "/bin/\\xff\\x0a");
	json_decref(all);
	add_site(&m, NULL, 0xfffffff0, mov_negative, 6, 1, 0);
	add_site(&m, &m.module[2], 0x10, mov_negative, 6, 1, 0);
	all = loaded(&m);
	assert_int_equal(json_integer_value(at(all, "sites.1.address")), 0xfffffff0);
	assert_true(json_is_null(at(all, "sites.1.library")) && json_is_null(at(all, "libraries.1.path")));
	json_decref(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_json),
		cmocka_unit_test(prints_json_of_nothing),
	};

	return RUN_TESTS(tests);
}
