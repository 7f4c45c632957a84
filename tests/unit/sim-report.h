/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record for the tests of the report, made by hand. */
#ifndef TESTS_SIM_REPORT_H
#define TESTS_SIM_REPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

struct made {
	struct record rec;
	struct options opt;
	struct module module[4];
	struct site sites[8], *site[8];
	struct record_process processes[4], *process[4];
	struct record_stack stacks[4];
	struct module *libs[2];
};

static const uint8_t mov_negative[] = { 0x65, 0xa1, 0xfc, 0xff, 0xff, 0xff };
static const uint8_t mov_positive[] = { 0x65, 0xa1, 0x14, 0, 0, 0 };

static inline void add_site(struct made *m, struct module *module, uint32_t addr, const uint8_t *bytes, uint8_t len,
		uint64_t negative, uint64_t positive)
{
	struct site *s = &m->sites[m->rec.nsite];

	*s = (struct site){ .module = module, .addr = addr, .len = len, .negative = negative, .positive = positive };
	memcpy(s->bytes, bytes, len);
	m->site[m->rec.nsite++] = s;
}

static inline struct record_process *add_process(struct made *m, pid_t pid, const char *program)
{
	struct record_process *p = &m->processes[m->rec.nprocess];

	*p = (struct record_process){ .pid = pid, .program = (char *)program, .threads = 1, .ended = true };
	m->process[m->rec.nprocess++] = p;
	return p;
}

static inline void make(struct made *m)
{
	*m = (struct made){ .opt = { .hole = 0xf6800000, .follow = true, .top = 20 } };
	m->rec.site = m->site;
	m->rec.process = m->process;
	m->rec.stack = m->stacks;
	m->module[0] = (struct module){ .path = (char *)"/lib/libc.so.6", .fd = -1 };
	m->module[1] = (struct module){ .path = (char *)"/lib/nosegneg/libc.so.6", .fd = -1, .is_set = true };
	m->module[2] = (struct module){ .path = (char *)"/tmp/a\033[2Jb\nc\xff/x;y\n z", .fd = -1 };
	add_process(m, 70, "/bin/first");
}

/* Ten traps at three places of two libraries. */
static inline void make_traps(struct made *m)
{
	make(m);
	add_site(m, &m->module[1], 0x30, mov_negative, 6, 1, 0);
	add_site(m, &m->module[0], 0x20, mov_positive, 6, 0, 3);
	add_site(m, &m->module[0], 0x40, mov_positive, 6, 0, 0);
	add_site(m, &m->module[0], 0x10, mov_negative, 6, 6, 0);
	m->processes[0].negative = 7;
	m->processes[0].positive = 3;
}

static inline char *printed(const struct made *m, double seconds)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	report_print(out, &m->rec, &m->opt, seconds);
	assert_int_equal(fclose(out), 0);
	return text;
}

#endif
