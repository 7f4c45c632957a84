// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xen/elfnote.h>
#include <xen/features.h>

#include "base/util.h"
#include "elf/headers.h"
#include "elf/notes.h"
#include "xen/guest-notes.h"

/* Came with Xen 4.20; the header that this is built with may be older. */
#ifndef XEN_ELFNOTE_PHYS32_RELOC
#define XEN_ELFNOTE_PHYS32_RELOC 19
#endif

/* Real kernels have some 20; a dump has one more for each processor. */
#define NOTES_MAX 4096

/* Bounds the names that are compared in a file which claims many sections. */
#define SECTIONS_MAX 65536

static const struct known {
	uint32_t type;
	const char *name;
	enum xen_note_kind kind;
	const char *meaning;
} known[] = {
	{ XEN_ELFNOTE_INFO, "INFO", XEN_NOTE_STRING, "a name and its value, free to use" },
	{ XEN_ELFNOTE_ENTRY, "ENTRY", XEN_NOTE_NUMBER, "virtual address where a PV guest begins" },
	{ XEN_ELFNOTE_HYPERCALL_PAGE, "HYPERCALL_PAGE", XEN_NOTE_NUMBER, "virtual address of the hypercall page" },
	{ XEN_ELFNOTE_VIRT_BASE, "VIRT_BASE", XEN_NOTE_NUMBER, "virtual address that the kernel is mapped at" },
	{ XEN_ELFNOTE_PADDR_OFFSET, "PADDR_OFFSET", XEN_NOTE_NUMBER,
			"offset of the ELF physical addresses from the real ones" },
	{ XEN_ELFNOTE_XEN_VERSION, "XEN_VERSION", XEN_NOTE_STRING, "version of Xen's interface that it works with" },
	{ XEN_ELFNOTE_GUEST_OS, "GUEST_OS", XEN_NOTE_STRING, "name of the guest's system" },
	{ XEN_ELFNOTE_GUEST_VERSION, "GUEST_VERSION", XEN_NOTE_STRING, "version of the guest's system" },
	{ XEN_ELFNOTE_LOADER, "LOADER", XEN_NOTE_STRING, "type of loader" },
	{ XEN_ELFNOTE_PAE_MODE, "PAE_MODE", XEN_NOTE_STRING, "works with PAE page tables (32-bit only)" },
	{ XEN_ELFNOTE_FEATURES, "FEATURES", XEN_NOTE_STRING, "features that it supports, and with '!' needs" },
	{ XEN_ELFNOTE_BSD_SYMTAB, "BSD_SYMTAB", XEN_NOTE_STRING, "wants its symbol table loaded" },
	{ XEN_ELFNOTE_HV_START_LOW, "HV_START_LOW", XEN_NOTE_NUMBER, "lowest address that Xen may begin at" },
	{ XEN_ELFNOTE_L1_MFN_VALID, "L1_MFN_VALID", XEN_NOTE_BYTES,
			"mask and value of page table entries that hold valid frames" },
	{ XEN_ELFNOTE_SUSPEND_CANCEL, "SUSPEND_CANCEL", XEN_NOTE_NUMBER, "can take a suspend back" },
	{ XEN_ELFNOTE_INIT_P2M, "INIT_P2M", XEN_NOTE_NUMBER,
			"virtual address for the first physical-to-machine table" },
	{ XEN_ELFNOTE_MOD_START_PFN, "MOD_START_PFN", XEN_NOTE_NUMBER, "takes an initrd that is not mapped" },
	{ XEN_ELFNOTE_SUPPORTED_FEATURES, "SUPPORTED_FEATURES", XEN_NOTE_NUMBER, "features that it supports" },
	{ XEN_ELFNOTE_PHYS32_ENTRY, "PHYS32_ENTRY", XEN_NOTE_NUMBER,
			"physical address where a PVH guest begins, in 32-bit mode" },
	{ XEN_ELFNOTE_PHYS32_RELOC, "PHYS32_RELOC", XEN_NOTE_BYTES,
			"can move itself as a PVH guest: alignment, lowest and highest address" },
	{ XEN_ELFNOTE_CRASH_INFO, "CRASH_INFO", XEN_NOTE_BYTES, "of a crash dump: about the hypervisor" },
	{ XEN_ELFNOTE_CRASH_REGS, "CRASH_REGS", XEN_NOTE_BYTES, "of a crash dump: a processor's registers" },
	{ XEN_ELFNOTE_DUMPCORE_NONE, "DUMPCORE_NONE", XEN_NOTE_BYTES, "of a domain's dump: says that it is one" },
	{ XEN_ELFNOTE_DUMPCORE_HEADER, "DUMPCORE_HEADER", XEN_NOTE_BYTES, "of a domain's dump: its header" },
	{ XEN_ELFNOTE_DUMPCORE_XEN_VERSION, "DUMPCORE_XEN_VERSION", XEN_NOTE_BYTES,
			"of a domain's dump: version of Xen" },
	{ XEN_ELFNOTE_DUMPCORE_FORMAT_VERSION, "DUMPCORE_FORMAT_VERSION", XEN_NOTE_NUMBER,
			"of a domain's dump: version of its format" },
};

