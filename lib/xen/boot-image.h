/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file that boots is: Linux, Xen itself, its PV shim, its hvmloader, another guest. Nothing but what is in the
 * image is gone by, and what it does not hold is not known. Sources are in Xen's tree: xen/arch/x86/boot, mkelf32.c,
 * xen/common/version.c, tools/firmware/hvmloader. */
#ifndef XEN_BOOT_IMAGE_H
#define XEN_BOOT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xen/guest-notes.h"

enum xen_image_kind {
	XEN_IMAGE_OTHER, /* an ELF image that says nothing of these */
	XEN_IMAGE_LINUX,
	XEN_IMAGE_HYPERVISOR,
	XEN_IMAGE_SHIM, /* a hypervisor that only runs one PV guest inside a PVH one */
	XEN_IMAGE_HVMLOADER,
	XEN_IMAGE_GUEST, /* another kernel with notes for Xen: Mini-OS, GRUB, ... */
};

/* How boot loaders enter it, each in the mode that its specification demands. */
enum xen_image_entry {
	XEN_ENTRY_MULTIBOOT = 1,      /* 32-bit protected mode */
	XEN_ENTRY_MULTIBOOT2 = 2,     /* the same */
	XEN_ENTRY_MULTIBOOT2_EFI = 4, /* 64-bit mode, with EFI's boot services on */
	XEN_ENTRY_PVH = 8,            /* 32-bit protected mode */
	XEN_ENTRY_EFI = 16,           /* 64-bit mode: it is an EFI program */
};

/* What shows the width of the hypervisor behind the entry. */
enum xen_image_proof {
	XEN_PROOF_NONE,
	XEN_PROOF_FORMAT,       /* a 64-bit ELF or PE file */
	XEN_PROOF_LONG_MODE,    /* 32-bit code that switches to long mode and goes on at a 64-bit address */
	XEN_PROOF_CAPABILITIES, /* the kinds of guest that it can name: a 32-bit Xen knows no x86_64 */
};

struct xen_image {
	enum xen_image_kind kind;
	unsigned entries; /* this and all below: of a hypervisor and the shim. Bits of enum xen_image_entry */
	bool symbols;     /* an ELF file with its symbol table: xen-syms */
	unsigned width;   /* 32, 64, or 0: not known */
	enum xen_image_proof proof;
	char version[32];  /* "4.17.7"; "": not in the image. Printable */
	char build_id[65]; /* in hexadecimal digits, as /sys/hypervisor/properties/buildid gives it; "": none */
};

/* Looks at an unpacked image; `pe`: it is a PE file, which has no notes. */
void xen_image_read(const uint8_t *data, uint64_t size, bool pe, const struct xen_notes *notes, struct xen_image *out);

/* "linux", "xen", "xen-shim", "hvmloader", "guest", "other": stable words. */
const char *xen_image_kind_key(enum xen_image_kind kind);

/* The name of one bit: "multiboot2-efi". */
const char *xen_image_entry_key(enum xen_image_entry entry);

/* The width of the mode in which it is entered. */
unsigned xen_image_entry_width(enum xen_image_entry entry);

/* Half a sentence; and a stable word: "long-mode". NULL: no proof. */
const char *xen_image_proof_text(enum xen_image_proof proof);
const char *xen_image_proof_key(enum xen_image_proof proof);

/* The value of GUEST_OS in the notes or in __xen_guest, not terminated; NULL: none. */
const char *xen_image_guest_os(const struct xen_notes *notes, size_t *len);

#endif
