// SPDX-License-Identifier: LGPL-2.1-or-later
/* Rules of loaders and kernels that this machine does not have; tests/resolve compares with those that it has. */
#include "unit.h"

#include <elf.h>
#include <errno.h>
#include <libelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "elf32.h"
#include "loader/ldcache.h"
#include "loader/resolve.h"

#define LOADER "/lib/ld-linux.so.2"

static char top[] = "/tmp/resolve-test-XXXXXX";
static char why[WHY_MAX];

static void write_file(const char *path, const void *data, size_t size, mode_t mode)
{
	char full[PATH_MAX];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", top, path);
	for (char *slash = full + strlen(top) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(full, 0755);
	}
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	fclose(file);
	assert_int_equal(chmod(full, mode), 0);
}

static void write_text(const char *path, const char *text)
{
	write_file(path, text, strlen(text), 0644);
}

static void make_mode(const char *path, const struct elf32_spec *s, mode_t mode)
{
	struct elf32 b;

	elf32_build(&b, s);
	write_file(path, b.data, b.size, mode);
}

static void make(const char *path, const struct elf32_spec *s)
{
	make_mode(path, s, 0755);
}

static void library(const char *path)
{
	make(path, &(struct elf32_spec){ .soname = strrchr(path, '/') + 1 });
}

#define PROGRAM(path, ...) make(path, &(struct elf32_spec){ .interp = LOADER, __VA_ARGS__ })

/* A loader with compiled-in directories. */
static void make_loader(void)
{
	static const char strings[] = "x\0/lib/i386/\0/usr/lib/i386/\0/lib/\0/usr/lib/\0/etc/ld.so.cache";
	struct elf32 b;

	elf32_build(&b, &(struct elf32_spec){ .soname = "ld-linux.so.2" });
	memcpy(b.data + 6000, strings, sizeof(strings));
	write_file(LOADER, b.data, b.size, 0755);
}

static int set_up(void **state)
{
	char command[PATH_MAX];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s && mkdir %s", top, top);
	if (system(command) != 0)
		return -1;
	make_loader();
	return 0;
}

static int make_top(void **state)
{
	(void)state;
	elf_version(EV_CURRENT);
	return mkdtemp(top) ? 0 : -1;
}

static int remove_top(void **state)
{
	char command[PATH_MAX];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

static const struct resolve_cpu cpu = { .isa = 1, .i586 = true, .i686 = true, .sse2 = true, .platform64 = "x86_64" };

/* Everything of one resolution in a line: "NAME>PATH(HOW)" each, then "!TEXT" of the problems. */
static const char *answer_of(const struct resolve_result *result)
{
	static char buf[8192];
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 1; i < result->nobject; i++) {
		const struct resolve_object *o = &result->object[i];

		if (o->how == RESOLVE_INTERPRETER)
			continue;
		at += (size_t)snprintf(buf + at, sizeof(buf) - at, "%s>%s(%s) ", o->name, o->path ? o->path : "",
				resolve_how_text(o->how));
	}
	for (size_t i = 0; i < result->nproblem; i++)
		at += (size_t)snprintf(buf + at, sizeof(buf) - at, "!%s ", result->problem[i].text);
	if (at)
		buf[at - 1] = '\0';
	return buf;
}

static const char *resolve(const char *path, struct resolve_options options)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	_cleanup_resolver_ struct resolver *resolver = NULL;
	_cleanup_resolve_result_ struct resolve_result *result = NULL;

	options.glibc_minor = options.glibc_minor ? options.glibc_minor : 36;
	options.cpu = options.cpu ? options.cpu : &cpu;
	options.osversion = options.osversion ? options.osversion : 0x060101;
	assert_int_equal(root_open_tree(&root, top), 0);
	assert_int_equal(resolver_new(&root, &resolver), 0);
	if (resolve_program(resolver, path, &options, &result, why) < 0)
		return why;
	assert_int_equal(result->loads, result->nproblem == 0 || result->problem[0].kind == RESOLVE_PRELOAD_FAILED);
	return answer_of(result);
}

