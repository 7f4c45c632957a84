/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a machine or its processes are found to be: the verdict, what it rests on, and what is wrong. The formats print
 * it and know nothing else. */
#ifndef NOSEGNEG_CHECK_DIAGNOSIS_H
#define NOSEGNEG_CHECK_DIAGNOSIS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/why.h"
#include "finding.h"

enum verdict {
	VERDICT_SERVED,     /* needed, and every new 32-bit program gets libraries that do not trap */
	VERDICT_NOT_SERVED, /* needed, and they do trap */
	VERDICT_NOT_NEEDED,
	VERDICT_BROKEN,    /* a set is in force that does not belong to the loader, or none can start at all */
	VERDICT_NOT_KNOWN, /* a fact could not be read */
	VERDICTS,
};

/* Why; stable words for --json. */
enum reason {
	REASON_SET_LOADED,
	REASON_BASE_CLEAN, /* the base libraries themselves have no access below the thread pointer */
	REASON_SET_MISSING,
	REASON_SET_NOT_LOADED,
	REASON_SET_PARTLY_LOADED,
	REASON_SET_MISMATCH,
	REASON_NOTE_BROKEN, /* the loader ends every program because of the kernel's note */
	REASON_NO_XEN,
	REASON_HARDWARE_GUEST,
	REASON_64BIT_XEN,
	REASON_NO_32BIT_PROGRAMS,
	REASON_NOT_SHORTENED,
	REASON_NEED_NOT_KNOWN,
	REASON_LIBRARIES_NOT_KNOWN,
	REASONS,
};

enum fact_kind { FACT_TEXT, FACT_WORDS, FACT_BOOL, FACT_NUMBER };

struct fact {
	const char *key;   /* static; of --json. NULL: for people alone */
	const char *label; /* static; for people. NULL: for --json alone */
	bool xen;          /* of the document's object "xen", else of "facts" */
	enum fact_kind kind;
	char *text; /* FACT_TEXT, FACT_WORDS (with spaces between), and how people read the others; NULL: not known */
	int64_t number;
};

enum process_state {
	PROCESS_SERVED,     /* the set's C library, or none that traps, and nothing unsafe */
	PROCESS_NOT_SERVED, /* the base C library */
	PROCESS_UNSAFE,     /* the set's C library, and something else that traps */
	PROCESS_STATIC,     /* a static program that traps */
	PROCESS_BEFORE_SWITCH,
	PROCESS_OLD_SET, /* a set that was removed or replaced since */
	PROCESS_OTHER_ROOT,
	PROCESS_UNKNOWN,
	PROCESS_NOT_AFFECTED, /* not i386; this and the next two are counted, and not listed */
	PROCESS_REFUSED,
	PROCESS_VANISHED,
	PROCESS_STATES,
};

struct process_line {
	pid_t pid;
	enum process_state state;
	char *name, *libc; /* libc: what it maps as C library; NULL: none */
	bool scanned;
	size_t proven, possible;
};

struct diagnosis {
	enum verdict verdict;
	enum reason reason;
	char words[512]; /* the reason for people */
	bool assumed;    /* that segments are shortened was not found out but said by the caller */
	int shortened;   /* 1 yes, 0 no, -1 not known */
	bool on_xen;     /* the object "xen" is there */
	bool xen_facts;  /* those that are added now belong to it */
	struct fact *fact;
	size_t nfact, fact_cap;
	struct findings findings;
	bool failed;    /* something that was asked for could not be looked at */
	bool processes; /* what follows was asked for */
	struct process_line *process;
	size_t nprocess, process_cap;
	size_t state[PROCESS_STATES];
	bool memory_gone;
};

const char *verdict_name(enum verdict verdict); /* "not served" */
const char *verdict_key(enum verdict verdict);  /* "not-served" */
const char *reason_key(enum reason reason);
const char *process_state_name(enum process_state state);
const char *process_state_key(enum process_state state);

__attribute__((format(printf, 4, 5))) void diagnosis_text(
		struct diagnosis *d, const char *key, const char *label, const char *format, ...);
__attribute__((format(printf, 4, 5))) void diagnosis_words(
		struct diagnosis *d, const char *key, const char *label, const char *format, ...);
void diagnosis_bool(struct diagnosis *d, const char *key, bool value);
void diagnosis_number(struct diagnosis *d, const char *key, int64_t value);
void diagnosis_unknown(struct diagnosis *d, const char *key);

/* The fact of the object "xen" with this key, or NULL: none, or not known. */
const struct fact *diagnosis_xen(const struct diagnosis *d, const char *key);

/* 0 clean, 1 findings, 2 not known. */
int diagnosis_status(const struct diagnosis *d);

void diagnosis_free(struct diagnosis *d);

#endif
