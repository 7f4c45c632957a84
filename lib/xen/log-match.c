// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <string.h>

#include "xen/log-match.h"

struct cursor {
	const char *s;
	size_t size, at;
	bool *cut; /* set where the text ended before it could be told */
};

static bool at_end(const struct cursor *c)
{
	if (c->at < c->size)
		return false;
	*c->cut = true;
	return true;
}

static bool is_padding(char c)
{
	return c == ' ' || c == '*' || c == '\t';
}

/* Goes over a line break, and over the frame of the box at the start of the next line. */
static void skip_break(struct cursor *c)
{
	if (c->at >= c->size || c->s[c->at] != '\n')
		return;
	while (c->at < c->size && (c->s[c->at] == '\n' || is_padding(c->s[c->at])))
		c->at++;
}

static bool take_gap(struct cursor *c)
{
	size_t from = c->at;

	while (c->at < c->size && (c->s[c->at] == '\n' || is_padding(c->s[c->at])))
		c->at++;
	(void)at_end(c);
	return c->at > from;
}

/* A space in the pattern is any gap. */
static bool take(struct cursor *c, const char *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern == ' ') {
			if (!take_gap(c))
				return false;
			continue;
		}
		skip_break(c);
		if (at_end(c) || c->s[c->at] != *pattern)
			return false;
		c->at++;
	}
	return true;
}

static int digit_value(char c, unsigned base)
{
	int value = isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

	return value >= 0 && (unsigned)value < base ? value : -1;
}

/* `least` to `most` digits, and no further one. */
static bool take_number(struct cursor *c, unsigned base, size_t least, size_t most, uint64_t *out)
{
	uint64_t value = 0;
	size_t n = 0;

	for (;; n++, c->at++) {
		struct cursor ahead = *c;

		if (n < least)
			skip_break(&ahead);
		if (at_end(&ahead) || digit_value(ahead.s[ahead.at], base) < 0)
			break;
		if (n == most)
			return false;
		*c = ahead;
		value = value * base + (unsigned)digit_value(c->s[c->at], base);
	}
	*out = value;
	return n >= least;
}

static bool take_pid(struct cursor *c, uint32_t *pid)
{
	uint64_t value;

	if (!take_number(c, 10, 1, 10, &value) || value > UINT32_MAX)
		return false;
	*pid = (uint32_t)value;
	return true;
}

/* One byte of a name; /dev/kmsg and dmesg write some bytes as \xNN (kernel/printk/printk.c, append_char). */
static bool take_name_byte(struct cursor *c, char *out)
{
	skip_break(c);
	if (at_end(c))
		return false;
	*out = c->s[c->at];
	if (*out == '\\' && c->size - c->at >= 4 && c->s[c->at + 1] == 'x' && digit_value(c->s[c->at + 2], 16) >= 0 &&
			digit_value(c->s[c->at + 3], 16) >= 0) {
		*out = (char)(digit_value(c->s[c->at + 2], 16) << 4 | digit_value(c->s[c->at + 3], 16));
		c->at += 3;
	}
	c->at++;
	return *out != '\0';
}

/* NAME and what closes it, " (pid" `between` N ")". A name may hold anything, such a closing too: the last one counts
 * that leaves the name short enough. */
static bool take_process(struct cursor *c, const char *between, struct log_match *m)
{
	char name[KERNEL_LOG_COMM_MAX] = "";
	bool found = false;
	struct cursor at = *c;

	for (size_t n = 0; n < KERNEL_LOG_COMM_MAX; n++) {
		struct cursor end = at;
		uint32_t pid;

		if (take(&end, " (pid") && take(&end, between) && take_pid(&end, &pid) && take(&end, ")")) {
			memcpy(m->comm, name, sizeof(name));
			m->pid = pid;
			*c = end;
			found = true;
		}
		if (n + 1 == KERNEL_LOG_COMM_MAX || !take_name_byte(&at, &name[n]))
			break;
		name[n + 1] = '\0';
	}
	return found;
}

/* The gap before a name is one space: further ones are the name's. */
static bool take_before_name(struct cursor *c, const char *pattern)
{
	if (!take(c, pattern) || at_end(c) || (c->s[c->at] != ' ' && c->s[c->at] != '\n'))
		return false;
	c->at += c->s[c->at] == ' ';
	skip_break(c);
	return true;
}

