// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "elf/notes.h"
#include "elf/object.h"

/* Far above what real files have; they bound what a lying one costs. */
#define SEGMENTS_MAX    256
#define TAGS_MAX        4096
#define NAMES_MAX       1024
#define VERSIONS_MAX    4096
#define NAME_LENGTH_MAX 4096
#define STRINGS_MAX     (16u << 20)
#define NOTES_MAX       65536

#define VERSIONS_SIZE_MAX 65536 /* libstdc++, which has the most, fills 3 KiB */

/* What is being read. */
struct source {
	Elf *elf;
	uint64_t size;
	struct object *obj;
	char *why;
};

/* What the dynamic section says, before its addresses are followed. 0 is "not there". */
struct tags {
	uint64_t soname, rpath, runpath;
	uint64_t strtab, strsz, verdef, verdefnum, verneed, verneednum;
	bool has_soname, has_rpath, has_runpath;
	uint64_t *needed, *filter;
	size_t nneeded, needed_cap, nfilter, filter_cap;
};

/* Reads the header through libelf, which takes both classes, and checks that it is an x86 one. */
static int identify(const struct source *src, size_t *phnum)
{
	struct object *obj = src->obj;
	char *why = src->why;
	GElf_Ehdr eh;

	if (elf_kind(src->elf) != ELF_K_ELF || !gelf_getehdr(src->elf, &eh)) {
		snprintf(why, WHY_MAX, "not an ELF file, or a truncated one");
		return -ENOEXEC;
	}
	if (eh.e_ident[EI_DATA] != ELFDATA2LSB || (eh.e_machine != EM_386 && eh.e_machine != EM_X86_64)) {
		snprintf(why, WHY_MAX, "an ELF file, but neither of i386 nor of x86-64");
		return -ENOEXEC;
	}
	obj->is64 = eh.e_ident[EI_CLASS] == ELFCLASS64;
	if (eh.e_machine == EM_386 && obj->is64)
		return why_broken(why, "an i386 file of the 64-bit class");
	if (eh.e_phnum && eh.e_phentsize != gelf_fsize(src->elf, ELF_T_PHDR, 1, EV_CURRENT))
		return why_broken(why, "program headers of %u bytes", eh.e_phentsize);
	obj->type = eh.e_type;
	obj->machine = eh.e_machine;
	obj->entry = eh.e_entry;
	*phnum = eh.e_phnum;
	return 0;
}

static bool in_file(uint32_t type)
{
	return type == PT_LOAD || type == PT_DYNAMIC || type == PT_INTERP || type == PT_NOTE || type == PT_GNU_PROPERTY;
}

/* Segments with bytes in the file are checked; the others have none. */
static int read_segments(const struct source *src, size_t phnum)
{
	struct object *obj = src->obj;

	if (phnum > SEGMENTS_MAX)
		return why_broken(src->why, "%zu program headers", phnum);
	obj->segment = calloc(phnum + 1, sizeof(*obj->segment));
	if (!obj->segment)
		return why_failed(src->why, -ENOMEM);
	for (size_t i = 0; i < phnum; i++) {
		struct object_segment *s = &obj->segment[i];
		GElf_Phdr ph;

		if (!gelf_getphdr(src->elf, (int)i, &ph))
			return why_broken(src->why, "program header %zu lies outside the file", i);
		s->type = ph.p_type;
		s->flags = ph.p_flags;
		s->off = ph.p_offset;
		s->filesz = ph.p_filesz;
		s->addr = ph.p_vaddr;
		s->memsz = ph.p_memsz;
		s->align = ph.p_align;
		if (in_file(s->type) && !range_ok(s->off, s->filesz, src->size))
			return why_broken(src->why, "segment %zu lies outside the file", i);
		obj->has_tls |= s->type == PT_TLS;
		obj->nsegment++;
	}
	return 0;
}

static const struct object_segment *find_segment(const struct object *obj, uint32_t type)
{
	for (size_t i = 0; i < obj->nsegment; i++)
		if (obj->segment[i].type == type)
			return &obj->segment[i];
	return NULL;
}

/* Bytes of the file, kept by libelf until the end; NULL where they are not there. */
static Elf_Data *chunk(const struct source *src, uint64_t off, uint64_t size, Elf_Type type)
{
	if (!range_ok(off, size, src->size) || off > INT64_MAX || size > SIZE_MAX)
		return NULL;
	return elf_getdata_rawchunk(src->elf, (int64_t)off, (size_t)size, type);
}

