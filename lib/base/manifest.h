/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The manifest of a library set: what it was built from, and what it was built against.
 *
 * Text, one "key: value" a line; "#" begins a comment line. The first line that is neither empty nor a comment is
 * "nosegneg-manifest: 1". The value of "library", "omitted" and "patch" begins with a name; "library", "patch" and
 * "rtld" go on with blank-separated name=value pairs. Keys and pairs that are not known are passed over, because they
 * are only ever added to. */
#ifndef BASE_MANIFEST_H
#define BASE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"

#define MANIFEST_SIZE_MAX (1u << 20)

struct manifest_library {
	const char *name, *soname, *sha256, *build_id, *base_build_id; /* NULL: not given */
	unsigned line;
};

struct manifest_omitted {
	const char *name, *reason;
	unsigned line;
};

/* The loader that the set was linked with. */
struct manifest_rtld {
	bool given;
	uint64_t global, global_ro; /* bytes of _rtld_global and _rtld_global_ro */
	const char *build_id, *base_build_id;
	unsigned line;
};

struct manifest {
	const char *target, *source, *source_version, *upstream_version, *base_package; /* NULL: not given */
	const char *base_directory, *set_directory, *compiler, *cflags, *configure;
	struct manifest_library *library;
	size_t nlibrary, library_cap;
	struct manifest_omitted *omitted;
	size_t nomitted, omitted_cap;
	struct manifest_rtld rtld;
	char *text; /* what the strings are borrowed from */
};

/* Reads a manifest of `size` bytes. On success *out is freed by the caller with manifest_free; `text` is not kept.
 * Errors: -EBADMSG with `why` (WHY_MAX bytes) and the *line that is wrong (from 1), or -ENOMEM. */
int manifest_parse(const char *text, size_t size, struct manifest **out, unsigned *line, char *why);
void manifest_free(struct manifest *m);

static inline void cleanup_manifest(struct manifest **m)
{
	manifest_free(*m);
}
#define _cleanup_manifest_ __attribute__((cleanup(cleanup_manifest)))

#endif
