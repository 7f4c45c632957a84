// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elfutils/libdw.h>
#include <dwarf.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "elf/function.h"

/* In the order of trust: a symbol's bounds give way where .eh_frame contradicts them. */
enum mark_source { MARK_FDE, MARK_FUNCTION, MARK_LABEL, MARK_OBJECT };

struct function_mark {
	uint64_t start;
	uint64_t size;  /* 0 while reading: up to the next mark */
	uint32_t shndx; /* in a relocatable file, else 0 */
	enum mark_source source;
};

struct collector {
	struct function_map *map;
	const struct image *img;
	size_t cap;
};

static int add_mark(struct collector *c, const struct function_mark *mark)
{
	int r = array_reserve(&c->map->mark, &c->cap, c->map->n + 1, sizeof(*mark));

	if (r == 0)
		c->map->mark[c->map->n++] = *mark;
	return r;
}

static int collect_symbol(const GElf_Sym *sym, const char *name, void *arg)
{
	struct collector *c = arg;
	unsigned type = GELF_ST_TYPE(sym->st_info);
	bool object = type == STT_OBJECT;

	if (sym->st_shndx >= SHN_LORESERVE || (object && sym->st_size == 0))
		return 0;
	/* Assembly labels often have no type; unnamed ones and section symbols say nothing. */
	if (!object && type != STT_FUNC && type != STT_GNU_IFUNC && (type != STT_NOTYPE || !*name))
		return 0;
	return add_mark(c, &(struct function_mark){ .start = sym->st_value,
					   .size = sym->st_size,
					   .shndx = c->img->type == ET_REL ? sym->st_shndx : 0,
					   .source = object               ? MARK_OBJECT
						     : type == STT_NOTYPE ? MARK_LABEL
									  : MARK_FUNCTION });
}

/* The pointer encoding of a CIE's FDEs: the byte that belongs to 'R' in its augmentation; -1 where it cannot be told.
 * 'P' has a pointer of its own encoding before it, so only its size has to be known. */
static int fde_encoding(const Dwarf_CIE *cie)
{
	const uint8_t *p = cie->augmentation_data, *end = p + cie->augmentation_data_size;

	if (cie->augmentation[0] == '\0')
		return DW_EH_PE_absptr;
	if (cie->augmentation[0] != 'z')
		return -1;
	for (const char *a = cie->augmentation + 1; *a; a++) {
		if (*a == 'S' || *a == 'B')
			continue; /* no data */
		if (p >= end)
			return -1;
		if (*a == 'R')
			return *p;
		if (*a == 'L')
			p++;
		else if (*a == 'P' && ((*p & 0x07) == DW_EH_PE_absptr || (*p & 0x07) == DW_EH_PE_udata4))
			p += 1 + 4;
		else
			return -1;
	}
	return DW_EH_PE_absptr;
}

/* Address and length at the head of an FDE. i386 objects use 4-byte pointers, absolute or relative to their place. */
static bool fde_bounds(const Dwarf_FDE *fde, int encoding, uint64_t place, struct function_mark *mark)
{
	uint32_t start, size;
	unsigned format = (unsigned)encoding & 0x07;

	if (encoding < 0 || encoding & DW_EH_PE_indirect)
		return false;
	if (format != DW_EH_PE_absptr && format != DW_EH_PE_udata4)
		return false;
	if (fde->end - fde->start < 8)
		return false;
	memcpy(&start, fde->start, sizeof(start));
	memcpy(&size, fde->start + 4, sizeof(size));
	if ((encoding & 0x70) == DW_EH_PE_pcrel)
		start += (uint32_t)place;
	else if ((encoding & 0x70) != 0)
		return false;
	*mark = (struct function_mark){ .start = start, .size = size, .source = MARK_FDE };
	return start != 0 && size != 0; /* a discarded COMDAT function leaves zeros */
}

