// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "memory.h"

ssize_t memory_read(pid_t pid, uint32_t addr, void *buf, size_t len)
{
	struct iovec ours = { buf, len }, theirs = { (void *)(uintptr_t)addr, len };
	ssize_t n = process_vm_readv(pid, &ours, 1, &theirs, 1, 0);

	return n < 0 ? -errno : n;
}

static int whole(ssize_t n, size_t len)
{
	return n < 0 ? (int)n : n == (ssize_t)len ? 0 : -EFAULT;
}

int memory_get(pid_t pid, uint32_t addr, void *buf, size_t len)
{
	return whole(memory_read(pid, addr, buf, len), len);
}

int memory_put(pid_t pid, uint32_t addr, const void *buf, size_t len)
{
	struct iovec ours = { (void *)(uintptr_t)buf, len }, theirs = { (void *)(uintptr_t)addr, len };
	ssize_t n = process_vm_writev(pid, &ours, 1, &theirs, 1, 0);

	return whole(n < 0 ? -errno : n, len);
}

int memory_poke(pid_t tid, uint32_t addr, const void *buf, size_t len)
{
	for (size_t i = 0; i < len; i += sizeof(long)) {
		long word, there;

		memcpy(&word, (const char *)buf + i, sizeof(word));
		errno = 0;
		there = ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)(addr + i), NULL);
		if (errno)
			return -errno;
		if (word != there && ptrace(PTRACE_POKEDATA, tid, (void *)(uintptr_t)(addr + i), (void *)word) != 0)
			return -errno;
	}
	return 0;
}
