// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include <xen/elfnote.h>

#include "base/util.h"
#include "elf/headers.h"
#include "elf/notes.h"
#include "xen/boot-image.h"

/* A literal without its NUL. */
#define HAS(data, size, text) has(data, size, text, sizeof(text) - 1)

/* Where boot loaders look for the header. In xen-syms, from which what boots is made, it lies behind that. */
#define MULTIBOOT_WITHIN   (8u << 10)
#define MULTIBOOT2_WITHIN  (32u << 10)
#define HEADER_WITHIN      (36u << 10)
#define MULTIBOOT_MAGIC    0x1badb002u
#define MULTIBOOT2_MAGIC   0xe85250d6u
#define MULTIBOOT2_ENTRY64 9 /* the tag's type: entry address under EFI, for x86-64 */
#define TAGS_MAX           64

/* Bounds the work on a file that claims many sections. */
#define SECTIONS_MAX 65536

/* Between the access to EFER, the setting of CR0.PG and the far jump there are few instructions. */
#define SWITCH_MAX 96

static bool has(const uint8_t *data, uint64_t size, const char *text, size_t len)
{
	return memmem(data, (size_t)size, text, len) != NULL;
}

static uint32_t number_at(const uint8_t *data, uint64_t off, size_t width)
{
	uint32_t value = 0;

	memcpy(&value, data + off, width);
	return value;
}

/* The tags behind a multiboot2 header of `len` bytes, which are checked. */
static bool has_entry64(const uint8_t *header, uint32_t len)
{
	uint64_t at = 16;

	for (unsigned i = 0; i < TAGS_MAX && range_ok(at, 8, len); i++) {
		uint32_t size = number_at(header, at + 4, 4);

		if (number_at(header, at, 2) == MULTIBOOT2_ENTRY64)
			return true;
		if (size < 8)
			return false;
		at += ((uint64_t)size + 7) & ~7ull;
	}
	return false;
}

/* Magic numbers alone are in boot loaders, too; the checksum makes it a header. Returns the entries that boot loaders
 * find; *there: there is a header at all. */
static unsigned find_multiboot(const uint8_t *data, uint64_t size, bool *there)
{
	unsigned found = 0;

	*there = false;
	for (uint64_t at = 0; at < HEADER_WITHIN && range_ok(at, 16, size); at += 4) {
		uint32_t magic = number_at(data, at, 4), flags = number_at(data, at + 4, 4),
			 third = number_at(data, at + 8, 4); /* the checksum; of multiboot2, the length */
		bool first = magic == MULTIBOOT_MAGIC && magic + flags + third == 0;
		bool second = magic == MULTIBOOT2_MAGIC && magic + flags + third + number_at(data, at + 12, 4) == 0;

		*there |= first || second;
		if (first && at + 12 <= MULTIBOOT_WITHIN)
			found |= XEN_ENTRY_MULTIBOOT;
		if (!second || at + third > MULTIBOOT2_WITHIN || !range_ok(at, third, size))
			continue;
		found |= XEN_ENTRY_MULTIBOOT2 | (has_entry64(data + at, third) ? XEN_ENTRY_MULTIBOOT2_EFI : 0);
	}
	return found;
}

/* The end of boot/trampoline.S, trampoline_protmode_entry: %cr0 is loaded, which turns paging and with it long mode on,
 * a far jump selects a 64-bit segment, and there begins `movabs`, an instruction with REX prefix, with an address of
 * Xen's in the upper half. In 32-bit code these bytes would make no sense. */
static bool jumps_to_64bit(const uint8_t *code, uint64_t size)
{
	const uint8_t *paging = memmem(code, (size_t)size, "\x0f\x22\xc0", 3);
	uint64_t at = paging ? (uint64_t)(paging - code) + 3 : size;

	for (; range_ok(at, 17, size); at++)
		if (code[at] == 0xea && code[at + 6] == 0 && code[at + 7] == 0x48 && (code[at + 8] & 0xf8) == 0xb8 &&
				number_at(code, at + 13, 4) >= 0xffff8000)
			return true;
	return false;
}

/* mov $MSR_EFER, %ecx; rdmsr: a 32-bit Xen has that, too, for the NX bit. */
static bool switches_to_long_mode(const uint8_t *data, uint64_t size)
{
	static const char efer[] = "\xb9\x80\x00\x00\xc0\x0f\x32";
	const uint8_t *p = data, *end = data + size;

	while ((p = memmem(p, (size_t)(end - p), efer, sizeof(efer) - 1))) {
		p += sizeof(efer) - 1;
		if (jumps_to_64bit(p, (uint64_t)(end - p) < SWITCH_MAX ? (uint64_t)(end - p) : SWITCH_MAX))
			return true;
	}
	return false;
}

/* arch_get_xen_caps() in xen/arch/x86/setup.c; since 4.18 the numbers are in the strings. */
static bool names_arch(const uint8_t *data, uint64_t size, const char *kind, const char *arch)
{
	char text[32];

	for (int literal = 0; literal < 2; literal++) {
		int n = snprintf(text, sizeof(text), "%s-%s-%s ", kind, literal ? "3.0" : "%d.%d", arch);

		if (has(data, size, text, (size_t)n))
			return true;
	}
	return false;
}

