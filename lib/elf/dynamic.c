// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "elf/dynamic.h"

/* Far above what any library has (glibc: 3300 symbols, 60 KiB of names); they bound the memory a lying file costs. */
#define SYMBOLS_MAX     (1u << 16)
#define NAME_LENGTH_MAX 1024
#define STRINGS_MAX     (64u << 20)
#define VERSIONS_MAX    4096
#define ENTRIES_MAX     65536
#define NEEDED_MAX      1024
#define NOTES_MAX       65536

/* The dynamic section, before its addresses are followed. 0 is "not there" for all of them. */
struct tags {
	uint32_t soname, rpath, runpath;
	uint32_t strtab, strsz, symtab, hash, gnu_hash;
	uint32_t versym, verdef, verdefnum, verneed, verneednum;
	bool has_soname, has_rpath, has_runpath;
	uint32_t *needed;
	size_t nneeded, capneeded;
};

static int add_needed(struct tags *t, uint32_t value, char *why)
{
	int r;

	if (t->nneeded == NEEDED_MAX)
		return why_broken(why, "more than %u needed libraries", NEEDED_MAX);
	r = array_reserve(&t->needed, &t->capneeded, t->nneeded + 1, sizeof(*t->needed));
	if (r < 0)
		return why_failed(why, r);
	t->needed[t->nneeded++] = value;
	return 0;
}

/* Tags whose value goes to one place. */
static uint32_t *plain_tag(struct tags *t, struct dynamic *dyn, int32_t tag)
{
	switch (tag) {
	case DT_STRTAB:
		return &t->strtab;
	case DT_STRSZ:
		return &t->strsz;
	case DT_SYMTAB:
		return &t->symtab;
	case DT_HASH:
		return &t->hash;
	case DT_GNU_HASH:
		return &t->gnu_hash;
	case DT_VERSYM:
		return &t->versym;
	case DT_VERDEF:
		return &t->verdef;
	case DT_VERDEFNUM:
		return &t->verdefnum;
	case DT_VERNEED:
		return &t->verneed;
	case DT_VERNEEDNUM:
		return &t->verneednum;
	case DT_FLAGS:
		return &dyn->flags;
	case DT_FLAGS_1:
		return &dyn->flags_1;
	default:
		return NULL;
	}
}

static int take_tag(struct tags *t, struct dynamic *dyn, int32_t tag, uint32_t value, char *why)
{
	uint32_t *place = plain_tag(t, dyn, tag);

	if (place)
		*place = value;
	else if (tag == DT_NEEDED)
		return add_needed(t, value, why);
	else if (tag == DT_SONAME)
		t->soname = value, t->has_soname = true;
	else if (tag == DT_RPATH)
		t->rpath = value, t->has_rpath = true;
	else if (tag == DT_RUNPATH)
		t->runpath = value, t->has_runpath = true;
	else if (tag == DT_TEXTREL)
		dyn->textrel = true;
	else if (tag == DT_SYMBOLIC)
		dyn->symbolic = true;
	return 0;
}

static int note_tag(struct dynamic *dyn, uint32_t tag, char *why)
{
	for (size_t i = 0; i < dyn->ntags; i++)
		if (dyn->tags[i] == tag)
			return 0;
	if (dyn->ntags == DYNAMIC_TAGS_MAX)
		return why_broken(why, "more than %u kinds of dynamic entries", DYNAMIC_TAGS_MAX);
	dyn->tags[dyn->ntags++] = tag;
	return 0;
}

