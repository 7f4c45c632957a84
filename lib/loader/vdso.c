// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "base/util.h"
#include "elf/headers.h"
#include "loader/vdso.h"

/* The kernel maps whole pages, and the headers of a vDSO are at the beginning of the first. */
#define PAGE 4096

/* Some 25 entries of 16 bytes in practice. */
#define AUXV_MAX 4096

int vdso_extent(const void *head, uint64_t size, uint64_t *extent, char *why)
{
	struct headers_segment s;
	struct headers h;
	uint64_t end = 0;
	int r = headers_parse(head, size, &h, why);

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < h.phnum; i++) {
		headers_segment(&h, i, &s);
		if (s.type != PT_LOAD)
			continue;
		if (!range_ok(s.off, s.filesz, VDSO_SIZE_MAX))
			return why_broken(why, "segment %" PRIu32 " of a vDSO ends beyond %u bytes", i, VDSO_SIZE_MAX);
		if (s.off + s.filesz > end)
			end = s.off + s.filesz;
	}
	if (end == 0)
		return why_broken(why, "a vDSO without a segment that is loaded");
	*extent = end;
	return 0;
}

void vdso_free(struct vdso *vdso)
{
	free(vdso->data);
	*vdso = (struct vdso){ 0 };
}

/* The headers may say less than their own size: the first page is there in any case. */
static uint64_t at_least_head(uint64_t extent, uint64_t head)
{
	return extent < head ? head : extent;
}

static int no_vdso(char *why)
{
	snprintf(why, WHY_MAX, "there is no vDSO");
	return -ENOENT;
}

int vdso_of_self(struct vdso *out, char *why)
{
	const uint8_t *at = (const uint8_t *)getauxval(AT_SYSINFO_EHDR);
	struct vdso vdso = { .offset = (uintptr_t)at };
	uint64_t head = PAGE - vdso.offset % PAGE;
	int r;

	if (!at)
		return no_vdso(why);
	r = vdso_extent(at, head, &vdso.size, why);
	if (r < 0)
		return r;
	vdso.size = at_least_head(vdso.size, head);
	vdso.data = malloc((size_t)vdso.size);
	if (!vdso.data)
		return why_failed(why, -ENOMEM);
	memcpy(vdso.data, at, (size_t)vdso.size);
	*out = vdso;
	return 0;
}

/* As much as there is, up to `size` bytes. */
static ssize_t read_some(int fd, void *buf, size_t size, uint64_t off)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = pread(fd, (char *)buf + got, size - got, (off_t)(off + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && got == 0)
			return -errno;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static bool auxv_entry(const uint8_t *auxv, size_t size, size_t i, bool is64, uint64_t *type, uint64_t *value)
{
	Elf32_auxv_t narrow;
	Elf64_auxv_t wide;

	if (!range_ok(i * (is64 ? sizeof(wide) : sizeof(narrow)), is64 ? sizeof(wide) : sizeof(narrow), size))
		return false;
	if (is64) {
		memcpy(&wide, auxv + i * sizeof(wide), sizeof(wide));
		*type = wide.a_type;
		*value = wide.a_un.a_val;
	} else {
		memcpy(&narrow, auxv + i * sizeof(narrow), sizeof(narrow));
		*type = narrow.a_type;
		*value = narrow.a_un.a_val;
	}
	return *type != AT_NULL;
}

static uint64_t auxv_find(const uint8_t *auxv, size_t size, bool is64, uint64_t wanted)
{
	uint64_t type, value;

	for (size_t i = 0; auxv_entry(auxv, size, i, is64, &type, &value); i++)
		if (type == wanted)
			return value;
	return 0;
}

/* The executable may be unreadable, but the vector itself says how large a program header is: the kernel writes 32 for
 * i386 and x32, with entries of 8 bytes, and 56 for x86-64, with entries of 16. */
static uint64_t auxv_vdso(const uint8_t *auxv, size_t size)
{
	if (auxv_find(auxv, size, false, AT_PHENT) == sizeof(Elf32_Phdr))
		return auxv_find(auxv, size, false, AT_SYSINFO_EHDR);
	if (auxv_find(auxv, size, true, AT_PHENT) == sizeof(Elf64_Phdr))
		return auxv_find(auxv, size, true, AT_SYSINFO_EHDR);
	return 0;
}

static int open_process(const struct root *root, pid_t pid, char *why)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	fd = root_open(root, path, O_PATH | O_DIRECTORY);
	return fd < 0 ? why_failed(why, fd == -ENOENT ? -ESRCH : fd) : fd;
}