static bool runs_arch(const uint8_t *data, uint64_t size, const char *arch)
{
	return names_arch(data, size, "xen", arch) || names_arch(data, size, "hvm", arch);
}

/* mkelf32 puts the 64-bit hypervisor into a file that says ELFCLASS32 and EM_386, for boot loaders; before Xen 4.3 the
 * same file may hold a 32-bit hypervisor. So a 32-bit file proves nothing. */
static void find_width(const uint8_t *data, uint64_t size, bool is64, struct xen_image *out)
{
	out->width = 64;
	if (is64) {
		out->proof = XEN_PROOF_FORMAT;
	} else if (switches_to_long_mode(data, size)) {
		out->proof = XEN_PROOF_LONG_MODE;
	} else if (runs_arch(data, size, "x86_64")) {
		out->proof = XEN_PROOF_CAPABILITIES;
	} else if (runs_arch(data, size, "x86_32p") || runs_arch(data, size, "x86_32")) {
		out->proof = XEN_PROOF_CAPABILITIES;
		out->width = 32;
	} else {
		out->width = 0;
	}
}

/* What the EFI loader says first (xen/common/efi/boot.c), in UTF-16: "Xen 4.17.7 (c/s ...) EFI loader". It is in
 * xen.gz, too, since 4.9. Elsewhere version numbers are in the code only. */
static void find_version(const uint8_t *data, uint64_t size, struct xen_image *out)
{
	static const char word[] = "X\0e\0n\0 ", tail[] = " \0(\0c\0/\0s\0";
	const uint8_t *p = data, *end = data + size;

	while ((p = memmem(p, (size_t)(end - p), word, sizeof(word)))) {
		size_t n = 0;

		p += sizeof(word);
		for (; n < sizeof(out->version) - 1 && range_ok(2 * n, 2, (uint64_t)(end - p)); n++) {
			uint8_t c = p[2 * n];

			if (c <= ' ' || c >= 0x7f || p[2 * n + 1] != 0)
				break;
			out->version[n] = (char)c;
		}
		if (n > 0 && range_ok(2 * n, sizeof(tail) - 1, (uint64_t)(end - p)) &&
				memcmp(p + 2 * n, tail, sizeof(tail) - 1) == 0) {
			out->version[n] = '\0';
			return;
		}
	}
	out->version[0] = '\0';
}

static void take_build_id(const struct headers *h, const struct headers_segment *s, struct xen_image *out)
{
	struct notes notes = { .data = h->data + s->off, .size = s->filesz, .align = s->align };
	struct note note;

	while (notes_next(&notes, &note)) {
		if (note.type != NT_GNU_BUILD_ID || !note_owned_by(&note, "GNU"))
			continue;
		for (uint32_t i = 0; i < note.desc_size && i < sizeof(out->build_id) / 2; i++)
			snprintf(out->build_id + 2 * (size_t)i, 3, "%02x", note.desc[i]);
		return;
	}
}

static void find_build_id(const struct headers *h, struct xen_image *out)
{
	for (uint32_t i = 0; i < h->phnum && !*out->build_id; i++) {
		struct headers_segment s;

		headers_segment(h, i, &s);
		if (s.type == PT_NOTE && range_ok(s.off, s.filesz, h->size))
			take_build_id(h, &s, out);
	}
}

const char *xen_image_guest_os(const struct xen_notes *notes, size_t *len)
{
	static const char key[] = "GUEST_OS=";
	const char *value;

	for (size_t i = 0; i < notes->n; i++)
		if (notes->note[i].type == XEN_ELFNOTE_GUEST_OS) {
			*len = notes->note[i].desc_size;
			return (const char *)notes->note[i].desc;
		}
	value = notes->guest ? memmem(notes->guest, notes->guest_size, key, sizeof(key) - 1) : NULL;
	if (!value)
		return NULL;
	value += sizeof(key) - 1;
	*len = 0;
	while (value + *len < notes->guest + notes->guest_size && value[*len] != ',')
		++*len;
	return value;
}

static bool has_note(const struct xen_notes *notes, uint32_t type)
{
	for (size_t i = 0; i < notes->n; i++)
		if (notes->note[i].type == type)
			return true;
	return false;
}

/* "shim_mem" is a parameter of pv/shim.c. A build for nothing but the shim (PV_SHIM_EXCLUSIVE) cannot have HVM guests;
 * a common hypervisor that can serve as one, too, has them. */
static bool is_shim(const uint8_t *data, uint64_t size, const struct xen_image *image)
{
	return image->entries & XEN_ENTRY_PVH && has(data, size, "shim_mem", sizeof("shim_mem")) &&
	       !names_arch(data, size, "hvm", "x86_64");
}

