// SPDX-License-Identifier: LGPL-2.1-or-later
/* Findings about the set, the loader, and what goes past both. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"

/* The length of the directory's part. */
static int parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash - path) : 0;
}

static void judge_missing(const struct machine *m, int needed, struct findings *f)
{
	enum severity severity = needed > 0 ? SEVERITY_ERROR : SEVERITY_WARNING;

	if (m->set_state == FILE_BROKEN)
		finding_fix(f, finding_add(f, FINDING_SET_BROKEN, severity, "%s: %s", m->set_path, m->set_why),
				"install the set anew");
	if (m->set_state == FILE_ABSENT && m->has_loader && !*m->wrong_place && !machine_base_is_clean(m))
		finding_fix(f, finding_add(f, FINDING_SET_MISSING, severity, "%s: %s", m->set_path, m->set_why),
				"install the nosegneg set for %s there, then ldconfig-hwcap enable",
				*m->glibc.package ? m->glibc.package : "this C library");
	if (m->set_state != FILE_READ && *m->wrong_place)
		finding_fix(f,
				finding_add(f, FINDING_SET_WRONG_PLACE, severity,
						"%s holds a set where neither ld.so nor ldconfig looks for one",
						m->wrong_place),
				"mkdir -p %.*s && mv -T %s %s && ldconfig-hwcap enable", parent(m->set_path),
				m->set_path, m->wrong_place, m->set_path);
	if (machine_misplaced(m))
		finding_fix(f,
				finding_add(f, FINDING_SET_WRONG_PLACE, severity,
						"%s is no directory that ldconfig takes for hwcap \"" STRATEGY_NAME
						"\" below %s",
						m->set->path, m->glibc.directory),
				"mkdir -p %s/i686 && mv -T %s %s/i686/" STRATEGY_NAME " && ldconfig-hwcap enable",
				m->glibc.directory, m->set->path, m->glibc.directory);
	if (m->set && *m->missing)
		finding_fix(f,
				finding_add(f, FINDING_SET_INCOMPLETE, SEVERITY_WARNING,
						"the set in %s lacks %s: programs get the base library", m->set->path,
						m->missing),
				"install the set anew");
}

static void judge_mismatch(const struct machine *m, int needed, struct findings *f)
{
	enum severity severity = m->taken ? SEVERITY_ERROR : needed ? SEVERITY_WARNING : SEVERITY_NOTE;
	char command[MACHINE_COMMAND_MAX];

	if (!m->set || m->set_check == 0 || !m->has_loader)
		return;
	if (m->set_check != -EBADMSG) {
		finding_add(f, FINDING_FACT_UNREADABLE, SEVERITY_WARNING,
				"whether the set in %s belongs to the loader: %s", m->set->path, m->set_check_why);
		return;
	}
	machine_withdraw(m, command);
	finding_fix(f,
			finding_add(f, FINDING_SET_MISMATCH, severity, "the set in %s does not belong to %s: %s",
					m->set->path, m->glibc.loader, m->set_check_why),
			"%s%sinstall the set for %s", m->taken ? command : "", m->taken ? ", then " : "",
			*m->glibc.package ? m->glibc.package : "this C library");
}

static void judge_scan(const struct machine *m, struct findings *f)
{
	for (size_t i = 0; machine_in_force(m) && i < m->nscan; i++) {
		const struct machine_scan *s = &m->scan[i];

		if (*s->why)
			finding_add(f, FINDING_FACT_UNREADABLE, SEVERITY_WARNING, "%s could not be scanned: %s",
					s->path, s->why);
		if (s->counts.proven + s->counts.possible)
			finding_fix(f,
					finding_add(f, FINDING_SET_UNSAFE, SEVERITY_WARNING,
							"%s, of the set itself, has accesses below the thread pointer: "
							"%zu proven, %zu possible%s",
							s->path, s->counts.proven, s->counts.possible,
							s->counts.fatal ? ", some of which end programs" : ""),
					"nosegneg-check scan --symbols %s", s->path);
	}
}

void machine_judge_set(const struct machine *m, int needed, struct findings *f)
{
	judge_mismatch(m, needed, f);
	if (needed == 0)
		return;
	if (!m->captured)
		judge_missing(m, needed, f);
	judge_scan(m, f);
}