#define RESOLVE(path, ...) resolve(path, (struct resolve_options){ __VA_ARGS__ })

static struct kernelcap note_of(uint8_t bit, uint32_t mask)
{
	struct kernelcap note = { .present = true, .count = 1, .mask = mask, .ncap = 1 };

	strcpy(note.cap[0].name, "nosegneg");
	note.cap[0].bit = bit;
	note.cap[0].enabled = bit < 32 && mask & UINT32_C(1) << bit;
	return note;
}

static void write_cache(const uint64_t *hwcap, const char *const *path, size_t n)
{
	uint8_t data[4096] = "glibc-ld.so.cache1.1";
	uint32_t count = (uint32_t)n, name, at = (uint32_t)(48 + 24 * n);

	memcpy(data + 20, &count, 4);
	name = at;
	strcpy((char *)data + at, "libc.so.6");
	at += sizeof("libc.so.6");
	for (size_t i = 0; i < n; i++) {
		uint32_t entry[4] = { LDCACHE_I386, name, at, 0 };

		memcpy(data + 48 + 24 * i, entry, sizeof(entry));
		memcpy(data + 48 + 24 * i + 16, &hwcap[i], 8);
		strcpy((char *)data + at, path[i]);
		at += (uint32_t)strlen(path[i]) + 1;
		library(path[i]);
	}
	write_file(LDCACHE_PATH, data, at, 0644);
}

/* What was measured, by release, note and entry: does the program get the set? */
static void test_note_and_cache(void **state)
{
	static const struct {
		unsigned minor, bit, entry;
		bool set;
	} table[] = {
		{ 25, 1, 53, true },
		{ 25, 0, 52, true },
		{ 25, 1, 52, false },
		{ 31, 1, 53, false },
		{ 31, 1, 51, true },
		{ 31, 0, 50, true },
		{ 31, 2, 52, true },
		{ 26, 2, 52, true },
		{ 12, 1, 53, false },
		{ 13, 1, 53, true },
		{ 11, 1, 53, true },
		{ 3, 1, 53, false },
		{ 32, 1, 51, false },
		{ 36, 1, 51, false },
		{ 36, 1, 53, false },
		{ 41, 1, 53, false },
	};

	(void)state;
	PROGRAM("/bin/p", .needed = { "libc.so.6" });
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const uint64_t hwcap[] = { UINT64_C(1) << table[i].entry, 0 };
		const char *const path[] = { "/lib/i686/nosegneg/libc.so.6", "/lib/base/libc.so.6" };
		struct kernelcap note = note_of((uint8_t)table[i].bit, UINT32_C(1) << table[i].bit);
		struct kernelcap off = note_of((uint8_t)table[i].bit, 0);

		write_cache(hwcap, path, 2);
		assert_string_equal(RESOLVE("/bin/p", .glibc_minor = table[i].minor, .note = &note),
				table[i].set ? "libc.so.6>/lib/i686/nosegneg/libc.so.6(cache)"
					     : "libc.so.6>/lib/base/libc.so.6(cache)");
		assert_string_equal(RESOLVE("/bin/p", .glibc_minor = table[i].minor, .note = &off),
				"libc.so.6>/lib/base/libc.so.6(cache)");
		assert_string_equal(RESOLVE("/bin/p", .glibc_minor = table[i].minor),
				"libc.so.6>/lib/base/libc.so.6(cache)");
	}
}

