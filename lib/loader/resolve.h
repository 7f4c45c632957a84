/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files ld.so loads for a program, and why: its own rules, followed from outside. The program is never run.
 *
 * The rules are those of glibc 2.4 to 2.41 (elf/dl-load.c, dl-deps.c, dl-hwcaps.c, dl-cache.c, dl-version.c, rtld.c)
 * for i386 and x86-64. What LD_AUDIT libraries, prelink and the tunables of the environment change is not followed. */
#ifndef LOADER_RESOLVE_H
#define LOADER_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/root.h"
#include "base/why.h"
#include "elf/object.h"
#include "loader/kernelcap.h"

/* What the rules ask of the processor. */
struct resolve_cpu {
	uint32_t isa; /* bit n: x86-64 level n + 1 (GNU_PROPERTY_X86_ISA_1_...) */
	bool i586, i686, sse2, avx512_1;
	const char *platform64; /* "haswell", "xeon_phi", or "x86_64"; static */
};

/* The processor that this runs on. */
void resolve_cpu_of_host(struct resolve_cpu *out);

/* What the environment and the caller say; all zero is a plain start of the program on this machine. */
struct resolve_options {
	const char *library_path;      /* LD_LIBRARY_PATH */
	const char *preload;           /* LD_PRELOAD */
	const char *hwcaps_prepend;    /* ld.so --glibc-hwcaps-prepend */
	const char *hwcaps_mask;       /* ld.so --glibc-hwcaps-mask */
	const struct kernelcap *note;  /* of the kernel, for i386 programs; NULL: none */
	const struct resolve_cpu *cpu; /* NULL: this one */
	unsigned glibc_minor;          /* of the loader; 0: what it says of itself */
	uint32_t osversion;            /* the kernel's, 0xVVPPSS; 0: this one's */
};

enum resolve_kind {
	RESOLVE_DYNAMIC,
	RESOLVE_LIBRARY, /* a shared object without PT_INTERP: resolved as ld.so would as a command */
	RESOLVE_STATIC,
	RESOLVE_STATIC_PIE,
	RESOLVE_SCRIPT, /* its "#!" names the interpreter; nothing is resolved */
};

enum resolve_how {
	RESOLVE_PROGRAM,     /* it is what was asked for */
	RESOLVE_INTERPRETER, /* the kernel loads it: PT_INTERP */
	RESOLVE_SLASH,       /* the name has a slash */
	RESOLVE_RPATH,
	RESOLVE_LIBRARY_PATH,
	RESOLVE_RUNPATH,
	RESOLVE_CACHE,
	RESOLVE_DEFAULT, /* a directory that is compiled into ld.so */
	RESOLVE_MISSING,
	RESOLVE_BROKEN, /* found, and ld.so gives up there: `path` is what it found */
};

/* Who asked for it first. */
enum resolve_request {
	RESOLVE_NEEDED,
	RESOLVE_FILTER,
	RESOLVE_AUXILIARY, /* a program does without it */
	RESOLVE_LD_PRELOAD,
	RESOLVE_PRELOAD_FILE,
};

struct resolve_object {
	const char *name; /* as it was asked for */
	const char *path; /* as ld.so prints it; NULL: missing */
	enum resolve_how how;
	enum resolve_request request;
	size_t needed_by;            /* which object asked */
	size_t whose;                /* RPATH and RUNPATH: the object that has it */
	const char *subdirectory;    /* of a capability, below the directory that was searched: "i686/nosegneg/",
				      * "glibc-hwcaps/x86-64-v2/"; of a cache entry "glibc-hwcaps/NAME/". "": none */
	uint64_t hwcap;              /* of the cache entry */
	const struct object *object; /* NULL: missing or broken */
	dev_t dev;
	ino_t ino;
	mode_t mode;
};

struct resolve_edge {
	size_t from, to;
};

enum resolve_problem_kind {
	RESOLVE_NOT_FOUND,
	RESOLVE_UNLOADABLE, /* ld.so ends with an error at this file */
	RESOLVE_VERSION,    /* a version that is needed is not defined */
	RESOLVE_ISA,        /* needs a better processor */
	RESOLVE_INTERPRETER_NOT_FOUND,
	RESOLVE_PRELOAD_FAILED, /* ld.so warns and goes on */
	RESOLVE_OTHER_LOADER,   /* not glibc's: its rules are others */
};

struct resolve_problem {
	enum resolve_problem_kind kind;
	size_t object;    /* that has it */
	const char *text; /* close to ld.so's own words */
};

struct resolve_result {
	enum resolve_kind kind;
	const char *path;        /* the program's, as it was given */
	const char *real;        /* without symbolic links, inside the root */
	const char *interpreter; /* PT_INTERP, or of a script what follows "#!"; NULL: none */
	unsigned glibc_minor;    /* the loader's, or the newest where it does not say */
	bool glibc_minor_known;
	bool secure; /* set-user-ID or set-group-ID: the environment is not obeyed */
	bool loads;
	struct resolve_object *object; /* the program, then in the order in which ld.so lists them */
	size_t nobject;
	struct resolve_edge *edge; /* who needs whom, in the files' order */
	size_t nedge;
	struct resolve_problem *problem;
	size_t nproblem;
	void *memory; /* what the strings and lists are borrowed from */
};

/* What is kept between programs of one system: opened libraries, the cache, loaders. Not for several threads at once.
 * A change of the system in between may be missed. */
struct resolver;

/* `root` is borrowed until resolver_free. Returns 0 or -ENOMEM. A cache that cannot be read is no error; see
 * resolver_cache_error. */
int resolver_new(const struct root *root, struct resolver **out);
void resolver_free(struct resolver *resolver);

/* Why ld.so.cache is not used: a negative errno and words, or 0. */
int resolver_cache_error(const struct resolver *resolver, const char **why);

/* Resolves one program. On success *out is freed by the caller with resolve_result_free, before the resolver, which
 * owns its objects. What keeps the program from loading is in the result. Errors, with `why` (WHY_MAX bytes): -ENOEXEC
 * neither program nor script, -EBADMSG a broken one, -ENOMEM, or what opening it said. */
int resolve_program(struct resolver *resolver, const char *path, const struct resolve_options *options,
		struct resolve_result **out, char *why);
void resolve_result_free(struct resolve_result *result);

/* "RUNPATH", "LD_LIBRARY_PATH", ... */
const char *resolve_how_text(enum resolve_how how);

static inline void cleanup_resolver(struct resolver **resolver)
{
	resolver_free(*resolver);
}
#define _cleanup_resolver_ __attribute__((cleanup(cleanup_resolver)))

static inline void cleanup_resolve_result(struct resolve_result **result)
{
	resolve_result_free(*result);
}
#define _cleanup_resolve_result_ __attribute__((cleanup(cleanup_resolve_result)))

#endif
