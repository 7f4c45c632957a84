/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nosegneg-check kernel: what a kernel image is, and what it says to the loader and to Xen. */
#ifndef NOSEGNEG_CHECK_KERNEL_H
#define NOSEGNEG_CHECK_KERNEL_H

#include "loader/kernel-image.h"
#include "loader/kernelcap.h"
#include "common/output.h"
#include "xen/guest-notes.h"
#include "xen/boot-image.h"

/* The note of one embedded vDSO. */
struct kernel_note {
	bool failed; /* `why` says what is wrong with the image */
	char why[WHY_MAX];
	struct kernelcap cap;
};

struct kernel_report {
	const char *path; /* borrowed */
	bool failed;      /* `why` says what is wrong with the file; then there is nothing else */
	char why[WHY_MAX];
	struct kernel_image *image;
	struct kernel_note *note; /* one for each image->vdso */
	bool elf;                 /* `xen` was looked for */
	struct xen_notes xen;     /* borrows from the image */
	struct xen_image what;
};

/* Reads one file. The caller frees what *out holds with kernel_report_free, also of a failed one. */
void kernel_report_read(struct kernel_report *out, const char *path);
void kernel_report_free(struct kernel_report *report);

void kernel_print_text(const struct kernel_report *report);

/* An element of the document's "images", which the caller owns. */
json_t *kernel_report_json(const struct kernel_report *report);

/* The subcommand: argv[0] is "kernel". Returns the exit status. */
int kernel_command(int argc, char **argv);

#endif
