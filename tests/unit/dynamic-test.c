// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "elf/dynamic.h"

/* The machine's own i386 C library: it has versions of every kind, thread-local data and both hash tables. */
#define LOADER "/lib/ld-linux.so.2"

struct file {
	uint8_t *bytes;
	size_t size;
};

static struct file read_library(const char *name)
{
	_cleanup_free_ char *loader = realpath(LOADER, NULL);
	char path[4096];
	struct file f = { 0 };
	struct stat st;
	int fd;

	assert_non_null(loader);
	*strrchr(loader, '/') = '\0';
	snprintf(path, sizeof(path), "%s/%s", loader, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	f.size = (size_t)st.st_size;
	f.bytes = malloc(f.size);
	assert_int_equal(read_at(fd, f.bytes, f.size, 0), 0);
	close(fd);
	return f;
}

static int read_bytes(const struct file *f, struct dynamic **dyn, char *why)
{
	_cleanup_close_ int fd = memfd_create("dynamic-test", MFD_CLOEXEC);
	_cleanup_image_ struct image *img = NULL;
	int r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, f->bytes, f->size), (ssize_t)f->size);
	why[0] = '\0';
	r = image_open(fd, &img, why);
	return r < 0 ? r : dynamic_read(img, dyn, why);
}

static struct dynamic *read_good(const char *name)
{
	struct file f = read_library(name);
	struct dynamic *dyn = NULL;
	char why[WHY_MAX];

	assert_int_equal(read_bytes(&f, &dyn, why), 0);
	assert_string_equal(why, "");
	free(f.bytes);
	return dyn;
}

static void reads_names_and_headers(void **state)
{
	_cleanup_dynamic_ struct dynamic *libc = read_good("libc.so.6"), *libm = read_good("libm.so.6");
	char hex[2 * OBJECT_BUILD_ID_MAX + 1];

	(void)state;
	assert_string_equal(libc->obj->soname, "libc.so.6");
	assert_int_equal(libc->obj->nneeded, 1);
	assert_string_equal(libc->obj->needed[0], "ld-linux.so.2");
	assert_string_equal(libc->obj->interp, LOADER);
	assert_true(object_segment(libc->obj, PT_TLS)->memsz >= 4 && object_segment(libc->obj, PT_TLS)->align >= 4);
	assert_false(object_segment(libc->obj, PT_GNU_STACK)->flags & PF_X);
	assert_true(libc->obj->flags & DF_STATIC_TLS);
	assert_null(libc->obj->rpath);
	assert_int_equal(strlen(object_build_id_hex(libc->obj, hex)), 2 * libc->obj->build_id_size);
	assert_int_equal(libc->obj->build_id_size, 20);
	assert_true(libc->obj->has_abi && libc->obj->abi[0] == ELF_NOTE_OS_LINUX && libc->obj->abi[1] >= 2);
	assert_int_equal(libm->obj->nneeded, 2);
	assert_null(libm->obj->interp);
	assert_false(libm->obj->has_tls);
}

static void reads_symbols_with_their_versions(void **state)
{
	_cleanup_dynamic_ struct dynamic *libc = read_good("libc.so.6");
	const struct dynamic_symbol *s = dynamic_find(libc, "posix_spawn", NULL);

	(void)state;
	assert_non_null(s);
	assert_string_equal(s->version, "GLIBC_2.15");
	assert_false(s->hidden);
	assert_int_equal(s->type, STT_FUNC);
	s = dynamic_find(libc, "posix_spawn", "GLIBC_2.2");
	assert_non_null(s);
	assert_true(s->hidden);
	assert_null(dynamic_find(libc, "posix_spawn", "GLIBC_2.3"));
	assert_null(dynamic_find(libc, "posix_spaw", NULL));
	assert_null(dynamic_find(libc, "", NULL));
	assert_null(dynamic_find(libc, "_rtld_global", NULL)); /* only needed */
	s = dynamic_find(libc, "stdout", "GLIBC_2.0");
	assert_non_null(s);
	assert_int_equal(s->type, STT_OBJECT);
	assert_int_equal(s->size, 4);
	assert_null(s->file);
}

static void knows_who_has_to_define_what_is_needed(void **state)
{
	_cleanup_dynamic_ struct dynamic *libc = read_good("libc.so.6");
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < libc->nsymbols; i++) {
		const struct dynamic_symbol *s = &libc->symbols[i];

		if (s->defined || strcmp(s->name, "_rtld_global") != 0)
			continue;
		assert_string_equal(s->version, "GLIBC_PRIVATE");
		assert_string_equal(s->file, "ld-linux.so.2");
		found++;
	}
	assert_int_equal(found, 1);
}

