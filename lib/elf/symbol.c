// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "elf/symbol.h"

/* C++ names get long, but a file may give the same half megabyte to each of its symbols. */
#define NAME_LENGTH_MAX 1024

struct reader {
	struct symbol_table *table;
	const struct image *img;
};

int symbol_table_add(struct symbol_table *t, const GElf_Sym *sym, const char *name, uint32_t shndx)
{
	unsigned type = GELF_ST_TYPE(sym->st_info);
	char *copy;
	int r;

	/* .L labels are the compiler's own; where they are kept they would hide the function around them. */
	if (!*name || strncmp(name, ".L", 2) == 0 || sym->st_shndx >= SHN_LORESERVE)
		return 0;
	if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
		return 0;
	r = array_reserve(&t->symbol, &t->cap, t->n + 1, sizeof(*t->symbol));
	copy = r == 0 ? strndup(name, NAME_LENGTH_MAX) : NULL;
	if (!copy)
		return -ENOMEM;
	t->symbol[t->n++] = (struct symbol){ .addr = sym->st_value,
		.size = sym->st_size,
		.shndx = shndx,
		.local = GELF_ST_BIND(sym->st_info) == STB_LOCAL,
		.name = copy };
	return 0;
}

static int add_symbol(const GElf_Sym *sym, const char *name, void *arg)
{
	struct reader *reader = arg;

	return symbol_table_add(reader->table, sym, name, reader->img->type == ET_REL ? sym->st_shndx : 0);
}

static int symbol_compare(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->shndx != y->shndx)
		return x->shndx < y->shndx ? -1 : 1;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	/* The last one of a place is the one that is found: global, with a size, and the plainest name. */
	if (x->local != y->local)
		return x->local ? -1 : 1;
	if (!x->size != !y->size)
		return x->size ? 1 : -1;
	return -strcmp(x->name, y->name);
}

void symbol_table_sort(struct symbol_table *t)
{
	if (t->n)
		qsort(t->symbol, t->n, sizeof(*t->symbol), symbol_compare);
}

int symbol_table_read(struct symbol_table **out, struct image *img, char *why)
{
	struct symbol_table *t = calloc(1, sizeof(*t));
	struct reader reader = { .table = t, .img = img };
	int r = t ? 0 : -ENOMEM;

	if (r == 0)
		r = image_each_symbol(img, false, add_symbol, &reader, why);
	if (r == 0)
		r = image_each_symbol(img, true, add_symbol, &reader, why);
	if (r < 0) {
		if (r == -ENOMEM)
			why_failed(why, r);
		symbol_table_free(t);
		return r;
	}
	symbol_table_sort(t);
	*out = t;
	return 0;
}

void symbol_table_free(struct symbol_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->n; i++)
		free(table->symbol[i].name);
	free(table->symbol);
	free(table);
}

const struct symbol *symbol_find(const struct symbol_table *table, uint32_t shndx, uint64_t addr)
{
	size_t low = 0, high = table->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct symbol *s = &table->symbol[mid];

		if (s->shndx < shndx || (s->shndx == shndx && s->addr <= addr))
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0 || table->symbol[low - 1].shndx != shndx)
		return NULL;
	return &table->symbol[low - 1];
}
