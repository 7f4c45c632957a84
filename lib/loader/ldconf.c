// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"

#include "loader/ldconf-glob.h"
#include "loader/ldconf.h"

/* Far above what real systems have; they bound what a lying one costs. */
#define DEPTH_MAX 16
#define FILES_MAX 4096
#define LINES_MAX 65536 /* of each kind, all files together */

/* Where reading stands. */
struct reader {
	const struct root *root; /* NULL: includes are listed only */
	struct ldconf *conf;
	size_t open[DEPTH_MAX]; /* the files that are being read, each included by the one before */
	size_t depth;
	size_t file;
	unsigned line;
	char *why;
};

static int read_file(struct reader *rd, const char *path);

static int too_many(const struct reader *rd, const char *what)
{
	snprintf(rd->why, WHY_MAX, "too many %s", what);
	return -EFBIG;
}

static int no_memory(const struct reader *rd)
{
	return why_failed(rd->why, -ENOMEM);
}

/* isspace and isblank of the C locale. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word of strsep(3) with blanks that is not empty; NULL at the end. */
static char *next_word(char **rest)
{
	char *word;

	do
		word = strsep(rest, " \t");
	while (word && !*word);
	return word;
}

static int add_directory(struct reader *rd, char *text)
{
	struct ldconf *conf = rd->conf;
	struct ldconf_directory *d;
	char *type = strchr(text, '=');
	size_t n;

	if (type)
		*type++ = '\0';
	n = strlen(text);
	while (n > 0 && is_space(text[n - 1]))
		n--;
	while (n > 0 && text[n - 1] == '/')
		n--;
	text[n] = '\0';
	if (n == 0)
		return 0;
	if (conf->ndirectory == LINES_MAX)
		return too_many(rd, "directories");
	if (array_reserve(&conf->directory, &conf->directory_cap, conf->ndirectory + 1, sizeof(*d)) < 0)
		return no_memory(rd);
	d = &conf->directory[conf->ndirectory++];
	*d = (struct ldconf_directory){ .path = strdup(text), .file = rd->file, .line = rd->line };
	d->type = type ? strdup(type) : NULL;
	return d->path && (!type || d->type) ? 0 : no_memory(rd);
}

/* Which line before defined what this one says otherwise. An index is looked at first, as ldconfig does. */
static enum ldconf_fault find_clash(const struct ldconf *conf, struct ldconf_hwcap *h)
{
	enum ldconf_fault fault = LDCONF_FINE;

	h->clash = SIZE_MAX;
	if (h->index == LDCONF_INDEX_MAX)
		return strcmp(h->name, "tls") == 0 ? LDCONF_DUPLICATE : LDCONF_INDEX_TAKEN;
	if (strcmp(h->name, "tls") == 0)
		fault = LDCONF_NAME_TAKEN;
	for (size_t i = 0; i < conf->nhwcap; i++) {
		const struct ldconf_hwcap *old = &conf->hwcap[i];

		if (old->fault != LDCONF_FINE)
			continue;
		if (old->index == h->index) {
			h->clash = i;
			return strcmp(old->name, h->name) == 0 ? LDCONF_DUPLICATE : LDCONF_INDEX_TAKEN;
		}
		if (fault == LDCONF_FINE && strcmp(old->name, h->name) == 0) {
			h->clash = i;
			fault = LDCONF_NAME_TAKEN;
		}
	}
	return fault;
}

/* What follows "hwcap" and one blank. */
static int add_hwcap(struct reader *rd, char *text)
{
	struct ldconf_hwcap h = { .file = rd->file, .line = rd->line, .clash = SIZE_MAX };
	struct ldconf *conf = rd->conf;
	char *rest = text, *name = NULL;

	h.index = strtoul(text, &rest, 0);
	if (is_blank(*rest))
		name = next_word(&rest);
	if (name && next_word(&rest))
		name = NULL;
	if (conf->nhwcap == LINES_MAX)
		return too_many(rd, "hwcap lines");
	if (array_reserve(&conf->hwcap, &conf->hwcap_cap, conf->nhwcap + 1, sizeof(h)) < 0)
		return no_memory(rd);
	h.name = strdup(name ? name : "");
	if (!h.name)
		return no_memory(rd);
	if (!name)
		h.fault = LDCONF_SYNTAX;
	else if (h.index > LDCONF_INDEX_MAX)
		h.fault = LDCONF_INDEX_RANGE;
	else
		h.fault = find_clash(conf, &h);
	conf->hwcap[conf->nhwcap++] = h;
	return 0;
}

