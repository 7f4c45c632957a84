// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "process.h"

#define NAMED_MAX 8 /* processes that a finding names */

struct judging {
	const struct machine *m;
	const struct processes *ps;
	struct diagnosis *d;
	bool in_force;
	enum process_state *state; /* of each process */
};

static const struct process_object *object_of(const struct processes *ps, const struct process *p, size_t i)
{
	return &ps->object[p->object[i]];
}

static size_t unsafe(const struct process_object *o)
{
	return o->counts.proven + o->counts.possible;
}

static struct scan_counts sum_of(const struct processes *ps, const struct process *p, bool *complete)
{
	struct scan_counts sum = { 0 };

	*complete = true;
	for (size_t i = 0; i < p->nobject; i++) {
		const struct process_object *o = object_of(ps, p, i);

		*complete &= o->scanned;
		sum.proven += o->counts.proven;
		sum.possible += o->counts.possible;
		sum.fatal += o->counts.fatal;
	}
	return sum;
}

static enum process_state judge_libc(const struct judging *j, const struct process *p, bool clean)
{
	if (p->libc == LIBC_SET && p->deleted_libc)
		return PROCESS_OLD_SET;
	if (p->libc == LIBC_SET)
		return clean ? PROCESS_SERVED : PROCESS_UNSAFE;
	if (p->libc == LIBC_NONE)
		return clean ? PROCESS_SERVED : p->static_program ? PROCESS_STATIC : PROCESS_UNSAFE;
	if (p->other_root)
		return PROCESS_OTHER_ROOT;
	return p->libc == LIBC_BASE && j->in_force && !*p->library_path ? PROCESS_BEFORE_SWITCH : PROCESS_NOT_SERVED;
}

/* Whatever the C library, a process without an access below the thread pointer is served. */
static enum process_state judge_one(const struct judging *j, const struct process *p)
{
	bool complete, scan = j->m->options->scan;
	struct scan_counts sum = sum_of(j->ps, p, &complete);
	bool clean = sum.proven + sum.possible == 0;

	if (scan && complete && clean && !p->deleted_libc)
		return PROCESS_SERVED;
	if (!scan && p->static_program)
		return PROCESS_UNKNOWN;
	if (scan && !complete && clean && p->libc != LIBC_BASE && p->libc != LIBC_OTHER && !p->deleted_libc)
		return PROCESS_UNKNOWN;
	return judge_libc(j, p, clean);
}

static int add_line(const struct judging *j, const struct process *p, enum process_state state)
{
	struct diagnosis *d = j->d;
	struct process_line *line;
	struct scan_counts sum;
	bool complete;

	if (array_reserve(&d->process, &d->process_cap, d->nprocess + 1, sizeof(*d->process)) < 0)
		return -1;
	line = &d->process[d->nprocess];
	sum = sum_of(j->ps, p, &complete);
	*line = (struct process_line){ .pid = p->pid, .state = state, .proven = sum.proven, .possible = sum.possible };
	line->scanned = j->m->options->scan && complete;
	line->name = strdup(p->name);
	for (size_t i = 0; i < p->nobject && !line->libc; i++) {
		const struct process_object *o = object_of(j->ps, p, i);

		if (o->is_libc && asprintf(&line->libc, "%s%s", o->path, o->deleted ? " (deleted)" : "") < 0)
			line->libc = NULL;
	}
	d->nprocess++;
	return line->name ? 0 : -1;
}

/* Which processes a finding is about. */
typedef bool (*member_fn)(const struct judging *j, size_t i);

static bool is_not_served(const struct judging *j, size_t i)
{
	return j->state[i] == PROCESS_NOT_SERVED && j->ps->process[i].libc == LIBC_BASE &&
	       !*j->ps->process[i].library_path;
}

static bool is_before_switch(const struct judging *j, size_t i)
{
	return j->state[i] == PROCESS_BEFORE_SWITCH;
}

static bool is_other_root(const struct judging *j, size_t i)
{
	return j->state[i] == PROCESS_OTHER_ROOT;
}

