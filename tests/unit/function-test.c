// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/util.h"
#include "elf/function.h"
#include "elf/symbol.h"

struct mapped {
	int fd;
	struct image *img;
	struct function_map map;
	struct span *spans;
	size_t n, cap;
};

static const struct image_code *find_text(const struct image *img)
{
	for (size_t i = 0; i < img->ncode; i++)
		if (strcmp(img->code[i].name, ".text") == 0)
			return &img->code[i];
	fail_msg("no .text");
	return NULL;
}

static void map_fixture(struct mapped *m, const char *path)
{
	char why[WHY_MAX];

	*m = (struct mapped){ .fd = open(path, O_RDONLY) };
	assert_int_equal(image_open(m->fd, &m->img, why), 0);
	assert_int_equal(function_map_read(&m->map, m->img, why), 0);
	assert_int_equal(function_map_spans(&m->map, m->img, find_text(m->img), &m->spans, &m->n, &m->cap), 0);
	assert_true(m->n > 0);
}

static void unmap_fixture(struct mapped *m)
{
	function_map_free(&m->map);
	free(m->spans);
	image_free(m->img);
	close(m->fd);
}

static void assert_covers(const struct mapped *m)
{
	const struct image_code *text = find_text(m->img);
	uint64_t at = text->addr;

	for (size_t i = 0; i < m->n; i++) {
		assert_int_equal(m->spans[i].start, at);
		assert_true(m->spans[i].end > at);
		at = m->spans[i].end;
	}
	assert_int_equal(at, text->addr + text->size);
}

static void counts_functions_gaps_and_data(const char *path)
{
	struct mapped m;
	size_t kind[3] = { 0 };

	map_fixture(&m, path);
	assert_covers(&m);
	for (size_t i = 0; i < m.n; i++)
		kind[m.spans[i].kind]++;
	assert_true(kind[SPAN_FUNCTION] >= 30);
	assert_true(kind[SPAN_GAP] > 0); /* padding */
	assert_int_equal(kind[SPAN_DATA], 2);
	unmap_fixture(&m);
}

static void divides_a_shared_object(void **state)
{
	(void)state;
	counts_functions_gaps_and_data(FIXTURE("segref.so"));
}

static void divides_a_relocatable_file(void **state)
{
	(void)state;
	counts_functions_gaps_and_data(FIXTURE("segref.o"));
}

/* Without section headers the unwinder's way leads to the same table. */
static void finds_eh_frame_without_sections(void **state)
{
	_cleanup_close_ int fd = open(FIXTURE("segref-nosections.so"), O_RDONLY);
	_cleanup_image_ struct image *img = NULL;
	struct function_map map;
	char why[WHY_MAX];

	(void)state;
	assert_int_equal(image_open(fd, &img, why), 0);
	assert_int_equal(function_map_read(&map, img, why), 0);
	assert_true(map.n > 30);
	function_map_free(&map);
}

/* .eh_frame bounds a function whose symbol is too large. */
static void trusts_eh_frame_more_than_symbols(void **state)
{
	struct mapped m;
	struct symbol_table *table = NULL;
	char why[WHY_MAX];
	bool found = false;

	(void)state;
	map_fixture(&m, FIXTURE("segref.so"));
	assert_int_equal(symbol_table_read(&table, m.img, why), 0);
	for (size_t i = 0; i < m.n; i++)
		found |= strcmp(symbol_find(table, 0, m.spans[i].start)->name, "proven_behind_liar") == 0 &&
			 m.spans[i].kind == SPAN_FUNCTION;
	assert_true(found);
	symbol_table_free(table);
	unmap_fixture(&m);
}

/* Without any mark a section is one gap. */
static void divides_without_marks(void **state)
{
	struct function_map map = { 0 };
	struct image img = { .type = ET_DYN };
	struct image_code code = { .addr = 0x1000, .size = 0x100 };
	_cleanup_free_ struct span *spans = NULL;
	size_t n = 0, cap = 0;

	(void)state;
	assert_int_equal(function_map_spans(&map, &img, &code, &spans, &n, &cap), 0);
	assert_int_equal(n, 1);
	assert_int_equal(spans[0].start, 0x1000);
	assert_int_equal(spans[0].end, 0x1100);
	assert_int_equal(spans[0].kind, SPAN_GAP);
}

/* The bounds of the whole C library, whose 4000 functions .eh_frame lists: nearly all of .text is covered. */
static void covers_a_real_library(void **state)
{
	struct mapped m;
	uint64_t gaps = 0;

	(void)state;
	if (access("/lib/i386-linux-gnu/libc.so.6", R_OK) != 0)
		skip();
	map_fixture(&m, "/lib/i386-linux-gnu/libc.so.6");
	assert_covers(&m);
	assert_true(m.n > 3000);
	for (size_t i = 0; i < m.n; i++)
		gaps += m.spans[i].kind == SPAN_GAP ? m.spans[i].end - m.spans[i].start : 0;
	assert_true(gaps < find_text(m.img)->size / 20);
	unmap_fixture(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(divides_a_shared_object),
		cmocka_unit_test(divides_a_relocatable_file),
		cmocka_unit_test(finds_eh_frame_without_sections),
		cmocka_unit_test(trusts_eh_frame_more_than_symbols),
		cmocka_unit_test(divides_without_marks),
		cmocka_unit_test(covers_a_real_library),
	};

	elf_version(EV_CURRENT);
	return RUN_TESTS(tests);
}
