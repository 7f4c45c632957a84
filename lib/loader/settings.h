/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /etc/nosegneg.conf, the administrator's word: "key = value" lines, "#" begins a comment. nosegneg.conf(5). */
#ifndef LOADER_SETTINGS_H
#define LOADER_SETTINGS_H

#include <limits.h>

#include "base/root.h"
#include "base/why.h"
#include "loader/strategy.h"

#define SETTINGS_PATH "/etc/nosegneg.conf"

enum settings_enable { ENABLE_AUTO, ENABLE_ALWAYS, ENABLE_NEVER };

struct settings {
	enum settings_enable enable;
	enum settings_enable initramfs; /* ENABLE_AUTO: as the system itself */
	enum strategy strategy;         /* STRATEGY_NONE: by the loader and the note */
	char set[PATH_MAX];             /* "": where sets usually are */
	/* Where they stand; 0: not said. */
	unsigned enable_line, initramfs_line;
};

/* Reads the text of such a file. Errors: -EBADMSG with `why`, which names the line. */
int settings_parse(const char *text, size_t size, struct settings *out, char *why);

/* Reads the file below a root; that it is not there is no error. */
int settings_read(const struct root *root, struct settings *out, char *why);

#endif