/* A relative pattern with the directory of the file in front of it. NULL: no memory. */
static char *absolute_pattern(const char *file, const char *pattern)
{
	const char *slash = strrchr(file, '/');
	size_t n = slash ? (size_t)(slash - file) : 0;
	char *out;

	if (*pattern == '/' || !slash)
		return strdup(pattern);
	out = malloc(n + 1 + strlen(pattern) + 1);
	if (out) {
		memcpy(out, file, n + 1);
		strcpy(out + n + 1, pattern);
	}
	return out;
}

static int read_matches(struct reader *rd, size_t include)
{
	_cleanup_path_list_ struct path_list matches = { 0 };
	size_t file = rd->file;
	unsigned line = rd->line;
	int r = ldconf_glob(rd->root, rd->conf->include[include].pattern, &matches);

	if (r == -EFBIG)
		return too_many(rd, "files that one line includes");
	if (r < 0)
		return no_memory(rd);
	rd->conf->include[include].matches = matches.n;
	for (size_t i = 0; r == 0 && i < matches.n; i++)
		r = read_file(rd, matches.path[i]);
	rd->file = file;
	rd->line = line;
	return r;
}

static int add_include(struct reader *rd, const char *pattern)
{
	struct ldconf *conf = rd->conf;
	struct ldconf_include *inc;

	if (conf->ninclude == LINES_MAX)
		return too_many(rd, "include lines");
	if (array_reserve(&conf->include, &conf->include_cap, conf->ninclude + 1, sizeof(*inc)) < 0)
		return no_memory(rd);
	inc = &conf->include[conf->ninclude];
	*inc = (struct ldconf_include){ .relative = *pattern != '/', .file = rd->file, .line = rd->line };
	inc->pattern = absolute_pattern(conf->file[rd->file].path, pattern);
	if (!inc->pattern)
		return no_memory(rd);
	conf->ninclude++;
	return rd->root ? read_matches(rd, conf->ninclude - 1) : 0;
}

static int take_line(struct reader *rd, char *text)
{
	char *comment = strchr(text, '#'), *rest, *word;
	int r = 0;

	if (comment)
		*comment = '\0';
	while (is_space(*text))
		text++;
	if (strncmp(text, "include", 7) == 0 && is_blank(text[7])) {
		rest = text + 8;
		while (r == 0 && (word = next_word(&rest)))
			r = add_include(rd, word);
		return r;
	}
	if (strncasecmp(text, "hwcap", 5) == 0 && is_blank(text[5]))
		return add_hwcap(rd, text + 6);
	return *text ? add_directory(rd, text) : 0;
}

static int take_text(struct reader *rd, const char *text, size_t size)
{
	const char *at = text, *end = text + size;
	int r = 0;

	for (rd->line = 1; r == 0 && at < end; rd->line++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		_cleanup_free_ char *copy = NULL;

		stop = stop ? stop : end;
		copy = strndup(at, (size_t)(stop - at));
		r = copy ? take_line(rd, copy) : no_memory(rd);
		at = stop + (stop < end);
	}
	return r;
}

/* Lists a file and makes it the one that is read. */
static int add_file(struct reader *rd, const char *path)
{
	struct ldconf *conf = rd->conf;

	if (conf->nfile == FILES_MAX)
		return too_many(rd, "files");
	if (array_reserve(&conf->file, &conf->file_cap, conf->nfile + 1, sizeof(*conf->file)) < 0)
		return no_memory(rd);
	conf->file[conf->nfile] = (struct ldconf_file){ .path = strdup(path) };
	if (!conf->file[conf->nfile].path)
		return no_memory(rd);
	rd->file = conf->nfile++;
	return 0;
}