static enum log_message match_fixup(struct cursor *c, struct log_match *m)
{
	uint64_t cs;

	/* "%02x:%08lx" */
	if (!take_before_name(c, "4gb seg fixup, process") || !take_process(c, " ", m) || !take(c, ", cs:ip ") ||
			!take_number(c, 16, 2, 8, &cs) || !take(c, ":") || !take_number(c, 16, 8, 16, &m->ip))
		return LOG_NOTHING;
	m->cs = (uint32_t)cs;
	return LOG_FIXUP;
}

static enum log_message match_offender(struct cursor *c, struct log_match *m)
{
	return take_before_name(c, "Offending process:") && take_process(c, "=", m) ? LOG_BOX_OFFENDER : LOG_NOTHING;
}

static enum log_message match_mach(struct cursor *c, struct log_match *m)
{
	return take_number(c, 10, 1, 10, &m->number) && take(c, " 4gb segments accesses") ? LOG_MACH : LOG_NOTHING;
}

static enum log_message match_mach_end(struct cursor *c, struct log_match *m)
{
	m->number = 1000000;
	return take(c, "A million 4gb segment accesses") ? LOG_MACH : LOG_NOTHING;
}

/* "printk: %d messages suppressed." up to Linux 2.6.24, "FUNCTION: %d callbacks suppressed" since 2.6.27. */
static enum log_message match_suppressed(struct cursor *c, struct log_match *m)
{
	return take(c, "printk: ") && take_number(c, 10, 1, 10, &m->number) && take(c, " messages suppressed")
			       ? LOG_SUPPRESSED
			       : LOG_NOTHING;
}

static enum log_message match_own_suppressed(struct cursor *c, struct log_match *m)
{
	return take(c, "fixup_4gb_segment: ") && take_number(c, 10, 1, 10, &m->number) &&
					       take(c, " callbacks suppressed")
			       ? LOG_FIXUP_SUPPRESSED
			       : LOG_NOTHING;
}

static enum log_message match_head(struct cursor *c, struct log_match *m)
{
	(void)m;
	return take(c, "WARNING: Currently emulating unsupported memory accesses") ? LOG_BOX_HEAD : LOG_NOTHING;
}

static enum log_message match_removal(struct cursor *c, struct log_match *m)
{
	(void)m;
	return take(c, "Support for running as 32-bit PV-guest under Xen will soon be removed") ? LOG_PV_REMOVAL
												: LOG_NOTHING;
}

/* dprintk writes "FILE:LINE: ", gdprintk adds the domain. Whatever the words are: the access was not fixed up. */
static enum log_message match_xen(struct cursor *c, struct log_match *m)
{
	return take(c, "seg_fixup.c:") && take_number(c, 10, 1, 5, &m->number) && take(c, ":") ? LOG_XEN_REFUSED
											       : LOG_NOTHING;
}

static enum log_message match(struct cursor *c, struct log_match *m, char first)
{
	switch (first) {
	case 'W':
		return match_head(c, m);
	case 'O':
		return match_offender(c, m);
	case 'A':
		return match_mach_end(c, m);
	case 'S':
		return match_removal(c, m);
	case 's':
		return match_xen(c, m);
	case 'f':
		return match_own_suppressed(c, m);
	case 'p':
		return match_suppressed(c, m);
	default:
		return isdigit((unsigned char)first) ? match_mach(c, m) : LOG_NOTHING;
	}
}

bool log_match_at(const char *text, size_t size, size_t at, struct log_match *out, bool *cut)
{
	struct log_match m = { 0 };
	struct cursor c = { text, size, at, cut };

	*cut = false;
	if (text[at] == '4')
		m.message = match_fixup(&c, &m);
	if (m.message == LOG_NOTHING && (at == 0 || !isdigit((unsigned char)text[at - 1]))) {
		c.at = at;
		m.message = match(&c, &m, text[at]);
	}
	if (m.message == LOG_NOTHING)
		return false;
	m.end = c.at;
	*out = m;
	return true;
}
