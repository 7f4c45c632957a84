// SPDX-License-Identifier: LGPL-2.1-or-later
/* Findings about what is published for ldconfig, and what its cache made of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"

#define DIRECTORY_FIX "ldconfig-hwcap --strategy directory enable"
#define PLATFORM_BIT  50 /* of the first alias: lib/loader/strategy.c */

/* What is published, by any file. */
struct published {
	const struct ldconf_hwcap *hwcap;         /* the first usable line for "nosegneg" */
	const struct ldconf_directory *directory; /* the first that names the set */
	bool alias;
	bool faulty;         /* a line for "nosegneg" that ldconfig stumbles over */
	bool ignored, wrong; /* the line does nothing, or has another bit than the note */
};

static const char *file_of(const struct machine *m, size_t file)
{
	return m->conf->file[file].path;
}

/* Whether this machine's ldconfig reads hwcap lines; where it cannot be told, the release decides. */
static bool honours(const struct machine *m)
{
	return (m->has_loader || m->glibc.source != GLIBC_UNKNOWN) && m->ldconfig != LDCONFIG_IGNORES_HWCAP &&
	       glibc_generation(&m->glibc)->honours_hwcap;
}

static void find_published(const struct machine *m, struct published *p)
{
	*p = (struct published){ .alias = m->has_entry && m->entry.strategy == STRATEGY_ALIAS };
	if (!m->conf)
		return;
	p->hwcap = ldconf_find_hwcap(m->conf, STRATEGY_NAME);
	for (size_t i = 0; i < m->conf->nhwcap; i++)
		p->faulty |= strcmp(m->conf->hwcap[i].name, STRATEGY_NAME) == 0;
	for (size_t i = 0; i < m->conf->ndirectory && !p->directory; i++) {
		const char *path = m->conf->directory[i].path;

		if (m->set && (strcmp(path, m->set->path) == 0 || strcmp(path, m->set->real) == 0))
			p->directory = &m->conf->directory[i];
	}
}

/* Commented out and not deleted: the numbers of the other lines that findings name stay right. */
#define COMMENT_OUT "sed -i '%us/^/# /' %s && %s"

static void fix_line(const struct machine *m, size_t file, unsigned line, const char *then, struct findings *f,
		struct finding *finding)
{
	char word[FINDING_WORD_MAX];

	finding_fix(f, finding, COMMENT_OUT, line, finding_word(word, file_of(m, file)), then);
}

/* ldconfig-hwcap withdraws its own entry alone. */
void machine_withdraw(const struct machine *m, char *command)
{
	char word[FINDING_WORD_MAX];
	struct published p;

	find_published(m, &p);
	if (!m->has_entry && (p.hwcap || p.directory))
		snprintf(command, MACHINE_COMMAND_MAX, COMMENT_OUT, p.hwcap ? p.hwcap->line : p.directory->line,
				finding_word(word, file_of(m, p.hwcap ? p.hwcap->file : p.directory->file)),
				"ldconfig");
	else
		snprintf(command, MACHINE_COMMAND_MAX, "ldconfig-hwcap disable");
}

/* An hwcap line in force gives its bit to the directory's libraries, too, and they are not for everybody. */
void machine_fix_directory(const struct machine *m, struct findings *f, struct finding *finding)
{
	struct published p;

	find_published(m, &p);
	if (machine_in_force(m))
		return;
	if (p.hwcap && honours(m))
		fix_line(m, p.hwcap->file, p.hwcap->line, DIRECTORY_FIX, f, finding);
	else
		finding_fix(f, finding, DIRECTORY_FIX);
}

static void judge_clash(
		const struct machine *m, const struct ldconf_hwcap *h, enum severity severity, struct findings *f)
{
	const struct ldconf_hwcap *other = h->clash == SIZE_MAX ? NULL : &m->conf->hwcap[h->clash];

	if (!other)
		fix_line(m, h->file, h->line, "ldconfig", f,
				finding_add(f, FINDING_ENTRY_CLASH, severity,
						"%s:%u: 'hwcap %lu %s': the index is ldconfig's own (\"tls\"), so that "
						"it ends with an error and leaves the old cache",
						file_of(m, h->file), h->line, h->index, h->name));
	else
		finding_fix(f,
				finding_add(f, FINDING_ENTRY_CLASH, severity,
						"%s:%u: 'hwcap %lu %s' contradicts %s:%u: 'hwcap %lu %s': ldconfig "
						"ends with an error and leaves the old cache",
						file_of(m, h->file), h->line, h->index, h->name,
						file_of(m, other->file), other->line, other->index, other->name),
				"remove the wrong one of the two lines, then ldconfig");
}

