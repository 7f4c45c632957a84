// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "loader/entry.h"

#define MARK  "# Written by ldconfig-hwcap"
#define ALIAS "# alias: "
#define ARROW " -> "

/* The set as the link's directory sees it: a link that stays right when the tree is copied. */
static const char *below(const char *dir, const char *real)
{
	size_t n = strlen(dir);

	return strncmp(real, dir, n) == 0 && real[n] == '/' ? real + n + 1 : real;
}

int entry_make(const struct strategy_choice *choice, const struct glibc *glibc, const char *set, const char *real,
		struct entry *out)
{
	struct entry e = { .strategy = choice->strategy };
	size_t n = 0;

	if (choice->strategy == STRATEGY_HWCAP)
		e.index = choice->index;
	else if (choice->strategy == STRATEGY_DIRECTORY)
		n = (size_t)snprintf(e.directory, sizeof(e.directory), "%s", set);
	else
		n = (size_t)snprintf(e.alias, sizeof(e.alias), "%s/%s", glibc->directory, choice->alias);
	if (n >= PATH_MAX)
		return -ENAMETOOLONG;
	if (choice->strategy == STRATEGY_ALIAS)
		strcpy(e.target, below(glibc->directory, real));
	*out = e;
	return 0;
}

/* Why the entry is as it is, for who reads the file. */
static const char *explanation(enum strategy strategy)
{
	switch (strategy) {
	case STRATEGY_HWCAP:
		return "# The kernel decides: where its vDSO asks for \"" STRATEGY_NAME
		       "\", ld.so takes the libraries in the\n"
		       "# directories of that name, which ldconfig caches with this extra bit.\n";
	case STRATEGY_ALIAS:
		return "# The kernel decides: this loader tests the note's bit where ldconfig puts that of a platform, "
		       "so a\n"
		       "# symbolic link with the platform's name stands for the set. This file only records it.\n";
	default:
		return "# This loader does not ask the kernel, so \"ldconfig-hwcap auto\" publishes or withdraws this "
		       "at boot.\n"
		       "# The directory comes before the system's own, so that its libraries are taken.\n";
	}
}

char *entry_text(const struct entry *entry, const struct strategy_choice *choice)
{
	char line[2 * PATH_MAX + 64] = "", *text = NULL;

	if (entry->strategy == STRATEGY_HWCAP)
		snprintf(line, sizeof(line), "hwcap %u %s", entry->index, STRATEGY_NAME);
	else if (entry->strategy == STRATEGY_ALIAS)
		snprintf(line, sizeof(line), "%s%s%s%s", ALIAS, entry->alias, ARROW, entry->target);
	else
		snprintf(line, sizeof(line), "%s", entry->directory);
	if (asprintf(&text,
			    "%s; \"ldconfig-hwcap disable\" removes it, ldconfig-hwcap(8) explains it.\n# %s: "
			    "%s.\n%s%s\n",
			    MARK, strategy_name(entry->strategy), choice->why, explanation(entry->strategy), line) < 0)
		return NULL;
	return text;
}

static void take_alias(const char *line, struct entry *out)
{
	const char *arrow = strstr(line, ARROW);
	size_t n = arrow ? (size_t)(arrow - line) : 0;

	if (n == 0 || n >= sizeof(out->alias) || strlen(arrow + strlen(ARROW)) >= sizeof(out->target))
		return;
	out->strategy = STRATEGY_ALIAS;
	memcpy(out->alias, line, n);
	out->alias[n] = '\0';
	strcpy(out->target, arrow + strlen(ARROW));
}

static void take_line(const char *line, struct entry *out)
{
	uint64_t index;

	if (strncmp(line, ALIAS, strlen(ALIAS)) == 0) {
		take_alias(line + strlen(ALIAS), out);
	} else if (strncmp(line, "hwcap ", 6) == 0) {
		line += 6;
		if (text_number(&line, 10, STRATEGY_INDEX_MAX, &index) && strcmp(line, " " STRATEGY_NAME) == 0) {
			out->strategy = STRATEGY_HWCAP;
			out->index = (unsigned)index;
		}
	} else if (line[0] == '/' && strlen(line) < sizeof(out->directory)) {
		out->strategy = STRATEGY_DIRECTORY;
		strcpy(out->directory, line);
	}
}

bool entry_parse(const char *text, size_t size, struct entry *out)
{
	_cleanup_free_ char *copy = strndup(text, size);
	char *rest = copy;

	if (!copy || strncmp(copy, MARK, strlen(MARK)) != 0)
		return false;
	*out = (struct entry){ .strategy = STRATEGY_NONE };
	while (rest)
		take_line(strsep(&rest, "\n"), out);
	return true;
}

bool entry_alias_is_there(const struct root *root, const struct entry *entry)
{
	char target[PATH_MAX];

	return entry->strategy == STRATEGY_ALIAS && root_readlink(root, entry->alias, target, sizeof(target)) == 0 &&
	       strcmp(target, entry->target) == 0;
}

bool entry_equal(const struct entry *a, const struct entry *b)
{
	return a->strategy == b->strategy && a->index == b->index && strcmp(a->directory, b->directory) == 0 &&
	       strcmp(a->alias, b->alias) == 0 && strcmp(a->target, b->target) == 0;
}
