/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where vDSO images come from: this process, another one, a file, a kernel image. */
#ifndef LOADER_VDSO_H
#define LOADER_VDSO_H

#include <stdint.h>
#include <sys/types.h>

#include "base/root.h"
#include "base/why.h"

#define VDSO_SIZE_MAX (1u << 20) /* real ones have 4 to 16 KiB */

/* A copy of an image. The caller frees it with vdso_free. */
struct vdso {
	uint8_t *data;
	uint64_t size;
	uint64_t offset; /* in what it was found in; of a process: its address */
};

/* The vDSO of this process. -ENOENT: the kernel gave none (vdso=0). Works without /proc. */
int vdso_of_self(struct vdso *out, char *why);

/* The vDSO of a process, read through /proc/PID/auxv and /proc/PID/mem below `root` (the host's as a rule) without
 * stopping it. -ESRCH: no such process; -EACCES, -EPERM: not ours to read; -ENOENT: it has none (a kernel thread,
 * vdso=0), -EIO: it has unmapped it. */
int vdso_of_process(const struct root *root, pid_t pid, struct vdso *out, char *why);

/* The image in a file: the whole file, whatever is in it. -EISDIR, -EINVAL: no regular file; -EFBIG: larger than
 * VDSO_SIZE_MAX. */
int vdso_of_file(int fd, struct vdso *out, char *why);

/* How many bytes an image has by its own PT_LOAD headers, at most VDSO_SIZE_MAX; `head` is its beginning, of which
 * `size` bytes may be read. -ENOEXEC no ELF image of x86, -EBADMSG a broken one. */
int vdso_extent(const void *head, uint64_t size, uint64_t *extent, char *why);

void vdso_free(struct vdso *vdso);

static inline void cleanup_vdso(struct vdso *vdso)
{
	vdso_free(vdso);
}
#define _cleanup_vdso_ __attribute__((cleanup(cleanup_vdso)))

#endif
