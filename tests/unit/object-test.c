// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/util.h"
#include "elf-poke.h"
#include "elf/object.h"

#define TEXT_MAX 65536

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_lines(char *text)
{
	static char *lines[4096], sorted[TEXT_MAX];
	char *rest = text, *at = sorted;
	size_t n = 0;

	for (char *line; (line = strsep(&rest, "\n")) && *line;)
		lines[n++] = line;
	qsort(lines, n, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < n; i++)
		at += sprintf(at, "%s\n", lines[i]);
	*at = '\0';
	strcpy(text, sorted);
}

/* What readelf says, a line for each fact. */
static void ask_readelf(const char *path, char *text)
{
	static const char script[] =
			"LC_ALL=C readelf -dlVnW '%s' 2>/dev/null | awk '"
			"function inside(s) { sub(/^[^[]*\\[/, \"\", s); sub(/\\][^]]*$/, \"\", s); return s }"
			"/\\(NEEDED\\)/ { print \"needed\", n++, inside($0) }"
			"/\\((AUXILIARY|FILTER)\\)/ { print \"filter\", inside($0) }"
			"/\\(SONAME\\)/ { print \"soname\", inside($0) }"
			"/\\(RPATH\\)/ { print \"rpath\", inside($0) }"
			"/\\(RUNPATH\\)/ { print \"runpath\", inside($0) }"
			"/Requesting program interpreter/ { sub(/.*interpreter: /, \"\"); sub(/\\]$/, \"\"); "
			"print \"interp\", $0 }"
			"/^  TLS / { print \"tls\" }"
			"/Rev: .*Index: / { sub(/.*Flags: /, \"\"); print \"defines\", $NF, $1 }"
			"/Version: 1  File: / { sub(/.*File: /, \"\"); file = $1 }"
			"/  Name: .*Version: / { flags = $5; print \"wants\", $3, file, flags }"
			"/Build ID: / { sub(/.*Build ID: /, \"\"); print \"id\", $1 }"
			"/OS: Linux, ABI: / { sub(/.*ABI: /, \"\"); print \"abi\", $1 }'";
	char command[4096];
	FILE *f;
	size_t n;

	snprintf(command, sizeof(command), script, path);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(text, 1, TEXT_MAX - 1, f);
	text[n] = '\0';
	pclose(f);
	sort_lines(text);
}

static const char *flags_of(const struct object_version *v)
{
	return v->flags & VER_FLG_BASE ? "BASE" : v->flags & VER_FLG_WEAK ? "WEAK" : "none";
}

static void describe(const struct object *o, char *text)
{
	char id[2 * OBJECT_BUILD_ID_MAX + 1], *at = text;

	for (size_t i = 0; i < o->nneeded; i++)
		at += sprintf(at, "needed %zu %s\n", i, o->needed[i]);
	for (size_t i = 0; i < o->nfilter; i++)
		at += sprintf(at, "filter %s\n", o->filter[i]);
	at += o->soname ? sprintf(at, "soname %s\n", o->soname) : 0;
	at += o->rpath ? sprintf(at, "rpath %s\n", o->rpath) : 0;
	at += o->runpath ? sprintf(at, "runpath %s\n", o->runpath) : 0;
	at += o->interp ? sprintf(at, "interp %s\n", o->interp) : 0;
	at += o->has_tls ? sprintf(at, "tls\n") : 0;
	for (size_t i = 0; i < o->nversion; i++) {
		const struct object_version *v = &o->version[i];

		if (v->file)
			at += sprintf(at, "wants %s %s %s\n", v->name, v->file, flags_of(v));
		else
			at += sprintf(at, "defines %s %s\n", v->name, flags_of(v));
	}
	if (o->build_id_size)
		at += sprintf(at, "id %s\n", object_build_id_hex(o, id));
	if (o->has_abi)
		sprintf(at, "abi %u.%u.%u\n", o->abi[1], o->abi[2], o->abi[3]);
	sort_lines(text);
}

