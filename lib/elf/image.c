// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "elf/image-code.h"
#include "elf/image.h"

const char *image_machine_name(uint16_t machine)
{
	switch (machine) {
	case EM_386:
		return "i386";
	case EM_X86_64:
		return "x86-64";
	case EM_ARM:
		return "ARM";
	case EM_AARCH64:
		return "AArch64";
	case EM_PPC64:
		return "PowerPC64";
	case EM_S390:
		return "S/390";
	case EM_RISCV:
		return "RISC-V";
	case EM_BPF:
		return "BPF";
	default:
		return NULL;
	}
}

/* Reads e_ident and e_machine, which lie at the same place in both classes. */
static int identify(struct image *img, char *why)
{
	unsigned char head[20] = { 0 };
	int r;

	if (img->size == 0) {
		snprintf(why, WHY_MAX, "the file is empty");
		return -ENOEXEC;
	}
	r = read_at(img->fd, head, img->size < SELFMAG ? (size_t)img->size : SELFMAG, 0);
	if (r < 0)
		return why_failed(why, r);
	if (img->size < SELFMAG || memcmp(head, ELFMAG, SELFMAG) != 0) {
		snprintf(why, WHY_MAX, "%s",
				memcmp(head, "!<ar", SELFMAG) == 0
						? "an archive; unpack it with ar(1) and scan its members"
						: "not an ELF file");
		return -ENOEXEC;
	}
	if (img->size < sizeof(head))
		return why_broken(why, "truncated ELF header: %" PRIu64 " bytes", img->size);
	r = read_at(img->fd, head, sizeof(head), 0);
	if (r < 0)
		return why_failed(why, r);
	if (head[EI_CLASS] != ELFCLASS32 && head[EI_CLASS] != ELFCLASS64)
		return why_broken(why, "ELF class %u is neither 32 nor 64 bit", head[EI_CLASS]);
	if (head[EI_DATA] != ELFDATA2LSB && head[EI_DATA] != ELFDATA2MSB)
		return why_broken(why, "ELF data encoding %u is unknown", head[EI_DATA]);
	if (head[EI_DATA] == ELFDATA2MSB) {
		img->machine = (uint16_t)(head[18] << 8 | head[19]);
		img->type = (uint16_t)(head[16] << 8 | head[17]);
	} else {
		img->machine = (uint16_t)(head[19] << 8 | head[18]);
		img->type = (uint16_t)(head[17] << 8 | head[16]);
	}
	if (img->machine != EM_386)
		return 0;
	if (head[EI_CLASS] != ELFCLASS32 || head[EI_DATA] != ELFDATA2LSB)
		return why_broken(why, "an i386 file that is not 32-bit little-endian");
	img->affected = true;
	return 0;
}

/* Proves that both header tables lie in the file. libelf allocates by these counts, so they come first.
 * Counts that do not fit 16 bits stand in section header 0 (gABI, e_shnum and PN_XNUM). */
static int check_tables(struct image *img, char *why)
{
	Elf32_Ehdr eh;
	Elf32_Shdr first = { 0 };
	uint64_t shnum, phnum;
	int r;

	if (!range_ok(0, sizeof(eh), img->size))
		return why_broken(why, "truncated ELF header: %" PRIu64 " bytes", img->size);
	r = read_at(img->fd, &eh, sizeof(eh), 0);
	if (r < 0)
		return why_failed(why, r);
	if (eh.e_type == ET_CORE)
		return why_broken(why, "a core dump, not a program or library");
	if (eh.e_shoff && eh.e_shentsize != sizeof(Elf32_Shdr))
		return why_broken(why, "section headers of %u bytes, not %zu", eh.e_shentsize, sizeof(Elf32_Shdr));
	if (eh.e_phnum && eh.e_phentsize != sizeof(Elf32_Phdr))
		return why_broken(why, "program headers of %u bytes, not %zu", eh.e_phentsize, sizeof(Elf32_Phdr));
	if (eh.e_shoff && range_ok(eh.e_shoff, sizeof(first), img->size)) {
		r = read_at(img->fd, &first, sizeof(first), eh.e_shoff);
		if (r < 0)
			return why_failed(why, r);
	}
	shnum = !eh.e_shoff ? 0 : eh.e_shnum ? eh.e_shnum : first.sh_size;
	phnum = eh.e_phnum == PN_XNUM ? first.sh_info : eh.e_phnum;
	if (eh.e_shoff && !range_ok(eh.e_shoff, shnum * sizeof(Elf32_Shdr), img->size))
		return why_broken(why, "section header table (%" PRIu64 " entries at offset %u) lies outside the file",
				shnum, eh.e_shoff);
	if (!range_ok(eh.e_phoff, phnum * sizeof(Elf32_Phdr), img->size))
		return why_broken(why, "program header table (%" PRIu64 " entries at offset %u) lies outside the file",
				phnum, eh.e_phoff);
	return 0;
}