/* Finds the encoding for the CIE at an offset, and the CIE's size. */
static int cie_encoding(const unsigned char *ident, Elf_Data *data, Dwarf_Off cie, uint64_t *size)
{
	Dwarf_CFI_Entry entry;
	Dwarf_Off next;

	*size = 0;
	if (dwarf_next_cfi(ident, data, true, cie, &next, &entry) != 0 || next <= cie || !dwarf_cfi_cie_p(&entry))
		return -1;
	*size = next - cie;
	return fde_encoding(&entry.cie);
}

/* Walks the entries of a table. A damaged table ends the walk: what it said so far still holds, symbols and the plain
 * sweep do the rest. */
static int collect_fdes(struct collector *c, Elf_Data *data, uint64_t addr)
{
	const unsigned char *ident = (const unsigned char *)elf_getident(c->img->elf, NULL);
	Dwarf_Off off = 0, next, known_cie = (Dwarf_Off)-1;
	Dwarf_CFI_Entry entry;
	uint64_t budget = 4 * data->d_size +
			  65536; /* bytes of CIEs: each is short, and read again where FDEs alternate */
	int encoding = -1;

	for (; dwarf_next_cfi(ident, data, true, off, &next, &entry) == 0 && next > off; off = next) {
		struct function_mark mark;
		int r;

		if (dwarf_cfi_cie_p(&entry))
			continue;
		if (entry.fde.CIE_pointer != known_cie) {
			uint64_t size;

			known_cie = entry.fde.CIE_pointer;
			encoding = cie_encoding(ident, data, known_cie, &size);
			if (size > budget)
				break;
			budget -= size;
		}
		if (!fde_bounds(&entry.fde, encoding, addr + (uint64_t)(entry.fde.start - (const uint8_t *)data->d_buf),
				    &mark))
			continue;
		r = add_mark(c, &mark);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The table's address from .eh_frame_hdr (LSB): its second byte is the encoding of the pointer that follows the first
 * four, with GNU ld always relative to its own place. */
static bool eh_frame_address(struct image *img, uint64_t hdr, uint64_t *addr)
{
	uint8_t head[8];
	int32_t rel;

	if (image_read_address(img, hdr, head, sizeof(head)) < 0 || head[0] != 1 ||
			head[1] != (DW_EH_PE_pcrel | DW_EH_PE_sdata4))
		return false;
	memcpy(&rel, head + 4, sizeof(rel));
	*addr = (uint32_t)(hdr + 4 + (uint64_t)(int64_t)rel);
	return true;
}

/* .eh_frame, by its section or, where section headers are stripped, as the unwinder finds it: by PT_GNU_EH_FRAME. */
static Elf_Data *eh_frame_data(struct image *img, uint64_t *addr)
{
	GElf_Shdr sh;
	Elf_Scn *scn = image_section(img, SHT_PROGBITS, ".eh_frame", &sh);
	uint64_t off, len;

	if (scn) {
		*addr = sh.sh_addr;
		return elf_rawdata(scn, NULL);
	}
	if (img->eh_frame_hdr == 0 || !eh_frame_address(img, img->eh_frame_hdr, addr) ||
			!image_segment_at(img, *addr, &off, &len))
		return NULL;
	return elf_getdata_rawchunk(img->elf, (int64_t)off, (size_t)len, ELF_T_BYTE);
}

static int mark_compare(const void *a, const void *b)
{
	const struct function_mark *x = a, *y = b;

	if (x->shndx != y->shndx)
		return x->shndx < y->shndx ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return x->size > y->size ? -1 : x->size < y->size; /* aliases: the longest first */
}

/* Sorts the marks, keeps the most trusted one of each place, and lets those without a size end at the next. */
static void settle(struct function_map *map)
{
	size_t n = 0;

	if (map->n)
		qsort(map->mark, map->n, sizeof(*map->mark), mark_compare);
	for (size_t i = 0; i < map->n; i++)
		if (n == 0 || map->mark[n - 1].shndx != map->mark[i].shndx ||
				map->mark[n - 1].start != map->mark[i].start)
			map->mark[n++] = map->mark[i];
	map->n = n;
	for (size_t i = 0; i < n; i++)
		if (map->mark[i].size == 0)
			map->mark[i].size = i + 1 < n && map->mark[i + 1].shndx == map->mark[i].shndx
							    ? map->mark[i + 1].start - map->mark[i].start
							    : UINT64_MAX;
}

int function_map_read(struct function_map *map, struct image *img, char *why)
{
	struct collector c = { .map = map, .img = img };
	uint64_t addr = 0;
	Elf_Data *eh_frame;
	int r;

	*map = (struct function_map){ 0 };
	/* .eh_frame of a relocatable file has its addresses still in relocations; its symbols are complete anyway. */
	eh_frame = img->type == ET_REL ? NULL : eh_frame_data(img, &addr);
	r = eh_frame && eh_frame->d_buf ? collect_fdes(&c, eh_frame, addr) : 0;
	if (r == 0)
		r = image_each_symbol(img, false, collect_symbol, &c, why);
	if (r == 0)
		r = image_each_symbol(img, true, collect_symbol, &c, why);
	if (r == -ENOMEM)
		why_failed(why, r);
	if (r == 0)
		settle(map);
	return r;
}

void function_map_free(struct function_map *map)
{
	free(map->mark);
	*map = (struct function_map){ 0 };
}

/* The first mark of a section at or behind an address. */
static size_t first_mark(const struct function_map *map, uint32_t shndx, uint64_t addr)
{
	size_t low = 0, high = map->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct function_mark *m = &map->mark[mid];

		if (m->shndx < shndx || (m->shndx == shndx && m->start < addr))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct span_list {
	struct span *span;
	size_t n, cap;
	size_t first; /* of this section */
	enum mark_source last_source;
};

static int add_span(struct span_list *list, uint64_t start, uint64_t end, enum span_kind kind)
{
	int r;

	if (start >= end)
		return 0;
	r = array_reserve(&list->span, &list->cap, list->n + 1, sizeof(*list->span));
	if (r == 0)
		list->span[list->n++] = (struct span){ start, end, kind };
	return r;
}

/* Whether a mark may begin inside the span of an earlier one and end it there. */
static bool overrules(enum mark_source later, enum mark_source earlier)
{
	return (later == MARK_FDE && earlier != MARK_FDE) || (later == MARK_FUNCTION && earlier == MARK_OBJECT);
}

/* Appends the span of one mark. Marks come sorted, so only the last span can reach into this one: an alias or an entry
 * inside a function adds nothing, but .eh_frame cuts short what only a symbol claimed, and a function an object. */
static int append_mark(struct span_list *list, const struct function_mark *m, uint64_t limit, uint64_t *end)
{
	uint64_t mark_end = m->size < limit - m->start ? m->start + m->size : limit;
	int r;

	if (m->start < *end && !overrules(m->source, list->last_source))
		return 0;
	if (m->start < *end && list->n > list->first)
		list->span[list->n - 1].end = *end = m->start;
	r = add_span(list, *end, m->start, SPAN_GAP);
	if (r == 0)
		r = add_span(list, m->start, mark_end, m->source == MARK_OBJECT ? SPAN_DATA : SPAN_FUNCTION);
	*end = mark_end;
	list->last_source = m->source;
	return r;
}

int function_map_spans(const struct function_map *map, const struct image *img, const struct image_code *code,
		struct span **spans, size_t *n, size_t *cap)
{
	uint32_t shndx = img->type == ET_REL ? code->shndx : 0;
	uint64_t limit = code->addr + code->size, end = code->addr;
	struct span_list list = { .span = *spans, .n = *n, .cap = *cap, .first = *n };
	int r = 0;

	for (size_t i = first_mark(map, shndx, code->addr); r == 0 && i < map->n; i++) {
		const struct function_mark *m = &map->mark[i];

		if (m->shndx != shndx || m->start >= limit)
			break;
		r = append_mark(&list, m, limit, &end);
	}
	if (r == 0)
		r = add_span(&list, end, limit, SPAN_GAP);
	*spans = list.span;
	*n = list.n;
	*cap = list.cap;
	return r;
}