/* Harmful whether or not the set is needed: no library that is installed later can be found. */
static void judge_breakage(const struct machine *m, struct findings *f)
{
	/* A tree need not say which release reads it. */
	bool maybe = m->source == MACHINE_TREE && !m->has_loader && m->glibc.source == GLIBC_UNKNOWN;
	enum severity severity = maybe ? SEVERITY_WARNING : SEVERITY_ERROR;

	for (size_t i = 0; m->conf && (maybe || honours(m)) && i < m->conf->nhwcap; i++) {
		const struct ldconf_hwcap *h = &m->conf->hwcap[i];

		if (h->fault == LDCONF_INDEX_TAKEN || h->fault == LDCONF_NAME_TAKEN)
			judge_clash(m, h, severity, f);
		else if (h->fault == LDCONF_SYNTAX || h->fault == LDCONF_INDEX_RANGE)
			fix_line(m, h->file, h->line, "ldconfig", f,
					finding_add(f, FINDING_ENTRY_BREAKS_LDCONFIG, severity,
							"%s:%u: %s: ldconfig ends with an error and leaves the old "
							"cache",
							file_of(m, h->file), h->line, ldconf_fault_text(h->fault)));
	}
}

static void judge_strays(const struct machine *m, struct findings *f)
{
	char word[FINDING_WORD_MAX], more[FINDING_WORD_MAX];

	for (size_t i = 0; i < m->nstray && !machine_in_force(m); i++) {
		const char *path = m->stray[i].path;
		size_t n = strlen(path);
		bool named = n > 5 && strcmp(path + n - 5, ".conf") == 0;
		struct finding *finding = finding_add(f, FINDING_ENTRY_NOT_INCLUDED, SEVERITY_ERROR,
				"%s is not read by ldconfig: %s", path,
				named ? LDCONF_PATH " does not include it" : "its name does not end in .conf");

		if (named)
			finding_fix(f, finding,
					"echo 'include /etc/ld.so.conf.d/*.conf' >> " LDCONF_PATH " && ldconfig");
		else
			finding_fix(f, finding, "mv -i %s %s.conf && ldconfig", finding_word(word, path),
					finding_word(more, path));
	}
}

static void add_ignored(const struct machine *m, const struct ldconf_hwcap *h, struct findings *f)
{
	bool backport = glibc_at_most(&m->glibc, 2, 31);
	enum severity severity = machine_in_force(m) ? SEVERITY_NOTE : SEVERITY_ERROR;
	struct finding *finding;

	if (glibc_at_most(&m->glibc, 2, 3))
		finding = finding_add(f, FINDING_ENTRY_IGNORED, severity,
				"%s:%u: 'hwcap %lu %s': glibc %u.%u does not know hwcap lines", file_of(m, h->file),
				h->line, h->index, h->name, m->glibc.major, m->glibc.minor);
	else if (backport)
		finding = finding_add(f, FINDING_LOADER_BACKPORT, severity,
				"%s:%u: ldconfig of glibc %u.%u ignores hwcap lines here: the distribution took over "
				"that change of 2.32",
				file_of(m, h->file), h->line, m->glibc.major, m->glibc.minor);
	else
		finding = finding_add(f, FINDING_ENTRY_IGNORED, severity,
				"%s:%u: 'hwcap %lu %s': glibc %u.%u ignores hwcap lines (\"hwcap directive ignored\")",
				file_of(m, h->file), h->line, h->index, h->name, m->glibc.major, m->glibc.minor);
	finding_fix(f, finding, DIRECTORY_FIX);
}

/* The line that this loader would need under this note; STRATEGY_NONE where the note is not known. */
static struct strategy_choice wanted_choice(const struct machine *m)
{
	struct strategy_choice choice = { .strategy = STRATEGY_NONE };
	char why[WHY_MAX];
	unsigned index;
	bool enabled;

	if (m->note_known && kernelcap_index(&m->note, STRATEGY_NAME, &index, &enabled))
		(void)strategy_choose(&m->glibc, m->ldconfig, &m->note, STRATEGY_NONE, &choice, why);
	return choice;
}

static void judge_line(const struct machine *m, struct published *p, struct findings *f)
{
	const struct ldconf_hwcap *h = p->hwcap;
	struct strategy_choice choice = wanted_choice(m);
	enum severity severity = machine_in_force(m) ? SEVERITY_NOTE : SEVERITY_ERROR;
	char word[FINDING_WORD_MAX];

	p->ignored = !honours(m);
	if (p->ignored) {
		add_ignored(m, h, f);
		return;
	}
	if (choice.strategy == STRATEGY_NONE || (choice.strategy == STRATEGY_HWCAP && choice.index == h->index))
		return;
	p->wrong = true;
	if (glibc_at_least(&m->glibc, 2, 26))
		fix_line(m, h->file, h->line, m->note.mask ? "ldconfig-hwcap enable" : DIRECTORY_FIX, f,
				finding_add(f, FINDING_ENTRY_MISMATCH, severity,
						"%s:%u: 'hwcap %lu %s': ldconfig of glibc %u.%u caches it as bit %lu, "
						"and ld.so looks for another",
						file_of(m, h->file), h->line, h->index, h->name, m->glibc.major,
						m->glibc.minor, h->index + 52));
	else if (choice.strategy == STRATEGY_HWCAP)
		finding_fix(f,
				finding_add(f, FINDING_ENTRY_INDEX, severity,
						"%s:%u: 'hwcap %lu %s', and the kernel's note has index %u",
						file_of(m, h->file), h->line, h->index, h->name, choice.index),
				"sed -i '%us/.*/hwcap %u %s/' %s && ldconfig", h->line, choice.index, STRATEGY_NAME,
				finding_word(word, file_of(m, h->file)));
}

