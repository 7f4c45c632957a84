// SPDX-License-Identifier: LGPL-2.1-or-later
/* Findings about the kernel, the hypervisor, and what could not be found out. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"

#define DIRECTORY_FIX "ldconfig-hwcap --strategy directory enable"

static enum severity worst(int needed)
{
	return needed > 0 ? SEVERITY_ERROR : SEVERITY_WARNING;
}

static void judge_mask_bit(const struct machine *m, struct findings *f)
{
	unsigned index;
	bool enabled;

	if (!(m->note.problems & KERNELCAP_MASK_BIT) || !kernelcap_index(&m->note, STRATEGY_NAME, &index, &enabled))
		return;
	finding_fix(f,
			finding_add(f, FINDING_NOTE_MASK_BIT, SEVERITY_WARNING,
					"the kernel's note enables mask %#" PRIx32
					", which is not the bit that it gives \"nosegneg\": the cache "
					"follows index %u, and directories are not searched",
					m->note.mask, index),
			"ldconfig-hwcap enable");
}

static void judge_broken_note(const struct machine *m, struct findings *f)
{
	bool fatal = machine_note_kills(m);

	for (unsigned bit = 0; bit < 32; bit++) {
		enum kernelcap_problem problem = (enum kernelcap_problem)(1u << bit);

		if (!(m->note.problems & problem) || problem == KERNELCAP_MASK_BIT)
			continue;
		finding_fix(f,
				finding_add(f, FINDING_NOTE_BROKEN, fatal ? SEVERITY_ERROR : SEVERITY_WARNING,
						"the kernel's note is broken: %s", kernelcap_problem_text(problem)),
				"%s",
				fatal && problem == KERNELCAP_COUNT
						? "boot another kernel, or this one with vdso=0"
						: "boot another kernel; until then: " DIRECTORY_FIX);
	}
}

static void judge_note(const struct machine *m, int needed, struct findings *f)
{
	const struct glibc_generation *g = glibc_generation(&m->glibc);
	unsigned index;
	bool enabled, there = kernelcap_index(&m->note, STRATEGY_NAME, &index, &enabled);
	bool listens = g->reads_note && (m->has_loader || m->glibc.source != GLIBC_UNKNOWN);

	if (m->note_known)
		judge_broken_note(m, f);
	if (!m->note_known || needed == 0 || !listens)
		return;
	judge_mask_bit(m, f);
	if (!there)
		machine_fix_directory(m, f,
				finding_add(f, FINDING_NOTE_ABSENT,
						machine_in_force(m) ? SEVERITY_NOTE : SEVERITY_WARNING,
						"the kernel's vDSO has no note that says \"nosegneg\", which glibc "
						"%u.%u would follow",
						m->glibc.major, m->glibc.minor));
	else if (!enabled && needed > 0)
		machine_fix_directory(m, f,
				finding_add(f, FINDING_NOTE_NOT_ENABLED,
						machine_in_force(m) ? SEVERITY_NOTE : SEVERITY_ERROR,
						"the kernel's note names \"nosegneg\" as bit %u and does not enable it "
						"(mask %#" PRIx32 "), though segments are shortened",
						index, m->note.mask));
}

static bool is_pv_on_64(const struct machine *m)
{
	const struct xen_facts *x = &m->xen;

	return x->on_xen == XEN_YES && x->width == 64 && x->mode == XEN_MODE_PV;
}

static void judge_xen(const struct machine *m, int needed, struct findings *f)
{
	unsigned index;
	bool enabled = false, asks;

	asks = kernelcap_index(&m->note, STRATEGY_NAME, &index, &enabled) && enabled;
	if (needed == 0 && is_pv_on_64(m) && m->programs != PROGRAMS_REFUSED)
		finding_add(f, FINDING_XEN_32_ON_64, SEVERITY_NOTE,
				"32-bit programs on a 64-bit Xen: it leaves their segments as they are, and nosegneg "
				"gains "
				"nothing%s",
				asks ? ", though the kernel's note asks for it" : "");
	if (!m->segments.known || m->options->assume_needed)
		return;
	if (segments_shortened(&m->segments) && m->xen.shortens == XEN_NO)
		finding_add(f, FINDING_CONTRADICTION, SEVERITY_WARNING,
				"the processor says that segments are shortened (limit %#" PRIx32
				"), and the files say that they are not (%s): the processor is believed",
				m->segments.limit, xen_reason_text(m->xen.reason));
	if (!segments_shortened(&m->segments) && m->xen.shortens == XEN_YES)
		finding_add(f, FINDING_CONTRADICTION, SEVERITY_WARNING,
				"the files say that segments are shortened (%s), and the processor says that they are "
				"not: "
				"the processor is believed",
				xen_reason_text(m->xen.reason));
	if (asks && !segments_shortened(&m->segments) && !is_pv_on_64(m))
		finding_add(f, FINDING_CONTRADICTION, SEVERITY_NOTE,
				"the kernel's note asks for nosegneg, and segments are not shortened: it is not "
				"needed");
}

static void judge_log(const struct machine *m, struct findings *f)
{
	const struct kernel_log *log = m->log;
	char who[256] = "";

	if (!log || !kernel_log_warns(log))
		return;
	for (size_t i = 0; i < log->n && i < 4; i++) {
		size_t n = strlen(who);

		snprintf(who + n, sizeof(who) - n, "%s%s (pid %" PRIu32 ")", n ? ", " : ": ", log->offender[i].comm,
				log->offender[i].pid);
	}
	finding_fix(f,
			finding_add(f, FINDING_KERNEL_WARNING, SEVERITY_WARNING,
					"since it was booted, the kernel has warned of emulated accesses%s%s", who,
					log->n > 4 ? " and others" : ""),
			"nosegneg-check log --live");
}

static void judge_knowledge(const struct machine *m, int needed, struct findings *f)
{
	enum severity severity = needed < 0 ? SEVERITY_WARNING : SEVERITY_NOTE;

	if (m->helper_missing)
		finding_fix(f,
				finding_add(f, FINDING_HELPER_MISSING, severity,
						"ldconfig-hwcap is not installed: the segments and the kernel's note "
						"of 32-bit programs are not known"),
				"install ldconfig-hwcap beside nosegneg-check or in /usr/sbin");
	else if (!m->segments.known && m->programs != PROGRAMS_REFUSED)
		finding_fix(f,
				finding_add(f, FINDING_FACT_UNREADABLE, severity,
						"the segments of 32-bit programs are not known: %s", m->probe_why),
				m->source == MACHINE_TREE ? "ldconfig-hwcap probe > nosegneg-probe, on that machine"
							  : "ldconfig-hwcap probe");
	else if (!m->note_known && m->programs == PROGRAMS_RUN && needed != 0 &&
			glibc_generation(&m->glibc)->reads_note)
		finding_add(f, FINDING_FACT_UNREADABLE, SEVERITY_WARNING,
				"the note of the kernel's 32-bit vDSO is not known: %s", m->probe_why);
	for (size_t i = 0; i < m->ngap; i++)
		finding_fix(f,
				finding_add(f, FINDING_FACT_UNREADABLE, severity, "%s could not be read: %s",
						m->gap[i].what, m->gap[i].why),
				"run nosegneg-check as root");
}

/* /lib/tls was where distributions before 2007 kept the libraries that trap. */
static void judge_tls(const struct machine *m, int needed, struct findings *f)
{
	if (m->xen.lib_tls_disabled == XEN_YES)
		finding_fix(f,
				finding_add(f, FINDING_TLS_DISABLED, worst(needed),
						"/lib/tls.disabled: the libraries with thread-local storage were moved "
						"away, and programs run without NPTL"),
				"mv /lib/tls.disabled /lib/tls && ldconfig-hwcap enable");
	if (needed > 0 && m->xen.lib_tls == XEN_YES)
		finding_add(f, FINDING_LIB_TLS, SEVERITY_NOTE,
				"/lib/tls: this system keeps the libraries that the kernel's warning speaks of in a "
				"directory of their own");
}

void machine_judge_kernel(const struct machine *m, int needed, struct findings *f)
{
	judge_note(m, needed, f);
	judge_xen(m, needed, f);
	machine_judge_xen(m, f);
	judge_log(m, f);
	judge_tls(m, needed, f);
	judge_knowledge(m, needed, f);
}
