/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A good ELF file in memory, of either class, and where its fields are, so that a test can change one. */
#ifndef TESTS_ELF_POKE_H
#define TESTS_ELF_POKE_H

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"

struct file {
	uint8_t *bytes;
	size_t size;
	bool is64;
};

static inline struct file read_file(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct file f = { 0 };
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	f.size = (size_t)st.st_size;
	f.bytes = malloc(f.size + 1);
	assert_int_equal(read_at(fd, f.bytes, f.size, 0), 0);
	f.is64 = f.bytes[EI_CLASS] == ELFCLASS64;
	return f;
}

/* Where things are in the file; both classes have the same tags and types. */
static inline uint64_t get(const struct file *f, uint64_t off, size_t size)
{
	uint64_t value = 0;

	assert_true(range_ok(off, size, f->size));
	memcpy(&value, f->bytes + off, size);
	return value;
}

static inline void put(struct file *f, uint64_t off, uint64_t value, size_t size)
{
	assert_true(range_ok(off, size, f->size));
	memcpy(f->bytes + off, &value, size);
}

static inline size_t word(const struct file *f)
{
	return f->is64 ? 8 : 4;
}

#define EHDR_AT(f, field) ((f)->is64 ? offsetof(Elf64_Ehdr, field) : offsetof(Elf32_Ehdr, field))
#define PHDR_AT(f, field) ((f)->is64 ? offsetof(Elf64_Phdr, field) : offsetof(Elf32_Phdr, field))

static inline uint64_t segment_at(const struct file *f, uint32_t type)
{
	uint64_t at = get(f, EHDR_AT(f, e_phoff), word(f)), size = get(f, EHDR_AT(f, e_phentsize), 2);

	while (get(f, at, 4) != type)
		at += size;
	return at;
}

/* The value of a tag of the dynamic section. */
static inline uint64_t tag_at(const struct file *f, uint64_t tag)
{
	uint64_t at = get(f, segment_at(f, PT_DYNAMIC) + PHDR_AT(f, p_offset), word(f));

	while (get(f, at, word(f)) != (f->is64 ? tag : (uint32_t)tag))
		at += 2 * word(f);
	return at + word(f);
}

#endif
