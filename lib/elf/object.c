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

static int not_elf(char *why)
{
	snprintf(why, WHY_MAX, "not an ELF file, or a truncated one");
	return -ENOEXEC;
}

/* Reads the header through libelf, which takes both classes, and checks that it is an x86 one. */
static int identify(const struct source *src, size_t *phnum)
{
	struct object *obj = src->obj;
	char *why = src->why;
	GElf_Ehdr eh;

	if (elf_kind(src->elf) != ELF_K_ELF || !gelf_getehdr(src->elf, &eh))
		return not_elf(why);
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

const struct object_segment *object_segment(const struct object *obj, uint32_t type)
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

static int read_tags(const struct source *src, const struct object_segment *s)
{
	size_t entry = gelf_fsize(src->elf, ELF_T_DYN, 1, EV_CURRENT);
	uint64_t count = s->filesz / entry < TAGS_MAX ? s->filesz / entry : TAGS_MAX;
	Elf_Data *data = chunk(src, s->off, count * entry, ELF_T_DYN);
	struct object *obj = src->obj;
	GElf_Dyn dyn;

	if (!data && count)
		return why_broken(src->why, "the dynamic section cannot be read");
	obj->tag = calloc((size_t)count + 1, sizeof(*obj->tag));
	if (!obj->tag)
		return why_failed(src->why, -ENOMEM);
	for (uint64_t i = 0; i < count && gelf_getdyn(data, (int)i, &dyn) && dyn.d_tag != DT_NULL; i++)
		obj->tag[obj->ntag++] = (struct object_tag){ dyn.d_tag, dyn.d_un.d_val };
	return 0;
}

/* The last one counts, as in ld.so, which fills a table by tag (elf/get-dynamic-info.h). */
static const struct object_tag *find_tag(const struct object *obj, int64_t tag)
{
	for (size_t i = obj->ntag; i > 0; i--)
		if (obj->tag[i - 1].tag == tag)
			return &obj->tag[i - 1];
	return NULL;
}

uint64_t object_tag_value(const struct object *obj, int64_t tag)
{
	const struct object_tag *found = find_tag(obj, tag);

	return found ? found->value : 0;
}

bool object_has_tag(const struct object *obj, int64_t tag)
{
	return find_tag(obj, tag) != NULL;
}

static int read_strings(const struct source *src)
{
	uint64_t addr = object_tag_value(src->obj, DT_STRTAB), size = object_tag_value(src->obj, DT_STRSZ);
	Elf_Data *data;

	if (!addr)
		return 0;
	if (size > STRINGS_MAX)
		return why_broken(src->why, "a dynamic string table of %" PRIu64 " bytes", size);
	data = chunk_at(src, addr, size);
	if (!data || data->d_size != size)
		return why_broken(src->why,
				"the dynamic string table (%" PRIu64 " bytes at %#" PRIx64 ") lies outside the file",
				size, addr);
	src->obj->strings = malloc(data->d_size + 1);
	if (!src->obj->strings)
		return why_failed(src->why, -ENOMEM);
	memcpy(src->obj->strings, data->d_buf, data->d_size);
	src->obj->strings[data->d_size] = '\0';
	src->obj->strings_size = size;
	return 0;
}

const char *object_string(const struct object *obj, uint64_t off)
{
	if (off >= obj->strings_size || strnlen(obj->strings + off, NAME_LENGTH_MAX) == NAME_LENGTH_MAX)
		return NULL;
	return obj->strings + off;
}

static int string_at(const struct source *src, uint64_t off, const char **out)
{
	*out = object_string(src->obj, off);
	return *out ? 0
		    : why_broken(src->why,
				      "the name at %" PRIu64
				      " of the dynamic string table lies beyond it, or is very long",
				      off);
}

static int read_name(const struct source *src, int64_t tag, const char **out)
{
	const struct object_tag *found = find_tag(src->obj, tag);

	return found ? string_at(src, found->value, out) : 0;
}

/* The names of all entries of one kind or another, in the file's order. */
static int read_list(const struct source *src, int64_t tag, int64_t other, const char ***list, size_t *count)
{
	const struct object *obj = src->obj;
	size_t n = 0, cap = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < obj->ntag; i++) {
		if (obj->tag[i].tag != tag && obj->tag[i].tag != other)
			continue;
		r = array_reserve(list, &cap, n + 1, sizeof(**list));
		if (r < 0)
			return why_failed(src->why, r);
		r = string_at(src, obj->tag[i].value, &(*list)[n++]);
	}
	*count = n;
	return r;
}

