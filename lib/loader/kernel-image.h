/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel image: bzImage with a gzip, xz, zstd, lz4, lzma or bzip2 payload, or a plain vmlinux or EFI program (which
 * Xen may be), compressed as a whole or not. Formats: Linux Documentation/arch/x86/boot.rst (setup header,
 * protocol 2.08 and later give the payload's place; older ones are searched for the payload's magic). */
#ifndef LOADER_KERNEL_IMAGE_H
#define LOADER_KERNEL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"

/* Bytes that a payload may unpack to. A fuzzer finds bombs at once, and learns nothing from them. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define KERNEL_IMAGE_MAX (4u << 20)
#else
#define KERNEL_IMAGE_MAX (1u << 30)
#endif

/* An embedded vDSO image inside `data`. */
struct kernel_vdso {
	uint64_t off, size; /* checked */
	bool is64;
	bool x32;
};

struct kernel_image {
	uint8_t *data; /* the unpacked vmlinux, or whatever ELF image the file holds; before 2.6.26 the bare code */
	uint64_t size;
	const char *packing; /* "gzip", "xz", "zstd", "lz4", "lzma", "bzip2", or "none" */
	char version[128];   /* of a bzImage's setup header; "" where it has none. Printable */
	bool bzimage;
	bool pe;                  /* an EFI program: `data` is the PE file */
	struct kernel_vdso *vdso; /* in ascending order */
	size_t nvdso, vdso_cap;
};

/* Reads the kernel image behind `fd`. On success *out is freed by the caller with kernel_image_free.
 * Errors: -ENOEXEC not a kernel image, -EISDIR, -EINVAL no regular file, -EBADMSG a broken or truncated one, -EFBIG it
 * unpacks to more than KERNEL_IMAGE_MAX, -ENOMEM, or what reading said; `why` (WHY_MAX bytes) says in words what is
 * wrong. */
int kernel_image_read(int fd, struct kernel_image **out, char *why);

/* The same of a file in memory; `file` is not kept. */
int kernel_image_parse(const void *file, uint64_t size, struct kernel_image **out, char *why);

void kernel_image_free(struct kernel_image *image);

static inline void cleanup_kernel_image(struct kernel_image **image)
{
	kernel_image_free(*image);
}
#define _cleanup_kernel_image_ __attribute__((cleanup(cleanup_kernel_image)))

#endif