static bool is_old_set(const struct judging *j, size_t i)
{
	return j->state[i] == PROCESS_OLD_SET;
}

static bool is_bypass(const struct judging *j, size_t i)
{
	return j->state[i] == PROCESS_NOT_SERVED && j->ps->process[i].libc == LIBC_OTHER &&
	       !*j->ps->process[i].library_path;
}

static bool is_library_path(const struct judging *j, size_t i)
{
	return j->state[i] == PROCESS_NOT_SERVED && *j->ps->process[i].library_path;
}

static bool is_preloaded(const struct judging *j, size_t i)
{
	return j->state[i] != PROCESS_SERVED && *j->ps->process[i].preload;
}

static bool is_flipped(const struct judging *j, size_t i)
{
	const struct process *p = &j->ps->process[i];
	bool foreign = false;

	for (size_t k = 0; k < p->nobject; k++)
		foreign |= !object_of(j->ps, p, k)->is_set && unsafe(object_of(j->ps, p, k));
	return j->state[i] == PROCESS_UNSAFE && p->libc == LIBC_SET && foreign;
}

static const struct group {
	enum finding_code code;
	member_fn member;
	const char *text, *fix;
} groups[] = {
	{ FINDING_PROCESS_WITHOUT_SET, is_not_served, "with the base C library",
			"bring the set into force, then start them anew" },
	{ FINDING_PROCESS_BEFORE_SWITCH, is_before_switch,
			"with the base C library, though programs get the set now: they began before",
			"start them anew" },
	{ FINDING_PROCESS_OLD_SET, is_old_set, "with a set that was removed or replaced since they began",
			"start them anew" },
	{ FINDING_PROCESS_OTHER_ROOT, is_other_root, "in another root directory, with that one's C library",
			"nosegneg-check --root /proc/%d/root" },
	{ FINDING_RPATH_BYPASS, is_bypass,
			"with a C library of neither set nor system: an RPATH or RUNPATH goes past the set",
			"nosegneg-check /proc/%d/exe" },
	{ FINDING_LD_LIBRARY_PATH, is_library_path, "with LD_LIBRARY_PATH in the environment, which goes past the set",
			"start them without it" },
	{ FINDING_LD_PRELOAD, is_preloaded, "with LD_PRELOAD in the environment, and not served",
			"start them without it" },
	{ FINDING_FLIP_COST, is_flipped,
			"with the set and with another file that reaches below the thread pointer: each such access "
			"makes the next one above trap as well",
			"build the files of the other findings anew, with -mno-tls-direct-seg-refs" },
};

static size_t name_members(const struct judging *j, member_fn member, char *buf, size_t size, pid_t *first)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < j->ps->n; i++) {
		if (!member(j, i))
			continue;
		if (n == 0)
			*first = j->ps->process[i].pid;
		if (n++ < NAMED_MAX)
			at += (size_t)snprintf(buf + at, size - at, "%s%.40s (%d)", n > 1 ? ", " : "",
					j->ps->process[i].name, (int)j->ps->process[i].pid);
	}
	if (n > NAMED_MAX)
		snprintf(buf + at, size - at, " and %zu more", n - NAMED_MAX);
	return n;
}

static void judge_group(const struct judging *j, const struct group *g)
{
	struct findings *f = &j->d->findings;
	char names[NAMED_MAX * 64 + 64] = "", *at;
	pid_t first = 0;
	size_t n = name_members(j, g->member, names, sizeof(names), &first);
	struct finding *finding;

	if (n == 0)
		return;
	finding = finding_add(
			f, g->code, SEVERITY_WARNING, "%zu process%s %s: %s", n, n > 1 ? "es" : "", g->text, names);
	at = strstr(g->fix, "%d");
	if (at)
		finding_fix(f, finding, "%.*s%d%s", (int)(at - g->fix), g->fix, (int)first, at + 2);
	else
		finding_fix(f, finding, "%s", g->fix);
}

static bool set_has(const struct machine *m, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (size_t i = 0; m->set && i < m->set->nlibrary; i++)
		if (strcmp(m->set->library[i], name) == 0)
			return true;
	return false;
}