/* Bytes at a virtual address: up to `max` of them, as far as their PT_LOAD goes. */
static Elf_Data *chunk_at(const struct source *src, uint64_t addr, uint64_t max)
{
	for (size_t i = 0; i < src->obj->nsegment; i++) {
		const struct object_segment *s = &src->obj->segment[i];
		uint64_t skip = addr - s->addr;

		if (s->type != PT_LOAD || addr < s->addr || skip >= s->filesz)
			continue;
		return chunk(src, s->off + skip, s->filesz - skip < max ? s->filesz - skip : max, ELF_T_BYTE);
	}
	return NULL;
}

static int add_value(uint64_t **list, size_t *n, size_t *cap, uint64_t value, char *why)
{
	int r;

	if (*n == NAMES_MAX)
		return why_broken(why, "more than %u entries of one kind in the dynamic section", NAMES_MAX);
	r = array_reserve(list, cap, *n + 1, sizeof(**list));
	if (r < 0)
		return why_failed(why, r);
	(*list)[(*n)++] = value;
	return 0;
}

/* Tags whose value goes to one place. */
static uint64_t *plain_tag(const struct source *src, struct tags *t, int64_t tag)
{
	switch (tag) {
	case DT_STRTAB:
		return &t->strtab;
	case DT_STRSZ:
		return &t->strsz;
	case DT_VERDEF:
		return &t->verdef;
	case DT_VERDEFNUM:
		return &t->verdefnum;
	case DT_VERNEED:
		return &t->verneed;
	case DT_VERNEEDNUM:
		return &t->verneednum;
	case DT_FLAGS:
		return &src->obj->flags;
	case DT_FLAGS_1:
		return &src->obj->flags_1;
	default:
		return NULL;
	}
}

static int take_tag(const struct source *src, struct tags *t, int64_t tag, uint64_t value)
{
	uint64_t *place = plain_tag(src, t, tag);

	if (place)
		*place = value;
	else if (tag == DT_NEEDED)
		return add_value(&t->needed, &t->nneeded, &t->needed_cap, value, src->why);
	else if (tag == DT_FILTER || tag == DT_AUXILIARY)
		return add_value(&t->filter, &t->nfilter, &t->filter_cap, value, src->why);
	else if (tag == DT_SONAME)
		t->soname = value, t->has_soname = true;
	else if (tag == DT_RPATH)
		t->rpath = value, t->has_rpath = true;
	else if (tag == DT_RUNPATH)
		t->runpath = value, t->has_runpath = true;
	return 0;
}

static int read_tags(const struct source *src, const struct object_segment *s, struct tags *t)
{
	size_t entry = gelf_fsize(src->elf, ELF_T_DYN, 1, EV_CURRENT);
	uint64_t count = s->filesz / entry < TAGS_MAX ? s->filesz / entry : TAGS_MAX;
	Elf_Data *data = chunk(src, s->off, count * entry, ELF_T_DYN);
	GElf_Dyn dyn;
	int r = 0;

	if (!data && count)
		return why_broken(src->why, "the dynamic section cannot be read");
	for (uint64_t i = 0; r == 0 && i < count && gelf_getdyn(data, (int)i, &dyn) && dyn.d_tag != DT_NULL; i++)
		r = take_tag(src, t, dyn.d_tag, dyn.d_un.d_val);
	return r;
}

static int read_strings(const struct source *src, const struct tags *t)
{
	Elf_Data *data;

	if (t->strsz > STRINGS_MAX)
		return why_broken(src->why, "a dynamic string table of %" PRIu64 " bytes", t->strsz);
	data = chunk_at(src, t->strtab, t->strsz);
	if (!data || data->d_size != t->strsz)
		return why_broken(src->why, "the dynamic string table lies outside the file");
	src->obj->strings = malloc(data->d_size + 1);
	if (!src->obj->strings)
		return why_failed(src->why, -ENOMEM);
	memcpy(src->obj->strings, data->d_buf, data->d_size);
	src->obj->strings[data->d_size] = '\0';
	return 0;
}

static int string_at(const struct source *src, const struct tags *t, uint64_t off, const char **out)
{
	if (off >= t->strsz || strnlen(src->obj->strings + off, NAME_LENGTH_MAX) == NAME_LENGTH_MAX)
		return why_broken(src->why, "a name lies beyond the dynamic string table, or is very long");
	*out = src->obj->strings + off;
	return 0;
}

static int names_at(const struct source *src, const struct tags *t, const uint64_t *off, size_t n, const char ***list,
		size_t *count)
{
	int r = 0;

	if (n == 0)
		return 0;
	*list = calloc(n, sizeof(**list));
	if (!*list)
		return why_failed(src->why, -ENOMEM);
	for (size_t i = 0; r == 0 && i < n; i++, *count += r == 0)
		r = string_at(src, t, off[i], &(*list)[i]);
	return r;
}

