// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"

static enum reason why_not_needed(const struct machine *m)
{
	switch (m->xen.reason) {
	case XEN_NOT_ON_XEN:
		return REASON_NO_XEN;
	case XEN_HARDWARE_GUEST:
		return REASON_HARDWARE_GUEST;
	case XEN_64BIT_BY_CAPABILITIES:
	case XEN_64BIT_BY_VERSION:
	case XEN_64BIT_BY_KERNEL:
		return REASON_64BIT_XEN;
	default:
		return REASON_NOT_SHORTENED;
	}
}

/* A kernel warns of accesses that a hypervisor emulates for it. */
bool machine_log_contradicts(const struct machine *m)
{
	return !m->segments.known && m->xen.shortens == XEN_NO && m->log && kernel_log_warns(m->log);
}

/* The processor's own word first; then that there is nothing to serve; then what the files say. */
static int needs(const struct machine *m, enum reason *reason)
{
	*reason = REASON_NEED_NOT_KNOWN;
	if (m->segments.known) {
		*reason = why_not_needed(m);
		return segments_shortened(&m->segments);
	}
	if (m->programs == PROGRAMS_REFUSED) {
		*reason = REASON_NO_32BIT_PROGRAMS;
		return 0;
	}
	if (machine_log_contradicts(m))
		return -1;
	if (m->xen.shortens == XEN_NO)
		*reason = why_not_needed(m);
	return m->xen.shortens == XEN_NOT_KNOWN ? -1 : m->xen.shortens == XEN_YES;
}

int machine_needs(const struct machine *m, enum reason *reason)
{
	int needed = m->options->assume_needed ? 1 : needs(m, reason);

	if (needed != 0 && m->loader_absent) {
		*reason = REASON_NO_32BIT_PROGRAMS;
		return 0;
	}
	return needed;
}

bool machine_in_force(const struct machine *m)
{
	return m->set && m->set->nlibrary > 0 && m->taken == m->set->nlibrary;
}

bool machine_base_is_clean(const struct machine *m)
{
	const struct scan_counts *c = &m->scan[0].counts;

	return !machine_in_force(m) && m->nscan == 1 && m->scan[0].scanned && c->proven + c->possible == 0;
}

bool machine_misplaced(const struct machine *m)
{
	return m->set && m->has_loader && m->choice.strategy == STRATEGY_HWCAP &&
	       !library_set_is_hwcap_directory(m->set, &m->glibc);
}

bool machine_note_kills(const struct machine *m)
{
	return m->has_loader && m->note_known && glibc_generation(&m->glibc)->reads_note &&
	       m->note.problems & KERNELCAP_COUNT;
}

__attribute__((format(printf, 4, 5))) static void conclude(
		struct diagnosis *d, enum verdict verdict, enum reason reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(d->words, sizeof(d->words), format, args);
	va_end(args);
	d->verdict = verdict;
	d->reason = reason;
}

static void conclude_not_needed(const struct machine *m, enum reason reason, struct diagnosis *d)
{
	const char *words = xen_reason_text(m->xen.reason);

	if (reason == REASON_NO_32BIT_PROGRAMS && m->loader_absent)
		words = "no C library for 32-bit programs is installed";
	else if (reason == REASON_NO_32BIT_PROGRAMS)
		words = "this kernel does not run 32-bit programs";
	else if (reason == REASON_NOT_SHORTENED)
		words = "the processor says that segments are not shortened";
	conclude(d, VERDICT_NOT_NEEDED, reason, "%s", words);
}

static void conclude_unknown(const struct machine *m, struct diagnosis *d)
{
	char path[160] = "";

	if (m->ngap)
		snprintf(path, sizeof(path), "; %.100s: %.40s", m->gap[0].what, m->gap[0].why);
	conclude(d, VERDICT_NOT_KNOWN, REASON_NEED_NOT_KNOWN, "whether segments are shortened: %s%s, and %s%s",
			machine_log_contradicts(m) ? "the kernel's log says so, the files do not: " : "",
			xen_reason_text(m->xen.reason), m->probe_why, path);
}

/* Of a captured tree there are no libraries, only the cache. */
static void conclude_tree(const struct machine *m, struct diagnosis *d)
{
	if (m->libc_marked && !m->libc_of_set)
		conclude(d, VERDICT_NOT_KNOWN, REASON_LIBRARIES_NOT_KNOWN,
				"segments are shortened, so the set is needed; %s has it for loaders that follow the "
				"kernel's note, and the tree does not say of which release this one is",
				LDCACHE_PATH);
	else if (m->cache_state == FILE_ABSENT && m->set_state == FILE_ABSENT && !m->has_entry)
		conclude(d, VERDICT_NOT_SERVED, REASON_SET_MISSING,
				"segments are shortened, and the tree has no set, no entry for one, and "
				"no " LDCACHE_PATH);
	else if (!*m->libc)
		conclude(d, VERDICT_NOT_KNOWN, REASON_LIBRARIES_NOT_KNOWN,
				"segments are shortened, so the set is needed; the tree does not say which libraries "
				"programs get: %s: %s",
				LDCACHE_PATH, m->cache_state == FILE_READ ? "has no libc.so.6" : m->cache_why);
	else if (m->libc_of_set)
		conclude(d, VERDICT_SERVED, REASON_SET_LOADED, "segments are shortened, and programs get %s", m->libc);
	else
		conclude(d, VERDICT_NOT_SERVED, REASON_SET_NOT_LOADED, "segments are shortened, and programs get %s",
				m->libc);
}

