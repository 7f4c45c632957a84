// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/util.h"
#include "xen/log-line.h"

#define BRACKET_MAX 48 /* "[Thu Nov 21 13:00:00 2024]" and longer */
#define TIME_WORDS  6  /* "Thu 2024-11-21 13:00:00 UTC" and longer */

/* A piece of the line that is read from its front. */
struct text {
	const char *s;
	size_t len;
};

static char at(const struct text *t, size_t i)
{
	return i < t->len ? t->s[i] : '\0';
}

static void advance(struct text *t, size_t n)
{
	t->s += n;
	t->len -= n;
}

static size_t digits(const struct text *t, size_t from)
{
	size_t n = 0;

	while (isdigit((unsigned char)at(t, from + n)))
		n++;
	return n;
}

static size_t spaces(const struct text *t, size_t from)
{
	size_t n = 0;

	while (at(t, from + n) == ' ')
		n++;
	return n;
}

static size_t word_length(const struct text *t)
{
	size_t n = 0;

	while (n < t->len && t->s[n] != ' ')
		n++;
	return n;
}

static bool starts_with(const struct text *t, const char *s)
{
	size_t n = strlen(s);

	return t->len >= n && memcmp(t->s, s, n) == 0;
}

/* Syslog priorities are facility * 8 + level, and the kernel's facility is 0. */
static bool is_kernels(const struct text *t, size_t from, size_t n)
{
	return n == 1 && at(t, from) <= '7';
}

/* "4,1234,5678901,-;": Linux Documentation/ABI/testing/dev-kmsg. */
static bool take_kmsg(struct text *t, struct log_line *line)
{
	size_t prio = digits(t, 0), i = prio;
	const char *end;

	if (prio == 0)
		return false;
	for (unsigned field = 0; field < 2; field++) {
		size_t n = at(t, i) == ',' ? digits(t, i + 1) : 0;

		if (n == 0)
			return false;
		i += n + 1;
	}
	end = at(t, i) == ',' ? memchr(t->s + i, ';', t->len - i) : NULL;
	if (!end)
		return false;
	line->kmsg = true;
	line->foreign = !is_kernels(t, 0, prio);
	advance(t, (size_t)(end - t->s) + 1);
	return true;
}

static void take_priority(struct text *t, struct log_line *line)
{
	size_t n = digits(t, 1);

	if (at(t, 0) != '<' || n == 0 || n > 3 || at(t, n + 1) != '>')
		return;
	line->foreign |= !is_kernels(t, 1, n);
	advance(t, n + 2);
}

/* "kern  :warn  : " of dmesg --decode. */
static void take_facility(struct text *t, struct log_line *line)
{
	static const char *const facility[] = { "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news",
		"uucp", "cron", "authpriv", "ftp", "local" };

	for (size_t f = 0; f < ARRAY_SIZE(facility); f++) {
		size_t n = strlen(facility[f]), i, level;

		if (!starts_with(t, facility[f]))
			continue;
		i = n + digits(t, n);
		i += spaces(t, i);
		if (at(t, i) != ':')
			continue;
		level = ++i;
		while (islower((unsigned char)at(t, i)))
			i++;
		if (i == level || at(t, i + spaces(t, i)) != ':')
			continue;
		line->foreign |= f != 0;
		advance(t, i + spaces(t, i) + 1);
		advance(t, spaces(t, 0));
		return;
	}
}

/* Time stamps and callers: "[    1.234567]", "[T1]", "[Thu Nov 21 13:00:00 2024]", "[  +0.000012]". */
static bool take_brackets(struct text *t)
{
	bool any = false;

	while (at(t, 0) == '[') {
		const char *end = memchr(t->s, ']', t->len < BRACKET_MAX ? t->len : BRACKET_MAX);

		if (!end)
			break;
		any = true;
		advance(t, (size_t)(end - t->s) + 1);
		/* The box is indented by two spaces; more are not needed to tell. */
		advance(t, at(t, 0) == ' ' ? 1 : 0);
	}
	return any;
}

