/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program or library of either class, i386 or x86-64, as the loader sees it before it maps anything: program headers,
 * the dynamic section's names, needed and defined versions, notes. Section headers are not consulted. Cheap: a few
 * reads a file, nothing is mapped. Format: System V gABI, chapter 5; GNU symbol versioning (LSB 5.0 core, 10.7). */
#ifndef ELF_OBJECT_H
#define ELF_OBJECT_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"

#define OBJECT_BUILD_ID_MAX 64

struct object_segment {
	uint32_t type, flags; /* PT_..., PF_... */
	uint64_t off, filesz; /* checked together where the type is PT_LOAD, PT_DYNAMIC, PT_INTERP or PT_NOTE */
	uint64_t addr, memsz, align;
};

/* A version that the object defines, or needs of another one. */
struct object_version {
	const char *name;
	const char *file;   /* needed: of this soname; defined: NULL */
	const char *parent; /* defined: the version it inherits from, or NULL */
	uint16_t flags;     /* VER_FLG_... */
	uint16_t index;     /* as in the symbols' version table */
};

/* An entry of the dynamic section. */
struct object_tag {
	int64_t tag; /* DT_... */
	uint64_t value;
};

struct object {
	bool is64;
	uint16_t type, machine; /* ET_..., EM_... */
	uint64_t entry;
	struct object_segment *segment;
	size_t nsegment;

	bool dynamic;           /* has PT_DYNAMIC */
	struct object_tag *tag; /* in the file's order, without DT_NULL */
	size_t ntag;
	const char *interp; /* these four may be NULL */
	const char *soname;
	const char *rpath, *runpath; /* as they stand in the file */
	const char **needed;         /* in the file's order */
	size_t nneeded;
	const char **filter; /* DT_FILTER and DT_AUXILIARY names */
	size_t nfilter;
	uint64_t flags, flags_1; /* DT_FLAGS, DT_FLAGS_1 */
	struct object_version *version;
	size_t nversion, version_cap; /* defined (file == NULL) and needed */

	uint8_t build_id[OBJECT_BUILD_ID_MAX];
	size_t build_id_size; /* 0: none */
	bool has_abi;
	uint32_t abi[4];     /* NT_GNU_ABI_TAG: system (0 Linux), and the oldest kernel release it runs on */
	uint32_t isa_needed; /* GNU_PROPERTY_X86_ISA_1_NEEDED; 0: none */
	bool has_tls;

	char *strings, *interp_storage; /* what the names are borrowed from */
	uint64_t strings_size;
};

/* Reads the object behind `fd`, which is not kept. On success *out is freed by the caller with object_free.
 * Errors: -ENOEXEC no ELF file of i386 or x86-64 (x32 among them), -EBADMSG a broken one, -ENOMEM, or what reading
 * said; `why` (WHY_MAX bytes) then says in words what is wrong. */
int object_read(int fd, struct object **out, char *why);
void object_free(struct object *obj);

/* The same of an image in memory, laid out as the file is; `data` is not kept. */
int object_parse(const void *data, uint64_t size, struct object **out, char *why);

/* The value of the last dynamic entry of a kind; 0 where there is none. */
uint64_t object_tag_value(const struct object *obj, int64_t tag);
bool object_has_tag(const struct object *obj, int64_t tag);

/* A name in the dynamic string table; NULL where it lies outside, or is longer than any name. */
const char *object_string(const struct object *obj, uint64_t off);

/* The first segment of a type; NULL where there is none. */
const struct object_segment *object_segment(const struct object *obj, uint32_t type);

/* Writes the build-id in hexadecimal; "" where there is none. `buf` has 2 * OBJECT_BUILD_ID_MAX + 1 bytes. */
const char *object_build_id_hex(const struct object *obj, char *buf);

static inline void cleanup_object(struct object **obj)
{
	object_free(*obj);
}
#define _cleanup_object_ __attribute__((cleanup(cleanup_object)))

#endif