static size_t count_users(const struct processes *ps, size_t object)
{
	size_t n = 0;

	for (size_t i = 0; i < ps->n; i++)
		for (size_t k = 0; k < ps->process[i].nobject; k++)
			n += ps->process[i].object[k] == object;
	return n;
}

static bool is_static(const struct processes *ps, size_t object)
{
	for (size_t i = 0; i < ps->n; i++)
		for (size_t k = 0; k < ps->process[i].nobject; k++)
			if (ps->process[i].object[k] == object)
				return ps->process[i].static_program;
	return false;
}

static void judge_object(const struct judging *j, size_t i)
{
	const struct process_object *o = &j->ps->object[i];
	struct findings *f = &j->d->findings;
	enum finding_code code = FINDING_LIBRARY_UNSAFE;
	const char *kind = "a library of";
	size_t users = count_users(j->ps, i);

	if (o->is_program && is_static(j->ps, i)) {
		code = FINDING_STATIC_PROGRAM;
		kind = "a static program, which no set can help, of";
	} else if (o->is_program) {
		code = FINDING_PROGRAM_UNSAFE;
		kind = "a program of";
	} else if (o->is_set) {
		code = FINDING_SET_UNSAFE;
		kind = "a library of the set, in";
	}
	finding_fix(f,
			finding_add(f, code, SEVERITY_WARNING,
					"%s, %s %zu process%s, has accesses below the thread pointer: %zu proven, %zu "
					"possible",
					o->path, kind, users, users > 1 ? "es" : "", o->counts.proven,
					o->counts.possible),
			"build it anew with -mno-tls-direct-seg-refs%s",
			code == FINDING_STATIC_PROGRAM ? ", or dynamically linked" : "");
	if (o->counts.fatal)
		finding_fix(f,
				finding_add(f, FINDING_FATAL_ACCESS, SEVERITY_ERROR,
						"%s: %zu of these accesses are none that a 32-bit Xen emulates: they "
						"end the program with SIGSEGV",
						o->path, o->counts.fatal),
				"nosegneg-check scan --instructions %s", o->path);
}

/* What the set would replace is no finding of its own. */
static void judge_objects(const struct judging *j)
{
	for (size_t i = 0; i < j->ps->nobject; i++) {
		const struct process_object *o = &j->ps->object[i];
		bool replaced = !o->is_set && (o->is_libc || o->is_loader || set_has(j->m, o->path));

		if (o->scanned && unsafe(o) && !replaced)
			judge_object(j, i);
		else if (*o->why)
			finding_add(&j->d->findings, FINDING_FACT_UNREADABLE, SEVERITY_NOTE,
					"%s could not be scanned: %s", o->path, o->why);
	}
}

static void count_states(const struct judging *j)
{
	struct diagnosis *d = j->d;

	for (size_t i = 0; i < j->ps->n; i++) {
		d->state[j->state[i]]++;
		if (add_line(j, &j->ps->process[i], j->state[i]) < 0)
			d->memory_gone = true;
	}
	d->state[PROCESS_NOT_AFFECTED] = j->ps->not_affected;
	d->state[PROCESS_REFUSED] = j->ps->refused;
	d->state[PROCESS_VANISHED] = j->ps->vanished;
}

void process_judge(const struct machine *m, const struct processes *ps, struct diagnosis *d)
{
	_cleanup_free_ enum process_state *state = calloc(ps->n + 1, sizeof(*state));
	struct judging j = { .m = m, .ps = ps, .d = d, .in_force = machine_in_force(m), .state = state };
	enum reason reason;

	d->processes = true;
	if (!state) {
		d->memory_gone = true;
		return;
	}
	for (size_t i = 0; i < ps->n; i++)
		state[i] = judge_one(&j, &ps->process[i]);
	count_states(&j);
	/* Where segments are whole nothing traps, whatever is mapped. */
	if (machine_needs(m, &reason) == 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		judge_group(&j, &groups[i]);
	judge_objects(&j);
}
