// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "xen/kernel-log.h"
#include "xen/log-line.h"
#include "xen/log-match.h"

#define LINE_BYTES 4096 /* a longer line is taken in pieces */
#define TAIL_BYTES 256  /* of the lines before: more than the longest message has */
#define SLOTS      (2 * KERNEL_LOG_OFFENDERS)

struct kernel_log_reader {
	char line[LINE_BYTES];
	size_t len;
	bool partial;        /* bytes stand behind the last line feed */
	bool kmsg;           /* the last line was a record of /dev/kmsg */
	uint64_t suppressed; /* by the line before, of messages of any kind */

	/* What may be the beginning of a message, a line break, and the line that is looked at. */
	char window[TAIL_BYTES + 1 + LINE_BYTES];
	size_t tail;

	uint16_t slot[SLOTS]; /* offenders by hash, open addressing: index + 1 */
};

int kernel_log_new(struct kernel_log **out)
{
	struct kernel_log *log = calloc(1, sizeof(*log));

	if (log)
		log->reader = calloc(1, sizeof(*log->reader));
	if (!log || !log->reader) {
		free(log);
		return -ENOMEM;
	}
	*out = log;
	return 0;
}

void kernel_log_free(struct kernel_log *log)
{
	if (!log)
		return;
	for (size_t i = 0; i < log->n; i++)
		free(log->offender[i].address);
	free(log->offender);
	free(log->reader);
	free(log);
}