static bool is_one_of(const struct text *t, size_t n, const char *three_letter_words)
{
	for (const char *w = three_letter_words; n == 3 && *w; w += 3)
		if (memcmp(w, t->s, 3) == 0)
			return true;
	return false;
}

static bool is_clock(const struct text *t)
{
	return digits(t, 0) == 2 && at(t, 2) == ':' && digits(t, 3) == 2 && at(t, 5) == ':' && digits(t, 6) == 2;
}

static bool is_date(const struct text *t)
{
	return digits(t, 0) == 4 && at(t, 4) == '-' && digits(t, 5) == 2 && at(t, 7) == '-' && digits(t, 8) == 2;
}

/* A time in words at the start of the line; syslog and the journal write host and program behind it. */
static bool take_stamp(struct text *t)
{
	struct text rest = *t;
	bool clock = false, zone = false;

	for (unsigned word = 0; word < TIME_WORDS; word++) {
		size_t n = word_length(&rest);
		bool day = n <= 4 && n > 0 && digits(&rest, 0) == n;
		bool iso = is_date(&rest) && at(&rest, 10) == 'T';

		if (!is_clock(&rest) && !is_date(&rest) && !day &&
				!is_one_of(&rest, n, "JanFebMarAprMayJunJulAugSepOctNovDec") &&
				!is_one_of(&rest, n, "MonTueWedThuFriSatSun") &&
				!(zone && is_one_of(&rest, n, "UTCGMT")))
			break;
		if (day && word == 0)
			return false;
		clock |= iso || is_clock(&rest);
		zone = is_clock(&rest);
		advance(&rest, n);
		advance(&rest, spaces(&rest, 0));
		if (iso)
			break;
	}
	if (clock)
		*t = rest;
	return clock;
}

static bool is_host(const struct text *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)t->s[i]) && !strchr("-._:", t->s[i]))
			return false;
	return n > 0;
}

/* "kern.warn", which busybox's syslogd writes. */
static bool is_priority(const struct text *t, size_t n)
{
	const char *dot = memchr(t->s, '.', n);

	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)t->s[i]) && t->s + i != dot)
			return false;
	return dot != NULL;
}

/* "host kernel: " or "host kern.warn kernel: ". Every other program is a stranger. `sure`: it is known that a host
 * stands here; where not, only "kernel:" and a name with a process number are believed. */
static void take_host(struct text *t, struct log_line *line, bool sure)
{
	struct text rest = *t;
	size_t n = word_length(&rest);

	if (!is_host(&rest, n))
		return;
	advance(&rest, n);
	advance(&rest, spaces(&rest, 0));
	n = word_length(&rest);
	if (sure && is_priority(&rest, n)) {
		line->foreign |= !starts_with(&rest, "kern.");
		advance(&rest, n);
		advance(&rest, spaces(&rest, 0));
		n = word_length(&rest);
	}
	if (n == 7 && starts_with(&rest, "kernel:")) {
		advance(&rest, n);
		advance(&rest, at(&rest, 0) == ' ' ? 1 : 0);
		*t = rest;
		return;
	}
	if (n > 2 && rest.s[n - 1] == ':' && (sure || rest.s[n - 2] == ']'))
		line->foreign = true;
}

struct log_line log_line_parse(const char *line, size_t len)
{
	struct log_line out = { 0 };
	struct text t = { line, len };

	if (!take_kmsg(&t, &out)) {
		take_priority(&t, &out);
		take_facility(&t, &out);
		if (take_stamp(&t)) {
			take_host(&t, &out, true);
			(void)take_brackets(&t);
		} else if (take_brackets(&t)) {
			take_host(&t, &out, false);
		}
	}
	out.start = len - t.len;
	return out;
}

size_t log_line_strip_colours(char *line, size_t len)
{
	size_t to = 0, i = 0;

	while (i < len) {
		if (line[i] != '\033' || i + 1 >= len || line[i + 1] != '[') {
			line[to++] = line[i++];
			continue;
		}
		/* ECMA-48: parameters and intermediates are 20 to 3f, the final byte 40 to 7e. */
		for (i += 2; i < len && line[i] >= 0x20 && line[i] < 0x40; i++)
			continue;
		i += i < len;
	}
	return to;
}