enum image_tls_sign image_tls_sign(uint32_t type)
{
	switch (type) {
	case R_386_TLS_TPOFF:
	case R_386_TLS_IE:
	case R_386_TLS_GOTIE:
	case R_386_TLS_LE:
		return TLS_NEGATIVE;
	case R_386_TLS_IE_32:
	case R_386_TLS_LE_32:
	case R_386_TLS_TPOFF32:
		return TLS_POSITIVE;
	case R_386_TLS_DESC:
	case R_386_TLS_GOTDESC:
		return TLS_DESCRIPTOR;
	default:
		return TLS_NONE;
	}
}

/* Collects the TLS relocations of one table; addends do not matter here, so REL and RELA read alike. */
static int add_relocs(struct image *img, size_t *cap, Elf_Data *data, bool rela, uint32_t shndx)
{
	size_t count = data->d_size / (rela ? sizeof(Elf32_Rela) : sizeof(Elf32_Rel));

	for (size_t i = 0; i < count && i <= INT32_MAX; i++) {
		GElf_Rel rel;
		GElf_Rela with_addend;
		int r;

		if (rela && gelf_getrela(data, (int)i, &with_addend))
			rel = (GElf_Rel){ .r_offset = with_addend.r_offset, .r_info = with_addend.r_info };
		else if (rela || !gelf_getrel(data, (int)i, &rel))
			break;
		if (!img->relocated_code && image_tls_sign((uint32_t)GELF_R_TYPE(rel.r_info)) == TLS_NONE)
			continue;
		r = array_reserve(&img->tls, cap, img->ntls + 1, sizeof(*img->tls));
		if (r < 0)
			return r;
		img->tls[img->ntls++] = (struct image_tls_reloc){ .place = rel.r_offset,
			.shndx = shndx,
			.type = (uint32_t)GELF_R_TYPE(rel.r_info),
			.sym = (uint32_t)GELF_R_SYM(rel.r_info) };
	}
	return 0;
}

/* A relocatable file has one table for each section that is relocated (sh_info). */
static int relocs_from_sections(struct image *img, char *why)
{
	Elf_Scn *scn = NULL;
	size_t cap = 0;
	uint64_t total = 0;

	while ((scn = elf_nextscn(img->elf, scn))) {
		GElf_Shdr sh;
		Elf_Data *data;
		int r;

		if (!gelf_getshdr(scn, &sh) || (sh.sh_type != SHT_REL && sh.sh_type != SHT_RELA))
			continue;
		total += sh.sh_size;
		if (total > img->size)
			return why_broken(why, "relocation sections overlap");
		data = elf_getdata(scn, NULL);
		if (!data)
			return why_broken(why, "relocation section %zu: %s", elf_ndxscn(scn), elf_errmsg(-1));
		r = add_relocs(img, &cap, data, sh.sh_type == SHT_RELA, sh.sh_info);
		if (r < 0)
			return why_failed(why, r);
	}
	return 0;
}

bool image_segment_at(const struct image *img, uint64_t addr, uint64_t *off, uint64_t *len)
{
	for (size_t i = 0; i < img->nload; i++) {
		if (addr < img->load[i].addr || addr - img->load[i].addr >= img->load[i].size)
			continue;
		*off = img->load[i].off + (addr - img->load[i].addr);
		*len = img->load[i].size - (addr - img->load[i].addr);
		return true;
	}
	return false;
}

static void find_loads(struct image *img, size_t phnum)
{
	for (size_t i = 0; i < phnum && img->nload < IMAGE_LOADS; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(img->elf, (int)i, &ph) || ph.p_type != PT_LOAD || ph.p_filesz == 0 ||
				!range_ok(ph.p_offset, ph.p_filesz, img->size))
			continue;
		img->load[img->nload].addr = ph.p_vaddr;
		img->load[img->nload].off = ph.p_offset;
		img->load[img->nload++].size = ph.p_filesz;
	}
}

/* False where no PT_LOAD has all of the bytes. */
static bool address_to_offset(const struct image *img, uint64_t addr, uint64_t len, uint64_t *off)
{
	uint64_t left;

	return image_segment_at(img, addr, off, &left) && len <= left;
}