static size_t hash(const struct log_match *m, enum kernel_log_source source)
{
	uint32_t h = 2166136261u ^ m->pid * 16777619u ^ (uint32_t)source;

	for (const char *p = m->comm; *p; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	return (h ^ h >> 15) % SLOTS;
}

static bool is_same(const struct kernel_log_offender *o, const struct log_match *m, enum kernel_log_source source)
{
	return o->pid == m->pid && o->source == source && strcmp(o->comm, m->comm) == 0;
}

/* *out is NULL where there are too many already. */
static int offender_of(struct kernel_log *log, const struct log_match *m, enum kernel_log_source source,
		struct kernel_log_offender **out)
{
	uint16_t *slot = log->reader->slot;
	size_t i = hash(m, source);

	for (; slot[i]; i = (i + 1) % SLOTS)
		if (is_same(&log->offender[slot[i] - 1], m, source)) {
			*out = &log->offender[slot[i] - 1];
			return 0;
		}
	*out = NULL;
	if (log->n == KERNEL_LOG_OFFENDERS)
		return 0;
	if (array_reserve(&log->offender, &log->cap, log->n + 1, sizeof(*log->offender)) < 0)
		return -ENOMEM;
	*out = &log->offender[log->n++];
	**out = (struct kernel_log_offender){ .pid = m->pid, .source = source, .first_line = log->lines + 1 };
	memcpy((*out)->comm, m->comm, sizeof(m->comm));
	slot[i] = (uint16_t)log->n;
	return 0;
}

static int count_address(struct kernel_log_offender *o, const struct log_match *m)
{
	for (size_t i = 0; i < o->naddress; i++)
		if (o->address[i].ip == m->ip && o->address[i].cs == m->cs) {
			o->address[i].count++;
			return 0;
		}
	if (o->naddress == KERNEL_LOG_ADDRESSES) {
		o->more_addresses++;
		return 0;
	}
	if (array_reserve(&o->address, &o->address_cap, o->naddress + 1, sizeof(*o->address)) < 0)
		return -ENOMEM;
	o->address[o->naddress++] = (struct kernel_log_address){ .cs = m->cs, .ip = m->ip, .count = 1 };
	return 0;
}

static int count_offender(struct kernel_log *log, const struct log_match *m, enum kernel_log_source source)
{
	struct kernel_log_offender *o;
	int r = offender_of(log, m, source, &o);

	if (r < 0)
		return r;
	if (!o) {
		log->more_offenders++;
		return 0;
	}
	o->count++;
	o->last_line = log->lines + 1;
	return source == KERNEL_LOG_FIXUP ? count_address(o, m) : 0;
}

/* `pending`: what the line before said of messages that were swallowed; it speaks of this one's kind only if it stands
 * right before it. */
static int count_message(struct kernel_log *log, const struct log_match *m, uint64_t pending)
{
	switch (m->message) {
	case LOG_BOX_HEAD:
		log->boxes++;
		return 0;
	case LOG_BOX_OFFENDER:
		return count_offender(log, m, KERNEL_LOG_BOX);
	case LOG_FIXUP:
		log->fixups++;
		log->suppressed += pending;
		return count_offender(log, m, KERNEL_LOG_FIXUP);
	case LOG_FIXUP_SUPPRESSED:
		log->suppressed += m->number;
		return 0;
	case LOG_SUPPRESSED:
		log->reader->suppressed = m->number;
		return 0;
	case LOG_MACH:
		if (m->number > log->mach)
			log->mach = m->number;
		return 0;
	case LOG_XEN_REFUSED:
		log->xen_refused++;
		return 0;
	case LOG_PV_REMOVAL:
		log->pv_removal = true;
		return 0;
	case LOG_NOTHING:
		break;
	}
	return 0;
}

static void keep_tail(struct kernel_log_reader *r, size_t from, size_t end)
{
	if (end - from > TAIL_BYTES)
		from = end - TAIL_BYTES;
	memmove(r->window, r->window + from, end - from);
	r->tail = end - from;
}

/* Looks for messages in what was left of the lines before and the new line. */
static int look(struct kernel_log *log, const char *message, size_t len)
{
	struct kernel_log_reader *r = log->reader;
	uint64_t pending = r->suppressed;
	size_t size = r->tail + 1 + len, from = size;
	struct log_match m;
	bool cut;

	r->window[r->tail] = '\n';
	memcpy(r->window + r->tail + 1, message, len);
	r->suppressed = 0;
	for (size_t i = 0; i < size; i++) {
		int error;

		if (!log_match_begins(r->window[i]))
			continue;
		if (!log_match_at(r->window, size, i, &m, &cut)) {
			from = cut && i < from ? i : from;
			continue;
		}
		error = count_message(log, &m, pending);
		if (error < 0)
			return error;
		pending = 0;
		from = size;
		i = m.end - 1;
	}
	keep_tail(r, from, size);
	return 0;
}

static int take_line(struct kernel_log *log)
{
	struct kernel_log_reader *r = log->reader;
	size_t len = log_line_strip_colours(r->line, r->len);
	struct log_line line;

	r->len = 0;
	/* Behind a record of /dev/kmsg stand lines of its dictionary, " KEY=value". */
	if (len == 0 || (r->kmsg && r->line[0] == ' '))
		return 0;
	line = log_line_parse(r->line, len);
	r->kmsg = line.kmsg;
	return line.foreign ? 0 : look(log, r->line + line.start, len - line.start);
}

/* A carriage return ends a line as well, but only line feeds are counted. NULs, which a crash leaves in a log, are left
 * out. */
int kernel_log_feed(struct kernel_log *log, const void *data, size_t size)
{
	struct kernel_log_reader *r = log->reader;
	const char *p = data;

	for (size_t i = 0; i < size; i++) {
		bool end = p[i] == '\n' || p[i] == '\r';
		int error = 0;

		if (!end && p[i] != '\0')
			r->line[r->len++] = p[i];
		if (end || r->len == LINE_BYTES)
			error = take_line(log);
		if (error < 0)
			return error;
		r->partial = p[i] != '\n';
		log->lines += p[i] == '\n';
	}
	return 0;
}

int kernel_log_end(struct kernel_log *log)
{
	int error = take_line(log);

	log->lines += log->reader->partial;
	log->reader->partial = false;
	return error;
}

bool kernel_log_warns(const struct kernel_log *log)
{
	return log->boxes || log->n || log->fixups || log->mach || log->xen_refused;
}
