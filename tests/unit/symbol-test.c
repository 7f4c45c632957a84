// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <fcntl.h>
#include <string.h>

#include "base/util.h"
#include "elf/symbol.h"

static void finds_the_function_around_an_address(void **state)
{
	_cleanup_close_ int fd = open(FIXTURE("segref.so"), O_RDONLY);
	_cleanup_image_ struct image *img = NULL;
	struct symbol_table *table = NULL;
	const struct symbol *tcb = NULL;
	char why[WHY_MAX];

	(void)state;
	assert_int_equal(image_open(fd, &img, why), 0);
	assert_int_equal(symbol_table_read(&table, img, why), 0);
	for (size_t i = 0; i < table->n; i++)
		if (strcmp(table->symbol[i].name, "safe_tcb") == 0)
			tcb = &table->symbol[i];
	assert_non_null(tcb);
	assert_string_equal(symbol_find(table, 0, tcb->addr)->name, "safe_tcb");
	assert_string_equal(symbol_find(table, 0, tcb->addr + tcb->size - 1)->name, "safe_tcb");
	assert_null(symbol_find(table, 0, 0));
	assert_null(symbol_find(table, 7, tcb->addr)); /* a section index means something in relocatable files only */
	symbol_table_free(table);
}

/* A global name with a size wins over a local label at the same place. */
static void prefers_the_name_that_people_know(void **state)
{
	struct symbol known = { .addr = 16, .size = 8, .name = (char *)"known" };
	struct symbol symbols[] = { { .addr = 16, .local = true, .name = (char *)"label" }, known };
	struct symbol_table table = { .symbol = symbols, .n = 2 };

	(void)state;
	assert_string_equal(symbol_find(&table, 0, 18)->name, "known");
	assert_null(symbol_find(&table, 0, 15));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_function_around_an_address),
		cmocka_unit_test(prefers_the_name_that_people_know),
	};

	elf_version(EV_CURRENT);
	return RUN_TESTS(tests);
}
