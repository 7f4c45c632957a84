// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "elf/function.h"
#include "elf/symbol.h"
#include "alloc.h"
#include "demangle.h"
#include "symbolize.h"

#define DEBUG "/usr/lib/debug"

struct symbols {
	struct symbol_table table;
	bool *plain; /* the name of the table's entry has been looked at by demangle */
	bool has_spans;
	struct span *span; /* functions, by address */
	size_t nspan;
};

/* What libdwfl is told about one file. */
struct session {
	Dwfl_Callbacks callbacks;
	char *debug; /* directories for separate debug files */
};

/* Never asked for: the file is given open. */
static int find_elf(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base, char **file, Elf **elf)
{
	(void)mod, (void)data, (void)name, (void)base, (void)file, (void)elf;
	return -1;
}

static void add_directory(char **list, size_t *size, size_t *cap, const char *path, int len)
{
	_cleanup_free_ char *dir = NULL;
	struct stat st;
	int n = asprintf(&dir, "%.*s" DEBUG, len, path);

	if (n < 0 || strchr(dir, ':') || stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
		return;
	alloc_reserve(list, cap, *size + (size_t)n + 2, 1);
	if (*size)
		(*list)[(*size)++] = ':';
	memcpy(*list + *size, dir, (size_t)n + 1);
	*size += (size_t)n;
}

/* Ours, and those of the directories above the file: one of them is the root of a chroot or a container. */
static char *debug_directories(const char *path)
{
	char *list = NULL;
	size_t size = 0, cap = 0;

	for (const char *at = path; *path == '/' && at; at = strchr(at + 1, '/'))
		add_directory(&list, &size, &cap, path, (int)(at - path));
	return list;
}

/* By build-id only: what a file's .gnu_debuglink names, or a server has, is not asked for. */
static void begin(struct session *s, const char *path)
{
	s->debug = debug_directories(path);
	s->callbacks = (Dwfl_Callbacks){ .find_elf = find_elf,
		.find_debuginfo = dwfl_build_id_find_debuginfo,
		.section_address = dwfl_offline_section_address,
		.debuginfo_path = s->debug ? &s->debug : NULL };
}

static Dwfl_Module *report(Dwfl *dwfl, const struct module *module)
{
	_cleanup_close_ int fd = fcntl(module->fd, F_DUPFD_CLOEXEC, 3);
	Dwfl_Module *mod;

	/* Placed at 0, so that its addresses are the file's own. */
	mod = fd >= 0 ? dwfl_report_elf(dwfl, module->path, module->path, fd, 0, true) : NULL;
	if (mod)
		take_fd(&fd); /* libdwfl's now */
	return dwfl_report_end(dwfl, NULL, NULL) == 0 ? mod : NULL;
}

static void add_symbols(struct symbol_table *table, Dwfl_Module *mod)
{
	int n = dwfl_module_getsymtab(mod);

	for (int i = 1; i < n; i++) {
		GElf_Sym sym;
		GElf_Addr addr;
		const char *name = dwfl_module_getsym_info(mod, i, &sym, &addr, NULL, NULL, NULL);

		if (!name || sym.st_shndx == SHN_UNDEF)
			continue;
		sym.st_value = addr;
		if (symbol_table_add(table, &sym, name, 0) < 0)
			break;
	}
	symbol_table_sort(table);
}

static struct symbols *read_symbols(const struct module *module)
{
	struct symbols *symbols = alloc_new(sizeof(*symbols));
	struct session s;
	Dwfl_Module *mod;
	Dwfl *dwfl;

	begin(&s, module->path);
	dwfl = dwfl_begin(&s.callbacks);
	if (dwfl) {
		mod = report(dwfl, module);
		if (mod)
			add_symbols(&symbols->table, mod);
		dwfl_end(dwfl);
	}
	free(s.debug);
	symbols->plain = alloc_new(symbols->table.n + 1);
	return symbols;
}

static const char *plain_name(struct symbols *symbols, const struct symbol *found)
{
	size_t i = (size_t)(found - symbols->table.symbol);
	char *plain;

	if (!symbols->plain[i]) {
		symbols->plain[i] = true;
		plain = demangle(found->name);
		if (plain) {
			free(found->name);
			symbols->table.symbol[i].name = plain;
		}
	}
	return symbols->table.symbol[i].name;
}

static const struct symbol *nearest(struct module *module, uint32_t addr)
{
	if (!module || module->fd < 0)
		return NULL;
	if (!module->symbols)
		module->symbols = read_symbols(module);
	return symbol_find(&module->symbols->table, 0, addr);
}

const char *symbolize_function(struct module *module, uint32_t addr, uint32_t *offset)
{
	const struct symbol *found = nearest(module, addr);

	if (!found)
		return NULL;
	if (offset)
		*offset = (uint32_t)(addr - found->addr);
	return plain_name(module->symbols, found);
}

const char *symbolize(struct module *module, uint32_t addr, char *buf, size_t size)
{
	uint32_t offset;
	const char *name = symbolize_function(module, addr, &offset);

	if (!name)
		snprintf(buf, size, "0x%" PRIx32, addr);
	else if (offset == 0)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "%s+0x%" PRIx32, name, offset);
	return buf;
}

static void add_spans(struct symbols *symbols, struct image *img)
{
	struct function_map map = { 0 };
	size_t cap = 0;
	char why[WHY_MAX];

	if (function_map_read(&map, img, why) == 0)
		for (size_t i = 0; i < img->ncode; i++)
			if (function_map_spans(&map, img, &img->code[i], &symbols->span, &symbols->nspan, &cap) < 0)
				break;
	function_map_free(&map);
}

static int span_compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void read_spans(struct symbols *symbols, int fd)
{
	_cleanup_image_ struct image *img = NULL;
	char why[WHY_MAX];

	symbols->has_spans = true;
	if (image_open(fd, &img, why) == 0 && img->affected)
		add_spans(symbols, img);
	if (symbols->nspan)
		qsort(symbols->span, symbols->nspan, sizeof(*symbols->span), span_compare);
}

/* Where the function with the address begins; false where no table says. */
static bool function_begin(const struct symbols *symbols, uint32_t addr, uint64_t *begin)
{
	size_t low = 0, high = symbols->nspan;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (symbols->span[mid].start <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0 || symbols->span[low - 1].end <= addr || symbols->span[low - 1].kind != SPAN_FUNCTION)
		return false;
	*begin = symbols->span[low - 1].start;
	return true;
}

const char *symbolize_frame(struct module *module, uint32_t addr, char *buf, size_t size)
{
	const struct symbol *found = nearest(module, addr);
	uint64_t begin = addr;
	bool known;

	if (found && addr - found->addr < found->size) {
		snprintf(buf, size, "%s", plain_name(module->symbols, found));
		return buf;
	}
	if (module->symbols && !module->symbols->has_spans)
		read_spans(module->symbols, module->fd);
	known = module->symbols && function_begin(module->symbols, addr, &begin);
	if (found && (known ? found->addr >= begin : found->size == 0))
		snprintf(buf, size, "%s", plain_name(module->symbols, found));
	else
		snprintf(buf, size, "%.300s+0x%" PRIx64, basename(module->path), begin);
	return buf;
}

void symbolize_free(struct module *module)
{
	struct symbols *symbols = module->symbols;

	if (!symbols)
		return;
	for (size_t i = 0; i < symbols->table.n; i++)
		free(symbols->table.symbol[i].name);
	free(symbols->table.symbol);
	free(symbols->plain);
	free(symbols->span);
	free(symbols);
	module->symbols = NULL;
}