static void reads_version_definitions(void **state)
{
	_cleanup_dynamic_ struct dynamic *libc = read_good("libc.so.6");
	bool base = false, inherits = false, needs = false;

	(void)state;
	for (size_t i = 0; i < libc->obj->nversion; i++) {
		const struct object_version *v = &libc->obj->version[i];

		needs |= v->file && strcmp(v->file, "ld-linux.so.2") == 0 && strcmp(v->name, "GLIBC_PRIVATE") == 0;
		base |= !v->file && (v->flags & VER_FLG_BASE) && strcmp(v->name, "libc.so.6") == 0;
		inherits |= !v->file && strcmp(v->name, "GLIBC_2.1") == 0 && v->parent &&
			    strcmp(v->parent, "GLIBC_2.0") == 0;
	}
	assert_true(base && inherits && needs);
}

/* Both hash tables name the same number of symbols, so a file without DT_HASH reads the same. */
static void counts_symbols_by_either_hash_table(void **state)
{
	struct file f = read_library("libm.so.6");
	_cleanup_dynamic_ struct dynamic *before = NULL, *after = NULL;
	char why[WHY_MAX];
	size_t changed = 0;

	(void)state;
	assert_int_equal(read_bytes(&f, &before, why), 0);
	for (size_t i = 52; i + 32 <= 52 + 32 * 16u; i += 32) {
		Elf32_Phdr ph;

		memcpy(&ph, f.bytes + i, sizeof(ph));
		if (ph.p_type != PT_DYNAMIC)
			continue;
		for (size_t at = ph.p_offset; at + 8 <= ph.p_offset + ph.p_filesz; at += 8) {
			uint32_t tag, unused = 0x6ffffff7;

			memcpy(&tag, f.bytes + at, 4);
			if (tag == DT_HASH) {
				memcpy(f.bytes + at, &unused, 4);
				changed++;
			}
		}
		break;
	}
	if (changed == 0) {
		free(f.bytes);
		skip();
	}
	assert_int_equal(read_bytes(&f, &after, why), 0);
	assert_int_equal(after->nsymbols, before->nsymbols);
	free(f.bytes);
}

static void a_file_without_dynamic_section_is_empty(void **state)
{
	struct file f = read_library("libBrokenLocale.so.1");
	_cleanup_dynamic_ struct dynamic *dyn = NULL;
	char why[WHY_MAX];

	(void)state;
	for (size_t i = 52; i + 32 <= 52 + 32 * 16u; i += 32) {
		uint32_t type, null = PT_NULL;

		memcpy(&type, f.bytes + i, 4);
		if (type == PT_DYNAMIC)
			memcpy(f.bytes + i, &null, 4);
	}
	assert_int_equal(read_bytes(&f, &dyn, why), 0);
	assert_null(dyn->obj->soname);
	assert_int_equal(dyn->nsymbols, 0);
	assert_null(dynamic_find(dyn, "x", NULL));
	free(f.bytes);
}

/* Whatever bytes change: an answer or a reason. The sanitizers watch. */
static void random_damage_is_an_error_with_a_reason(void **state)
{
	struct file good = read_library("libBrokenLocale.so.1"), bad = good;
	unsigned seed = 20231115, refused = 0;
	size_t headers = 2048;

	(void)state;
	assert_true(good.size > headers);
	bad.bytes = malloc(good.size);
	for (int round = 0; round < 4000; round++) {
		_cleanup_dynamic_ struct dynamic *dyn = NULL;
		char why[WHY_MAX];

		memcpy(bad.bytes, good.bytes, good.size);
		for (int i = 0; i < 3; i++) {
			seed = seed * 1103515245 + 12345;
			/* Mostly where the tables are, and mostly small or extreme values. */
			bad.bytes[(seed >> 8) % (i ? headers : good.size)] =
					(uint8_t)((seed >> 28) ? seed >> 20 : 0xff);
		}
		if (round % 16 == 0)
			bad.size = (seed >> 4) % good.size;
		else
			bad.size = good.size;
		if (read_bytes(&bad, &dyn, why) < 0) {
			assert_true(why[0] != '\0');
			refused++;
		}
	}
	assert_true(refused > 300);
	free(bad.bytes);
	free(good.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_names_and_headers),
		cmocka_unit_test(reads_symbols_with_their_versions),
		cmocka_unit_test(knows_who_has_to_define_what_is_needed),
		cmocka_unit_test(reads_version_definitions),
		cmocka_unit_test(counts_symbols_by_either_hash_table),
		cmocka_unit_test(a_file_without_dynamic_section_is_empty),
		cmocka_unit_test(random_damage_is_an_error_with_a_reason),
	};

	elf_version(EV_CURRENT);
	return RUN_TESTS(tests);
}