static void check_against_readelf(const char *path)
{
	static char want[TEXT_MAX], got[TEXT_MAX];
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_object_ struct object *obj = NULL, *memory = NULL;
	struct file f = read_file(path);
	char why[WHY_MAX] = "";

	if (object_read(fd, &obj, why) != 0)
		fail_msg("%s: %s", path, why);
	describe(obj, got);
	ask_readelf(path, want);
	if (strcmp(got, want) != 0)
		fail_msg("%s:\n%s\nnot\n%s", path, got, want);
	assert_int_equal(object_parse(f.bytes, f.size, &memory, why), 0);
	describe(memory, want);
	assert_string_equal(got, want);
	assert_int_equal(obj->is64, f.is64);
	assert_int_equal(obj->machine, f.is64 ? EM_X86_64 : EM_386);
	free(f.bytes);
}

static void our_own_libraries(void **state)
{
	static const char *const files[] = { FIXTURE("object-32-old.so"), FIXTURE("object-32-new.so"),
		FIXTURE("object-64-old.so"), FIXTURE("object-64-new.so"), FIXTURE("tls-pie"), FIXTURE("tls-nopie"),
		FIXTURE("tls-static"), FIXTURE("segref.so"), FIXTURE("segref-nosections.so") };
	_cleanup_object_ struct object *obj = NULL;
	_cleanup_close_ int fd = open(FIXTURE("object-64-old.so"), O_RDONLY | O_CLOEXEC);
	char why[WHY_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		check_against_readelf(files[i]);
	/* readelf is not asked about everything. */
	assert_int_equal(object_read(fd, &obj, why), 0);
	assert_int_equal(obj->type, ET_DYN);
	assert_true(obj->dynamic);
	assert_int_equal(obj->flags_1, DF_1_NOW | DF_1_NODELETE);
	assert_string_equal(obj->rpath, "/opt/a:$ORIGIN/../b");
	assert_string_equal(obj->filter[0], "libauxiliary.so.1");
	assert_null(obj->interp);
	assert_string_equal(obj->version[2].name, "OBJECT_2");
	assert_string_equal(obj->version[2].parent, "OBJECT_1");
	assert_int_equal(obj->version[2].index, 3);
	assert_null(obj->version[1].parent);
	assert_int_equal(object_tag_value(obj, DT_VERDEFNUM), 3);
	assert_true(object_has_tag(obj, DT_RPATH));
	assert_false(object_has_tag(obj, DT_RUNPATH));
	assert_int_equal(object_tag_value(obj, DT_RUNPATH), 0);
	assert_null(object_string(obj, obj->strings_size));
	assert_string_equal(object_string(obj, 0), "");
}

/* Whether it is a regular file that begins as a program or library of x86 does. */
static bool is_object(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	unsigned char head[EI_NIDENT + 4] = "";

	return fd >= 0 && read(fd, head, sizeof(head)) == sizeof(head) && memcmp(head, ELFMAG, SELFMAG) == 0 &&
	       head[EI_NIDENT] != ET_REL && (head[EI_NIDENT + 2] == EM_386 || head[EI_NIDENT + 2] == EM_X86_64);
}

static void check_directory(const char *path, unsigned max)
{
	DIR *dir = opendir(path);

	for (struct dirent *e; dir && max && (e = readdir(dir));) {
		char file[PATH_MAX];

		snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		if (!is_object(file))
			continue;
		check_against_readelf(file);
		max--;
	}
	if (dir)
		closedir(dir);
}

static void libraries_and_programs_of_the_machine(void **state)
{
	(void)state;
	check_directory("/usr/lib/i386-linux-gnu", 40);
	check_directory("/usr/lib/x86_64-linux-gnu", 40);
	check_directory("/usr/lib32", 20);
	check_directory("/usr/bin", 20);
}

enum place { IN_BYTES, IN_EHDR, IN_SEGMENT, IN_TAG, IN_VERDEF, IN_VERNEED };

struct defect {
	enum place place;
	uint64_t what; /* the offset, the type of the segment, or the tag */
	uint64_t field32, field64;
	size_t width; /* 0: a word */
	uint64_t value;
	int error;
	const char *why;
};

#define EHDR(field)          IN_EHDR, 0, offsetof(Elf32_Ehdr, field), offsetof(Elf64_Ehdr, field)
#define SEGMENT(type, field) IN_SEGMENT, type, offsetof(Elf32_Phdr, field), offsetof(Elf64_Phdr, field)

static void spoil(struct file *f, const struct defect *d)
{
	uint64_t at = d->what, field = f->is64 ? d->field64 : d->field32;

	switch (d->place) {
	case IN_SEGMENT:
		at = segment_at(f, (uint32_t)d->what);
		break;
	case IN_TAG:
		at = tag_at(f, d->what);
		break;
	case IN_VERDEF: /* version tables lie where their address says: the first segment begins at 0 */
		at = get(f, tag_at(f, DT_VERDEF), word(f));
		break;
	case IN_VERNEED:
		at = get(f, tag_at(f, DT_VERNEED), word(f));
		break;
	default:
		break;
	}
	put(f, at + field, d->value, d->width ? d->width : word(f));
}

/* Both ways to read have to say the same. */
static int read_both(const struct file *f, char *why)
{
	_cleanup_close_ int fd = memfd_create("object-test", MFD_CLOEXEC);
	_cleanup_object_ struct object *obj = NULL, *memory = NULL;
	/* An allocation of exactly that size, so that a sanitizer sees one byte too much. */
	_cleanup_free_ uint8_t *copy = malloc(f->size ? f->size : 1);
	char other[WHY_MAX] = "";
	int r;

	why[0] = '\0';
	memcpy(copy, f->bytes, f->size);
	assert_int_equal(write(fd, f->bytes, f->size), (ssize_t)f->size);
	r = object_read(fd, &obj, why);
	assert_int_equal(object_parse(copy, f->size, &memory, other), r);
	assert_string_equal(why, other);
	assert_int_equal(r < 0, obj == NULL);
	assert_int_equal(r < 0, memory == NULL);
	return r;
}

#define NEITHER "an ELF file, but neither of i386 nor of x86-64"
#define NAME    "the name at * of the dynamic string table lies beyond it, or is very long"

static const struct defect defects[] = {
	{ IN_BYTES, 0, 0, 0, 1, 'X', -ENOEXEC, "not an ELF file, or a truncated one" },
	{ IN_BYTES, EI_CLASS, 0, 0, 1, 7, -ENOEXEC, "not an ELF file, or a truncated one" },
	{ IN_BYTES, EI_DATA, 0, 0, 1, ELFDATA2MSB, -ENOEXEC, NEITHER },
	{ EHDR(e_machine), 2, EM_ARM, -ENOEXEC, NEITHER },
	{ EHDR(e_machine), 2, EM_NONE, -ENOEXEC, NEITHER },
	{ EHDR(e_phentsize), 2, 7, -EBADMSG, "program headers of 7 bytes" },
	{ EHDR(e_phnum), 2, 257, -EBADMSG, "257 program headers" },
	{ EHDR(e_phoff), 0, 0x7fffff00, -EBADMSG, "program header 0 lies outside the file" },
	{ SEGMENT(PT_LOAD, p_filesz), 0, 0x7fffffff, -EBADMSG, "segment 0 lies outside the file" },
	{ SEGMENT(PT_LOAD, p_offset), 0, 0x7fffffff, -EBADMSG, "segment 0 lies outside the file" },
	{ IN_TAG, DT_STRSZ, 0, 0, 0, 0x7fffffff, -EBADMSG, "a dynamic string table of 2147483647 bytes" },
	{ IN_TAG, DT_STRSZ, 0, 0, 0, 0x100000, -EBADMSG,
			"the dynamic string table (* bytes at 0x*) lies outside the file" },
	{ IN_TAG, DT_STRSZ, 0, 0, 0, 0, -EBADMSG, NULL },
	{ IN_TAG, DT_STRSZ, 0, 0, 0, 1, -EBADMSG, NAME },
	{ IN_TAG, DT_STRTAB, 0, 0, 0, 0x7fffffff, -EBADMSG,
			"the dynamic string table (* bytes at 0x*) lies outside the file" },
	{ IN_TAG, DT_STRTAB, 0, 0, 0, 0, -EBADMSG, NAME }, /* without a table no name is inside */
	{ IN_TAG, DT_NEEDED, 0, 0, 0, 0x7fffffff, -EBADMSG, NAME },
	{ IN_TAG, DT_SONAME, 0, 0, 0, 0xffff, -EBADMSG, NAME },
	{ IN_TAG, DT_RPATH, 0, 0, 0, 0xffffffff, -EBADMSG, NAME },
	{ IN_TAG, DT_AUXILIARY, 0, 0, 0, 0xffffffff, -EBADMSG, NAME },
	{ IN_TAG, DT_VERDEF, 0, 0, 0, 0x7fffffff, -EBADMSG, "version definition 0 lies outside the file" },
	{ IN_TAG, DT_VERNEED, 0, 0, 0, 0x7fffffff, -EBADMSG, "version need 0 lies outside the file" },
	{ IN_VERDEF, 0, offsetof(Elf32_Verdef, vd_next), offsetof(Elf32_Verdef, vd_next), 4, 0x10000000, -EBADMSG,
			"version definition 1 lies outside the file" },
	{ IN_VERDEF, 0, offsetof(Elf32_Verdef, vd_aux), offsetof(Elf32_Verdef, vd_aux), 4, 0xffffffff, -EBADMSG,
			"a version definition's name lies outside the file" },
	{ IN_VERDEF, 0, sizeof(Elf32_Verdef), sizeof(Elf32_Verdef), 4, 0xffffffff, -EBADMSG, NAME }, /* vda_name */
	{ IN_VERNEED, 0, offsetof(Elf32_Verneed, vn_file), offsetof(Elf32_Verneed, vn_file), 4, 0xffff, -EBADMSG,
			NAME },
	{ IN_VERNEED, 0, offsetof(Elf32_Verneed, vn_aux), offsetof(Elf32_Verneed, vn_aux), 4, 0x7fffffff, -EBADMSG,
			"a needed version lies outside the file" },
	{ IN_VERNEED, 0, sizeof(Elf32_Verneed) + offsetof(Elf32_Vernaux, vna_name),
			sizeof(Elf32_Verneed) + offsetof(Elf32_Vernaux, vna_name), 4, 0xffff, -EBADMSG, NAME },
	{ IN_VERDEF, 0, 0, 0, 2, 9, -EBADMSG, "a version definition has format 9" },
	{ IN_VERNEED, 0, 0, 0, 2, 9, -EBADMSG, "a version need has format 9" },
	/* Odd, and none of the loader's business. */
	{ EHDR(e_shoff), 0, 0x7fffffff, 0, "" },
	{ EHDR(e_shnum), 2, 0xffff, 0, "" },
	{ SEGMENT(PT_GNU_STACK, p_offset), 0, 0x7fffffff, 0, "" },
	{ SEGMENT(PT_LOAD, p_memsz), 0, 0x7fffffff, 0, "" },
	{ IN_TAG, DT_VERDEFNUM, 0, 0, 0, 0x7fffffff, 0, "" }, /* the chain ends by itself */
	{ IN_TAG, DT_VERNEEDNUM, 0, 0, 0, 0x7fffffff, 0, "" },
};

static void names_what_is_wrong(void **state)
{
	static const char *const files[] = { FIXTURE("object-32-old.so"), FIXTURE("object-64-old.so") };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(defects) * 2; i++) {
		const struct defect *d = &defects[i / 2];
		struct file f = read_file(files[i % 2]);
		char why[WHY_MAX];
		int r;

		spoil(&f, d);
		r = read_both(&f, why);
		if (r != d->error || (d->why && fnmatch(d->why, why, 0) != 0) || (r < 0 && !*why))
			fail_msg("defect %zu, %s: %d %s, not %d %s", i / 2, files[i % 2], r, why, d->error, d->why);
		free(f.bytes);
	}
}