static int read_names(const struct source *src, const struct tags *t)
{
	struct object *obj = src->obj;
	int r = 0;

	if (t->has_soname)
		r = string_at(src, t, t->soname, &obj->soname);
	if (r == 0 && t->has_rpath)
		r = string_at(src, t, t->rpath, &obj->rpath);
	if (r == 0 && t->has_runpath)
		r = string_at(src, t, t->runpath, &obj->runpath);
	if (r == 0)
		r = names_at(src, t, t->needed, t->nneeded, &obj->needed, &obj->nneeded);
	if (r == 0)
		r = names_at(src, t, t->filter, t->nfilter, &obj->filter, &obj->nfilter);
	return r;
}

static int add_version(const struct source *src, const struct object_version *v)
{
	struct object *obj = src->obj;
	int r;

	if (obj->nversion == VERSIONS_MAX)
		return why_broken(src->why, "more than %u versions", VERSIONS_MAX);
	r = array_reserve(&obj->version, &obj->version_cap, obj->nversion + 1, sizeof(*v));
	if (r < 0)
		return why_failed(src->why, r);
	obj->version[obj->nversion++] = *v;
	return 0;
}

/* Copies a record of a version table; both classes have the same ones. */
static bool record_at(const Elf_Data *data, uint64_t off, void *record, size_t size)
{
	if (!range_ok(off, size, data->d_size))
		return false;
	memcpy(record, (const char *)data->d_buf + off, size);
	return true;
}

