// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "common/output.h"
#include "demangle.h"
#include "elf/symbol.h"
#include "symbolize.h"
#include "tree.h"

const char output_program[] = "sim-symbolize-test";

#define BUILD_ID_DEBUG "/usr/lib/debug/.build-id/ab/cdef0123456789.debug"

static struct module module_at(const char *path)
{
	struct module module = { .path = (char *)path, .fd = open(path, O_RDONLY | O_CLOEXEC) };

	assert_true(module.fd >= 0);
	return module;
}

static void module_end(struct module *module)
{
	symbolize_free(module);
	assert_null(module->symbols);
	close(module->fd);
}

/* Where a function is, by the reader of the scanner. */
static struct symbol function_at(const char *path, const char *name)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_image_ struct image *img = NULL;
	struct symbol_table *table;
	struct symbol found = { 0 };
	char why[WHY_MAX];

	assert_int_equal(image_open(fd, &img, why), 0);
	assert_int_equal(symbol_table_read(&table, img, why), 0);
	for (size_t i = 0; i < table->n; i++)
		if (strcmp(table->symbol[i].name, name) == 0)
			found = table->symbol[i];
	symbol_table_free(table);
	assert_true(found.size > 1);
	found.name = NULL;
	return found;
}

static const struct {
	const char *mangled, *plain;
} names[] = {
	{ "_ZN5outer12_GLOBAL__N_16hiddenEi", "outer::(anonymous namespace)::hidden" },
	{ "_ZNK5outer3boxIiE3getEi", "outer::box<int>::get" },
	{ "_ZL10file_locali", "file_local" },
	{ "exported", "exported" },
	{ "main", "main" },
};

/* The first byte, the second, the last one, of every function in `symbols`, as the module has it. */
static void check_names(struct module *module, const char *symbols)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct symbol f = function_at(symbols, names[i].mangled);
		uint32_t offset = 99, last = (uint32_t)(f.addr + f.size - 1);
		char buf[200], expected[200];

		assert_string_equal(symbolize(module, (uint32_t)f.addr, buf, sizeof(buf)), names[i].plain);
		snprintf(expected, sizeof(expected), "%s+0x1", names[i].plain);
		assert_string_equal(symbolize(module, (uint32_t)f.addr + 1, buf, sizeof(buf)), expected);
		assert_string_equal(symbolize_function(module, last, &offset), names[i].plain);
		assert_int_equal(offset, f.size - 1);
		assert_string_equal(symbolize_function(module, last, NULL), names[i].plain);
	}
}

static void names_functions_as_their_authors_did(void **state)
{
	struct module module = module_at(FIXTURE("sim-names"));

	(void)state;
	check_names(&module, FIXTURE("sim-names"));
	module_end(&module);
}

/* In a chroot the debug files are the chroot's. */
static void finds_the_debug_file_by_build_id(void **state)
{
	struct module module = module_at(FIXTURE("sim-root/names"));

	(void)state;
	check_names(&module, FIXTURE("sim-names"));
	module_end(&module);
}

/* Without it, and without anything in the dynamic table, there are addresses; with another file's, too. */
static void says_the_address_where_nothing_is_named(void **state)
{
	struct symbol f = function_at(FIXTURE("sim-names"), "exported");
	struct module module;
	char buf[40], expected[40], program[PATH_MAX];

	(void)state;
	snprintf(expected, sizeof(expected), "0x%x", (unsigned)f.addr);
	strcpy(program, tree_path("/names"));
	tree_copy(FIXTURE("sim-root/names"), "/names");
	for (int wrong = 0; wrong < 2; wrong++) {
		if (wrong)
			tree_link(FIXTURE("sim-stack"), BUILD_ID_DEBUG);
		module = module_at(program);
		assert_string_equal(symbolize(&module, (uint32_t)f.addr, buf, sizeof(buf)), expected);
		assert_null(symbolize_function(&module, (uint32_t)f.addr, NULL));
		module_end(&module);
	}
	assert_string_equal(symbolize(NULL, 0x1234, buf, sizeof(buf)), "0x1234");
	module = (struct module){ .path = (char *)"/gone", .fd = -1 };
	assert_string_equal(symbolize(&module, 0xabcd, buf, sizeof(buf)), "0xabcd");
	symbolize_free(&module);
}