static int read_tags(struct image *img, const GElf_Phdr *ph, struct dynamic *dyn, struct tags *t, char *why)
{
	uint64_t count = ph->p_filesz / sizeof(Elf32_Dyn);

	if (!range_ok(ph->p_offset, ph->p_filesz, img->size))
		return why_broken(why, "the dynamic section lies outside the file");
	for (uint64_t i = 0; i < count; i++) {
		Elf32_Dyn entry;
		int r;

		if (i == ENTRIES_MAX)
			return why_broken(why, "more than %u dynamic entries", ENTRIES_MAX);
		r = read_at(img->fd, &entry, sizeof(entry), ph->p_offset + i * sizeof(entry));
		if (r < 0)
			return why_failed(why, r);
		if (entry.d_tag == DT_NULL)
			break;
		r = note_tag(dyn, (uint32_t)entry.d_tag, why);
		if (r < 0)
			return r;
		r = take_tag(t, dyn, entry.d_tag, entry.d_un.d_val, why);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Copies a table out of the file; the image proves that it lies there before anything is allocated by its size. */
static int read_table(struct image *img, uint32_t addr, uint64_t size, void *out, const char *what, char *why)
{
	_cleanup_free_ char *data = NULL;
	char last;
	int r;

	if (size && image_read_address(img, (uint64_t)addr + size - 1, &last, 1) < 0)
		return why_broken(why, "the %s (%" PRIu64 " bytes at %#x) lies outside the file", what, size, addr);
	data = calloc(1, (size_t)size + 1);
	if (!data)
		return why_failed(why, -ENOMEM);
	r = size ? image_read_address(img, addr, data, (size_t)size) : 0;
	if (r == -ENODATA)
		return why_broken(why, "the %s (%" PRIu64 " bytes at %#x) lies outside the file", what, size, addr);
	if (r < 0)
		return why_failed(why, r);
	memcpy(out, &data, sizeof(data));
	data = NULL;
	return 0;
}

static int string_at(const struct dynamic *dyn, uint32_t off, const char **out, const char *what, char *why)
{
	if (off >= dyn->strings_size)
		return why_broken(why, "the name of %s is at %u, beyond the string table", what, off);
	/* read_table put a NUL behind the table */
	if (strnlen(dyn->strings + off, NAME_LENGTH_MAX) == NAME_LENGTH_MAX)
		return why_broken(why, "the name of %s is longer than %u bytes", what, NAME_LENGTH_MAX);
	*out = dyn->strings + off;
	return 0;
}

static int read_names(struct image *img, struct dynamic *dyn, const struct tags *t, char *why)
{
	int r = 0;

	if (t->strsz > STRINGS_MAX)
		return why_broken(why, "a dynamic string table of %u bytes", t->strsz);
	if (t->strtab) {
		r = read_table(img, t->strtab, t->strsz, &dyn->strings, "dynamic string table", why);
		dyn->strings_size = r < 0 ? 0 : t->strsz;
	}
	if (r == 0 && t->has_soname)
		r = string_at(dyn, t->soname, &dyn->soname, "the library", why);
	if (r == 0 && t->has_rpath)
		r = string_at(dyn, t->rpath, &dyn->rpath, "DT_RPATH", why);
	if (r == 0 && t->has_runpath)
		r = string_at(dyn, t->runpath, &dyn->runpath, "DT_RUNPATH", why);
	if (r < 0 || t->nneeded == 0)
		return r;
	dyn->needed = calloc(t->nneeded, sizeof(*dyn->needed));
	if (!dyn->needed)
		return why_failed(why, -ENOMEM);
	for (size_t i = 0; i < t->nneeded && r == 0; i++, dyn->nneeded += r == 0)
		r = string_at(dyn, t->needed[i], &dyn->needed[i], "a needed library", why);
	return r;
}

/* The symbol with the highest index ends the last chain: bit 0 of its hash is set.
 * https://flapenguin.me/elf-dt-gnu-hash */
static int count_by_gnu_hash(struct image *img, uint32_t addr, uint32_t *count, char *why)
{
	_cleanup_free_ uint32_t *buckets = NULL;
	uint32_t head[4], last = 0, hash = 0;
	uint64_t chains;
	int r;

	if (image_read_address(img, addr, head, sizeof(head)) < 0)
		return why_broken(why, "the GNU hash table at %#x lies outside the file", addr);
	if (head[0] > SYMBOLS_MAX || head[2] > SYMBOLS_MAX)
		return why_broken(why, "a GNU hash table of %u buckets and %u filter words", head[0], head[2]);
	addr += (uint32_t)sizeof(head) + head[2] * 4;
	r = read_table(img, addr, (uint64_t)head[0] * 4, &buckets, "GNU hash table", why);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < head[0]; i++)
		last = buckets[i] > last ? buckets[i] : last;
	*count = head[1];
	if (last == 0)
		return 0;
	chains = (uint64_t)addr + (uint64_t)head[0] * 4;
	if (last < head[1] || last > SYMBOLS_MAX)
		return why_broken(why, "the GNU hash table names symbol %u", last);
	for (; last <= SYMBOLS_MAX && !(hash & 1); last++)
		if (image_read_address(img, chains + (uint64_t)(last - head[1]) * 4, &hash, sizeof(hash)) < 0)
			return why_broken(why, "a chain of the GNU hash table leaves the file");
	*count = last;
	return 0;
}

static int count_symbols(struct image *img, const struct tags *t, uint32_t *count, char *why)
{
	uint32_t head[2];
	int r = 0;

	*count = 0;
	if (t->hash) {
		if (image_read_address(img, t->hash, head, sizeof(head)) < 0)
			return why_broken(why, "the hash table at %#x lies outside the file", t->hash);
		*count = head[1];
	} else if (t->gnu_hash) {
		r = count_by_gnu_hash(img, t->gnu_hash, count, why);
	}
	if (r == 0 && *count > SYMBOLS_MAX)
		return why_broken(why, "%u dynamic symbols", *count);
	return r;
}

/* Versions of both kinds are chains of records that lead on by relative offsets. Offsets only ever go forward, and the
 * count is bounded, so that a chain which loops or crosses another one costs little. */
static int add_version(
		struct dynamic_version **list, size_t *n, size_t *cap, const struct dynamic_version *v, char *why)
{
	int r;

	if (*n == VERSIONS_MAX)
		return why_broken(why, "more than %u versions", VERSIONS_MAX);
	r = array_reserve(list, cap, *n + 1, sizeof(*v));
	if (r < 0)
		return why_failed(why, r);
	(*list)[(*n)++] = *v;
	return 0;
}

static int read_parent(
		struct image *img, struct dynamic *dyn, uint64_t addr, uint32_t step, const char **parent, char *why)
{
	Elf32_Verdaux aux;

	if (step == 0 || image_read_address(img, addr + step, &aux, sizeof(aux)) < 0)
		return why_broken(why, "a version definition's parent lies outside the file");
	return string_at(dyn, aux.vda_name, parent, "a version's parent", why);
}

static int read_defs(struct image *img, struct dynamic *dyn, const struct tags *t, char *why)
{
	uint64_t addr = t->verdef;
	size_t cap = 0;
	Elf32_Verdef def = { 0 };

	for (uint32_t i = 0; i < t->verdefnum; i++, addr += def.vd_next) {
		struct dynamic_version v = { 0 };
		Elf32_Verdaux aux;
		int r;

		if (image_read_address(img, addr, &def, sizeof(def)) < 0 ||
				image_read_address(img, addr + def.vd_aux, &aux, sizeof(aux)) < 0)
			return why_broken(why, "version definition %u lies outside the file", i);
		if (def.vd_version != VER_DEF_CURRENT)
			return why_broken(why, "version definition %u has format %u", i, def.vd_version);
		v.flags = def.vd_flags;
		v.index = def.vd_ndx & 0x7fff;
		r = string_at(dyn, aux.vda_name, &v.name, "a version", why);
		if (r == 0 && def.vd_cnt > 1)
			r = read_parent(img, dyn, addr + def.vd_aux, aux.vda_next, &v.parent, why);
		if (r == 0)
			r = add_version(&dyn->defs, &dyn->ndefs, &cap, &v, why);
		if (r < 0)
			return r;
		if (def.vd_next == 0)
			break;
	}
	return 0;
}

static int read_needs_of(struct image *img, struct dynamic *dyn, const char *file, uint64_t addr, uint16_t count,
		size_t *cap, char *why)
{
	Elf32_Vernaux aux = { 0 };

	for (uint16_t i = 0; i < count; i++, addr += aux.vna_next) {
		struct dynamic_version v = { .file = file };
		int r;

		if (image_read_address(img, addr, &aux, sizeof(aux)) < 0)
			return why_broken(why, "a needed version lies outside the file");
		v.flags = aux.vna_flags;
		v.index = aux.vna_other & 0x7fff;
		r = string_at(dyn, aux.vna_name, &v.name, "a needed version", why);
		if (r == 0)
			r = add_version(&dyn->needs, &dyn->nneeds, cap, &v, why);
		if (r < 0)
			return r;
		if (aux.vna_next == 0)
			break;
	}
	return 0;
}

static int read_needs(struct image *img, struct dynamic *dyn, const struct tags *t, char *why)
{
	uint64_t addr = t->verneed;
	size_t cap = 0;
	Elf32_Verneed need = { 0 };

	for (uint32_t i = 0; i < t->verneednum; i++, addr += need.vn_next) {
		const char *file = NULL;
		int r;

		if (i == VERSIONS_MAX)
			return why_broken(why, "versions of more than %u libraries needed", VERSIONS_MAX);
		if (image_read_address(img, addr, &need, sizeof(need)) < 0)
			return why_broken(why, "version need %u lies outside the file", i);
		if (need.vn_version != VER_NEED_CURRENT)
			return why_broken(why, "version need %u has format %u", i, need.vn_version);
		r = string_at(dyn, need.vn_file, &file, "a library with needed versions", why);
		if (r == 0)
			r = read_needs_of(img, dyn, file, addr + need.vn_aux, need.vn_cnt, &cap, why);
		if (r < 0)
			return r;
		if (need.vn_next == 0)
			break;
	}
	return 0;
}

/* Versions by their index in the symbols' version table; the last one wins where a file has an index twice. */
struct version_index {
	const struct dynamic_version *defined[0x8000], *needed[0x8000];
};

static struct version_index *index_versions(const struct dynamic *dyn)
{
	struct version_index *index = calloc(1, sizeof(*index));

	for (size_t i = 0; index && i < dyn->ndefs; i++)
		index->defined[dyn->defs[i].index] = &dyn->defs[i];
	for (size_t i = 0; index && i < dyn->nneeds; i++)
		index->needed[dyn->needs[i].index] = &dyn->needs[i];
	return index;
}

static int take_symbol(struct dynamic *dyn, const struct version_index *index, const Elf32_Sym *sym, uint16_t version,
		char *why)
{
	struct dynamic_symbol *s = &dyn->symbols[dyn->nsymbols];
	const struct dynamic_version *v = NULL;
	int r = string_at(dyn, sym->st_name, &s->name, "a symbol", why);

	if (r < 0)
		return r;
	s->defined = sym->st_shndx != SHN_UNDEF;
	s->hidden = s->defined && (version & 0x8000);
	s->bind = ELF32_ST_BIND(sym->st_info);
	s->type = ELF32_ST_TYPE(sym->st_info);
	s->visibility = ELF32_ST_VISIBILITY(sym->st_other);
	s->shndx = sym->st_shndx;
	s->value = sym->st_value;
	s->size = sym->st_size;
	version &= 0x7fff;
	if (version > VER_NDX_GLOBAL) {
		v = s->defined ? index->defined[version] : index->needed[version];
		if (!v)
			return why_broken(why, "symbol %zu has version %u, which is not there", dyn->nsymbols + 1,
					version);
		s->version = v->name;
		s->file = v->file;
	}
	dyn->nsymbols++;
	return 0;
}

static int read_symbols(struct image *img, struct dynamic *dyn, const struct tags *t, char *why)
{
	_cleanup_free_ Elf32_Sym *table = NULL;
	_cleanup_free_ uint16_t *versions = NULL;
	_cleanup_free_ struct version_index *index = index_versions(dyn);
	uint32_t count;
	int r = count_symbols(img, t, &count, why);

	if (r < 0 || count <= 1 || !t->symtab)
		return r;
	r = read_table(img, t->symtab, (uint64_t)count * sizeof(*table), &table, "dynamic symbol table", why);
	if (r == 0 && t->versym)
		r = read_table(img, t->versym, (uint64_t)count * sizeof(*versions), &versions, "symbol version table",
				why);
	if (r < 0)
		return r;
	dyn->symbols = calloc(count - 1, sizeof(*dyn->symbols));
	if (!dyn->symbols || !index)
		return why_failed(why, -ENOMEM);
	for (uint32_t i = 1; i < count && r == 0; i++)
		r = take_symbol(dyn, index, &table[i], versions ? versions[i] : VER_NDX_GLOBAL, why);
	return r;
}

static void take_note(struct dynamic *dyn, uint32_t type, const uint8_t *desc, uint32_t size)
{
	if (type == NT_GNU_BUILD_ID && !dyn->build_id_len && size <= DYNAMIC_BUILD_ID_MAX) {
		memcpy(dyn->build_id, desc, size);
		dyn->build_id_len = size;
	} else if (type == NT_GNU_ABI_TAG && !dyn->has_abi && size >= sizeof(dyn->abi)) {
		memcpy(dyn->abi, desc, sizeof(dyn->abi));
		dyn->has_abi = true;
	}
}

/* Stops at the first note that does not fit; alignment is 4 on i386 whatever the segment says, except for 8. */
static void take_notes(struct dynamic *dyn, const uint8_t *data, uint64_t size, uint64_t align)
{
	Elf32_Nhdr nh;

	align = align == 8 ? 8 : 4;
	for (uint64_t at = 0; range_ok(at, sizeof(nh), size);) {
		uint64_t name, desc;

		memcpy(&nh, data + at, sizeof(nh));
		name = at + sizeof(nh);
		desc = (name + nh.n_namesz + align - 1) & ~(align - 1);
		if (!range_ok(name, nh.n_namesz, size) || !range_ok(desc, nh.n_descsz, size))
			return;
		if (nh.n_namesz == 4 && memcmp(data + name, "GNU", 4) == 0)
			take_note(dyn, nh.n_type, data + desc, nh.n_descsz);
		at = (desc + nh.n_descsz + align - 1) & ~(align - 1);
	}
}

static int read_notes(struct image *img, const GElf_Phdr *ph, struct dynamic *dyn, char *why)
{
	_cleanup_free_ uint8_t *data = NULL;
	int r;

	if (!range_ok(ph->p_offset, ph->p_filesz, img->size))
		return why_broken(why, "a note segment lies outside the file");
	if (ph->p_filesz > NOTES_MAX)
		return why_broken(why, "%" PRIu64 " bytes of notes", ph->p_filesz);
	data = malloc((size_t)ph->p_filesz + 1);
	if (!data)
		return why_failed(why, -ENOMEM);
	r = read_at(img->fd, data, (size_t)ph->p_filesz, ph->p_offset);
	if (r < 0)
		return why_failed(why, r);
	take_notes(dyn, data, ph->p_filesz, ph->p_align);
	return 0;
}

static int read_interp(struct image *img, const GElf_Phdr *ph, struct dynamic *dyn, char *why)
{
	int r;

	if (!range_ok(ph->p_offset, ph->p_filesz, img->size) || ph->p_filesz > 4096)
		return why_broken(why, "the interpreter's name lies outside the file, or is very long");
	if (dyn->interp_storage)
		return why_broken(why, "more than one interpreter");
	dyn->interp_storage = calloc(1, (size_t)ph->p_filesz + 1);
	if (!dyn->interp_storage)
		return why_failed(why, -ENOMEM);
	r = read_at(img->fd, dyn->interp_storage, (size_t)ph->p_filesz, ph->p_offset);
	if (r < 0)
		return why_failed(why, r);
	dyn->interp = dyn->interp_storage;
	return 0;
}

static int read_segment(struct image *img, const GElf_Phdr *ph, struct dynamic *dyn, char *why)
{
	switch (ph->p_type) {
	case PT_TLS:
		dyn->has_tls = true;
		dyn->tls_size = (uint32_t)ph->p_memsz;
		dyn->tls_align = (uint32_t)ph->p_align;
		return 0;
	case PT_GNU_STACK:
		dyn->has_stack = true;
		dyn->stack_flags = (uint32_t)ph->p_flags;
		return 0;
	case PT_LOAD:
		if (dyn->nload == DYNAMIC_LOADS_MAX)
			return why_broken(why, "more than %u segments", DYNAMIC_LOADS_MAX);
		dyn->load_flags[dyn->nload++] = ph->p_flags & (PF_R | PF_W | PF_X);
		return 0;
	case PT_GNU_RELRO:
		dyn->has_relro = true;
		return 0;
	case PT_INTERP:
		return read_interp(img, ph, dyn, why);
	case PT_NOTE:
		return read_notes(img, ph, dyn, why);
	default:
		return 0;
	}
}

static int read_segments(struct image *img, struct dynamic *dyn, struct tags *t, char *why)
{
	bool seen_dynamic = false;
	size_t phnum = 0;
	int r = 0;

	if (elf_getphdrnum(img->elf, &phnum) != 0)
		return why_broken(why, "program headers: %s", elf_errmsg(-1));
	for (size_t i = 0; i < phnum && r == 0; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(img->elf, (int)i, &ph))
			return why_broken(why, "program header %zu: %s", i, elf_errmsg(-1));
		if (ph.p_type == PT_DYNAMIC && seen_dynamic)
			return why_broken(why, "more than one dynamic section");
		if (ph.p_type != PT_DYNAMIC) {
			r = read_segment(img, &ph, dyn, why);
			continue;
		}
		seen_dynamic = true;
		r = read_tags(img, &ph, dyn, t, why);
	}
	return r;
}