static void classes_and_machines(void **state)
{
	struct file f32 = read_file(FIXTURE("object-32-old.so")), f64 = read_file(FIXTURE("object-64-old.so"));
	char why[WHY_MAX];

	(void)state;
	put(&f64, offsetof(Elf64_Ehdr, e_machine), EM_386, 2);
	assert_int_equal(read_both(&f64, why), -EBADMSG);
	assert_string_equal(why, "an i386 file of the 64-bit class");
	put(&f32, offsetof(Elf32_Ehdr, e_machine), EM_X86_64, 2); /* x32 */
	assert_int_equal(read_both(&f32, why), 0);
	free(f32.bytes);
	free(f64.bytes);
}

static void interpreters(void **state)
{
	struct file f = read_file(FIXTURE("tls-pie"));
	uint64_t at = segment_at(&f, PT_INTERP);
	_cleanup_object_ struct object *obj = NULL;
	char why[WHY_MAX];

	(void)state;
	put(&f, at + offsetof(Elf32_Phdr, p_filesz), 4097, 4);
	assert_int_equal(read_both(&f, why), -EBADMSG);
	assert_string_equal(why, "the interpreter's name lies outside the file, or is very long");
	put(&f, at + offsetof(Elf32_Phdr, p_filesz), 4, 4); /* the name's NUL is missing */
	assert_int_equal(object_parse(f.bytes, f.size, &obj, why), 0);
	assert_string_equal(obj->interp, "/lib");
	object_free(obj);
	obj = NULL;
	put(&f, at + offsetof(Elf32_Phdr, p_filesz), 0, 4);
	assert_int_equal(object_parse(f.bytes, f.size, &obj, why), 0);
	assert_string_equal(obj->interp, "");
	free(f.bytes);
}

