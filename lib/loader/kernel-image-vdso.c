// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <string.h>

#include "base/util.h"
#include "elf/headers.h"
#include "elf/notes.h"
#include "loader/kernel-image-vdso.h"
#include "loader/vdso.h"

/* A kernel has up to four images, and maybe an initramfs full of programs. The bounds keep a file that is made of ELF
 * headers from taking forever. */
#define VDSOS_MAX   32
#define TRIES_MAX   4096
#define HEADERS_MAX 16
#define NOTES_MAX   4096
#define TAGS_MAX    64

/* Whether it may be one, by its ELF header alone. */
static bool plausible(const struct headers *h)
{
	return h->type == ET_DYN && h->phnum > 0 && h->phnum <= HEADERS_MAX;
}

static bool dyn_at(const struct headers *h, const struct headers_segment *dynamic, uint64_t i, uint64_t *tag,
		uint64_t *value)
{
	uint64_t size = h->is64 ? sizeof(Elf64_Dyn) : sizeof(Elf32_Dyn);
	const uint8_t *at;
	Elf32_Dyn narrow;
	Elf64_Dyn wide;

	if (!range_ok(dynamic->off, dynamic->filesz, h->size) || !range_ok(i * size, size, dynamic->filesz))
		return false;
	at = h->data + dynamic->off + i * size;
	if (h->is64) {
		memcpy(&wide, at, sizeof(wide));
		*tag = (uint64_t)wide.d_tag;
		*value = wide.d_un.d_val;
	} else {
		memcpy(&narrow, at, sizeof(narrow));
		*tag = (uint64_t)narrow.d_tag;
		*value = narrow.d_un.d_val;
	}
	return *tag != DT_NULL;
}

/* The NUL-terminated string at a virtual address, or NULL. */
static const char *string_at(const struct headers *h, uint64_t addr)
{
	for (uint32_t i = 0; i < h->phnum; i++) {
		struct headers_segment s;
		const char *at;

		headers_segment(h, i, &s);
		if (s.type != PT_LOAD || addr < s.addr || addr - s.addr >= s.filesz ||
				!range_ok(s.off, s.filesz, h->size))
			continue;
		at = (const char *)h->data + s.off + (addr - s.addr);
		return memchr(at, '\0', (size_t)(s.filesz - (addr - s.addr))) ? at : NULL;
	}
	return NULL;
}

static bool has_vdso_name(const struct headers *h, const struct headers_segment *dynamic)
{
	uint64_t strtab = 0, soname = 0, tag, value;
	const char *name;

	for (uint64_t i = 0; i < TAGS_MAX && dyn_at(h, dynamic, i, &tag, &value); i++) {
		if (tag == DT_STRTAB)
			strtab = value;
		else if (tag == DT_SONAME)
			soname = value;
	}
	name = strtab && soname ? string_at(h, strtab + soname) : NULL;
	return name && (strncmp(name, "linux-gate.so", 13) == 0 || strncmp(name, "linux-vdso", 10) == 0);
}

/* Nothing but a vDSO has either: LINUX_VERSION_CODE as a note of type 0, or the note that ld.so looks for. */
static bool has_vdso_note(const struct headers *h, const struct headers_segment *s)
{
	struct notes notes = { .size = s->filesz, .align = s->align };
	struct note note;

	if (s->filesz > NOTES_MAX || !range_ok(s->off, s->filesz, h->size))
		return false;
	notes.data = h->data + s->off;
	while (notes_next(&notes, &note))
		if ((note.type == 0 && note_owned_by(&note, "Linux")) ||
				(note.type == NT_GNU_HWCAP && note_owned_by(&note, "GNU")))
			return true;
	return false;
}

static bool is_vdso(const struct headers *h)
{
	bool known = false;

	for (uint32_t i = 0; i < h->phnum; i++) {
		struct headers_segment s;

		headers_segment(h, i, &s);
		if (s.type == PT_INTERP)
			return false;
		known |= (s.type == PT_DYNAMIC && has_vdso_name(h, &s)) || (s.type == PT_NOTE && has_vdso_note(h, &s));
	}
	return known;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Where the image ends by its headers: all that it loads has to be there, section headers only where they fit. */
static bool find_end(const struct headers *h, uint64_t *end)
{
	uint64_t loaded;
	char why[WHY_MAX];

	if (vdso_extent(h->data, h->size, &loaded, why) < 0 || loaded > h->size)
		return false;
	*end = later(loaded, h->phoff + h->phnum * headers_segment_size(h));
	for (uint32_t i = 0; i < h->phnum; i++) {
		struct headers_segment s;

		headers_segment(h, i, &s);
		if (range_ok(s.off, s.filesz, h->size) && s.filesz && s.off + s.filesz <= VDSO_SIZE_MAX)
			*end = later(*end, s.off + s.filesz);
	}
	if (h->shnum && h->shoff + h->shnum * headers_section_size(h) <= VDSO_SIZE_MAX)
		*end = later(*end, h->shoff + h->shnum * headers_section_size(h));
	return *end <= VDSO_SIZE_MAX;
}

static int add_vdso(struct kernel_image *image, const struct headers *h, uint64_t off, uint64_t size)
{
	int r = array_reserve(&image->vdso, &image->vdso_cap, image->nvdso + 1, sizeof(*image->vdso));

	if (r < 0)
		return r;
	image->vdso[image->nvdso++] = (struct kernel_vdso){
		.off = off,
		.size = size,
		.is64 = h->is64,
		.x32 = !h->is64 && h->machine == EM_X86_64,
	};
	return 0;
}

/* Looks at the ELF header at `off`. Says how far to go on. */
static int try_at(struct kernel_image *image, uint64_t off, unsigned *tries, uint64_t *next)
{
	uint64_t left = image->size - off, end;
	char why[WHY_MAX];
	struct headers h;

	*next = off + SELFMAG;
	/* A vDSO's tables are its own: only the first MiB of what is left can be them. */
	if (headers_parse(image->data + off, left < VDSO_SIZE_MAX ? left : VDSO_SIZE_MAX, &h, why) < 0 ||
			!plausible(&h))
		return 0;
	++*tries;
	if (!find_end(&h, &end) || !is_vdso(&h))
		return 0;
	*next = off + end;
	return add_vdso(image, &h, off, end);
}

int kernel_image_find_vdsos(struct kernel_image *image)
{
	unsigned tries = 0;
	uint64_t at = 0;
	int r = 0;

	while (r == 0 && at < image->size && tries < TRIES_MAX && image->nvdso < VDSOS_MAX) {
		const uint8_t *found = memmem(image->data + at, (size_t)(image->size - at), ELFMAG, SELFMAG);

		if (!found)
			break;
		r = try_at(image, (uint64_t)(found - image->data), &tries, &at);
	}
	return r;
}