/* Which of the platform's bits count: 51 is i686 until 2.25, 49 from then on; SSE2 is 26, then 0. */
static void test_platform_bits(void **state)
{
	static const struct {
		unsigned minor, entry;
		bool taken;
	} table[] = {
		{ 25, 51, true },
		{ 25, 49, false },
		{ 25, 26, true },
		{ 25, 0, false },
		{ 31, 49, true },
		{ 31, 48, false },
		{ 31, 0, true },
		{ 31, 26, false },
		{ 36, 49, true },
		{ 36, 63, true },
		{ 40, 49, false },
		{ 40, 63, false },
		{ 39, 49, true },
	};

	(void)state;
	PROGRAM("/bin/p", .needed = { "libc.so.6" });
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const uint64_t hwcap[] = { UINT64_C(1) << table[i].entry, 0 };
		const char *const path[] = { "/lib/special/libc.so.6", "/lib/base/libc.so.6" };

		write_cache(hwcap, path, 2);
		assert_string_equal(RESOLVE("/bin/p", .glibc_minor = table[i].minor),
				table[i].taken ? "libc.so.6>/lib/special/libc.so.6(cache)"
					       : "libc.so.6>/lib/base/libc.so.6(cache)");
	}
}

/* From the first that is searched to the last; each is found when those before it are gone. */
static void test_note_and_directories(void **state)
{
	static const char *const order[] = { "tls/i686/sse2/nosegneg", "tls/i686/sse2", "tls/i686/nosegneg", "tls/i686",
		"tls/sse2/nosegneg", "tls/sse2", "tls/nosegneg", "tls", "i686/sse2/nosegneg", "i686/sse2",
		"i686/nosegneg", "i686", "sse2/nosegneg", "sse2", "nosegneg" };
	struct kernelcap note = note_of(1, 2), other = note_of(1, 1);
	char path[PATH_MAX], want[PATH_MAX + 64], full[PATH_MAX * 2];

	(void)state;
	PROGRAM("/bin/p", .needed = { "libq.so" });
	library("/d/libq.so");
	library("/d/nosegneg/i686/libq.so"); /* never searched */
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		snprintf(path, sizeof(path), "/d/%s/libq.so", order[i]);
		library(path);
	}
	assert_string_equal(RESOLVE("/bin/p", .glibc_minor = 37, .library_path = "/d", .note = &note),
			"libq.so>/d/libq.so(LD_LIBRARY_PATH)");
	assert_string_equal(RESOLVE("/bin/p", .glibc_minor = 32, .library_path = "/d", .note = &note),
			"libq.so>/d/tls/i686/sse2/libq.so(LD_LIBRARY_PATH)");
	assert_string_equal(RESOLVE("/bin/p", .glibc_minor = 31, .library_path = "/d", .note = &other),
			"libq.so>/d/tls/i686/sse2/libq.so(LD_LIBRARY_PATH)");
	write_text("/etc/ld.so.nohwcap", "");
	assert_string_equal(RESOLVE("/bin/p", .glibc_minor = 31, .library_path = "/d", .note = &note),
			"libq.so>/d/libq.so(LD_LIBRARY_PATH)");
	assert_string_equal(RESOLVE("/bin/p", .glibc_minor = 32, .library_path = "/d"),
			"libq.so>/d/tls/i686/sse2/libq.so(LD_LIBRARY_PATH)");
	snprintf(full, sizeof(full), "%s/etc/ld.so.nohwcap", top);
	assert_int_equal(unlink(full), 0);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		snprintf(path, sizeof(path), "/d/%s/libq.so", order[i]);
		snprintf(want, sizeof(want), "libq.so>%s(LD_LIBRARY_PATH)", path);
		assert_string_equal(RESOLVE("/bin/p", .glibc_minor = 31, .library_path = "/d", .note = &note), want);
		snprintf(full, sizeof(full), "%s%s", top, path);
		assert_int_equal(unlink(full), 0);
	}
}