static bool is_open(const struct reader *rd, const char *path)
{
	for (size_t i = 0; i < rd->depth; i++)
		if (strcmp(rd->conf->file[rd->open[i]].path, path) == 0)
			return true;
	return false;
}

static int read_file(struct reader *rd, const char *path)
{
	bool circle = rd->depth == DEPTH_MAX || is_open(rd, path);
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	int r = add_file(rd, path);

	if (r < 0)
		return r;
	r = circle ? -ELOOP : root_read(rd->root, path, LDCONF_SIZE_MAX, &text, &size);
	if (r == -ENOMEM)
		return no_memory(rd);
	if (r < 0) {
		rd->conf->file[rd->file].error = r;
		return 0;
	}
	rd->open[rd->depth++] = rd->file;
	r = take_text(rd, text, size);
	rd->depth--;
	return r;
}

int ldconf_read(const struct root *root, const char *path, struct ldconf **out, char *why)
{
	_cleanup_ldconf_ struct ldconf *conf = calloc(1, sizeof(*conf));
	struct reader rd = { .root = root, .conf = conf, .why = why };
	int r = conf ? read_file(&rd, path) : no_memory(&rd);

	if (r == 0)
		*out = TAKE_PTR(conf);
	return r;
}

int ldconf_parse(const char *path, const char *text, size_t size, struct ldconf **out, char *why)
{
	_cleanup_ldconf_ struct ldconf *conf = calloc(1, sizeof(*conf));
	struct reader rd = { .conf = conf, .why = why };
	int r = conf ? add_file(&rd, path) : no_memory(&rd);

	if (r == 0)
		r = take_text(&rd, text, size);
	if (r == 0)
		*out = TAKE_PTR(conf);
	return r;
}

void ldconf_free(struct ldconf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; i < conf->nfile; i++)
		free(conf->file[i].path);
	for (size_t i = 0; i < conf->ndirectory; i++) {
		free(conf->directory[i].path);
		free(conf->directory[i].type);
	}
	for (size_t i = 0; i < conf->nhwcap; i++)
		free(conf->hwcap[i].name);
	for (size_t i = 0; i < conf->ninclude; i++)
		free(conf->include[i].pattern);
	free(conf->file);
	free(conf->directory);
	free(conf->hwcap);
	free(conf->include);
	free(conf);
}

bool ldconf_would_break(const struct ldconf *conf, const struct ldconf_hwcap **first)
{
	for (size_t i = 0; i < conf->nhwcap; i++) {
		if (conf->hwcap[i].fault <= LDCONF_DUPLICATE)
			continue;
		if (first)
			*first = &conf->hwcap[i];
		return true;
	}
	return false;
}

bool ldconf_includes(const struct ldconf *conf, const char *path)
{
	for (size_t i = 0; i < conf->nfile; i++)
		if (strcmp(conf->file[i].path, path) == 0)
			return true;
	for (size_t i = 0; i < conf->ninclude; i++)
		if (fnmatch(conf->include[i].pattern, path, FNM_PATHNAME | FNM_PERIOD) == 0)
			return true;
	return false;
}

const struct ldconf_hwcap *ldconf_find_hwcap(const struct ldconf *conf, const char *name)
{
	for (size_t i = 0; i < conf->nhwcap; i++)
		if (conf->hwcap[i].fault == LDCONF_FINE && strcmp(conf->hwcap[i].name, name) == 0)
			return &conf->hwcap[i];
	return NULL;
}

const char *ldconf_fault_text(enum ldconf_fault fault)
{
	switch (fault) {
	case LDCONF_FINE:
		break;
	case LDCONF_DUPLICATE:
		return "the same hwcap line again";
	case LDCONF_SYNTAX:
		return "bad syntax in a hwcap line";
	case LDCONF_INDEX_RANGE:
		return "a hwcap index above 11";
	case LDCONF_INDEX_TAKEN:
		return "the hwcap index has another name already";
	case LDCONF_NAME_TAKEN:
		return "the hwcap name has another index already";
	}
	return "";
}
