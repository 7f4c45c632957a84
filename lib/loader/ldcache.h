/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ld.so.cache, and how ld.so looks names up in it (glibc elf/dl-cache.c and sysdeps/generic/dl-cache.h, 2.4 to 2.41).
 *
 * Three formats: the old one ("ld.so-1.7.0"), the new one ("glibc-ld.so.cache1.1"), and the old one with the new one
 * behind it, which is what ldconfig wrote until 2.31. From 2.33 on the new one has an extension, which names the
 * glibc-hwcaps subdirectories that entries come from. */
#ifndef LOADER_LDCACHE_H
#define LOADER_LDCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"

#define LDCACHE_PATH     "/etc/ld.so.cache"
#define LDCACHE_SIZE_MAX (64u << 20)

/* Types of entries (glibc sysdeps/generic/ldconfig.h). */
#define LDCACHE_ELF    0x0001 /* which C library: unknown; i386's ld.so takes it, too */
#define LDCACHE_I386   0x0003
#define LDCACHE_X86_64 0x0303
#define LDCACHE_X32    0x0803

#define LDCACHE_TLS   (UINT64_C(1) << 63) /* hwcap bit of a directory "tls" */
#define LDCACHE_NAMED (UINT64_C(1) << 62) /* the low half is an index of glibc-hwcaps names */

enum ldcache_format { LDCACHE_OLD, LDCACHE_NEW, LDCACHE_MIXED };

/* A cache; `data` is borrowed. */
struct ldcache {
	const uint8_t *data;
	uint64_t size;
	enum ldcache_format format;
	uint64_t entries; /* offset of the first; all are checked */
	uint32_t nentry, entry_size;
	uint64_t strings, strings_size; /* what the entries' offsets count from, and up to where */
	uint64_t names;                 /* offset of the table of glibc-hwcaps names; checked */
	uint32_t nname;                 /* 0: no such table */
	uint64_t generator,
			generator_size; /* which ldconfig wrote it, in words without NUL; checked. 0 bytes: not said */
	bool extension_broken;          /* ld.so then does without */
};

/* All strings are borrowed from the cache and end in NUL there. */
struct ldcache_entry {
	const char *name, *path;
	int32_t flags;
	uint32_t osversion; /* of the oldest kernel, 0x00VVPPSS; 2.36 and later do not use it */
	uint64_t hwcap;
	const char *subdirectory; /* of glibc-hwcaps; NULL: not from one */
	uint32_t isa_level;       /* of such an entry: x86-64 level that its file needs, 0 (none) to 9 */
};

/* What one ld.so takes. */
struct ldcache_rules {
	int32_t flags;      /* LDCACHE_I386, ... */
	uint64_t hwcap;     /* bits of the hwcap word that an entry may have, "tls" and platforms apart */
	uint64_t platforms; /* which bits are platforms */
	uint64_t platform;  /* the one that this machine is; 0: none of them */
	bool plain_only;    /* glibc >= 2.40, or Debian's /etc/ld.so.nohwcap: only entries without hwcap bits ... */
	bool named;         /* ... but those of glibc-hwcaps are looked at; glibc >= 2.33 */
	uint32_t osversion; /* of the running kernel; 0: not compared */
	uint32_t isa;       /* bit n: the processor has x86-64 level n + 1 */
	const char *const *priority; /* glibc-hwcaps subdirectories, the best first */
	size_t npriority;
};

/* Reads a cache, which must stay where it is. Errors: -EBADMSG with `why` (WHY_MAX bytes): ld.so then does as if there
 * were none. */
int ldcache_parse(const void *data, uint64_t size, struct ldcache *out, char *why);

/* Entry `i` of `nentry`. False where one of its strings lies outside of the cache, or does not end. */
bool ldcache_entry(const struct ldcache *cache, uint32_t i, struct ldcache_entry *out);

/* The entry that ld.so takes for `name`. Unsorted caches give what ld.so's own binary search would give. */
bool ldcache_find(const struct ldcache *cache, const char *name, const struct ldcache_rules *rules,
		struct ldcache_entry *out);

/* The order of names in a cache: runs of digits as numbers (_dl_cache_libcmp). Negative, 0 or positive. */
int ldcache_compare(const char *a, const char *b);

#endif