static void judge_absence(const struct machine *m, const struct published *p, int needed, struct findings *f)
{
	enum severity severity = needed > 0 ? SEVERITY_ERROR : SEVERITY_WARNING;

	if (p->alias && !m->alias_there)
		finding_fix(f,
				finding_add(f, FINDING_ENTRY_MISSING, severity,
						ENTRY_PATH " speaks of the link %s, which is not there",
						m->entry.alias),
				"ldconfig-hwcap enable");
	if (p->alias || p->hwcap || p->faulty || p->directory || m->nstray || m->taken)
		return;
	if (!m->set || m->set_check == -EBADMSG || machine_misplaced(m) || machine_base_is_clean(m))
		return;
	finding_fix(f,
			finding_add(f, FINDING_ENTRY_MISSING, severity,
					"the set in %s is installed, and nothing in " LDCONF_PATH " asks for it",
					m->set->path),
			"ldconfig-hwcap enable");
}

/* The cache bit that what is published gives the set; 0: none, its libraries are for everybody. */
static uint64_t expected_mark(const struct machine *m, const struct published *p)
{
	if (p->directory)
		return 0;
	if (p->alias)
		return UINT64_C(1) << (PLATFORM_BIT + (strstr(m->entry.alias, "/xeon_phi") != NULL));
	return UINT64_C(1) << (glibc_generation(&m->glibc)->cache_base + p->hwcap->index);
}

static void add_stale(enum severity severity, const char *what, struct findings *f)
{
	finding_fix(f,
			finding_add(f, FINDING_CACHE_STALE, severity,
					LDCACHE_PATH " %s: ldconfig has not been run since", what),
			"ldconfig");
}

static void judge_stale(const struct machine *m, const struct published *p, struct findings *f)
{
	bool published = p->directory || (p->hwcap && !p->ignored && !p->wrong) || (p->alias && m->alias_there);
	enum severity severity = machine_in_force(m) ? SEVERITY_WARNING : SEVERITY_ERROR;
	uint64_t mark;

	if (m->cache_state != FILE_READ || !m->set || !m->conf || m->glibc.source == GLIBC_UNKNOWN)
		return;
	/* Before it is mended, ldconfig cannot be run. */
	if (honours(m) && ldconf_would_break(m->conf, NULL))
		return;
	if (!published) {
		if (m->taken)
			add_stale(SEVERITY_WARNING, "gives programs the set, which nothing asks for now", f);
		return;
	}
	mark = expected_mark(m, p);
	if (mark && (!(m->cached.marks & mark) || m->cached.marked < m->set->nlibrary))
		add_stale(severity, "lacks the set's libraries with the bit that the entry gives them", f);
	else if (!mark && m->cached.chosen < m->set->nlibrary)
		add_stale(severity, "does not give programs the set that the entry names", f);
}

static void judge_cache(const struct machine *m, int needed, struct findings *f)
{
	enum severity severity = needed > 0 ? SEVERITY_ERROR : SEVERITY_WARNING;

	if (m->cache_state == FILE_BROKEN)
		finding_fix(f, finding_add(f, FINDING_CACHE_BROKEN, severity, LDCACHE_PATH ": %s", m->cache_why),
				"ldconfig");
	if (m->cache_state == FILE_READ && m->cache_unsorted)
		finding_fix(f,
				finding_add(f, FINDING_CACHE_BROKEN, severity,
						LDCACHE_PATH " is not in order: ld.so does not find all that is in it"),
				"ldconfig");
	if (needed == 0)
		return;
	if (m->cache_state == FILE_ABSENT && m->has_loader)
		finding_fix(f, finding_add(f, FINDING_CACHE_MISSING, severity, LDCACHE_PATH " is not there"),
				"ldconfig");
	if (*m->cache_newer)
		finding_fix(f,
				finding_add(f, FINDING_CACHE_OLD, SEVERITY_WARNING, LDCACHE_PATH " is older than %s",
						m->cache_newer),
				"ldconfig");
}

static void judge_not_needed(const struct machine *m, struct findings *f)
{
	struct finding *finding;

	if (!m->taken || m->set_check == -EBADMSG)
		return;
	finding = finding_add(f, FINDING_ENTRY_NOT_NEEDED, SEVERITY_NOTE,
			"programs get the set in %s: harmless, and not needed", m->set->path);
	if (m->has_entry && m->entry.strategy == STRATEGY_DIRECTORY)
		finding_fix(f, finding, "ldconfig-hwcap auto");
}

void machine_judge_entry(const struct machine *m, int needed, struct findings *f)
{
	struct published p;

	find_published(m, &p);
	judge_breakage(m, f);
	judge_cache(m, needed, f);
	if (needed == 0) {
		judge_not_needed(m, f);
		return;
	}
	judge_strays(m, f);
	if (p.hwcap && (m->has_loader || m->glibc.source != GLIBC_UNKNOWN))
		judge_line(m, &p, f);
	judge_absence(m, &p, needed, f);
	judge_stale(m, &p, f);
}