static void test_set_user_id(void **state)
{
	(void)state;
	library("/d/liba.so");
	library("/lib/liba.so");
	library("/usr/lib/x/liba.so");
	make_mode("/bin/s", &(struct elf32_spec){ .interp = LOADER, .needed = { "liba.so" } }, 04755);
	make_mode("/bin/t",
			&(struct elf32_spec){ .interp = LOADER, .needed = { "liba.so" }, .runpath = "$ORIGIN/../d" },
			04755);
	make_mode("/bin/u", &(struct elf32_spec){ .interp = LOADER, .needed = { "liba.so" }, .runpath = "/d" }, 02755);
	make_mode("/bin/v",
			&(struct elf32_spec){
					.interp = LOADER, .needed = { "liba.so" }, .runpath = "$ORIGIN/../usr/lib/x" },
			04755);
	make_mode("/bin/w",
			&(struct elf32_spec){ .interp = LOADER, .needed = { "liba.so" }, .runpath = "/$ORIGIN/../d" },
			04755);
	make_mode("/bin/x", &(struct elf32_spec){ .interp = LOADER, .needed = { "$ORIGIN/../d/liba.so" } }, 04755);
	make_mode("/bin/y", &(struct elf32_spec){ .interp = LOADER, .needed = { "liba.so" } }, 02745);
	assert_string_equal(RESOLVE("/bin/s", .library_path = "/d"), "liba.so>/lib/liba.so(default directory)");
	assert_string_equal(RESOLVE("/bin/y", .library_path = "/d"), "liba.so>/d/liba.so(LD_LIBRARY_PATH)");
	assert_string_equal(RESOLVE("/bin/t"), "liba.so>/lib/liba.so(default directory)");
	assert_string_equal(RESOLVE("/bin/u"), "liba.so>/d/liba.so(RUNPATH)");
	assert_string_equal(RESOLVE("/bin/v"), "liba.so>/bin/../usr/lib/x/liba.so(RUNPATH)");
	assert_string_equal(RESOLVE("/bin/w"), "liba.so>/lib/liba.so(default directory)");
	assert_string_equal(RESOLVE("/bin/x"), "!$ORIGIN/../d/liba.so: DST not allowed in SUID/SGID programs");
	assert_string_equal(RESOLVE("/bin/s", .preload = "/d/liba.so"), "liba.so>/lib/liba.so(default directory)");
}

static void test_preload_of_set_user_id(void **state)
{
	(void)state;
	library("/lib/libp.so");
	make_mode("/lib/libq.so", &(struct elf32_spec){ .soname = "libq.so" }, 04755);
	library("/d/libr.so");
	make_mode("/bin/s", &(struct elf32_spec){ .interp = LOADER }, 04755);
	PROGRAM("/bin/p", .soname = NULL);
	assert_string_equal(RESOLVE("/bin/s", .preload = "libp.so:libq.so"),
			"libq.so>/lib/libq.so(default directory) !libp.so: not found, and not preloaded");
	assert_string_equal(RESOLVE("/bin/p", .preload = "libp.so:libq.so"),
			"libp.so>/lib/libp.so(default directory) libq.so>/lib/libq.so(default directory)");
	write_text("/etc/ld.so.preload", "# comment /lib/libp.so\n/d/libr.so # libp.so");
	assert_string_equal(RESOLVE("/bin/s"), "/d/libr.so>/d/libr.so(path)");
}

static void test_kernel_and_processor(void **state)
{
	(void)state;
	make("/lib/i386/libk.so", &(struct elf32_spec){ .soname = "libk.so", .abi = 0x060201 });
	library("/lib/libk.so");
	make("/lib/libv2.so", &(struct elf32_spec){ .soname = "libv2.so", .isa = 2 });
	PROGRAM("/bin/k", .needed = { "libk.so" });
	PROGRAM("/bin/v2", .needed = { "libv2.so" });
	assert_string_equal(RESOLVE("/bin/k", .glibc_minor = 35), "libk.so>/lib/libk.so(default directory)");
	assert_string_equal(RESOLVE("/bin/k", .glibc_minor = 35, .osversion = 0x060201),
			"libk.so>/lib/i386/libk.so(default directory)");
	assert_string_equal(RESOLVE("/bin/k", .glibc_minor = 36), "libk.so>/lib/i386/libk.so(default directory)");
	assert_string_equal(RESOLVE("/bin/v2", .glibc_minor = 32), "libv2.so>/lib/libv2.so(default directory)");
	assert_string_equal(RESOLVE("/bin/v2"), "libv2.so>/lib/libv2.so(default directory) "
						"!/lib/libv2.so: CPU ISA level is lower than required");
}

