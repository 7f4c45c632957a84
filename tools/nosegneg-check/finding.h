/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong, or worth knowing: a stable code, how bad it is, the text, and what mends it. Texts may hold bytes from
 * outside: whoever prints them quotes them. */
#ifndef NOSEGNEG_CHECK_FINDING_H
#define NOSEGNEG_CHECK_FINDING_H

#include <stdbool.h>
#include <stddef.h>

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

/* The codes are the interface of --json and --format prometheus: only ever added to. finding_code() has their names. */
enum finding_code {
	/* the kernel's note */
	FINDING_NOTE_ABSENT,
	FINDING_NOTE_NOT_ENABLED,
	FINDING_NOTE_MASK_BIT,
	FINDING_NOTE_BROKEN,
	/* the entry in ld.so.conf.d */
	FINDING_ENTRY_MISSING,
	FINDING_ENTRY_INDEX,
	FINDING_ENTRY_IGNORED,
	FINDING_ENTRY_MISMATCH,
	FINDING_ENTRY_NOT_INCLUDED,
	FINDING_ENTRY_CLASH,
	FINDING_ENTRY_BREAKS_LDCONFIG,
	FINDING_ENTRY_NOT_NEEDED,
	/* ld.so.cache */
	FINDING_CACHE_MISSING,
	FINDING_CACHE_BROKEN,
	FINDING_CACHE_STALE,
	FINDING_CACHE_OLD,
	/* the set */
	FINDING_SET_MISSING,
	FINDING_SET_BROKEN,
	FINDING_SET_INCOMPLETE,
	FINDING_SET_WRONG_PLACE,
	FINDING_SET_MISMATCH,
	FINDING_SET_UNSAFE,
	/* the loader, and what bypasses it */
	FINDING_LOADER_BIT0,
	FINDING_LOADER_CACHE_BUG,
	FINDING_LOADER_BACKPORT,
	FINDING_NOHWCAP,
	FINDING_HWCAP_MASK,
	FINDING_LD_LIBRARY_PATH,
	FINDING_LD_PRELOAD,
	FINDING_RPATH_BYPASS,
	FINDING_PRELINK,
	FINDING_TLS_DISABLED,
	FINDING_LIB_TLS,
	FINDING_INITRAMFS_WITHOUT_SET,
	/* programs and processes */
	FINDING_STATIC_PROGRAM,
	FINDING_PROGRAM_UNSAFE,
	FINDING_LIBRARY_UNSAFE,
	FINDING_FATAL_ACCESS,
	FINDING_FLIP_COST,
	FINDING_PROCESS_WITHOUT_SET,
	FINDING_PROCESS_BEFORE_SWITCH,
	FINDING_PROCESS_OTHER_ROOT,
	FINDING_PROCESS_OLD_SET,
	/* the machine, and what could not be found out */
	FINDING_KERNEL_WARNING,
	FINDING_XEN_32_ON_64,
	FINDING_XEN_TOOLSTACK,
	FINDING_XEN_CLOCK,
	FINDING_XEN_BALLOON,
	FINDING_CONTRADICTION,
	FINDING_SETTINGS_BROKEN,
	FINDING_SETTINGS_NEVER,
	FINDING_HELPER_MISSING,
	FINDING_FACT_UNREADABLE,
	FINDING_CODES,
};

struct finding {
	enum finding_code code;
	enum severity severity;
	char *text; /* one line */
	char *fix;  /* a command, or what to do; NULL: nothing */
};

struct findings {
	struct finding *list;
	size_t n, cap;
	bool memory_gone; /* something is missing from the list */
};

const char *finding_code(enum finding_code code);
const char *severity_name(enum severity severity);

/* Adds a finding. Returns it for finding_fix, before the next one is added, or NULL where there is no memory. */
__attribute__((format(printf, 4, 5))) struct finding *finding_add(
		struct findings *f, enum finding_code code, enum severity severity, const char *text, ...);

/* Says what mends it; `finding` may be NULL. */
__attribute__((format(printf, 3, 4))) void finding_fix(
		struct findings *f, struct finding *finding, const char *format, ...);

/* A name as a word for the shell, in `buf`, which has FINDING_WORD_MAX bytes; returns it. What is too long is cut. */
#define FINDING_WORD_MAX 8192
const char *finding_word(char *buf, const char *name);

size_t findings_count(const struct findings *f, enum severity severity);
bool findings_have(const struct findings *f, enum finding_code code);
void findings_free(struct findings *f);

#endif