/* A stripped library's local functions have the name of the global one before them. */
static void falls_back_to_the_nearest_symbol(void **state)
{
	static const char libc[] = "/lib/i386-linux-gnu/libc.so.6";
	struct symbol f;
	struct module module;
	char buf[200], expected[200];

	(void)state;
	if (access(libc, R_OK) != 0)
		skip();
	module = module_at(libc);
	f = function_at(libc, "qsort");
	assert_string_equal(symbolize(&module, (uint32_t)f.addr, buf, sizeof(buf)), "qsort");
	/* Behind its end, where as a rule one that is not exported begins. */
	f = function_at(libc, "__libc_start_main");
	snprintf(expected, sizeof(expected), "__libc_start_main+0x%x", (unsigned)f.size - 1);
	assert_string_equal(symbolize(&module, (uint32_t)(f.addr + f.size - 1), buf, sizeof(buf)), expected);
	assert_string_equal(symbolize(&module, 0, buf, sizeof(buf)), "0x0");
	assert_non_null(symbolize_function(&module, 0x7fffffff, NULL));
	module_end(&module);
}

/* Frames have the name of the function that they are in, or none. */
static void names_frames_by_the_function_around(void **state)
{
	struct module module = module_at(FIXTURE("sim-names"));
	char buf[200], expected[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct symbol f = function_at(FIXTURE("sim-names"), names[i].mangled);

		assert_string_equal(symbolize_frame(&module, (uint32_t)(f.addr + f.size - 1), buf, sizeof(buf)),
				names[i].plain);
	}
	module_end(&module);
	tree_copy(FIXTURE("sim-root/names"), "/names");
	module = module_at(tree_path("/names"));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct symbol f = function_at(FIXTURE("sim-names"), names[i].mangled);

		snprintf(expected, sizeof(expected), "names+0x%x", (unsigned)f.addr);
		assert_string_equal(symbolize_frame(&module, (uint32_t)f.addr, buf, sizeof(buf)), expected);
		assert_string_equal(
				symbolize_frame(&module, (uint32_t)(f.addr + f.size - 1), buf, sizeof(buf)), expected);
	}
	assert_string_equal(symbolize_frame(&module, 0x7fff0000, buf, sizeof(buf)), "names+0x7fff0000");
	assert_string_equal(symbolize_frame(&module, 0, buf, sizeof(buf)), "names+0x0");
	module_end(&module);
	module = (struct module){ .path = (char *)"/a/gone", .fd = -1 };
	assert_string_equal(symbolize_frame(&module, 0xabcd, buf, sizeof(buf)), "gone+0xabcd");
}

/* Behind the end of the one function that still has a name: its neighbour is not it. */
static void names_no_frame_by_its_neighbour(void **state)
{
	struct symbol f = function_at(FIXTURE("sim-names"), "exported"), other = f;
	struct module module = module_at(FIXTURE("sim-names-one"));
	char buf[200], expected[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct symbol one = function_at(FIXTURE("sim-names"), names[i].mangled);

		if (one.addr > f.addr && (other.addr == f.addr || one.addr < other.addr))
			other = one;
	}
	assert_true(other.addr > f.addr);
	assert_string_equal(symbolize_frame(&module, (uint32_t)f.addr + 1, buf, sizeof(buf)), "exported");
	snprintf(expected, sizeof(expected), "sim-names-one+0x%x", (unsigned)other.addr);
	assert_string_equal(symbolize_frame(&module, (uint32_t)other.addr + 1, buf, sizeof(buf)), expected);
	snprintf(expected, sizeof(expected), "exported+0x%x", (unsigned)(other.addr + 1 - f.addr));
	assert_string_equal(symbolize(&module, (uint32_t)other.addr + 1, buf, sizeof(buf)), expected);
	module_end(&module);
}

