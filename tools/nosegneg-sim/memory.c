// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

#include "memory.h"

static int open_memory(const struct process *process)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)process->pid);
	return open(path, O_RDWR | O_CLOEXEC);
}

void memory_open(struct process *process)
{
	if (process->memory >= 0)
		close(process->memory);
	process->memory = geteuid() == 0 ? -1 : open_memory(process);
}

/* The kernel says EPERM, to peek and poke EIO, of memory that may not be read any more; a filter that forbids the calls
 * EPERM or ENOSYS. Returns a descriptor for it, or -1. */
static int other_way(const struct task *task, int error)
{
	struct process *process = task->process;

	if (error != EPERM && error != EIO && error != ENOSYS)
		return -1;
	if (process->memory < 0)
		process->memory = open_memory(process);
	return process->memory;
}

ssize_t memory_read(const struct task *task, uint32_t addr, void *buf, size_t len)
{
	struct iovec ours = { buf, len }, theirs = { (void *)(uintptr_t)addr, len };
	ssize_t n = process_vm_readv(task->tid, &ours, 1, &theirs, 1, 0);
	int error = errno, fd = n < 0 ? other_way(task, error) : -1;

	if (fd < 0)
		return n < 0 ? -error : n;
	n = pread(fd, buf, len, (off_t)addr);
	return n < 0 ? -errno : n;
}

static ssize_t memory_write(const struct task *task, uint32_t addr, const void *buf, size_t len)
{
	struct iovec ours = { (void *)(uintptr_t)buf, len }, theirs = { (void *)(uintptr_t)addr, len };
	ssize_t n = process_vm_writev(task->tid, &ours, 1, &theirs, 1, 0);
	int error = errno, fd = n < 0 ? other_way(task, error) : -1;

	if (fd < 0)
		return n < 0 ? -error : n;
	n = pwrite(fd, buf, len, (off_t)addr);
	return n < 0 ? -errno : n;
}

static int whole(ssize_t n, size_t len)
{
	return n < 0 ? (int)n : n == (ssize_t)len ? 0 : -EFAULT;
}

int memory_get(const struct task *task, uint32_t addr, void *buf, size_t len)
{
	return whole(memory_read(task, addr, buf, len), len);
}

int memory_put(const struct task *task, uint32_t addr, const void *buf, size_t len)
{
	return whole(memory_write(task, addr, buf, len), len);
}

static int poke(const struct task *task, uint32_t addr, long word)
{
	int fd;

	if (ptrace(PTRACE_POKEDATA, task->tid, (void *)(uintptr_t)addr, (void *)word) == 0)
		return 0;
	fd = other_way(task, errno);
	return fd < 0 ? -errno : whole(pwrite(fd, &word, sizeof(word), (off_t)addr), sizeof(word));
}

int memory_poke(const struct task *task, uint32_t addr, const void *buf, const void *there, size_t len)
{
	int r = 0;

	for (size_t i = 0; i < len && r == 0; i += sizeof(long)) {
		long word;

		memcpy(&word, (const char *)buf + i, sizeof(word));
		if (!there || memcmp(&word, (const char *)there + i, sizeof(word)) != 0)
			r = poke(task, addr + (uint32_t)i, word);
	}
	return r;
}