/* A dynamic section longer than any file has: what lies beyond the bound is not read. */
static void the_dynamic_section_is_bounded(void **state)
{
	struct file f = read_file(FIXTURE("object-32-old.so"));
	uint64_t segment = segment_at(&f, PT_DYNAMIC), name = get(&f, tag_at(&f, DT_NEEDED), 4), at = f.size;
	uint64_t strtab = get(&f, tag_at(&f, DT_STRTAB), 4), strsz = get(&f, tag_at(&f, DT_STRSZ), 4);
	_cleanup_object_ struct object *obj = NULL;
	char why[WHY_MAX];

	(void)state;
	f.size += 5000 * 8;
	f.bytes = realloc(f.bytes, f.size);
	put(&f, segment + offsetof(Elf32_Phdr, p_offset), at, 4);
	put(&f, segment + offsetof(Elf32_Phdr, p_filesz), 5000 * 8, 4);
	for (uint64_t i = 0; i < 5000; i++) {
		put(&f, at + 8 * i, i == 0 ? DT_STRTAB : i == 1 ? DT_STRSZ : DT_NEEDED, 4);
		put(&f, at + 8 * i + 4, i == 0 ? strtab : i == 1 ? strsz : name, 4);
	}
	assert_int_equal(object_parse(f.bytes, f.size, &obj, why), 0);
	assert_int_equal(obj->ntag, 4096);
	assert_int_equal(obj->nneeded, 4094);
	free(f.bytes);
}