static void reads_no_nonsense(void **state)
{
	static const char *const contents[] = { "", "x", "\177ELF", "#!/bin/sh\n" };
	struct module module;
	char buf[40];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(contents); i++) {
		tree_text("/file", contents[i]);
		module = module_at(tree_path("/file"));
		assert_string_equal(symbolize(&module, 0x10, buf, sizeof(buf)), "0x10");
		assert_string_equal(symbolize_frame(&module, 0x10, buf, sizeof(buf)), "file+0x10");
		module_end(&module);
	}
}

/* The same, cut anywhere. */
static void reads_what_is_left_of_a_file(void **state)
{
	struct module module = module_at(FIXTURE("sim-names"));
	off_t size = lseek(module.fd, 0, SEEK_END);
	_cleanup_free_ char *data = malloc((size_t)size);
	char buf[40];

	(void)state;
	assert_int_equal(pread(module.fd, data, (size_t)size, 0), size);
	close(module.fd);
	for (off_t n = 0; n < size; n += n < 0x400 ? 7 : 997) {
		tree_put("/cut", data, (size_t)n);
		module = module_at(tree_path("/cut"));
		symbolize(&module, 0x1234, buf, sizeof(buf));
		symbolize_frame(&module, 0x1234, buf, sizeof(buf));
		module_end(&module);
	}
}

static void cuts_long_names(void **state)
{
	struct module module = module_at(FIXTURE("sim-names"));
	struct symbol f = function_at(FIXTURE("sim-names"), "exported");
	char buf[5];

	(void)state;
	assert_string_equal(symbolize(&module, (uint32_t)f.addr, buf, sizeof(buf)), "expo");
	module_end(&module);
}

static void demangles_what_is_mangled(void **state)
{
	static const struct {
		const char *name, *plain; /* NULL: is none */
	} cases[] = {
		{ "", NULL },
		{ "main", NULL },
		{ "_Z", NULL },
		{ "_ZN", NULL },
		{ "_Z1fi", "f" },
		{ "_Z1fIiEvT_", "f<int>" },
		{ "_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector<int, std::allocator<int> >::push_back" },
		{ "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad" },
		{ "_RNvC7mycrate3foo", "mycrate::foo" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *plain = demangle(cases[i].name);

		if (!cases[i].plain)
			assert_null(plain);
		else if (!plain || strcmp(plain, cases[i].plain) != 0)
			fail_msg("%s: %s", cases[i].name, plain ? plain : "none");
	}
}

/* Each argument is a pair of the one before: 2^60 words in 300 bytes. */
static void demangles_no_bombs(void **state)
{
	char name[600] = "_Z1fISt4pairIiiE";
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	(void)state;
	for (size_t i = 0; i < 30; i++) {
		char one[40];

		/* S_ is the template std::pair, S0_ the first pair, and so on. */
		snprintf(one, sizeof(one), "S_IS%c_S%c_E", digits[i], digits[i]);
		strcat(name, one);
	}
	strcat(name, "EvT_");
	assert_null(demangle(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_functions_as_their_authors_did),
		cmocka_unit_test(finds_the_debug_file_by_build_id),
		TREE_TEST(says_the_address_where_nothing_is_named),
		cmocka_unit_test(falls_back_to_the_nearest_symbol),
		TREE_TEST(names_frames_by_the_function_around),
		cmocka_unit_test(names_no_frame_by_its_neighbour),
		TREE_TEST(reads_no_nonsense),
		TREE_TEST(reads_what_is_left_of_a_file),
		cmocka_unit_test(cuts_long_names),
		cmocka_unit_test(demangles_what_is_mangled),
		cmocka_unit_test(demangles_no_bombs),
	};

	elf_version(EV_CURRENT);
	return RUN_TESTS(tests);
}
