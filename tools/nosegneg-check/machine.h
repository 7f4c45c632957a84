/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nosegneg-check without a command: does this machine need a nosegneg set, and do its 32-bit programs get it?
 * machine_read gathers, machine_judge concludes from what was gathered and from nothing else. */
#ifndef NOSEGNEG_CHECK_MACHINE_H
#define NOSEGNEG_CHECK_MACHINE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/root.h"
#include "base/why.h"
#include "diagnosis.h"
#include "loader/cached-set.h"
#include "loader/entry.h"
#include "loader/glibc.h"
#include "loader/kernelcap.h"
#include "loader/ldcache.h"
#include "loader/ldconf.h"
#include "loader/library-set.h"
#include "loader/segments.h"
#include "loader/settings.h"
#include "loader/strategy.h"
#include "scan.h"
#include "xen/facts.h"
#include "xen/health.h"
#include "xen/kernel-log.h"

/* Whose the facts are. */
enum machine_source {
	MACHINE_LIVE,  /* this machine */
	MACHINE_TREE,  /* a captured tree: everything below --root */
	MACHINE_IMAGE, /* libraries below --root, a chroot or an image; the kernel of this machine */
};

struct machine_options {
	const char *root, *initramfs; /* NULL: not given */
	bool assume_needed, scan, progress;
	unsigned jobs;
};

enum machine_programs { PROGRAMS_NOT_KNOWN, PROGRAMS_RUN, PROGRAMS_REFUSED };

enum machine_file { FILE_ABSENT, FILE_READ, FILE_BROKEN, FILE_UNREADABLE };

/* A fact that could not be read, and why. */
struct machine_gap {
	char what[PATH_MAX], why[WHY_MAX];
};
#define MACHINE_GAPS 32

/* A file of ld.so.conf.d that is about the set, and that ldconfig does not read. */
struct machine_stray {
	char path[PATH_MAX];
};
#define MACHINE_STRAYS 8

/* A library that was scanned: of the set, or the base C library. */
struct machine_scan {
	char path[PATH_MAX];
	bool scanned;
	struct scan_counts counts;
	char why[WHY_MAX];
};

enum machine_initramfs { INITRAMFS_NOT_ASKED, INITRAMFS_ABSENT, INITRAMFS_UNREADABLE, INITRAMFS_READ };

struct machine {
	const struct machine_options *options;
	enum machine_source source;
	bool captured;      /* by tools/capture, which takes no libraries but the loader, and whose times are its own */
	struct root root;   /* of the libraries */
	struct root kernel; /* of /proc and /sys */

	/* the kernel and the processor */
	struct xen_facts xen;
	struct xen_health health; /* read where xen.on_xen is XEN_YES */
	enum machine_programs programs;
	bool helper_missing;
	char probe_why[WHY_MAX]; /* why what only a 32-bit program finds out is not known */
	struct segments segments;
	bool note_known;
	struct kernelcap note;
	struct kernel_log *log; /* NULL: could not be read */

	/* the loader */
	bool loader_absent; /* there is none: seen, not guessed */
	bool has_loader;
	struct glibc glibc;
	char loader_why[WHY_MAX];
	enum glibc_ldconfig ldconfig;
	bool nohwcap, prelink;

	/* what is set up */
	enum machine_file settings_state;
	struct settings settings;
	char settings_why[WHY_MAX];
	struct strategy_choice choice;
	struct ldconf *conf;
	bool has_entry; /* our file is there, and is ours */
	bool entry_foreign;
	bool alias_there; /* the link that our file names */
	struct entry entry;
	struct machine_stray stray[MACHINE_STRAYS];
	size_t nstray;
	char preload[256];      /* /etc/ld.so.preload's first words; "": none */
	char environment[1024]; /* of /etc/environment: lines "NAME=VALUE" that ld.so looks at */

	/* the set */
	enum machine_file set_state;
	struct library_set *set;
	char set_path[PATH_MAX]; /* where it is, or would be */
	char set_why[WHY_MAX];
	int set_check; /* 0 belongs to the loader, -EBADMSG does not, else it could not be found out */
	char set_check_why[WHY_MAX];
	char missing[512]; /* libraries that it lacks */
	char wrong_place[PATH_MAX];

