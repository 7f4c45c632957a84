// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "base/manifest.h"
#include "base/util.h"

#define LIBRARIES_MAX   1024
#define NAME_LENGTH_MAX 255

/* The next blank-separated word of *rest, which is cut there; NULL at the end. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	size_t len = strcspn(word, " \t");

	if (len == 0)
		return NULL;
	*rest = word + len;
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

/* A file name, not a path: it is looked up in the set's directory. */
static int take_name(char **rest, const char **name, const char *key, char *why)
{
	char *word = next_word(rest);

	if (!word)
		return why_broken(why, "'%s' without a name", key);
	if (strlen(word) > NAME_LENGTH_MAX || strchr(word, '/') || strcmp(word, ".") == 0 || strcmp(word, "..") == 0)
		return why_broken(why, "the name of '%s' is not a file name", key);
	*name = word;
	return 0;
}

static bool is_hex(const char *s, size_t min, size_t max)
{
	size_t len = strlen(s);

	return len >= min && len <= max && len % 2 == 0 && strspn(s, "0123456789abcdef") == len;
}

static int take_hex(const char **place, const char *name, const char *value, size_t min, size_t max, char *why)
{
	if (*place)
		return why_broken(why, "'%s' twice", name);
	if (!is_hex(value, min, max))
		return why_broken(why, "'%s' is not lower-case hexadecimal of the right length", name);
	*place = value;
	return 0;
}

static int take_number(uint64_t *place, const char *name, const char *value, char *why)
{
	char *end;

	if (value[0] < '0' || value[0] > '9' || strlen(value) > 10)
		return why_broken(why, "'%s' is not a size", name);
	*place = strtoull(value, &end, 10);
	return *end ? why_broken(why, "'%s' is not a size", name) : 0;
}

/* Splits "name=value"; false where there is no "=". */
static bool split_pair(char *word, char **value)
{
	char *equals = strchr(word, '=');

	if (!equals)
		return false;
	*equals = '\0';
	*value = equals + 1;
	return true;
}

static int library_pair(struct manifest_library *lib, const char *name, const char *value, char *why)
{
	if (strcmp(name, "sha256") == 0)
		return take_hex(&lib->sha256, name, value, 64, 64, why);
	if (strcmp(name, "build-id") == 0)
		return take_hex(&lib->build_id, name, value, 2, 128, why);
	if (strcmp(name, "base-build-id") == 0)
		return take_hex(&lib->base_build_id, name, value, 2, 128, why);
	if (strcmp(name, "soname") == 0)
		lib->soname = value;
	return 0;
}

static int take_library(struct manifest *m, char *value, unsigned line, char *why)
{
	struct manifest_library lib = { .line = line };
	char *word, *rest;
	int r = take_name(&value, &lib.name, "library", why);

	while (r == 0 && (word = next_word(&value)))
		r = split_pair(word, &rest) ? library_pair(&lib, word, rest, why)
					    : why_broken(why, "a word without '=' after the library's name");
	for (size_t i = 0; r == 0 && i < m->nlibrary; i++)
		if (strcmp(m->library[i].name, lib.name) == 0)
			r = why_broken(why, "a library is named twice");
	if (r == 0 && (!lib.sha256 || !lib.build_id || !lib.base_build_id))
		r = why_broken(why, "a library needs sha256=, build-id= and base-build-id=");
	if (r == 0 && m->nlibrary == LIBRARIES_MAX)
		r = why_broken(why, "more than %u libraries", LIBRARIES_MAX);
	if (r == 0)
		r = array_reserve(&m->library, &m->library_cap, m->nlibrary + 1, sizeof(lib));
	if (r == 0)
		m->library[m->nlibrary++] = lib;
	return r;
}

static int take_omitted(struct manifest *m, char *value, unsigned line, char *why)
{
	struct manifest_omitted omitted = { .line = line };
	int r = take_name(&value, &omitted.name, "omitted", why);

	if (r == 0 && m->nomitted == LIBRARIES_MAX)
		r = why_broken(why, "more than %u omitted libraries", LIBRARIES_MAX);
	if (r == 0)
		r = array_reserve(&m->omitted, &m->omitted_cap, m->nomitted + 1, sizeof(omitted));
	if (r < 0)
		return r;
	omitted.reason = value + strspn(value, " \t");
	m->omitted[m->nomitted++] = omitted;
	return 0;
}

static int rtld_pair(struct manifest_rtld *rtld, const char *name, const char *value, char *why)
{
	if (strcmp(name, "_rtld_global") == 0)
		return take_number(&rtld->global, name, value, why);
	if (strcmp(name, "_rtld_global_ro") == 0)
		return take_number(&rtld->global_ro, name, value, why);
	if (strcmp(name, "build-id") == 0)
		return take_hex(&rtld->build_id, name, value, 2, 128, why);
	if (strcmp(name, "base-build-id") == 0)
		return take_hex(&rtld->base_build_id, name, value, 2, 128, why);
	return 0;
}