int image_read_address(const struct image *img, uint64_t addr, void *buf, size_t len)
{
	uint64_t off;

	if (!address_to_offset(img, addr, len, &off))
		return -ENODATA;
	return read_at(img->fd, buf, len, off);
}

struct dynamic_tables {
	uint64_t rel, relsz, rela, relasz, jmprel, pltrelsz, pltrel;
};

static void read_dynamic_entry(struct image *img, const GElf_Dyn *dyn, struct dynamic_tables *t)
{
	switch (dyn->d_tag) {
	case DT_TEXTREL:
		img->relocated_code = true;
		break;
	case DT_FLAGS:
		img->relocated_code |= dyn->d_un.d_val & DF_TEXTREL;
		break;
	case DT_PLTGOT:
		img->got = dyn->d_un.d_ptr;
		break;
	case DT_REL:
		t->rel = dyn->d_un.d_ptr;
		break;
	case DT_RELSZ:
		t->relsz = dyn->d_un.d_val;
		break;
	case DT_RELA:
		t->rela = dyn->d_un.d_ptr;
		break;
	case DT_RELASZ:
		t->relasz = dyn->d_un.d_val;
		break;
	case DT_JMPREL:
		t->jmprel = dyn->d_un.d_ptr;
		break;
	case DT_PLTRELSZ:
		t->pltrelsz = dyn->d_un.d_val;
		break;
	case DT_PLTREL:
		t->pltrel = dyn->d_un.d_val;
		break;
	default:
		break;
	}
}

static int relocs_at(struct image *img, size_t *cap, uint64_t addr, uint64_t size, bool rela, char *why)
{
	Elf_Data *data;
	uint64_t off;
	int r;

	if (size == 0)
		return 0;
	if (!address_to_offset(img, addr, size, &off))
		return why_broken(why, "dynamic relocations (%" PRIu64 " bytes at %#" PRIx64 ") lie outside the file",
				size, addr);
	data = elf_getdata_rawchunk(img->elf, (int64_t)off, (size_t)size, rela ? ELF_T_RELA : ELF_T_REL);
	if (!data)
		return why_broken(why, "dynamic relocations: %s", elf_errmsg(-1));
	r = add_relocs(img, cap, data, rela, 0);
	return r < 0 ? why_failed(why, r) : 0;
}

/* A linked file is read as ld.so reads it, by PT_DYNAMIC: section headers may be stripped, this may not. */
static int relocs_from_dynamic(struct image *img, const GElf_Phdr *ph, char *why)
{
	struct dynamic_tables t = { 0 };
	Elf_Data *data;
	size_t cap = 0;
	int r;

	if (!range_ok(ph->p_offset, ph->p_filesz, img->size))
		return why_broken(why, "the dynamic section lies outside the file");
	data = elf_getdata_rawchunk(img->elf, (int64_t)ph->p_offset, (size_t)ph->p_filesz, ELF_T_DYN);
	if (!data)
		return why_broken(why, "the dynamic section: %s", elf_errmsg(-1));
	for (size_t i = 0; i < data->d_size / sizeof(Elf32_Dyn) && i <= INT32_MAX; i++) {
		GElf_Dyn dyn;

		if (!gelf_getdyn(data, (int)i, &dyn) || dyn.d_tag == DT_NULL)
			break;
		read_dynamic_entry(img, &dyn, &t);
	}
	r = relocs_at(img, &cap, t.rel, t.relsz, false, why);
	if (r == 0)
		r = relocs_at(img, &cap, t.rela, t.relasz, true, why);
	if (r == 0)
		r = relocs_at(img, &cap, t.jmprel, t.pltrelsz, t.pltrel == DT_RELA, why);
	return r;
}