	/* the cache */
	enum machine_file cache_state;
	char *cache_data;
	struct ldcache cache;
	char cache_why[WHY_MAX];
	bool cache_unsorted;
	char cache_newer[PATH_MAX]; /* a file or directory that was changed after the cache; "": none */
	struct cached_set cached;
	char libc[PATH_MAX]; /* what ld.so takes as C library; "": not known */
	bool libc_of_set;
	bool libc_marked; /* a set's C library is there for those with a bit that the release decides, which is not
			     known */
	size_t taken;     /* of the set's libraries, those that ld.so takes now */

	struct machine_scan scan[LIBRARY_SET_MAX];
	size_t nscan;
	enum machine_initramfs initramfs_state;
	char initramfs[PATH_MAX], initramfs_why[WHY_MAX];
	bool initramfs_libc, initramfs_set;

	struct machine_gap gap[MACHINE_GAPS];
	size_t ngap;
};

/* Reads everything below options->root, or of this machine. What is missing or broken is in *out. The caller frees with
 * machine_free in any case. Returns 0 or a negative errno where the root cannot be opened, or -ENOMEM. */
int machine_read(const struct machine_options *options, struct machine *out);
void machine_free(struct machine *m);

/* What a 32-bit program has to find out: asks ldconfig-hwcap. */
void machine_read_probe(struct machine *m);

/* Loader, settings, entry, set, cache. Returns 0 or -ENOMEM. */
int machine_read_libraries(struct machine *m);

/* Which is in the initramfs: asked for, or that of the running kernel. */
void machine_read_initramfs(struct machine *m);

/* Scans what every 32-bit program gets: the set's libraries, or the C library. Returns 0 or -ENOMEM. */
int machine_scan(struct machine *m);

void machine_add_gap(struct machine *m, const char *what, const char *why);

/* 1 segments are shortened (or assumed to be), 0 they are not, -1 not known; *reason where it is 0 or -1. */
int machine_needs(const struct machine *m, enum reason *reason);

/* Whether ld.so takes all of the set. */
bool machine_in_force(const struct machine *m);

/* Whether the C library that programs get has no access below the thread pointer, so that no set is missed. */
bool machine_base_is_clean(const struct machine *m);

/* Whether ldconfig does not take the set's directory for one of the hwcap "nosegneg", which the strategy needs. */
bool machine_misplaced(const struct machine *m);

/* Whether ld.so ends every program because of the note. */
bool machine_note_kills(const struct machine *m);

/* Whether the kernel's log speaks of emulated accesses where the files show nothing that emulates them. */
bool machine_log_contradicts(const struct machine *m);

/* Verdict, findings. */
void machine_judge(const struct machine *m, struct diagnosis *d);

/* Parts of the judge. `needed` as machine_needs. */
void machine_judge_kernel(const struct machine *m, int needed, struct findings *f);
void machine_judge_entry(const struct machine *m, int needed, struct findings *f);
void machine_judge_loader(const struct machine *m, int needed, struct findings *f);
void machine_judge_set(const struct machine *m, int needed, struct findings *f);

/* The Xen section: its facts, and notes on what is worth a look. */
void machine_list_xen(const struct machine *m, struct diagnosis *d);
void machine_judge_xen(const struct machine *m, struct findings *f);

/* The command that withdraws what makes programs take the set, in `command`, which has MACHINE_COMMAND_MAX bytes. */
#define MACHINE_COMMAND_MAX (FINDING_WORD_MAX + 128)
void machine_withdraw(const struct machine *m, char *command);

/* Says that the directory entry mends it. */
void machine_fix_directory(const struct machine *m, struct findings *f, struct finding *finding);

/* The facts for people and programs. */
void machine_list_facts(const struct machine *m, struct diagnosis *d);

/* Whether the command line asks for the machine or for processes; reorders nothing. */
bool machine_wanted(int argc, char **argv);

/* Its options, for --help. */
extern const char machine_help[];

/* The command, which has no name. Returns the exit status. */
int machine_command(int argc, char **argv);

#endif