/* A file of the process could not be opened. A kernel thread and a zombie have no memory, and newer kernels say ESRCH
 * to that (older ones give an empty vector), but unlike one that is gone they still have the rest of their directory.
 */
static int open_failed(int proc, int error, char *why)
{
	if (error == -ESRCH && faccessat(proc, "stat", F_OK, 0) == 0)
		return no_vdso(why);
	return why_failed(why, error == -ENOENT ? -ESRCH : error);
}

static int find_vdso(int proc, uint64_t *addr, char *why)
{
	_cleanup_close_ int fd = openat(proc, "auxv", O_RDONLY | O_CLOEXEC);
	uint8_t auxv[AUXV_MAX];
	ssize_t got;

	if (fd < 0)
		return open_failed(proc, -errno, why);
	got = read_some(fd, auxv, sizeof(auxv), 0);
	if (got < 0)
		return why_failed(why, (int)got);
	*addr = auxv_vdso(auxv, (size_t)got);
	return *addr ? 0 : no_vdso(why);
}

static int copy_vdso(int proc, struct vdso *vdso, char *why)
{
	_cleanup_close_ int fd = openat(proc, "mem", O_RDONLY | O_CLOEXEC);
	uint8_t head[PAGE];
	ssize_t got;
	int r;

	if (fd < 0)
		return open_failed(proc, -errno, why);
	got = read_some(fd, head, sizeof(head), vdso->offset);
	if (got <= 0)
		return why_failed(why, got == 0 ? -ESRCH : (int)got); /* the memory went with the process */
	r = vdso_extent(head, (uint64_t)got, &vdso->size, why);
	if (r < 0)
		return r;
	vdso->size = at_least_head(vdso->size, (uint64_t)got);
	vdso->data = malloc((size_t)vdso->size);
	if (!vdso->data)
		return why_failed(why, -ENOMEM);
	r = read_at(fd, vdso->data, (size_t)vdso->size, vdso->offset);
	return r < 0 ? why_failed(why, r) : 0;
}

int vdso_of_process(const struct root *root, pid_t pid, struct vdso *out, char *why)
{
	_cleanup_close_ int proc = open_process(root, pid, why);
	_cleanup_vdso_ struct vdso vdso = { 0 };
	int r = proc < 0 ? proc : find_vdso(proc, &vdso.offset, why);

	if (r == 0)
		r = copy_vdso(proc, &vdso, why);
	if (r < 0)
		return r;
	*out = vdso;
	vdso.data = NULL;
	return 0;
}

int vdso_of_file(int fd, struct vdso *out, char *why)
{
	struct vdso vdso = { 0 };
	struct stat st;
	int r;

	if (fstat(fd, &st) != 0)
		return why_failed(why, -errno);
	if (!S_ISREG(st.st_mode)) {
		snprintf(why, WHY_MAX, "not a regular file");
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	}
	if (st.st_size > VDSO_SIZE_MAX) {
		snprintf(why, WHY_MAX, "%" PRIu64 " bytes are no vDSO image", (uint64_t)st.st_size);
		return -EFBIG;
	}
	vdso.size = (uint64_t)st.st_size;
	vdso.data = malloc((size_t)vdso.size + 1);
	if (!vdso.data)
		return why_failed(why, -ENOMEM);
	r = read_at(fd, vdso.data, (size_t)vdso.size, 0);
	if (r < 0) {
		vdso_free(&vdso);
		return why_failed(why, r);
	}
	*out = vdso;
	return 0;
}
