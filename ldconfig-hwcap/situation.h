/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that ldconfig-hwcap decides by, read once. */
#ifndef LDCONFIG_HWCAP_SITUATION_H
#define LDCONFIG_HWCAP_SITUATION_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/root.h"
#include "loader/cached-set.h"
#include "loader/entry.h"
#include "loader/glibc.h"
#include "loader/kernelcap.h"
#include "loader/ldconf.h"
#include "loader/library-set.h"
#include "loader/segments.h"
#include "loader/settings.h"
#include "loader/strategy.h"

enum command {
	COMMAND_PRINT,
	COMMAND_ENABLE,
	COMMAND_DISABLE,
	COMMAND_AUTO,
	COMMAND_STATUS,
	COMMAND_INITRAMFS,
	COMMAND_PROBE
};

struct options {
	enum command command;
	const char *root, *set, *conf; /* NULL: not given */
	const char *vdso, *kernel;     /* other places to read the note from; NULL: this process */
	pid_t pid;                     /* 0: not given */
	enum strategy strategy;        /* STRATEGY_NONE: not given */
	bool dry_run, force, verbose;
};

/* The file at the entry's path. */
enum published { PUBLISHED_NOTHING, PUBLISHED_OURS, PUBLISHED_FOREIGN };

struct situation {
	const struct options *options;
	struct root root;
	struct settings settings;
	struct segments segments;
	struct kernelcap note; /* where the options say */
	char note_source[PATH_MAX + 32];
	struct kernelcap own_note; /* of this process: what the loader of the next program will see */
	bool has_loader;
	struct glibc glibc;
	int loader_error; /* why there is none: a negative errno, and in words */
	char loader_why[WHY_MAX];
	enum glibc_ldconfig ldconfig;
	struct strategy_choice choice;
	struct library_set *set; /* NULL: none, and set_why says why */
	char set_path[PATH_MAX]; /* where it is, or would be */
	char set_why[WHY_MAX];
	struct entry entry; /* as it would be published */
	char *text;
	char conf_dir[PATH_MAX], conf_name[NAME_MAX + 1];
	struct ldconf *conf;
	enum published published;
	bool locked;               /* by us */
	bool left_over;            /* what a run that was killed was writing */
	char saved[NAME_MAX + 16]; /* what a foreign file there was renamed to; "": nothing was */
	struct entry old;          /* what our file says now */
	char *cache_data;
	bool has_cache;
	struct ldcache cache;
	struct cached_set cached;
};

/* Reads everything. What is merely missing (no loader, no set, no cache) is in the situation; what is broken is an
 * error, with `path` (PATH_MAX bytes) and `why` for the message. To disable, nothing but the entry has to be readable.
 * The caller frees with situation_free in any case. */
int situation_read(const struct options *options, struct situation *out, char *path, char *why);
void situation_free(struct situation *s);

/* Reads again what ldconfig changes: conf files and cache. */
int situation_reread(struct situation *s, char *path, char *why);

/* The conf file's path inside the root. */
const char *situation_conf_path(const struct situation *s);

/* A file that is not ours and has a line for the set; NULL: there is none. */
const char *situation_others(const struct situation *s, unsigned *line);

/* Whether our entry is for a kernel that is not the running one: it does nothing now, and is right when that one boots
 * again. "Rightly": links and cache agree with it. */
bool situation_waits(const struct situation *s);
bool situation_waits_rightly(const struct situation *s);

/* Whether what is published and cached is just what it has to be with the entry on or off. */
bool situation_settled(const struct situation *s, bool on);

#endif
