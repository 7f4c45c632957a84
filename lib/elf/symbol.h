/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names for addresses. */
#ifndef ELF_SYMBOL_H
#define ELF_SYMBOL_H

#include "elf/image.h"

struct symbol {
	uint64_t addr;
	uint64_t size;
	uint32_t shndx; /* in a relocatable file, else 0 */
	bool local;
	char *name;
};

/* The named functions of an image, by address; independent of the image once it is read. */
struct symbol_table {
	struct symbol *symbol;
	size_t n, cap;
};

/* Reads .symtab and .dynsym. *out is freed with symbol_table_free. Returns 0, -ENOMEM or -EBADMSG with `why`. */
int symbol_table_read(struct symbol_table **out, struct image *img, char *why);
void symbol_table_free(struct symbol_table *table);

/* The same from another reader's symbols, one by one: those that cannot name code are passed over, `shndx` is as in
 * struct symbol. Sorted before anything is looked up. Returns 0 or -ENOMEM. */
int symbol_table_add(struct symbol_table *table, const GElf_Sym *sym, const char *name, uint32_t shndx);
void symbol_table_sort(struct symbol_table *table);

/* The function that contains the address, or the nearest one before it in its section; NULL: there is none.
 * Of several names for one place a global one is preferred. Borrowed from the table. */
const struct symbol *symbol_find(const struct symbol_table *table, uint32_t shndx, uint64_t addr);

#endif
