/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the loader sees of an i386 library: names, dependencies, symbols with their versions, and the program headers
 * that concern more than mapping. Read as ld.so reads it, by PT_DYNAMIC; section headers are not consulted.
 * Formats: System V gABI, chapter 5; GNU symbol versioning (LSB 5.0 core, 10.7); i386 psABI. */
#ifndef ELF_DYNAMIC_H
#define ELF_DYNAMIC_H

#include "elf/image.h"

#define DYNAMIC_BUILD_ID_MAX 64 /* bytes; SHA-1 has 20 */

struct dynamic_symbol {
	const char *name;
	const char *version; /* NULL: none, or the base version */
	const char *file;    /* undefined with a version: the soname that has to define it; else NULL */
	bool defined;
	bool hidden; /* defined, but not the default version (name@version, not name@@version) */
	uint8_t bind, type, visibility;
	uint16_t shndx;
	uint32_t value, size;
};

/* A version that the library defines, or needs of another one. */
struct dynamic_version {
	const char *name;
	const char *file;   /* needed: of this soname; defined: NULL */
	const char *parent; /* defined: the version it inherits from, or NULL */
	uint16_t flags;     /* VER_FLG_... */
	uint16_t index;     /* as in the symbols' version table */
};

#define DYNAMIC_LOADS_MAX 64
#define DYNAMIC_TAGS_MAX  64

struct dynamic {
	const char *soname; /* these may be NULL */
	const char *interp;
	const char *rpath, *runpath;
	const char **needed; /* in the file's order */
	size_t nneeded;
	uint32_t flags, flags_1; /* DT_FLAGS, DT_FLAGS_1 */
	bool textrel, symbolic;  /* by their own tags */

	bool has_tls, has_stack;
	uint32_t tls_size, tls_align;          /* PT_TLS: p_memsz, p_align */
	uint32_t stack_flags;                  /* PT_GNU_STACK: PF_... */
	uint8_t load_flags[DYNAMIC_LOADS_MAX]; /* of each PT_LOAD, in order: PF_... */
	size_t nload;
	bool has_relro;
	uint32_t tags[DYNAMIC_TAGS_MAX]; /* of the dynamic section, each once, in order of appearance */
	size_t ntags;
	uint8_t build_id[DYNAMIC_BUILD_ID_MAX];
	size_t build_id_len; /* 0: none */
	bool has_abi;
	uint32_t abi[4]; /* NT_GNU_ABI_TAG: the system, and the oldest kernel release it runs on */

	struct dynamic_symbol *symbols; /* without the null symbol */
	size_t nsymbols;
	struct dynamic_version *defs, *needs;
	size_t ndefs, nneeds;

	/* What the names above are borrowed from. */
	char *strings;
	uint64_t strings_size;
	char *interp_storage;
};

/* Reads an image whose `affected` is true. On success *out is freed by the caller with dynamic_free; it borrows nothing
 * from the image. A file without PT_DYNAMIC succeeds and is empty.
 * Errors: -EBADMSG with `why` (WHY_MAX bytes) where a table lies or contradicts itself, -ENOMEM, or what reading
 * said, both with `why`. */
int dynamic_read(struct image *img, struct dynamic **out, char *why);
void dynamic_free(struct dynamic *dyn);

/* Finds a defined symbol. `version` NULL: the default one (name@@version) or the one without a version. NULL: none. */
const struct dynamic_symbol *dynamic_find(const struct dynamic *dyn, const char *name, const char *version);

/* Writes the build-id in hexadecimal; "" where there is none. `buf` has 2 * DYNAMIC_BUILD_ID_MAX + 1 bytes. */
const char *dynamic_build_id_hex(const struct dynamic *dyn, char *buf);

static inline void cleanup_dynamic(struct dynamic **dyn)
{
	dynamic_free(*dyn);
}
#define _cleanup_dynamic_ __attribute__((cleanup(cleanup_dynamic)))

#endif
