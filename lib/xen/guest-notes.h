/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a kernel says to Xen: the ELF notes of owner "Xen" (XEN_ELFNOTE_..., xen/elfnote.h of Xen's public interface),
 * and the section __xen_guest, which kernels before Xen 3.0.3 had instead. */
#ifndef XEN_GUEST_NOTES_H
#define XEN_GUEST_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"

/* Not lib/xen/elfnote.h: that name is the public header's. */
enum xen_note_kind { XEN_NOTE_STRING, XEN_NOTE_NUMBER, XEN_NOTE_BYTES };

struct xen_note {
	uint32_t type;
	const char *name;        /* "ENTRY", without XEN_ELFNOTE_; NULL: a type that is not in xen/elfnote.h */
	const char *meaning;     /* static; NULL with the name */
	enum xen_note_kind kind; /* bytes also where a number has neither 4 nor 8 */
	uint64_t number;
	const uint8_t *desc; /* borrowed from the image */
	uint32_t desc_size;  /* of a string without its NUL, which may be missing */
};

struct xen_notes {
	struct xen_note *note; /* in the image's order */
	size_t n, cap;
	bool broken;       /* some bytes are no whole note, or the notes lie outside the image */
	const char *guest; /* __xen_guest, "GUEST_OS=linux,XEN_VER=...": borrowed, not terminated; NULL: none */
	size_t guest_size; /* without a NUL */
};

/* Reads the notes of an ELF image of either class: of its PT_NOTE segments, and where those have none of Xen's, of its
 * SHT_NOTE sections, as Xen's own loader does (xen/common/libelf). On success the caller frees what *out holds with
 * xen_notes_free; it borrows from the image. Errors: -ENOEXEC no ELF image of x86, -EBADMSG a broken one, -ENOMEM;
 * `why` (WHY_MAX bytes) says in words what is wrong. */
int xen_notes_read(const void *image, uint64_t size, struct xen_notes *out, char *why);
void xen_notes_free(struct xen_notes *notes);

/* The name of bit `bit` of XEN_ELFNOTE_SUPPORTED_FEATURES ("writable_page_tables"), or NULL. */
const char *xen_feature_name(unsigned bit);

static inline void cleanup_xen_notes(struct xen_notes *notes)
{
	xen_notes_free(notes);
}
#define _cleanup_xen_notes_ __attribute__((cleanup(cleanup_xen_notes)))

#endif