static int take_rtld(struct manifest *m, char *value, unsigned line, char *why)
{
	char *word, *rest;
	int r = m->rtld.given ? why_broken(why, "'rtld' twice") : 0;

	m->rtld.given = true;
	m->rtld.line = line;
	while (r == 0 && (word = next_word(&value)))
		r = split_pair(word, &rest) ? rtld_pair(&m->rtld, word, rest, why)
					    : why_broken(why, "a word without '=' after 'rtld'");
	if (r == 0 && (m->rtld.global == 0 || m->rtld.global_ro == 0))
		r = why_broken(why, "'rtld' needs the sizes of _rtld_global and _rtld_global_ro");
	return r;
}

static const char **plain_key(struct manifest *m, const char *key)
{
	const struct {
		const char *key;
		const char **place;
	} keys[] = {
		{ "target", &m->target },
		{ "source", &m->source },
		{ "source-version", &m->source_version },
		{ "upstream-version", &m->upstream_version },
		{ "base-package", &m->base_package },
		{ "base-directory", &m->base_directory },
		{ "set-directory", &m->set_directory },
		{ "compiler", &m->compiler },
		{ "cflags", &m->cflags },
		{ "configure", &m->configure },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (strcmp(keys[i].key, key) == 0)
			return keys[i].place;
	return NULL;
}

static int take_key(struct manifest *m, const char *key, char *value, unsigned line, char *why)
{
	const char **place = plain_key(m, key);

	if (place && *place)
		return why_broken(why, "'%s' twice", key);
	if (place)
		*place = value;
	else if (strcmp(key, "library") == 0)
		return take_library(m, value, line, why);
	else if (strcmp(key, "omitted") == 0)
		return take_omitted(m, value, line, why);
	else if (strcmp(key, "rtld") == 0)
		return take_rtld(m, value, line, why);
	return 0;
}

static bool is_key(const char *key)
{
	return *key && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(key);
}

static int take_line(struct manifest *m, char *text, bool *seen_format, unsigned line, char *why)
{
	char *colon = strchr(text, ':'), *value;

	if (text[0] == '#' || text[0] == '\0')
		return 0;
	if (!colon)
		return why_broken(why, "no 'key: value'");
	*colon = '\0';
	value = colon + 1 + strspn(colon + 1, " \t");
	if (!is_key(text))
		return why_broken(why, "a key is made of lower-case letters, digits and '-'");
	if (*seen_format)
		return strcmp(text, "nosegneg-manifest") == 0 ? why_broken(why, "'nosegneg-manifest' twice")
							      : take_key(m, text, value, line, why);
	if (strcmp(text, "nosegneg-manifest") != 0)
		return why_broken(why, "not a nosegneg manifest: the first key is not 'nosegneg-manifest'");
	if (strcmp(value, "1") != 0)
		return why_broken(why, "a manifest format that this program does not know");
	*seen_format = true;
	return 0;
}

static bool is_plain(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] < 0x20 && text[i] != '\t')
			return false;
	return true;
}

static int parse_lines(struct manifest *m, size_t size, unsigned *line, char *why)
{
	char *at = m->text, *end = m->text + size;
	bool seen_format = false;
	int r = 0;

	for (*line = 1; r == 0 && at < end; ++*line) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);

		if (!is_plain(at, len))
			return why_broken(why, "a control character");
		at[len] = '\0';
		r = take_line(m, at, &seen_format, *line, why);
		if (r < 0)
			return r;
		at += len + 1;
	}
	if (!seen_format)
		return why_broken(why, "not a nosegneg manifest: it is empty");
	return r;
}

int manifest_parse(const char *text, size_t size, struct manifest **out, unsigned *line, char *why)
{
	_cleanup_manifest_ struct manifest *m = NULL;
	int r;

	*line = 1;
	if (size > MANIFEST_SIZE_MAX)
		return why_broken(why, "larger than %u bytes", MANIFEST_SIZE_MAX);
	m = calloc(1, sizeof(*m));
	if (!m || !(m->text = malloc(size + 1)))
		return -ENOMEM;
	memcpy(m->text, text, size);
	m->text[size] = '\0';
	r = parse_lines(m, size, line, why);
	if (r < 0)
		return r;
	*out = TAKE_PTR(m);
	return 0;
}

void manifest_free(struct manifest *m)
{
	if (!m)
		return;
	free(m->library);
	free(m->omitted);
	free(m->text);
	free(m);
}