static void judge_release(const struct machine *m, struct findings *f)
{
	const struct glibc *g = &m->glibc;
	enum severity severity = machine_in_force(m) ? SEVERITY_NOTE : SEVERITY_WARNING;

	if (!m->has_loader || g->source == GLIBC_UNKNOWN)
		return;
	if (glibc_at_most(g, 2, 3))
		machine_fix_directory(m, f,
				finding_add(f, FINDING_LOADER_BIT0, severity,
						"glibc %u.%u reads the names of the kernel's note one byte off: bit 0 "
						"is an empty name, and no set is found by it",
						g->major, g->minor));
	if (g->major == 2 && g->minor == 12)
		machine_fix_directory(m, f,
				finding_add(f, FINDING_LOADER_CACHE_BUG, severity,
						"glibc 2.12 does not look for the note's bit in the cache (fixed in "
						"2.13)"));
}

static void judge_environment(const struct machine *m, struct findings *f)
{
	static const struct {
		const char *name;
		enum finding_code code;
		const char *text;
	} known[] = {
		{ "LD_LIBRARY_PATH=", FINDING_LD_LIBRARY_PATH, "goes past ld.so.cache in every session" },
		{ "LD_PRELOAD=", FINDING_LD_PRELOAD, "comes before the set in every session" },
		{ "LD_HWCAP_MASK=", FINDING_HWCAP_MASK, "hides hwcap directories from ldconfig and ld.so" },
	};

	for (const char *line = m->environment; *line; line += strcspn(line, "\n") + 1) {
		int n = (int)strcspn(line, "\n");

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (strncmp(line, known[i].name, strlen(known[i].name)) == 0)
				finding_fix(f,
						finding_add(f, known[i].code, SEVERITY_WARNING,
								"/etc/environment: %.*s: %s", n, line, known[i].text),
						"remove it from /etc/environment");
		if (!line[n])
			break;
	}
}

static void judge_initramfs(const struct machine *m, struct findings *f)
{
	if (m->initramfs_state == INITRAMFS_UNREADABLE)
		finding_add(f, FINDING_FACT_UNREADABLE, SEVERITY_NOTE, "%s: %s", m->initramfs, m->initramfs_why);
	if (m->initramfs_state == INITRAMFS_ABSENT && m->options->initramfs)
		finding_add(f, FINDING_FACT_UNREADABLE, SEVERITY_WARNING, "%s: %s", m->initramfs, m->initramfs_why);
	if (m->initramfs_state == INITRAMFS_READ && m->initramfs_libc && !m->initramfs_set)
		finding_fix(f,
				finding_add(f, FINDING_INITRAMFS_WITHOUT_SET, SEVERITY_WARNING,
						"%s has a C library and no nosegneg set: what it starts traps until it "
						"is started anew",
						m->initramfs),
				"update-initramfs -u, or dracut --force, with the set in force");
}

void machine_judge_loader(const struct machine *m, int needed, struct findings *f)
{
	if (m->settings_state == FILE_BROKEN)
		finding_fix(f,
				finding_add(f, FINDING_SETTINGS_BROKEN, SEVERITY_ERROR, SETTINGS_PATH ": %s",
						m->settings_why),
				"correct it: nosegneg.conf(5)");
	if (needed == 0)
		return;
	judge_release(m, f);
	judge_environment(m, f);
	judge_initramfs(m, f);
	if (m->settings_state == FILE_READ && m->settings.enable == ENABLE_NEVER)
		finding_add(f, FINDING_SETTINGS_NEVER, SEVERITY_NOTE, SETTINGS_PATH ":%u: 'enable = never'",
				m->settings.enable_line);
	if (m->nohwcap && glibc_at_most(&m->glibc, 2, 31) && m->choice.strategy != STRATEGY_DIRECTORY)
		finding_fix(f,
				finding_add(f, FINDING_NOHWCAP, SEVERITY_ERROR,
						"/etc/ld.so.nohwcap is there: ld.so takes nothing from hwcap "
						"directories, the set among them"),
				"finish the upgrade of the C library that left it, or rm /etc/ld.so.nohwcap");
	if (*m->preload)
		finding_fix(f,
				finding_add(f, FINDING_LD_PRELOAD, SEVERITY_WARNING,
						"/etc/ld.so.preload: %s: loaded into every program, before the set",
						m->preload),
				"nosegneg-check scan %s", m->preload);
	if (m->prelink && glibc_at_most(&m->glibc, 2, 31))
		finding_add(f, FINDING_PRELINK, SEVERITY_NOTE,
				"programs are prelinked: under another kernel's note they start more slowly");
}
