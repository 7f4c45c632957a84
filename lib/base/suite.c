// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/suite.h"
#include "base/util.h"

#define CASES_MAX 4096
#define WORDS_MAX 1024
#define VALUE_MAX (64u << 10) /* placeholders in placeholders grow fast */

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGIT "0123456789"

int suite_words_add(struct suite_words *words, const char *word)
{
	int r = array_reserve(&words->word, &words->cap, words->n + 2, sizeof(*words->word));

	if (r < 0)
		return r;
	words->word[words->n] = strdup(word);
	if (!words->word[words->n])
		return -ENOMEM;
	words->word[++words->n] = NULL;
	return 0;
}

void suite_words_clear(struct suite_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->word[i]);
	free(words->word);
	*words = (struct suite_words){ 0 };
}

const char *suite_value(const struct suite *s, const char *name)
{
	for (size_t i = s->nvalues; i-- > 0;)
		if (strcmp(s->values[i].name, name) == 0)
			return s->values[i].value;
	return NULL;
}

static int value_add(struct suite *s, const char *name, const char *value)
{
	int r = array_reserve(&s->values, &s->values_cap, s->nvalues + 1, sizeof(*s->values));
	struct suite_value *v;

	if (r < 0)
		return r;
	v = &s->values[s->nvalues];
	v->name = strdup(name);
	v->value = strdup(value);
	if (v->name && v->value) {
		s->nvalues++;
		return 0;
	}
	free(v->name);
	free(v->value);
	return -ENOMEM;
}

/* The length of "@NAME@" at p, or 0: a lone "@" is text. */
static size_t placeholder_length(const char *p)
{
	size_t n = strspn(p + 1, UPPER);

	return n && n < 64 && p[n + 1] == '@' ? n + 2 : 0;
}

/* A copy of `text` with the placeholders replaced, in *out for the caller to free. */
static int expand(const struct suite *s, const char *text, char **out, char *why)
{
	_cleanup_free_ char *buf = malloc(VALUE_MAX);
	size_t at = 0;

	if (!buf)
		return -ENOMEM;
	while (*text) {
		size_t len = *text == '@' ? placeholder_length(text) : 0, n = 1;
		const char *from = text;
		char name[64] = "";

		if (len) {
			memcpy(name, text + 1, len - 2);
			from = suite_value(s, name);
			if (!from)
				return why_broken(why, "@%s@ has no value", name);
			n = strlen(from);
		}
		if (n >= VALUE_MAX - at)
			return why_broken(why, "longer than %u bytes", VALUE_MAX);
		memcpy(buf + at, from, n);
		at += n;
		text += len ? len : 1;
	}
	buf[at] = '\0';
	*out = strdup(buf);
	return *out ? 0 : -ENOMEM;
}

/* Takes the next word off *text into buf (as long as the text); false at the end, or with *bad at an open quote. */
static bool next_word(const char **text, char *buf, bool *bad)
{
	const char *p = *text + strspn(*text, " \t");
	char quote = 0;
	size_t n = 0;

	if (*p == '\0')
		return false;
	for (; *p && (quote || (*p != ' ' && *p != '\t')); p++) {
		if (quote ? *p == quote : *p == '\'' || *p == '"') {
			quote = quote ? 0 : *p;
			continue;
		}
		if (quote == '"' && *p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		buf[n++] = *p;
	}
	buf[n] = '\0';
	*text = p;
	*bad = quote != 0;
	return !*bad;
}

/* "NAME=": the length of the name, or 0. */
static size_t assignment_length(const char *word, const char *letters)
{
	size_t n = strspn(word, letters);

	return n && word[n] == '=' ? n : 0;
}

static int take_number(const char *text, unsigned max, unsigned *out)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value > max)
		return -EBADMSG;
	*out = (unsigned)value;
	return 0;
}

static int take_option(struct suite_case *c, const char *word, char *why)
{
	unsigned value = 0;

	if (strcmp(word, "status=any") == 0) {
		c->status = SUITE_ANY_STATUS;
		return 0;
	}
	if (strncmp(word, "status=", 7) == 0 && take_number(word + 7, 255, &value) == 0) {
		c->status = (int)value;
		return 0;
	}
	if (strncmp(word, "timeout=", 8) == 0 && take_number(word + 8, 3600, &value) == 0 && value) {
		c->timeout_s = value;
		return 0;
	}
	return why_broken(why, "only 'status=' and 'timeout=' with a number, or an upper-case variable");
}

static int take_word(struct suite *s, struct suite_case *c, const char *word, char *why)
{
	_cleanup_free_ char *expanded = NULL;
	int r;

	if (c->argv.n == WORDS_MAX || c->env.n == WORDS_MAX)
		return why_broken(why, "more than %u words", WORDS_MAX);
	if (c->argv.n == 0 && assignment_length(word, LOWER))
		return take_option(c, word, why);
	r = expand(s, word, &expanded, why);
	if (r < 0)
		return r;
	if (c->argv.n == 0 && assignment_length(word, UPPER LOWER DIGIT "_"))
		return suite_words_add(&c->env, expanded);
	return suite_words_add(&c->argv, expanded);
}