/* linux_banner of init/version.c; programs that look for it have the words without the number. */
static bool has_linux_banner(const uint8_t *data, uint64_t size)
{
	static const char words[] = "Linux version ";
	const uint8_t *p = data, *end = data + size;

	while ((p = memmem(p, (size_t)(end - p), words, sizeof(words) - 1))) {
		p += sizeof(words) - 1;
		if (p < end && *p >= '0' && *p <= '9')
			return true;
	}
	return false;
}

/* What a guest calls itself goes first: a kernel that runs Linux programs may have a banner for them. */
static bool is_linux(const uint8_t *data, uint64_t size, const struct xen_notes *notes)
{
	size_t len;
	const char *os = xen_image_guest_os(notes, &len);

	return os ? len == 5 && memcmp(os, "linux", 5) == 0 : has_linux_banner(data, size);
}

/* The line that every Xen prints first (print_version() and its forerunners in console.c), unformatted. */
static bool is_hypervisor(const uint8_t *data, uint64_t size, bool has_header)
{
	return has_header && HAS(data, size, "Xen version %d.%d%s (");
}

static bool has_symbols(const struct headers *h)
{
	for (uint32_t i = 0; i < h->shnum && i < SECTIONS_MAX; i++) {
		struct headers_section s;

		headers_section(h, i, &s);
		if (s.type == SHT_SYMTAB)
			return true;
	}
	return false;
}

/* `elf` is NULL for a PE file. */
static void read_hypervisor(const uint8_t *data, uint64_t size, const struct headers *elf,
		const struct xen_notes *notes, struct xen_image *out)
{
	if (!elf)
		out->entries = XEN_ENTRY_EFI;
	else if (has_note(notes, XEN_ELFNOTE_PHYS32_ENTRY))
		out->entries |= XEN_ENTRY_PVH;
	out->kind = is_shim(data, size, out) ? XEN_IMAGE_SHIM : XEN_IMAGE_HYPERVISOR;
	find_width(data, size, !elf || elf->is64, out);
	find_version(data, size, out);
	if (!elf)
		return;
	find_build_id(elf, out);
	out->symbols = has_symbols(elf);
}

void xen_image_read(const uint8_t *data, uint64_t size, bool pe, const struct xen_notes *notes, struct xen_image *out)
{
	struct headers h = { 0 };
	char why[WHY_MAX];
	bool elf = !pe && headers_parse(data, size, &h, why) == 0, has_header;
	unsigned entries = find_multiboot(data, size, &has_header);

	*out = (struct xen_image){ 0 };
	if ((pe || elf) && is_hypervisor(data, size, has_header)) {
		out->entries = entries;
		read_hypervisor(data, size, elf ? &h : NULL, notes, out);
	} else if (is_linux(data, size, notes)) {
		out->kind = XEN_IMAGE_LINUX;
	} else if (HAS(data, size, "HVM Loader\n") && HAS(data, size, "Detected Xen v%u.%u%s")) {
		out->kind = XEN_IMAGE_HVMLOADER;
	} else if (notes->n || notes->guest) {
		out->kind = XEN_IMAGE_GUEST;
	}
}

const char *xen_image_kind_key(enum xen_image_kind kind)
{
	static const char *const keys[] = {
		[XEN_IMAGE_OTHER] = "other",
		[XEN_IMAGE_LINUX] = "linux",
		[XEN_IMAGE_HYPERVISOR] = "xen",
		[XEN_IMAGE_SHIM] = "xen-shim",
		[XEN_IMAGE_HVMLOADER] = "hvmloader",
		[XEN_IMAGE_GUEST] = "guest",
	};

	return keys[kind];
}

const char *xen_image_entry_key(enum xen_image_entry entry)
{
	switch (entry) {
	case XEN_ENTRY_MULTIBOOT:
		return "multiboot";
	case XEN_ENTRY_MULTIBOOT2:
		return "multiboot2";
	case XEN_ENTRY_MULTIBOOT2_EFI:
		return "multiboot2-efi";
	case XEN_ENTRY_PVH:
		return "pvh";
	case XEN_ENTRY_EFI:
		break;
	}
	return "efi";
}

unsigned xen_image_entry_width(enum xen_image_entry entry)
{
	return entry == XEN_ENTRY_MULTIBOOT2_EFI || entry == XEN_ENTRY_EFI ? 64 : 32;
}

const char *xen_image_proof_text(enum xen_image_proof proof)
{
	static const char *const text[] = {
		[XEN_PROOF_FORMAT] = "by the format of the file",
		[XEN_PROOF_LONG_MODE] = "it switches to long mode",
		[XEN_PROOF_CAPABILITIES] = "by the kinds of guest that it names",
	};

	return text[proof];
}

const char *xen_image_proof_key(enum xen_image_proof proof)
{
	static const char *const keys[] = {
		[XEN_PROOF_FORMAT] = "format",
		[XEN_PROOF_LONG_MODE] = "long-mode",
		[XEN_PROOF_CAPABILITIES] = "capabilities",
	};

	return keys[proof];
}