static int read_segments(struct image *img, size_t phnum, char *why)
{
	bool seen_dynamic = false;

	for (size_t i = 0; i < phnum; i++) {
		GElf_Phdr ph;
		int r;

		if (!gelf_getphdr(img->elf, (int)i, &ph))
			return why_broken(why, "program header %zu: %s", i, elf_errmsg(-1));
		if (ph.p_type == PT_TLS) {
			uint64_t align = ph.p_align ? ph.p_align : 1;

			img->tls_size = (ph.p_memsz + align - 1) / align * align;
		} else if (ph.p_type == PT_GNU_EH_FRAME) {
			img->eh_frame_hdr = ph.p_vaddr;
		} else if (ph.p_type == PT_DYNAMIC && !seen_dynamic && ph.p_filesz) {
			seen_dynamic = true;
			r = relocs_from_dynamic(img, &ph, why);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* _GLOBAL_OFFSET_TABLE_ where DT_PLTGOT does not give it, because nothing is called through a PLT. */
static void find_got(struct image *img)
{
	GElf_Shdr sh;

	if (img->got == 0 && (image_section(img, SHT_PROGBITS, ".got.plt", &sh) ||
					     image_section(img, SHT_PROGBITS, ".got", &sh)))
		img->got = sh.sh_addr;
}

static int reloc_compare(const void *a, const void *b)
{
	const struct image_tls_reloc *x = a, *y = b;

	if (x->shndx != y->shndx)
		return x->shndx < y->shndx ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

const struct image_tls_reloc *image_tls_reloc_at(const struct image *img, uint32_t shndx, uint64_t place)
{
	struct image_tls_reloc key = { .place = place, .shndx = shndx };

	if (img->ntls == 0)
		return NULL;
	return bsearch(&key, img->tls, img->ntls, sizeof(key), reloc_compare);
}

static int read_i386(struct image *img, char *why)
{
	size_t phnum = 0;
	int r = check_tables(img, why);

	if (r < 0)
		return r;
	img->relocated_code = img->type == ET_REL;
	img->elf = elf_begin(img->fd, ELF_C_READ, NULL);
	if (!img->elf || elf_kind(img->elf) != ELF_K_ELF)
		return why_broken(why, "libelf cannot read it: %s", elf_errmsg(-1));
	if (elf_getphdrnum(img->elf, &phnum) != 0)
		return why_broken(why, "program headers: %s", elf_errmsg(-1));
	find_loads(img, phnum);
	r = image_find_code(img, phnum, why);
	if (r == 0)
		r = img->type == ET_REL ? relocs_from_sections(img, why) : read_segments(img, phnum, why);
	if (r == 0 && img->type != ET_REL)
		find_got(img);
	if (r == 0 && img->ntls)
		qsort(img->tls, img->ntls, sizeof(*img->tls), reloc_compare);
	return r;
}

int image_open(int fd, struct image **out, char *why)
{
	_cleanup_image_ struct image *img = calloc(1, sizeof(*img));
	struct stat st;
	int r;

	if (!img)
		return why_failed(why, -ENOMEM);
	if (fstat(fd, &st) != 0)
		return why_failed(why, -errno);
	img->fd = fd;
	img->size = (uint64_t)st.st_size;
	r = identify(img, why);
	if (r == 0 && img->affected)
		r = read_i386(img, why);
	if (r < 0)
		return r;
	*out = TAKE_PTR(img);
	return 0;
}

void image_free(struct image *img)
{
	if (!img)
		return;
	elf_end(img->elf);
	free(img->code);
	free(img->tls);
	free(img);
}

Elf_Scn *image_section(struct image *img, uint32_t type, const char *name, GElf_Shdr *shdr)
{
	Elf_Scn *scn = NULL;
	size_t shstrndx = 0;

	if (elf_getshdrstrndx(img->elf, &shstrndx) != 0)
		return NULL;
	while ((scn = elf_nextscn(img->elf, scn))) {
		const char *found;

		if (!gelf_getshdr(scn, shdr) || shdr->sh_type != type)
			continue;
		if (!name)
			return scn;
		found = elf_strptr(img->elf, shstrndx, shdr->sh_name);
		if (found && strcmp(found, name) == 0)
			return scn;
	}
	return NULL;
}

int image_each_symbol(struct image *img, bool dynamic, image_symbol_fn fn, void *arg, char *why)
{
	GElf_Shdr sh;
	Elf_Scn *scn = image_section(img, dynamic ? SHT_DYNSYM : SHT_SYMTAB, NULL, &sh);
	Elf_Data *data;

	if (!scn)
		return 0;
	data = elf_getdata(scn, NULL);
	if (!data)
		return why_broken(why, "symbol table: %s", elf_errmsg(-1));
	for (size_t i = 1; i < data->d_size / sizeof(Elf32_Sym) && i <= INT32_MAX; i++) {
		GElf_Sym sym;
		const char *name;
		int r;

		if (!gelf_getsym(data, (int)i, &sym) || sym.st_shndx == SHN_UNDEF)
			continue;
		name = elf_strptr(img->elf, sh.sh_link, sym.st_name);
		r = fn(&sym, name ? name : "", arg);
		if (r != 0)
			return r;
	}
	return 0;
}