static int fill_case(struct suite *s, struct suite_case *c, const char *text, char *why)
{
	_cleanup_free_ char *buf = malloc(strlen(text) + 1);
	bool bad = false;
	int r = buf ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < s->env.n; i++)
		r = suite_words_add(&c->env, s->env.word[i]);
	while (r == 0 && next_word(&text, buf, &bad))
		r = take_word(s, c, buf, why);
	if (r < 0)
		return r;
	if (bad)
		return why_broken(why, "a quote that does not end");
	return c->argv.n ? 0 : why_broken(why, "a case without a program");
}

static void case_clear(struct suite_case *c)
{
	free(c->name);
	suite_words_clear(&c->env);
	suite_words_clear(&c->argv);
}

static int take_case(struct suite *s, const char *name, size_t len, const char *text, unsigned line, char *why)
{
	struct suite_case c = { .timeout_s = SUITE_TIMEOUT_S, .line = line };
	int r = 0;

	if (len == 0 || strspn(name, UPPER LOWER DIGIT "_.+-") != len)
		return why_broken(why, "no 'name: command'");
	c.name = strndup(name, len);
	if (!c.name)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < s->ncases; i++)
		if (strcmp(s->cases[i].name, c.name) == 0)
			r = why_broken(why, "a case of this name is on line %u already", s->cases[i].line);
	if (r == 0 && s->ncases == CASES_MAX)
		r = why_broken(why, "more than %u cases", CASES_MAX);
	if (r == 0)
		r = fill_case(s, &c, text, why);
	if (r == 0)
		r = array_reserve(&s->cases, &s->cap, s->ncases + 1, sizeof(c));
	if (r == 0)
		s->cases[s->ncases++] = c;
	else
		case_clear(&c);
	return r;
}

static int take_value(struct suite *s, const char *text, size_t len, char *why)
{
	const char *rest = text + len + strspn(text + len, " \t");
	_cleanup_free_ char *value = NULL;
	char name[64] = "";
	int r;

	if (*rest != '=')
		return why_broken(why, "no '=' after a placeholder");
	memcpy(name, text + 1, len - 2);
	r = expand(s, rest + 1 + strspn(rest + 1, " \t"), &value, why);
	return r < 0 ? r : value_add(s, name, value);
}

static int take_line(struct suite *s, const char *text, unsigned line, char *why)
{
	size_t len = *text == '@' ? placeholder_length(text) : 0;
	_cleanup_free_ char *expanded = NULL;
	int r;

	if (*text == '\0' || *text == '#')
		return 0;
	if (len)
		return take_value(s, text, len, why);
	if (assignment_length(text, UPPER LOWER DIGIT "_")) {
		r = s->env.n == WORDS_MAX ? why_broken(why, "more than %u variables", WORDS_MAX)
					  : expand(s, text, &expanded, why);
		return r < 0 ? r : suite_words_add(&s->env, expanded);
	}
	len = strcspn(text, ":");
	if (text[len] != ':')
		return why_broken(why, "no 'name: command'");
	return take_case(s, text, len, text + len + 1, line, why);
}

static int parse_lines(struct suite *s, const char *text, size_t size, unsigned *line, char *why)
{
	const char *at = text, *end = text + size;
	int r = 0;

	for (*line = 1; at < end; ++*line) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		_cleanup_free_ char *copy = NULL;

		stop = stop ? stop : end;
		if (memchr(at, '\0', (size_t)(stop - at)))
			return why_broken(why, "a NUL byte");
		copy = strndup(at, (size_t)(stop - at));
		r = copy ? take_line(s, copy, *line, why) : -ENOMEM;
		if (r < 0)
			return r;
		at = stop + (stop < end);
	}
	return 0;
}

int suite_parse(const char *text, size_t size, const char *directory, struct suite **out, unsigned *line, char *why)
{
	_cleanup_suite_ struct suite *s = NULL;
	int r;

	*line = 1;
	if (size > SUITE_SIZE_MAX)
		return why_broken(why, "larger than %u bytes", SUITE_SIZE_MAX);
	s = calloc(1, sizeof(*s));
	r = s ? value_add(s, "SUITE", directory) : -ENOMEM;
	if (r == 0)
		r = parse_lines(s, text, size, line, why);
	if (r == 0)
		*out = TAKE_PTR(s);
	return r;
}

void suite_free(struct suite *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->ncases; i++)
		case_clear(&s->cases[i]);
	free(s->cases);
	suite_words_clear(&s->env);
	for (size_t i = 0; i < s->nvalues; i++) {
		free(s->values[i].name);
		free(s->values[i].value);
	}
	free(s->values);
	free(s);
}
