/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which 32-bit loader is installed, found by looking at it, and what its release does with the kernel's note. */
#ifndef LOADER_GLIBC_H
#define LOADER_GLIBC_H

#include <limits.h>
#include <stdbool.h>

#include "base/root.h"
#include "base/why.h"
#include "elf/object.h"

#define GLIBC_LOADER "/lib/ld-linux.so.2" /* i386 psABI, PT_INTERP of every dynamic program */

/* Where the version was read. */
enum glibc_source {
	GLIBC_UNKNOWN,
	GLIBC_FROM_LOADER, /* the words in ld.so itself, which it has since 2.33 */
	GLIBC_FROM_LIBC,   /* those of the libc.so.6 beside it */
	GLIBC_FROM_NAME,   /* the file's name, ld-2.31.so, or that of one beside it */
};

struct glibc {
	char loader[PATH_MAX];        /* its file, without symbolic links, inside the root */
	char directory[PATH_MAX];     /* where it lies, and the base libraries with it */
	unsigned major, minor, patch; /* 0.0: not known */
	enum glibc_source source;
	char package[96]; /* the words in brackets, "Debian GLIBC 2.36-9+deb12u14"; "" where there are none. Printable
			   */
	char build_id[2 * OBJECT_BUILD_ID_MAX + 1]; /* of the loader; "" where it has none */
};

/* Finds the loader that i386 programs of the root name: that of /bin/sh or /sbin/init if one is such a program, else
 * GLIBC_LOADER. Errors: -ENOENT there is none, -ENOEXEC what is there is no i386 loader, or what reading said; `why`
 * then names the file. A loader whose version cannot be told succeeds with GLIBC_UNKNOWN. */
int glibc_find(const struct root *root, struct glibc *out, char *why);

/* Reads version and package out of the bytes of a loader or a C library. False where they do not say. */
bool glibc_read_banner(const char *data, size_t size, struct glibc *out);

/* Reads the release of a loader that does not say it itself, before 2.33: of the C library beside it, else of the
 * files' names. `out` has the loader and its directory; version, package and source are filled where something is
 * found.
 */
void glibc_read_beside(const struct root *root, struct glibc *out);

/* Whether the release is at least / at most MAJOR.MINOR; both are false for an unknown one. */
bool glibc_at_least(const struct glibc *glibc, unsigned major, unsigned minor);
bool glibc_at_most(const struct glibc *glibc, unsigned major, unsigned minor);

/* What a release does with NT_GNU_HWCAP and "hwcap N NAME" lines on i386; docs/how-it-works.md has the table. */
struct glibc_generation {
	unsigned from, to;     /* minor releases of glibc 2, inclusive */
	bool reads_note;       /* ld.so does */
	bool honours_hwcap;    /* ldconfig reads "hwcap" lines */
	bool cache_obeys_note; /* ld.so takes a cache entry for the note's bit */
	unsigned loader_base;  /* cache bit of the note's bit 0 in ld.so; 0: none */
	unsigned cache_base;   /* the same in ldconfig */
	bool glibc_hwcaps;     /* subdirectories "glibc-hwcaps/NAME" */
	bool legacy_hwcaps;    /* subdirectories of hwcap and platform names */
	const char *words;     /* for people */
};

/* The generation of a release; that of the newest for an unknown one, because what works there works everywhere. */
const struct glibc_generation *glibc_generation(const struct glibc *glibc);

/* What the installed ldconfig does with "hwcap" lines, by its own messages: distributions took the change of 2.32 into
 * older releases (RHEL 8's 2.28). */
enum glibc_ldconfig { LDCONFIG_ABSENT, LDCONFIG_UNKNOWN, LDCONFIG_HONOURS_HWCAP, LDCONFIG_IGNORES_HWCAP };
enum glibc_ldconfig glibc_ldconfig(const struct root *root);

#endif
