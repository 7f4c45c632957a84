/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ld.so.conf and what it includes, read as ldconfig reads them (glibc elf/ldconfig.c, parse_conf, of 2.4 to 2.36).
 *
 * "#" ends a line anywhere. "include PATTERN..." reads files there and then, in sorted order; a relative pattern is
 * taken from the directory of the file it stands in. "hwcap INDEX NAME", the word in any case, is obeyed by glibc <=
 * 2.31 and passed over with a warning from 2.32 on. Everything else is a directory, with "=TYPE" behind it or not. */
#ifndef LOADER_LDCONF_H
#define LOADER_LDCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/root.h"
#include "base/why.h"

#define LDCONF_PATH      "/etc/ld.so.conf"
#define LDCONF_INDEX_MAX 11 /* 63 - _DL_FIRST_EXTRA (52) of ldconfig; 11 itself is "tls" from the start */
#define LDCONF_SIZE_MAX  (1u << 20)

/* What ldconfig <= 2.31 says about a hwcap line. All but the first two end it with the old cache left in place. */
enum ldconf_fault {
	LDCONF_FINE,
	LDCONF_DUPLICATE,   /* the same line again: passed over */
	LDCONF_SYNTAX,      /* "bad syntax in hwcap line" */
	LDCONF_INDEX_RANGE, /* "hwcap index N above maximum 11" */
	LDCONF_INDEX_TAKEN, /* another name has this index already */
	LDCONF_NAME_TAKEN,  /* this name has another index already */
};

struct ldconf_file {
	char *path; /* as ldconfig opens it, inside the root */
	int error;  /* 0: read; else why not, a negative errno: -ENOENT is no fault, -ELOOP included in a circle or too
		     * deeply, where ldconfig does not end */
};

struct ldconf_directory {
	char *path; /* without slashes at its end */
	char *type; /* what follows "=", or NULL */
	size_t file;
	unsigned line;
};

struct ldconf_hwcap {
	unsigned long index;
	char *name; /* "" where the syntax is bad */
	size_t file;
	unsigned line;
	enum ldconf_fault fault;
	size_t clash; /* of the two "taken" faults: which line took it; SIZE_MAX: ldconfig itself (11 is "tls") */
};

struct ldconf_include {
	char *pattern; /* absolute, if the file that names it is */
	bool relative; /* it stands there without its directory: 'ldconfig -r ROOT' refuses it */
	size_t file;
	unsigned line;
	size_t matches;
};

/* The lists are in the order in which ldconfig meets their members. */
struct ldconf {
	struct ldconf_file *file;
	size_t nfile, file_cap;
	struct ldconf_directory *directory;
	size_t ndirectory, directory_cap;
	struct ldconf_hwcap *hwcap;
	size_t nhwcap, hwcap_cap;
	struct ldconf_include *include;
	size_t ninclude, include_cap;
};

/* Reads `path` (LDCONF_PATH as a rule) and what it includes, all below the root. Files that cannot be read are in the
 * list with their error, the first one among them. On success *out is freed by the caller with ldconf_free.
 * Errors: -EFBIG more files or lines than any system has, -ENOMEM; `why` (WHY_MAX bytes) says so in words. */
int ldconf_read(const struct root *root, const char *path, struct ldconf **out, char *why);

/* The same of one file's text; what it includes is listed and not read. */
int ldconf_parse(const char *path, const char *text, size_t size, struct ldconf **out, char *why);

void ldconf_free(struct ldconf *conf);

/* Whether ldconfig <= 2.31 ends with an error, and at which line first (may be NULL). */
bool ldconf_would_break(const struct ldconf *conf, const struct ldconf_hwcap **first);

/* Whether the file `path`, absolute, is read, or would be if it existed. */
bool ldconf_includes(const struct ldconf *conf, const char *path);

/* The first usable line (LDCONF_FINE) that gives `name` an index; NULL: none does. */
const struct ldconf_hwcap *ldconf_find_hwcap(const struct ldconf *conf, const char *name);

/* A fault in words; "" for LDCONF_FINE. */
const char *ldconf_fault_text(enum ldconf_fault fault);

static inline void cleanup_ldconf(struct ldconf **conf)
{
	ldconf_free(*conf);
}
#define _cleanup_ldconf_ __attribute__((cleanup(cleanup_ldconf)))

#endif
