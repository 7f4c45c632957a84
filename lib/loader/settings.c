// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "loader/settings.h"

#define SETTINGS_SIZE_MAX 65536
#define BLANKS            " \t\r\f\v"

static int wrong(unsigned line, const char *what, const char *value, char *why)
{
	char quoted[64];

	return why_broken(why, "line %u: %s '%s'", line, what, text_quote(quoted, sizeof(quoted), value));
}

static int take_enable(const char *key, enum settings_enable *enable, const char *value, unsigned line, char *why)
{
	static const char *const words[] = {
		[ENABLE_AUTO] = "auto", [ENABLE_ALWAYS] = "always", [ENABLE_NEVER] = "never"
	};
	char what[64];

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(value, words[i]) != 0)
			continue;
		*enable = (enum settings_enable)i;
		return 0;
	}
	snprintf(what, sizeof(what), "%s is auto, always or never, not", key);
	return wrong(line, what, value, why);
}

static int take_strategy(struct settings *s, const char *value, unsigned line, char *why)
{
	s->strategy = strategy_parse(value);
	if (s->strategy == STRATEGY_NONE && strcmp(value, "auto") != 0)
		return wrong(line, "strategy is auto, hwcap, alias or directory, not", value, why);
	return 0;
}

static int take_set(struct settings *s, const char *value, unsigned line, char *why)
{
	if (value[0] != '/' || strlen(value) >= sizeof(s->set) || strpbrk(value, BLANKS "#:"))
		return wrong(line, "set is an absolute path without blanks, not", value, why);
	strcpy(s->set, value);
	return 0;
}

static int take(struct settings *s, const char *key, const char *value, unsigned line, char *why)
{
	if (strcmp(key, "enable") == 0) {
		s->enable_line = line;
		return take_enable(key, &s->enable, value, line, why);
	}
	if (strcmp(key, "initramfs") == 0) {
		s->initramfs_line = line;
		return take_enable(key, &s->initramfs, value, line, why);
	}
	if (strcmp(key, "strategy") == 0)
		return take_strategy(s, value, line, why);
	if (strcmp(key, "set") == 0)
		return take_set(s, value, line, why);
	return wrong(line, "no such setting:", key, why);
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *s)
{
	s += strspn(s, BLANKS);
	for (size_t n = strlen(s); n > 0 && strchr(BLANKS, s[n - 1]); n--)
		s[n - 1] = '\0';
	return s;
}

static int parse_line(struct settings *s, char *text, unsigned line, char *why)
{
	char *value;

	text[strcspn(text, "#")] = '\0';
	text = trim(text);
	if (!*text)
		return 0;
	value = strchr(text, '=');
	if (!value)
		return wrong(line, "not of the form 'key = value':", text, why);
	*value++ = '\0';
	return take(s, trim(text), trim(value), line, why);
}

int settings_parse(const char *text, size_t size, struct settings *out, char *why)
{
	_cleanup_free_ char *copy = strndup(text, size);
	struct settings s = { 0 };
	unsigned line = 0;
	char *rest = copy;
	int r = 0;

	if (!copy)
		return why_failed(why, -ENOMEM);
	if (memchr(text, '\0', size))
		return why_broken(why, "a NUL byte: not a text file");
	while (r == 0 && rest)
		r = parse_line(&s, strsep(&rest, "\n"), ++line, why);
	if (r == 0)
		*out = s;
	return r;
}

int settings_read(const struct root *root, struct settings *out, char *why)
{
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t size;
	int r = root_read(root, SETTINGS_PATH, SETTINGS_SIZE_MAX, &text, &size);

	if (r == -ENOENT && root_lstat(root, SETTINGS_PATH, &st) == 0)
		return why_broken(why, "a symbolic link that leads nowhere: what it would say cannot be known");
	if (r == -ENOENT) {
		*out = (struct settings){ 0 };
		return 0;
	}
	return r < 0 ? why_failed(why, r) : settings_parse(text, size, out, why);
}