static const char *const features[] = {
	[XENFEAT_writable_page_tables] = "writable_page_tables",
	[XENFEAT_writable_descriptor_tables] = "writable_descriptor_tables",
	[XENFEAT_auto_translated_physmap] = "auto_translated_physmap",
	[XENFEAT_supervisor_mode_kernel] = "supervisor_mode_kernel",
	[XENFEAT_pae_pgdir_above_4gb] = "pae_pgdir_above_4gb",
	[XENFEAT_mmu_pt_update_preserve_ad] = "mmu_pt_update_preserve_ad",
	[XENFEAT_highmem_assist] = "highmem_assist",
	[XENFEAT_gnttab_map_avail_bits] = "gnttab_map_avail_bits",
	[XENFEAT_hvm_callback_vector] = "hvm_callback_vector",
	[XENFEAT_hvm_safe_pvclock] = "hvm_safe_pvclock",
	[XENFEAT_hvm_pirqs] = "hvm_pirqs",
	[XENFEAT_dom0] = "dom0",
	[XENFEAT_memory_op_vnode_supported] = "memory_op_vnode_supported",
	[XENFEAT_ARM_SMCCC_supported] = "ARM_SMCCC_supported",
	[XENFEAT_linux_rsdp_unrestricted] = "linux_rsdp_unrestricted",
	[XENFEAT_not_direct_mapped] = "not_direct_mapped",
	[XENFEAT_direct_mapped] = "direct_mapped",
};

const char *xen_feature_name(unsigned bit)
{
	return bit < ARRAY_SIZE(features) ? features[bit] : NULL;
}

static const struct known *find_known(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].type == type)
			return &known[i];
	return NULL;
}

/* What the type says, unless the desc does not fit it. */
static enum xen_note_kind decode(const struct note *note, enum xen_note_kind kind, uint64_t *number)
{
	uint32_t narrow;

	if (kind == XEN_NOTE_NUMBER && note->desc_size == sizeof(*number)) {
		memcpy(number, note->desc, sizeof(*number));
		return kind;
	}
	if (kind == XEN_NOTE_NUMBER && note->desc_size == sizeof(narrow)) {
		memcpy(&narrow, note->desc, sizeof(narrow));
		*number = narrow;
		return kind;
	}
	return kind == XEN_NOTE_STRING ? kind : XEN_NOTE_BYTES;
}

static int add_note(struct xen_notes *out, const struct note *note)
{
	const struct known *k = find_known(note->type);
	struct xen_note *xen;
	int r = array_reserve(&out->note, &out->cap, out->n + 1, sizeof(*out->note));

	if (r < 0)
		return r;
	xen = &out->note[out->n++];
	*xen = (struct xen_note){ .type = note->type, .desc = note->desc, .desc_size = note->desc_size };
	xen->name = k ? k->name : NULL;
	xen->meaning = k ? k->meaning : NULL;
	xen->kind = decode(note, k ? k->kind : XEN_NOTE_BYTES, &xen->number);
	/* Linux writes its feature string without the NUL that elfnote.h asks for. */
	if (xen->kind == XEN_NOTE_STRING)
		xen->desc_size = (uint32_t)strnlen((const char *)note->desc, note->desc_size);
	return 0;
}

static int walk(const struct headers *h, uint64_t off, uint64_t size, uint64_t align, struct xen_notes *out)
{
	struct notes notes = { .size = size, .align = align };
	struct note note;
	int r = 0;

	if (!range_ok(off, size, h->size)) {
		out->broken = true;
		return 0;
	}
	notes.data = h->data + off;
	while (r == 0 && out->n < NOTES_MAX && notes_next(&notes, &note))
		if (note_owned_by(&note, "Xen"))
			r = add_note(out, &note);
	if (r == 0 && out->n < NOTES_MAX)
		out->broken |= notes_truncated(&notes);
	return r;
}

static int read_segments(const struct headers *h, struct xen_notes *out)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < h->phnum; i++) {
		struct headers_segment s;

		headers_segment(h, i, &s);
		if (s.type == PT_NOTE)
			r = walk(h, s.off, s.filesz, s.align, out);
	}
	return r;
}

static void take_guest(const struct headers *h, const struct headers_section *s, struct xen_notes *out)
{
	if (!range_ok(s->off, s->size, h->size) || s->size > SIZE_MAX) {
		out->broken = true;
		return;
	}
	out->guest = (const char *)h->data + s->off;
	out->guest_size = strnlen(out->guest, (size_t)s->size);
}

static int read_sections(const struct headers *h, struct xen_notes *out)
{
	bool segments_have = out->n > 0;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < h->shnum && i < SECTIONS_MAX; i++) {
		struct headers_section s;

		headers_section(h, i, &s);
		if (s.type == SHT_NOTE && !segments_have)
			r = walk(h, s.off, s.size, s.align, out);
		else if (s.type != SHT_NOBITS && strcmp(s.name, "__xen_guest") == 0)
			take_guest(h, &s, out);
	}
	return r;
}

int xen_notes_read(const void *image, uint64_t size, struct xen_notes *out, char *why)
{
	_cleanup_xen_notes_ struct xen_notes found = { 0 };
	struct headers h;
	int r = headers_parse(image, size, &h, why);

	if (r < 0)
		return r;
	r = read_segments(&h, &found);
	if (r == 0)
		r = read_sections(&h, &found);
	if (r < 0)
		return why_failed(why, r);
	*out = found;
	found = (struct xen_notes){ 0 };
	return 0;
}

void xen_notes_free(struct xen_notes *notes)
{
	free(notes->note);
	*notes = (struct xen_notes){ 0 };
}