static int symbol_compare(const void *a, const void *b)
{
	const struct dynamic_symbol *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order == 0)
		order = strcmp(x->version ? x->version : "", y->version ? y->version : "");
	return order ? order : (int)x->defined - (int)y->defined;
}

int dynamic_read(struct image *img, struct dynamic **out, char *why)
{
	_cleanup_dynamic_ struct dynamic *dyn = calloc(1, sizeof(*dyn));
	struct tags t = { 0 };
	int r;

	if (!dyn)
		return why_failed(why, -ENOMEM);
	r = read_segments(img, dyn, &t, why);
	if (r == 0)
		r = read_names(img, dyn, &t, why);
	if (r == 0 && t.verdef)
		r = read_defs(img, dyn, &t, why);
	if (r == 0 && t.verneed)
		r = read_needs(img, dyn, &t, why);
	if (r == 0)
		r = read_symbols(img, dyn, &t, why);
	free(t.needed);
	if (r < 0)
		return r;
	if (dyn->nsymbols)
		qsort(dyn->symbols, dyn->nsymbols, sizeof(*dyn->symbols), symbol_compare);
	*out = TAKE_PTR(dyn);
	return 0;
}

void dynamic_free(struct dynamic *dyn)
{
	if (!dyn)
		return;
	free(dyn->symbols);
	free(dyn->defs);
	free(dyn->needs);
	free(dyn->needed);
	free(dyn->strings);
	free(dyn->interp_storage);
	free(dyn);
}

/* The first symbol that is not less than (name, ""). */
static size_t lower_bound(const struct dynamic *dyn, const char *name)
{
	size_t low = 0, high = dyn->nsymbols;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(dyn->symbols[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct dynamic_symbol *dynamic_find(const struct dynamic *dyn, const char *name, const char *version)
{
	for (size_t i = lower_bound(dyn, name); i < dyn->nsymbols; i++) {
		const struct dynamic_symbol *s = &dyn->symbols[i];

		if (strcmp(s->name, name) != 0)
			return NULL;
		if (!s->defined)
			continue;
		if (version ? s->version && strcmp(s->version, version) == 0 : !s->hidden)
			return s;
	}
	return NULL;
}

const char *dynamic_build_id_hex(const struct dynamic *dyn, char *buf)
{
	buf[0] = '\0';
	for (size_t i = 0; i < dyn->build_id_len; i++)
		sprintf(buf + 2 * i, "%02x", dyn->build_id[i]);
	return buf;
}