/* Which fact would have to be known to say more; NULL: none. */
static const char *missing_fact(const struct machine *m, const char **why)
{
	if (m->cache_state == FILE_UNREADABLE) {
		*why = m->cache_why;
		return LDCACHE_PATH;
	}
	if (m->set_state == FILE_UNREADABLE) {
		*why = m->set_why;
		return m->set_path;
	}
	if (m->set_state == FILE_BROKEN && m->libc_of_set) {
		*why = m->set_why;
		return m->set_path;
	}
	if (!m->has_loader) {
		*why = m->loader_why;
		return "the loader";
	}
	if (!m->note_known && m->cached.marked && glibc_generation(&m->glibc)->reads_note) {
		*why = m->probe_why;
		return "the kernel's note";
	}
	return NULL;
}

static void conclude_not_loaded(const struct machine *m, struct diagnosis *d)
{
	const char *why = "", *what = missing_fact(m, &why);

	if (what)
		conclude(d, VERDICT_NOT_KNOWN, REASON_LIBRARIES_NOT_KNOWN,
				"segments are shortened, so the set is needed; whether programs get it: %s: %s", what,
				why);
	else if (m->set_state == FILE_ABSENT)
		conclude(d, VERDICT_NOT_SERVED, REASON_SET_MISSING, "segments are shortened, and no set is installed");
	else
		conclude(d, VERDICT_NOT_SERVED, REASON_SET_NOT_LOADED, "segments are shortened, and programs get %s",
				*m->libc ? m->libc : "the base libraries");
}

static void conclude_needed(const struct machine *m, struct diagnosis *d)
{
	if (m->captured || (m->source == MACHINE_TREE && !m->has_loader))
		conclude_tree(m, d);
	else if (machine_in_force(m) && *m->missing)
		conclude(d, VERDICT_NOT_SERVED, REASON_SET_PARTLY_LOADED,
				"segments are shortened, and the set in %s lacks %.160s, which programs get from the "
				"base",
				m->set->path, m->missing);
	else if (machine_in_force(m))
		conclude(d, VERDICT_SERVED, REASON_SET_LOADED, "segments are shortened, and programs get the set in %s",
				m->set->path);
	else if (m->taken)
		conclude(d, VERDICT_NOT_SERVED, REASON_SET_PARTLY_LOADED,
				"segments are shortened, and programs get %zu of %zu libraries of the set in %s",
				m->taken, m->set->nlibrary, m->set->path);
	else if (machine_base_is_clean(m))
		conclude(d, VERDICT_SERVED, REASON_BASE_CLEAN,
				"segments are shortened, and the base C library has no access below the thread "
				"pointer");
	else
		conclude_not_loaded(m, d);
}

/* A tree without libraries does not say whether there is a set; what has to be done it says. */
static void judge_tree(const struct machine *m, struct diagnosis *d)
{
	struct findings *f = &d->findings;

	if (d->reason != REASON_SET_NOT_LOADED || (m->has_loader && !m->captured) || findings_count(f, SEVERITY_ERROR))
		return;
	if (!m->has_entry && !(m->conf && ldconf_find_hwcap(m->conf, STRATEGY_NAME)))
		finding_fix(f,
				finding_add(f, FINDING_ENTRY_MISSING, SEVERITY_ERROR,
						"nothing in " LDCONF_PATH " asks for a set"),
				"on that machine: install the nosegneg set for its C library, then ldconfig-hwcap "
				"enable");
	else
		finding_fix(f,
				finding_add(f, FINDING_CACHE_STALE, SEVERITY_ERROR,
						LDCACHE_PATH " does not lead to the set that " LDCONF_PATH " asks for"),
				"on that machine: ldconfig-hwcap enable");
}

void machine_judge(const struct machine *m, struct diagnosis *d)
{
	enum reason reason = REASON_NEED_NOT_KNOWN;
	int needed = machine_needs(m, &reason);

	d->assumed = m->options->assume_needed;
	d->shortened = d->assumed ? 1 : needed;
	if (m->segments.known && !d->assumed)
		d->shortened = segments_shortened(&m->segments);
	if (m->taken && m->set_check == -EBADMSG)
		conclude(d, VERDICT_BROKEN, REASON_SET_MISMATCH, "programs get the set in %s: %s", m->set->path,
				m->set_check_why);
	else if (machine_note_kills(m))
		conclude(d, VERDICT_BROKEN, REASON_NOTE_BROKEN, "the kernel's note ends every 32-bit program: %s",
				kernelcap_problem_text(KERNELCAP_COUNT));
	else if (needed == 0)
		conclude_not_needed(m, reason, d);
	else if (needed < 0)
		conclude_unknown(m, d);
	else
		conclude_needed(m, d);
	machine_judge_kernel(m, needed, &d->findings);
	machine_judge_entry(m, needed, &d->findings);
	machine_judge_set(m, needed, &d->findings);
	judge_tree(m, d);
	if (d->reason == REASON_SET_MISSING && !m->has_loader)
		finding_fix(&d->findings,
				finding_add(&d->findings, FINDING_SET_MISSING, SEVERITY_ERROR,
						"no nosegneg set in the tree"),
				"on that machine: install the nosegneg set for its C library, then ldconfig-hwcap "
				"enable");
	machine_judge_loader(m, needed, &d->findings);
}
