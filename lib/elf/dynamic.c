// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "elf/dynamic.h"

/* Far above what any library has (glibc: 3300); it bounds the memory a lying file costs. */
#define SYMBOLS_MAX (1u << 16)

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

static int count_symbols(struct image *img, const struct object *obj, uint32_t *count, char *why)
{
	uint32_t hash = (uint32_t)object_tag_value(obj, DT_HASH);
	uint32_t gnu_hash = (uint32_t)object_tag_value(obj, DT_GNU_HASH), head[2];
	int r = 0;

	*count = 0;
	if (hash) {
		if (image_read_address(img, hash, head, sizeof(head)) < 0)
			return why_broken(why, "the hash table at %#x lies outside the file", hash);
		*count = head[1];
	} else if (gnu_hash) {
		r = count_by_gnu_hash(img, gnu_hash, count, why);
	}
	if (r == 0 && *count > SYMBOLS_MAX)
		return why_broken(why, "%u dynamic symbols", *count);
	return r;
}

/* Versions by their index in the symbols' version table; the last one wins where a file has an index twice. */
struct version_index {
	const struct object_version *defined[0x8000], *needed[0x8000];
};

static struct version_index *index_versions(const struct object *obj)
{
	struct version_index *index = calloc(1, sizeof(*index));

	for (size_t i = 0; index && i < obj->nversion; i++) {
		const struct object_version *v = &obj->version[i];

		(v->file ? index->needed : index->defined)[v->index] = v;
	}
	return index;
}

static int take_symbol(struct dynamic *dyn, const struct version_index *index, const Elf32_Sym *sym, uint16_t version,
		char *why)
{
	struct dynamic_symbol *s = &dyn->symbols[dyn->nsymbols];
	const struct object_version *v = NULL;

	s->name = object_string(dyn->obj, sym->st_name);
	if (!s->name)
		return why_broken(why, "the name of symbol %zu lies beyond the string table", dyn->nsymbols + 1);
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

static int read_symbols(struct image *img, struct dynamic *dyn, char *why)
{
	uint32_t symtab = (uint32_t)object_tag_value(dyn->obj, DT_SYMTAB), count;
	uint32_t versym = (uint32_t)object_tag_value(dyn->obj, DT_VERSYM);
	_cleanup_free_ Elf32_Sym *table = NULL;
	_cleanup_free_ uint16_t *versions = NULL;
	_cleanup_free_ struct version_index *index = index_versions(dyn->obj);
	int r = count_symbols(img, dyn->obj, &count, why);

	if (r < 0 || count <= 1 || !symtab)
		return r;
	r = read_table(img, symtab, (uint64_t)count * sizeof(*table), &table, "dynamic symbol table", why);
	if (r == 0 && versym)
		r = read_table(img, versym, (uint64_t)count * sizeof(*versions), &versions, "symbol version table",
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
	int r;

	if (!dyn)
		return why_failed(why, -ENOMEM);
	r = object_read(img->fd, &dyn->obj, why);
	if (r == 0)
		r = read_symbols(img, dyn, why);
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
	object_free(dyn->obj);
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
