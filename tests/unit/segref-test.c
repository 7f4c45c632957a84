// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/util.h"
#include "elf/segref.h"
#include "elf/symbol.h"
#include "xen/segfixup.h"

struct opened {
	int fd;
	struct image *img;
	struct symbol_table *symbols;
	struct insn_decoder *decoder;
	size_t proven, possible, safe, local_exec;
};

static void open_fixture(struct opened *o, const char *path)
{
	char why[WHY_MAX] = "";

	*o = (struct opened){ .fd = open(path, O_RDONLY), .decoder = insn_decoder_new() };
	assert_true(o->fd >= 0);
	assert_int_equal(image_open(o->fd, &o->img, why), 0);
	assert_int_equal(symbol_table_read(&o->symbols, o->img, why), 0);
}

static void close_fixture(struct opened *o)
{
	symbol_table_free(o->symbols);
	image_free(o->img);
	insn_decoder_free(o->decoder);
	close(o->fd);
}

/* The verdict that the name of the function asks for (tests/data/segref.S). */
static int check_name(const struct segref *ref, void *arg)
{
	struct opened *o = arg;
	const struct symbol *s = symbol_find(o->symbols, ref->shndx, ref->addr);
	const char *want, *got = segref_verdict_name(ref->verdict);
	bool fatal;

	assert_non_null(s);
	want = s->name;
	fatal = strncmp(want, "fatal_", 6) == 0;
	o->proven += ref->verdict == SEGREF_PROVEN;
	o->possible += ref->verdict == SEGREF_POSSIBLE;
	o->safe += ref->verdict == SEGREF_SAFE;
	if (strncmp(want, got, strlen(got)) != 0 && !(fatal && ref->verdict != SEGREF_SAFE))
		fail_msg("%s at %#llx: %s (%s)", want, (unsigned long long)ref->addr, got,
				segref_reason_text(ref->reason));
	if (ref->verdict != SEGREF_SAFE)
		assert_int_equal(xen_segfixup_refusal(ref->bytes, ref->len) != NULL, fatal);
	return 0;
}

static void judges_each_form(const char *path)
{
	struct opened o;
	char why[WHY_MAX];

	open_fixture(&o, path);
	assert_int_equal(segref_scan(o.img, o.decoder, 1, check_name, &o, why), 0);
	assert_int_equal(o.proven, 50);
	assert_int_equal(o.possible, 13);
	assert_int_equal(o.safe, 18);
	close_fixture(&o);
}

static void judges_a_shared_object(void **state)
{
	(void)state;
	judges_each_form(FIXTURE("segref.so"));
}

static void judges_a_relocatable_file(void **state)
{
	(void)state;
	judges_each_form(FIXTURE("segref.o"));
}

/* Without section headers ld.so still runs it: the scanner reads segments and finds as much. */
static int count_verdicts(const struct segref *ref, void *arg)
{
	struct opened *o = arg;

	o->proven += ref->verdict == SEGREF_PROVEN;
	o->possible += ref->verdict == SEGREF_POSSIBLE;
	o->safe += ref->verdict == SEGREF_SAFE;
	o->local_exec += ref->reason == SEGREF_LOCAL_EXEC || ref->reason == SEGREF_NEGATIVE;
	return 0;
}

static void reads_segments_where_sections_are_stripped(void **state)
{
	struct opened o;
	char why[WHY_MAX];

	(void)state;
	open_fixture(&o, FIXTURE("segref-nosections.so"));
	assert_int_equal(segref_scan(o.img, o.decoder, 2, count_verdicts, &o, why), 0);
	assert_true(o.proven >= 40);
	assert_true(o.possible >= 10);
	close_fixture(&o);
}

static void keeps_in_step_between_pieces(void **state)
{
	struct opened o;
	char why[WHY_MAX];

	(void)state;
	open_fixture(&o, FIXTURE("large.so"));
	assert_int_equal(segref_scan(o.img, o.decoder, 1, count_verdicts, &o, why), 0);
	assert_int_equal(o.proven, 150000);
	assert_int_equal(o.possible + o.safe, 0);
	close_fixture(&o);
}