/* Linkers write one of them; a file with both has its RPATH ignored, also by those that it loads. */
static void test_both_paths(void **state)
{
	(void)state;
	make("/lib/liba.so", &(struct elf32_spec){ .soname = "liba.so", .needed = { "libb.so" } });
	library("/r/libb.so");
	PROGRAM("/bin/r", .needed = { "liba.so" }, .rpath = "/r");
	PROGRAM("/bin/b", .needed = { "liba.so" }, .rpath = "/r", .runpath = "/gone");
	assert_string_equal(RESOLVE("/bin/r"), "liba.so>/lib/liba.so(default directory) libb.so>/r/libb.so(RPATH)");
	assert_string_equal(RESOLVE("/bin/b"),
			"liba.so>/lib/liba.so(default directory) libb.so>(not found) !libb.so: not found");
}

static void test_loader_is_read(void **state)
{
	(void)state;
	library("/usr/lib/i386/liba.so");
	library("/usr/lib/i386/x/libb.so");
	PROGRAM("/bin/a", .needed = { "liba.so", "libb.so" }, .runpath = "/usr/$LIB/x:/$PLATFORM");
	assert_string_equal(RESOLVE("/bin/a"), "liba.so>/usr/lib/i386/liba.so(default directory) "
					       "libb.so>/usr/lib/i386/x/libb.so(RUNPATH)");
	write_text(LOADER, "neither a loader nor its strings");
	assert_string_equal(RESOLVE("/bin/a"), "liba.so>(not found) libb.so>(not found) "
					       "!/lib/ld-linux.so.2: not a loader of this class "
					       "!/lib/ld-linux.so.2: not glibc's loader: its rules are others "
					       "!liba.so: not found !libb.so: not found");
}

static void test_circles(void **state)
{
	(void)state;
	make("/lib/liba.so", &(struct elf32_spec){ .soname = "liba.so", .needed = { "libb.so", "liba.so" } });
	make("/lib/libb.so", &(struct elf32_spec){ .soname = "libb.so", .needed = { "liba.so", "libb.so" } });
	make("/lib/libf.so", &(struct elf32_spec){ .soname = "libf.so", .filter = { "libg.so", "libf.so" } });
	make("/lib/libg.so", &(struct elf32_spec){ .soname = "libg.so", .auxiliary = { "libnone.so" } });
	PROGRAM("/bin/p", .needed = { "liba.so", "libf.so" });
	assert_string_equal(RESOLVE("/bin/p"), "liba.so>/lib/liba.so(default directory) "
					       "libnone.so>(not found) "
					       "libg.so>/lib/libg.so(default directory) "
					       "libf.so>/lib/libf.so(default directory) "
					       "libb.so>/lib/libb.so(default directory)");
	make("/lib/libf.so", &(struct elf32_spec){ .soname = "libf.so", .filter = { "libnone.so" } });
	assert_string_equal(RESOLVE("/bin/p"), "liba.so>/lib/liba.so(default directory) "
					       "libnone.so>(not found) libf.so>/lib/libf.so(default directory) "
					       "libb.so>/lib/libb.so(default directory) !libnone.so: not found");
}

static void test_filters_in_a_circle(void **state)
{
	(void)state;
	make("/lib/libf.so", &(struct elf32_spec){ .soname = "libf.so", .filter = { "libg.so" } });
	make("/lib/libg.so", &(struct elf32_spec){ .soname = "libg.so", .filter = { "libf.so" } });
	PROGRAM("/bin/p", .needed = { "libf.so" });
	assert_non_null(strstr(RESOLVE("/bin/p"), "filters in a circle"));
}

static enum resolve_kind kind_of(const char *path, char *interp, bool *loads)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	_cleanup_resolver_ struct resolver *resolver = NULL;
	_cleanup_resolve_result_ struct resolve_result *result = NULL;

	assert_int_equal(root_open_tree(&root, top), 0);
	assert_int_equal(resolver_new(&root, &resolver), 0);
	assert_int_equal(resolve_program(resolver, path, &(struct resolve_options){ 0 }, &result, why), 0);
	strcpy(interp, result->interpreter ? result->interpreter : "");
	*loads = result->loads;
	return result->kind;
}