static int read_names(const struct source *src)
{
	struct object *obj = src->obj;
	int r = read_name(src, DT_SONAME, &obj->soname);

	if (r == 0)
		r = read_name(src, DT_RPATH, &obj->rpath);
	if (r == 0)
		r = read_name(src, DT_RUNPATH, &obj->runpath);
	if (r == 0)
		r = read_list(src, DT_NEEDED, DT_NEEDED, &obj->needed, &obj->nneeded);
	if (r == 0)
		r = read_list(src, DT_FILTER, DT_AUXILIARY, &obj->filter, &obj->nfilter);
	obj->flags = object_tag_value(obj, DT_FLAGS);
	obj->flags_1 = object_tag_value(obj, DT_FLAGS_1);
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

static int read_parent(const struct source *src, const Elf_Data *data, uint64_t at, uint32_t step, const char **parent)
{
	Elf32_Verdaux aux;

	if (step == 0 || !record_at(data, at + step, &aux, sizeof(aux)))
		return why_broken(src->why, "a version definition's parent lies outside the file");
	return string_at(src, aux.vda_name, parent);
}

static int read_def(const struct source *src, const Elf_Data *data, uint64_t at, const Elf32_Verdef *def)
{
	struct object_version v = { .flags = def->vd_flags, .index = def->vd_ndx & 0x7fff };
	Elf32_Verdaux aux;
	int r;

	if (!record_at(data, at + def->vd_aux, &aux, sizeof(aux)))
		return why_broken(src->why, "a version definition's name lies outside the file");
	if (def->vd_version != VER_DEF_CURRENT)
		return why_broken(src->why, "a version definition has format %u", def->vd_version);
	r = string_at(src, aux.vda_name, &v.name);
	if (r == 0 && def->vd_cnt > 1)
		r = read_parent(src, data, at + def->vd_aux, aux.vda_next, &v.parent);
	return r < 0 ? r : add_version(src, &v);
}

/* The tables are chains of records that lead on by relative, only ever forward offsets. */
static int read_defs(const struct source *src)
{
	uint64_t addr = object_tag_value(src->obj, DT_VERDEF), count = object_tag_value(src->obj, DT_VERDEFNUM), at = 0;
	const Elf_Data *data = addr ? chunk_at(src, addr, VERSIONS_SIZE_MAX) : NULL;
	Elf32_Verdef def = { 0 };
	int r = 0;

	for (uint64_t i = 0; addr && r == 0 && i < count && (i == 0 || def.vd_next); i++) {
		at += def.vd_next;
		if (!data || !record_at(data, at, &def, sizeof(def)))
			return why_broken(src->why, "version definition %" PRIu64 " lies outside the file", i);
		r = read_def(src, data, at, &def);
	}
	return r;
}

static int read_needs_of(const struct source *src, const Elf_Data *data, uint64_t at, const Elf32_Verneed *need)
{
	struct object_version v = { 0 };
	Elf32_Vernaux aux = { 0 };
	int r = string_at(src, need->vn_file, &v.file);

	if (need->vn_version != VER_NEED_CURRENT)
		return why_broken(src->why, "a version need has format %u", need->vn_version);
	for (unsigned i = 0; r == 0 && i < need->vn_cnt && (i == 0 || aux.vna_next); i++) {
		at += aux.vna_next;
		if (!record_at(data, at, &aux, sizeof(aux)))
			return why_broken(src->why, "a needed version lies outside the file");
		v.flags = aux.vna_flags;
		v.index = aux.vna_other & 0x7fff;
		r = string_at(src, aux.vna_name, &v.name);
		if (r == 0)
			r = add_version(src, &v);
	}
	return r;
}

static int read_needs(const struct source *src)
{
	uint64_t addr = object_tag_value(src->obj, DT_VERNEED), at = 0;
	uint64_t count = object_tag_value(src->obj, DT_VERNEEDNUM);
	const Elf_Data *data = addr ? chunk_at(src, addr, VERSIONS_SIZE_MAX) : NULL;
	Elf32_Verneed need = { 0 };
	int r = 0;

	for (uint64_t i = 0; addr && r == 0 && i < count && (i == 0 || need.vn_next); i++) {
		at += need.vn_next;
		if (!data || !record_at(data, at, &need, sizeof(need)))
			return why_broken(src->why, "version need %" PRIu64 " lies outside the file", i);
		r = read_needs_of(src, data, at + need.vn_aux, &need);
	}
	return r;
}

static int read_dynamic(const struct source *src)
{
	const struct object_segment *s = object_segment(src->obj, PT_DYNAMIC);
	int r;

	if (!s)
		return 0;
	src->obj->dynamic = true;
	r = read_tags(src, s);
	if (r == 0)
		r = read_strings(src);
	if (r == 0)
		r = read_names(src);
	if (r == 0)
		r = read_defs(src);
	return r < 0 ? r : read_needs(src);
}

static int read_interp(const struct source *src)
{
	const struct object_segment *s = object_segment(src->obj, PT_INTERP);
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
	if (!S_ISREG(st.st_mode))
		return not_elf(why);
	elf_version(EV_CURRENT);
	return read_elf(elf_begin(fd, ELF_C_READ, NULL), (uint64_t)st.st_size, out, why);
}

int object_parse(const void *data, uint64_t size, struct object **out, char *why)
{
	Elf *elf;

	if (size > SIZE_MAX)
		return why_broken(why, "an image of %" PRIu64 " bytes", size);
	elf_version(EV_CURRENT);
	/* Only read from: nothing asks libelf to update it. */
	elf = elf_memory((char *)(uintptr_t)data, (size_t)size);
	return elf ? read_elf(elf, size, out, why) : not_elf(why);
}

void object_free(struct object *obj)
{
	if (!obj)
		return;
	free(obj->segment);
	free(obj->tag);
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
