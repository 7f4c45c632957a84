// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/manifest.h"
#include "base/util.h"

#define SHA     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD    "nosegneg-manifest: 1\n"
#define LIBRARY "library: libc.so.6 soname=libc.so.6 sha256=" SHA " build-id=aabb base-build-id=ccdd\n"
#define RTLD    "rtld: _rtld_global=2072 _rtld_global_ro=624 build-id=0011 base-build-id=2233\n"

static int parse(const char *text, struct manifest **m, unsigned *line, char *why)
{
	why[0] = '\0';
	return manifest_parse(text, strlen(text), m, line, why);
}

static void reads_what_the_build_writes(void **state)
{
	static const char text[] = "# a comment\n\n" HEAD "target: debian-12\nsource: glibc-source\n"
				   "base-directory:   /lib/i386-linux-gnu\nfuture-key: 7\n"
				   "patch: 0001-x.patch sha256=" SHA "\n" LIBRARY
				   "omitted: libdl.so.2 no difference at all\n" RTLD "cflags: -O2 -g: x=y";
	_cleanup_manifest_ struct manifest *m = NULL;
	char why[WHY_MAX];
	unsigned line;

	(void)state;
	assert_int_equal(parse(text, &m, &line, why), 0);
	assert_string_equal(m->target, "debian-12");
	assert_string_equal(m->base_directory, "/lib/i386-linux-gnu");
	assert_string_equal(m->cflags, "-O2 -g: x=y");
	assert_null(m->compiler);
	assert_int_equal(m->nlibrary, 1);
	assert_string_equal(m->library[0].name, "libc.so.6");
	assert_string_equal(m->library[0].sha256, SHA);
	assert_string_equal(m->library[0].base_build_id, "ccdd");
	assert_int_equal(m->library[0].line, 9);
	assert_int_equal(m->nomitted, 1);
	assert_string_equal(m->omitted[0].reason, "no difference at all");
	assert_true(m->rtld.given);
	assert_int_equal(m->rtld.global, 2072);
	assert_int_equal(m->rtld.global_ro, 624);
	assert_string_equal(m->rtld.base_build_id, "2233");
}

static void names_the_line_and_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *why;
	} cases[] = {
		{ "", 1, "not a nosegneg manifest: it is empty" },
		{ "# nothing\n", 2, "not a nosegneg manifest: it is empty" },
		{ "target: x\n", 1, "not a nosegneg manifest: the first key is not 'nosegneg-manifest'" },
		{ "nosegneg-manifest: 2\n", 1, "a manifest format that this program does not know" },
		{ HEAD HEAD, 2, "'nosegneg-manifest' twice" },
		{ HEAD "target\n", 2, "no 'key: value'" },
		{ HEAD ": x\n", 2, "a key is made of lower-case letters, digits and '-'" },
		{ HEAD "Target: x\n", 2, "a key is made of lower-case letters, digits and '-'" },
		{ HEAD "target: x\ntarget: y\n", 3, "'target' twice" },
		{ HEAD "target: a\rb\n", 2, "a control character" },
		{ HEAD "library:\n", 2, "'library' without a name" },
		{ HEAD "library: ..\n", 2, "the name of 'library' is not a file name" },
		{ HEAD "library: a/b\n", 2, "the name of 'library' is not a file name" },
		{ HEAD "library: a sha256=00\n", 2, "'sha256' is not lower-case hexadecimal of the right length" },
		{ HEAD "library: a build-id=abc\n", 2, "'build-id' is not lower-case hexadecimal of the right length" },
		{ HEAD "library: a build-id=aa build-id=aa\n", 2, "'build-id' twice" },
		{ HEAD "library: a\n", 2, "a library needs sha256=, build-id= and base-build-id=" },
		{ HEAD "library: a b\n", 2, "a word without '=' after the library's name" },
		{ HEAD LIBRARY LIBRARY, 3, "a library is named twice" },
		{ HEAD "omitted:  \n", 2, "'omitted' without a name" },
		{ HEAD "rtld: x\n", 2, "a word without '=' after 'rtld'" },
		{ HEAD "rtld: _rtld_global=5\n", 2, "'rtld' needs the sizes of _rtld_global and _rtld_global_ro" },
		{ HEAD "rtld: _rtld_global=-5\n", 2, "'_rtld_global' is not a size" },
		{ HEAD "rtld: _rtld_global=99999999999\n", 2, "'_rtld_global' is not a size" },
		{ HEAD RTLD RTLD, 3, "'rtld' twice" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct manifest *m = (void *)&cases;
		char why[WHY_MAX];
		unsigned line = 0;

		assert_int_equal(parse(cases[i].text, &m, &line, why), -EBADMSG);
		assert_string_equal(why, cases[i].why);
		assert_int_equal(line, cases[i].line);
		assert_ptr_equal(m, (void *)&cases);
	}
}

static void is_bounded(void **state)
{
	_cleanup_free_ char *large = calloc(1, MANIFEST_SIZE_MAX + 2), *many = malloc(1100 * 200);
	struct manifest *m = NULL;
	char why[WHY_MAX];
	unsigned line;
	size_t at;

	(void)state;
	memset(large, '#', MANIFEST_SIZE_MAX + 1);
	assert_int_equal(manifest_parse(large, MANIFEST_SIZE_MAX + 1, &m, &line, why), -EBADMSG);
	assert_string_equal(why, "larger than 1048576 bytes");
	at = (size_t)sprintf(many, HEAD);
	for (int i = 0; i < 1100; i++)
		at += (size_t)sprintf(many + at, "library: l%d sha256=" SHA " build-id=aa base-build-id=bb\n", i);
	assert_int_equal(manifest_parse(many, at, &m, &line, why), -EBADMSG);
	assert_string_equal(why, "more than 1024 libraries");
	assert_int_equal(line, 1026);
}

/* No prefix and no single changed byte of a good manifest may do harm; the sanitizers watch. */
static void every_prefix_and_every_byte(void **state)
{
	static const char text[] = HEAD "target: x\n" LIBRARY "omitted: y z\n" RTLD;
	char why[WHY_MAX];
	unsigned line;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++) {
		_cleanup_manifest_ struct manifest *m = NULL;
		_cleanup_free_ char *prefix = malloc(i + 1);

		memcpy(prefix, text, i);
		if (manifest_parse(prefix, i, &m, &line, why) < 0)
			assert_null(m);
	}
	for (size_t i = 0; i < (sizeof(text) - 1) * 256; i++) {
		_cleanup_manifest_ struct manifest *m = NULL;
		char copy[sizeof(text)];

		memcpy(copy, text, sizeof(text));
		copy[i / 256] = (char)i;
		if (manifest_parse(copy, sizeof(text) - 1, &m, &line, why) < 0)
			assert_true(line >= 1 && line <= 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_build_writes),
		cmocka_unit_test(names_the_line_and_what_is_wrong),
		cmocka_unit_test(is_bounded),
		cmocka_unit_test(every_prefix_and_every_byte),
	};

	return RUN_TESTS(tests);
}
