/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the resolver share; nobody else includes it. */
#ifndef LOADER_RESOLVE_INTERNAL_H
#define LOADER_RESOLVE_INTERNAL_H

#include "loader/ldcache.h"
#include "loader/resolve.h"

/* Memory that is freed at once. */
struct arena {
	struct arena_block *block;
};

/* Zeroed and aligned for every type; NULL: no memory. */
void *arena_alloc(struct arena *a, size_t size);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_strdup(struct arena *a, const char *s);
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *a, const char *format, ...);
void arena_clear(struct arena *a);

/* A growing list in an arena: room for one more of `elem` bytes. The old copy stays until the arena goes. NULL: no
 * memory. */
void *arena_grow(struct arena *a, void *list, size_t n, size_t elem);

enum file_state {
	FILE_ABSENT, /* `error` says how */
	FILE_PRESENT,
	FILE_OTHER,  /* of another class or machine, or for a newer kernel: passed over */
	FILE_BROKEN, /* ld.so ends there; `why` */
};

/* One inode. */
struct file_object {
	struct file_object *next;
	dev_t dev;
	ino_t ino;
	mode_t mode;
	bool is_elf, is64;
	enum file_state state;
	const char *why;
	struct object *object; /* NULL unless FILE_PRESENT */
};

/* One path, opened once. */
struct file {
	const char *path;
	bool opened; /* the fields below hold */
	int error;   /* of open(2); 0 */
	struct file_object *object;
	bool statted;
	bool directory;
};

struct loader {
	struct loader *next;
	const char *path; /* PT_INTERP */
	bool is64;
	int error;              /* it cannot be read */
	bool foreign;           /* not glibc's */
	unsigned minor;         /* 0: not known */
	const char **directory; /* compiled in, each with a slash at its end */
	size_t ndirectory;
	const char *lib; /* $LIB */
};

struct resolver {
	const struct root *root;
	struct arena arena; /* all that is kept */
	struct file **slot; /* by path, open addressing */
	size_t nfile, nslot;
	struct file_object *object; /* all of them */
	struct loader *loader;
	bool cache_read;
	int cache_error;
	char cache_why[WHY_MAX];
	char *cache_data;
	struct ldcache cache;   /* nentry 0: none */
	struct resolve_cpu cpu; /* of the host, where cpu_read */
	bool cpu_read;
};

/* A path as the root's functions want it: a relative one is taken from "/" but on the host. */
int resolver_path(const struct resolver *r, const char *path, char *buf, size_t size);

/* NULL: no memory. Borrowed from the resolver. */
struct file *resolver_file(struct resolver *r, const char *path);

/* Opens what `path` leads to, once. Returns 0 or -ENOMEM; what was found is in *out. */
int resolver_open(struct resolver *r, const char *path, struct file **out);
int resolver_is_directory(struct resolver *r, const char *path, bool *out);

/* The loader that a program of this class names. Returns 0 or -ENOMEM. */
int resolver_loader(struct resolver *r, const char *interp, bool is64, struct loader **out);

const struct ldcache *resolver_cache(struct resolver *r);

/* A directory to search, as it stands in a list. */
struct search_path {
	const char **directory; /* "" is the current one; else with a slash at the end */
	size_t n;
};

struct name {
	const char *text;
	struct name *next;
};

/* An object while the list is being made. */
struct map {
	struct resolve_object pub;
	struct name *names;
	bool is_loader, listed;
	unsigned loads;     /* how often what it needs was gone through */
	const char *origin; /* $ORIGIN; NULL: not known */
	bool rpath_read, runpath_read;
	struct search_path rpath, runpath;
};

/* A node of the search order. */
struct node {
	size_t map;
	bool done;
	struct node *next;
};

struct resolution {
	struct resolver *resolver;
	const struct resolve_options *options;
	struct arena arena; /* handed over to the result */
	struct resolve_cpu cpu;
	uint32_t osversion;
	struct loader *loader;
	unsigned minor;
	bool is64, secure;
	const char *platform; /* $PLATFORM */
	struct ldcache_rules rules;
	const char **capability; /* subdirectories to search, each with a slash at its end, "" among them */
	size_t ncapability;
	const char **priority; /* names of glibc-hwcaps */
	size_t npriority;
	struct search_path library_path;

	struct map *map;
	size_t nmap;
	struct node *first, *last;
	struct resolve_edge *edge;
	size_t nedge;
	struct resolve_problem *problem;
	size_t nproblem;
	bool fatal; /* the program does not load */
};

/* Fills in capabilities and the cache's rules. */
int resolution_set_rules(struct resolution *res);

/* The string with $ORIGIN, $LIB and $PLATFORM of an object put in. *out is NULL where ld.so drops it. */
int resolution_expand(struct resolution *res, size_t map, const char *text, const char **out);

/* Splits at any of `separators`, expands, and leaves out what was there before. */
int resolution_split_path(
		struct resolution *res, size_t map, const char *text, const char *separators, struct search_path *out);

/* What one search found. */
struct found {
	enum resolve_how how;
	size_t whose;
	const char *path;
	const char *subdirectory;
	uint64_t hwcap;
	const struct file_object *object; /* NULL: nothing */
};

/* Looks `name` up for `needed_by`. `preload`: the rules for preloaded objects of secure programs. */
int resolution_search(struct resolution *res, const char *name, size_t needed_by, bool preload, struct found *out);

/* The map that answers to `name`; SIZE_MAX: none yet. */
size_t resolution_find_name(const struct resolution *res, const char *name);

/* Maps `name`, if it is not there already; *out is its map. Objects that are missing get a map as well. */
int resolution_map(
		struct resolution *res, const char *name, size_t needed_by, enum resolve_request request, size_t *out);
int resolution_add_map(struct resolution *res, const struct resolve_object *object, size_t *out);
int resolution_add_name(struct resolution *res, size_t map, const char *name);

int resolution_add_problem(struct resolution *res, enum resolve_problem_kind kind, size_t map, const char *text);

/* Everything that the program and what is preloaded needs, breadth first. */
int resolution_load(struct resolution *res);

/* Versions and instruction sets, after resolution_load. */
int resolution_check(struct resolution *res);

#endif