/* No end of the file and no changed byte of its headers and tables may do harm; the sanitizers watch. */
static void every_end_and_many_bytes(void **state)
{
	static const char *const files[] = { FIXTURE("object-32-old.so"), FIXTURE("object-64-new.so") };
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	char why[WHY_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct file f = read_file(files[i]), cut;
		uint64_t segment = segment_at(&f, PT_DYNAMIC);
		uint64_t tags = get(&f, segment + PHDR_AT(&f, p_offset), word(&f));
		uint64_t end = tags + get(&f, segment + PHDR_AT(&f, p_filesz), word(&f));

		cut = f;
		for (cut.size = 0; cut.size < f.size; cut.size += cut.size < 1024 ? 1 : 97)
			assert_true(read_both(&cut, why) == 0 || *why);
		for (uint64_t at = 0; at < end; at += at == 0x700 ? tags - at : 1)
			for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
				_cleanup_object_ struct object *obj = NULL;
				uint8_t old = f.bytes[at];

				why[0] = '\0';
				f.bytes[at] = values[v];
				if (object_parse(f.bytes, f.size, &obj, why) < 0)
					assert_true(*why != '\0');
				f.bytes[at] = old;
			}
		free(f.bytes);
	}
}

static void what_is_no_file(void **state)
{
	_cleanup_object_ struct object *obj = NULL;
	_cleanup_close_ int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), null = open("/dev/null", O_RDONLY);
	char why[WHY_MAX] = "";

	(void)state;
	assert_int_equal(object_read(-1, &obj, why), -EBADF);
	assert_string_equal(why, "Bad file descriptor");
	assert_true(object_read(dir, &obj, why) < 0);
	assert_true(object_read(null, &obj, why) < 0);
	assert_true(object_parse("", 0, &obj, why) < 0);
	assert_true(object_parse("\177ELF", 4, &obj, why) < 0);
	assert_null(obj);
	object_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_libraries),
		cmocka_unit_test(libraries_and_programs_of_the_machine),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(classes_and_machines),
		cmocka_unit_test(interpreters),
		cmocka_unit_test(the_dynamic_section_is_bounded),
		cmocka_unit_test(every_end_and_many_bytes),
		cmocka_unit_test(what_is_no_file),
	};

	return RUN_TESTS(tests);
}