/* The tables are chains of records that lead on by relative, only ever forward offsets. */
static int read_defs(const struct source *src, const struct tags *t)
{
	const Elf_Data *data = chunk_at(src, t->verdef, VERSIONS_SIZE_MAX);
	Elf32_Verdef def = { 0 };
	uint64_t at = 0;

	for (uint64_t i = 0; i < t->verdefnum && (i == 0 || def.vd_next); i++) {
		struct object_version v = { 0 };
		Elf32_Verdaux aux;
		int r;

		at += def.vd_next;
		if (!data || !record_at(data, at, &def, sizeof(def)) ||
				!record_at(data, at + def.vd_aux, &aux, sizeof(aux)))
			return why_broken(src->why, "version definition %" PRIu64 " lies outside the file", i);
		v.base = def.vd_flags & VER_FLG_BASE;
		r = string_at(src, t, aux.vda_name, &v.name);
		if (r == 0)
			r = add_version(src, &v);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_needs_of(const struct source *src, const struct tags *t, const Elf_Data *data, uint64_t at,
		const Elf32_Verneed *need)
{
	struct object_version v = { 0 };
	Elf32_Vernaux aux = { 0 };
	int r = string_at(src, t, need->vn_file, &v.file);

	for (unsigned i = 0; r == 0 && i < need->vn_cnt && (i == 0 || aux.vna_next); i++) {
		at += aux.vna_next;
		if (!record_at(data, at, &aux, sizeof(aux)))
			return why_broken(src->why, "a needed version lies outside the file");
		v.weak = aux.vna_flags & VER_FLG_WEAK;
		r = string_at(src, t, aux.vna_name, &v.name);
		if (r == 0)
			r = add_version(src, &v);
	}
	return r;
}

static int read_needs(const struct source *src, const struct tags *t)
{
	const Elf_Data *data = chunk_at(src, t->verneed, VERSIONS_SIZE_MAX);
	Elf32_Verneed need = { 0 };
	uint64_t at = 0;
	int r = 0;

	for (uint64_t i = 0; r == 0 && i < t->verneednum && (i == 0 || need.vn_next); i++) {
		at += need.vn_next;
		if (!data || !record_at(data, at, &need, sizeof(need)))
			return why_broken(src->why, "version need %" PRIu64 " lies outside the file", i);
		r = read_needs_of(src, t, data, at + need.vn_aux, &need);
	}
	return r;
}

static int read_dynamic(const struct source *src)
{
	const struct object_segment *s = find_segment(src->obj, PT_DYNAMIC);
	struct tags t = { 0 };
	int r;

	if (!s)
		return 0;
	src->obj->dynamic = true;
	r = read_tags(src, s, &t);
	if (r == 0 && t.strtab)
		r = read_strings(src, &t);
	if (r == 0)
		r = read_names(src, &t);
	if (r == 0 && t.verdef)
		r = read_defs(src, &t);
	if (r == 0 && t.verneed)
		r = read_needs(src, &t);
	free(t.needed);
	free(t.filter);
	return r;
}

static int read_interp(const struct source *src)
{
	const struct object_segment *s = find_segment(src->obj, PT_INTERP);
	Elf_Data *data;

	if (!s)
		return 0;
	data = s->filesz <= NAME_LENGTH_MAX ? chunk(src, s->off, s->filesz, ELF_T_BYTE) : NULL;
	if (!data)
		return why_broken(src->why, "the interpreter's name lies outside the file, or is very long");
	src->obj->interp_storage = strndup(data->d_buf ? data->d_buf : "", data->d_size);
	if (!src->obj->interp_storage)
		return why_failed(src->why, -ENOMEM);
	src->obj->interp = src->obj->interp_storage;
	return 0;
}

/* x86 psABI, "Program Property": an array of u32 type, u32 size, data padded to the class's word. */
static void take_properties(struct object *obj, const struct note *note)
{
	uint64_t align = obj->is64 ? 8 : 4;
	uint32_t head[2];

	for (uint64_t at = 0; range_ok(at, sizeof(head), note->desc_size);) {
		memcpy(head, note->desc + at, sizeof(head));
		at += sizeof(head);
		if (!range_ok(at, head[1], note->desc_size))
			return;
		if (head[0] == GNU_PROPERTY_X86_ISA_1_NEEDED && head[1] == sizeof(obj->isa_needed))
			memcpy(&obj->isa_needed, note->desc + at, sizeof(obj->isa_needed));
		at += (head[1] + align - 1) & ~(align - 1);
	}
}

static void take_note(struct object *obj, const struct note *note)
{
	if (!note_owned_by(note, "GNU"))
		return;
	if (note->type == NT_GNU_BUILD_ID && !obj->build_id_size && note->desc_size <= OBJECT_BUILD_ID_MAX) {
		memcpy(obj->build_id, note->desc, note->desc_size);
		obj->build_id_size = note->desc_size;
	} else if (note->type == NT_GNU_ABI_TAG && !obj->has_abi && note->desc_size >= sizeof(obj->abi)) {
		memcpy(obj->abi, note->desc, sizeof(obj->abi));
		obj->has_abi = true;
	} else if (note->type == NT_GNU_PROPERTY_TYPE_0) {
		take_properties(obj, note);
	}
}

/* Notes never make a file unreadable: the loader passes over those that are broken. */
static void read_notes(const struct source *src)
{
	for (size_t i = 0; i < src->obj->nsegment; i++) {
		const struct object_segment *s = &src->obj->segment[i];
		struct notes notes = { .align = s->align };
		Elf_Data *data = NULL;
		struct note note;

		if (s->type == PT_NOTE && s->filesz <= NOTES_MAX)
			data = chunk(src, s->off, s->filesz, ELF_T_BYTE);
		if (!data)
			continue;
		notes.data = data->d_buf;
		notes.size = data->d_size;
		while (notes_next(&notes, &note))
			take_note(src->obj, &note);
	}
}

static int read_object(struct source *src, struct object **out)
{
	_cleanup_object_ struct object *obj = calloc(1, sizeof(*obj));
	size_t phnum = 0;
	int r;

	if (!obj)
		return why_failed(src->why, -ENOMEM);
	src->obj = obj;
	r = identify(src, &phnum);
	if (r == 0)
		r = read_segments(src, phnum);
	if (r == 0)
		r = read_interp(src);
	if (r == 0)
		r = read_dynamic(src);
	if (r < 0)
		return r;
	read_notes(src);
	*out = TAKE_PTR(obj);
	return 0;
}

/* libelf ends itself where it was not asked for its version first. */
static int read_elf(Elf *elf, uint64_t size, struct object **out, char *why)
{
	struct source src = { .elf = elf, .size = size, .why = why };
	int r;

	if (!elf)
		return why_broken(why, "%s", elf_errmsg(-1));
	r = read_object(&src, out);
	elf_end(elf);
	return r;
}

int object_read(int fd, struct object **out, char *why)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return why_failed(why, -errno);
	elf_version(EV_CURRENT);
	return read_elf(elf_begin(fd, ELF_C_READ, NULL), (uint64_t)st.st_size, out, why);
}

int object_parse(const void *data, uint64_t size, struct object **out, char *why)
{
	if (size > SIZE_MAX)
		return why_broken(why, "an image of %" PRIu64 " bytes", size);
	elf_version(EV_CURRENT);
	/* Only read from: nothing asks libelf to update it. */
	return read_elf(elf_memory((char *)(uintptr_t)data, (size_t)size), size, out, why);
}

void object_free(struct object *obj)
{
	if (!obj)
		return;
	free(obj->segment);
	free(obj->needed);
	free(obj->filter);
	free(obj->version);
	free(obj->strings);
	free(obj->interp_storage);
	free(obj);
}

const char *object_build_id_hex(const struct object *obj, char *buf)
{
	buf[0] = '\0';
	for (size_t i = 0; i < obj->build_id_size; i++)
		sprintf(buf + 2 * i, "%02x", obj->build_id[i]);
	return buf;
}