/* main, get_number, get_element and put_char of tests/data/tls.c. */
static int count_own(const struct segref *ref, void *arg)
{
	struct opened *o = arg;
	const struct symbol *s = symbol_find(o->symbols, ref->shndx, ref->addr);

	if (!s || (strcmp(s->name, "get_number") != 0 && strcmp(s->name, "get_element") != 0 &&
				  strcmp(s->name, "put_char") != 0 && strcmp(s->name, "main") != 0))
		return 0;
	return count_verdicts(ref, arg);
}

static void proves_local_exec_in_every_kind_of_executable(void **state)
{
	static const char *const kind[] = { FIXTURE("tls-pie"), FIXTURE("tls-nopie"), FIXTURE("tls-static"),
		FIXTURE("tls.o") };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kind); i++) {
		struct opened o;
		char why[WHY_MAX];

		open_fixture(&o, kind[i]);
		assert_int_equal(segref_scan(o.img, o.decoder, 2, count_own, &o, why), 0);
		assert_true(o.proven >= 4);
		assert_int_equal(o.possible, 0);
		close_fixture(&o);
	}
}

static void finds_nothing_where_the_flag_was_used(void **state)
{
	struct opened o;
	char why[WHY_MAX];

	(void)state;
	open_fixture(&o, FIXTURE("tls-nosegneg"));
	assert_int_equal(segref_scan(o.img, o.decoder, 2, count_own, &o, why), 0);
	assert_int_equal(o.proven + o.possible, 0);
	assert_true(o.safe > 0);
	close_fixture(&o);
}

static int stop_at_third(const struct segref *ref, void *arg)
{
	size_t *n = arg;

	(void)ref;
	return ++*n == 3 ? 17 : 0;
}

static void stops_where_the_caller_says(void **state)
{
	struct opened o;
	size_t n = 0;
	char why[WHY_MAX];

	(void)state;
	open_fixture(&o, FIXTURE("segref.so"));
	assert_int_equal(segref_scan(o.img, o.decoder, 2, stop_at_third, &n, why), 17);
	assert_int_equal(n, 3);
	close_fixture(&o);
}

/* The file is truncated between the reading of its headers and that of its code. */
static void reports_a_file_that_shrinks(void **state)
{
	char path[] = "/tmp/nosegneg-segref-XXXXXX", why[WHY_MAX] = "";
	_cleanup_close_ int fd = mkstemp(path), from = open(FIXTURE("segref.so"), O_RDONLY);
	_cleanup_image_ struct image *img = NULL;
	struct insn_decoder *d = insn_decoder_new();
	char buf[4096];
	size_t n = 0;
	ssize_t got;

	(void)state;
	unlink(path);
	while ((got = read(from, buf, sizeof(buf))) > 0)
		assert_int_equal(write(fd, buf, (size_t)got), got);
	assert_int_equal(image_open(fd, &img, why), 0);
	assert_int_equal(ftruncate(fd, 4096 + 100), 0);
	assert_true(segref_scan(img, d, 2, stop_at_third, &n, why) < 0);
	assert_true(why[0] != '\0');
	insn_decoder_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_a_shared_object),
		cmocka_unit_test(judges_a_relocatable_file),
		cmocka_unit_test(reads_segments_where_sections_are_stripped),
		cmocka_unit_test(keeps_in_step_between_pieces),
		cmocka_unit_test(proves_local_exec_in_every_kind_of_executable),
		cmocka_unit_test(finds_nothing_where_the_flag_was_used),
		cmocka_unit_test(stops_where_the_caller_says),
		cmocka_unit_test(reports_a_file_that_shrinks),
	};

	elf_version(EV_CURRENT);
	return RUN_TESTS(tests);
}