static void test_kinds(void **state)
{
	static const struct elf32_spec interp = { .interp = LOADER }, gone = { .interp = "/gone" },
				       fixed = { .executable = true, .no_dynamic = true },
				       pie = { .flags_1 = DF_1_PIE }, lib = { .soname = "x" };
	static const struct {
		const struct elf32_spec *spec;
		const char *text;
		enum resolve_kind kind;
		const char *interp;
		bool loads;
	} table[] = {
		{ &interp, NULL, RESOLVE_DYNAMIC, LOADER, true },
		{ &gone, NULL, RESOLVE_DYNAMIC, "/gone", false },
		{ &fixed, NULL, RESOLVE_STATIC, "", true },
		{ &pie, NULL, RESOLVE_STATIC_PIE, "", true },
		{ &lib, NULL, RESOLVE_LIBRARY, "", true },
		{ NULL, "#!/bin/sh -e\nexit\n", RESOLVE_SCRIPT, "/bin/sh", true },
		{ NULL, "#! \t/usr/bin/env\tperl", RESOLVE_SCRIPT, "/usr/bin/env", true },
	};
	char name[PATH_MAX];
	bool loads;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].spec)
			make("/bin/p", table[i].spec);
		else
			write_text("/bin/p", table[i].text);
		assert_int_equal(kind_of("/bin/p", name, &loads), table[i].kind);
		assert_string_equal(name, table[i].interp);
		assert_int_equal(loads, table[i].loads);
	}
}

static void test_refused(void **state)
{
	struct elf32 b;

	(void)state;
	write_text("/bin/text", "text that is long enough to be the header of an ELF file, but it is not one\n");
	write_text("/bin/short", "#!");
	write_text("/bin/empty", "");
	elf32_build(&b, &(struct elf32_spec){ .interp = LOADER });
	b.data[18] = EM_ARM;
	write_file("/bin/arm", b.data, b.size, 0755);
	b.data[18] = EM_X86_64; /* of the 32-bit class: x32 */
	write_file("/bin/x32", b.data, b.size, 0755);
	b.data[18] = EM_386;
	write_file("/bin/cut", b.data, 60, 0755);
	assert_string_equal(RESOLVE("/bin/text"), "neither an ELF file nor a script");
	assert_string_equal(RESOLVE("/bin/short"), "neither an ELF file nor a script");
	assert_string_equal(RESOLVE("/bin/empty"), "neither an ELF file nor a script");
	assert_string_equal(RESOLVE("/bin/arm"), "an ELF file, but neither of i386 nor of x86-64");
	assert_string_equal(RESOLVE("/bin/x32"), "an ELF file, but neither of i386 nor of x86-64");
	assert_string_equal(RESOLVE("/bin"), "not a regular file");
	assert_string_equal(RESOLVE("/bin/gone"), "No such file or directory");
	assert_true(*RESOLVE("/bin/cut"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_note_and_cache, set_up),
		cmocka_unit_test_setup(test_platform_bits, set_up),
		cmocka_unit_test_setup(test_note_and_directories, set_up),
		cmocka_unit_test_setup(test_set_user_id, set_up),
		cmocka_unit_test_setup(test_preload_of_set_user_id, set_up),
		cmocka_unit_test_setup(test_kernel_and_processor, set_up),
		cmocka_unit_test_setup(test_both_paths, set_up),
		cmocka_unit_test_setup(test_loader_is_read, set_up),
		cmocka_unit_test_setup(test_circles, set_up),
		cmocka_unit_test_setup(test_filters_in_a_circle, set_up),
		cmocka_unit_test_setup(test_kinds, set_up),
		cmocka_unit_test_setup(test_refused, set_up),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, make_top, remove_top);
}
