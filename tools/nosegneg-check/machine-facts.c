// SPDX-License-Identifier: LGPL-2.1-or-later
/* The facts that a verdict rests on, for people and programs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"

static void list_source(const struct machine *m, struct diagnosis *d)
{
	static const char *const keys[] = {
		[MACHINE_LIVE] = "live", [MACHINE_TREE] = "tree", [MACHINE_IMAGE] = "image"
	};

	diagnosis_text(d, "source", NULL, "%s", keys[m->source]);
	if (m->source == MACHINE_TREE)
		diagnosis_text(d, "root", "root", "%s, a captured tree", m->root.path);
	else if (m->source == MACHINE_IMAGE)
		diagnosis_text(d, "root", "root", "%s: its libraries, and the kernel of this machine", m->root.path);
}

static void list_xen(const struct machine *m, struct diagnosis *d)
{
	static const char *const answers[] = { [XEN_NO] = "no", [XEN_YES] = "yes", [XEN_NOT_KNOWN] = "not-known" };
	const struct xen_facts *x = &m->xen;
	const char *other = xen_other_hypervisor(x);

	diagnosis_text(d, "kernel", "kernel", "%s%s", *x->release ? x->release : m->xen.probe.kernel,
			x->kernel_64 == XEN_YES  ? ", 64-bit"
			: x->kernel_64 == XEN_NO ? ", 32-bit"
						 : "");
	if (x->on_xen == XEN_YES && x->has_version)
		diagnosis_text(d, "xen", "Xen", "%s, Xen %u.%u%s%s", xen_kind_text(x), x->major, x->minor, x->extra,
				x->width == 64 ? ", 64-bit"
				: x->width     ? ", 32-bit"
					       : "");
	else
		diagnosis_text(d, "xen", "Xen", "%s%s%s", xen_kind_text(x), other ? ", but " : "", other ? other : "");
	diagnosis_text(d, "on_xen", NULL, "%s", answers[x->on_xen]);
}

static void list_segments(const struct machine *m, struct diagnosis *d)
{
	if (!m->segments.known) {
		diagnosis_text(d, "segments", "segments", "not known: %s", m->probe_why);
		diagnosis_unknown(d, "segments_shortened");
		return;
	}
	diagnosis_text(d, "segments", "segments", "%s, limit %#" PRIx32,
			segments_shortened(&m->segments) ? "shortened" : "not shortened", m->segments.limit);
	diagnosis_bool(d, "segments_shortened", segments_shortened(&m->segments));
	diagnosis_number(d, "segments_limit", m->segments.limit);
}

static void list_note(const struct machine *m, struct diagnosis *d)
{
	const struct kernelcap_name *cap = m->note.ncap ? &m->note.cap[0] : NULL;
	unsigned index;
	bool enabled;

	if (!m->note_known)
		diagnosis_text(d, "note", "note", "not known: %s", m->probe_why);
	else if (!cap)
		diagnosis_text(d, "note", "note", "none");
	else
		diagnosis_text(d, "note", "note", "%s, bit %u, %s by mask %#" PRIx32, cap->name, cap->bit,
				cap->enabled ? "enabled" : "not enabled", m->note.mask);
	if (kernelcap_index(&m->note, STRATEGY_NAME, &index, &enabled)) {
		diagnosis_number(d, "note_index", index);
		diagnosis_bool(d, "note_enabled", enabled);
	}
}

static void list_loader(const struct machine *m, struct diagnosis *d)
{
	const struct glibc *g = &m->glibc;
	char version[64] = "of unknown release";

	if (g->source != GLIBC_UNKNOWN)
		snprintf(version, sizeof(version), "glibc %u.%u", g->major, g->minor);
	if (!m->has_loader && g->source == GLIBC_UNKNOWN) {
		diagnosis_text(d, "loader", "loader", "none: %s", m->loader_why);
		return;
	}
	diagnosis_text(d, "loader", "loader", "%s%s%s%s%s%s: %s", g->loader, *g->loader ? ", " : "", version,
			*g->package ? " (" : "", g->package, *g->package ? ")" : "", glibc_generation(g)->words);
	if (g->source != GLIBC_UNKNOWN)
		diagnosis_text(d, "glibc", NULL, "%u.%u", g->major, g->minor);
	if (*g->package)
		diagnosis_text(d, "glibc_package", NULL, "%s", g->package);
}

static void list_set(const struct machine *m, struct diagnosis *d)
{
	const char *package = m->set && m->set->manifest ? m->set->manifest->base_package : NULL;

	if (m->set)
		diagnosis_text(d, "set", "set", "%s, %zu libraries%s%s", m->set->path, m->set->nlibrary,
				package ? " for " : "", package ? package : "");
	else if (m->source != MACHINE_TREE)
		diagnosis_text(d, "set", "set", "%s", *m->set_why ? m->set_why : "none");
	if (m->set) {
		diagnosis_number(d, "set_libraries", (int64_t)m->set->nlibrary);
		diagnosis_number(d, "set_libraries_loaded", (int64_t)m->taken);
	}
}

static void list_entry(const struct machine *m, struct diagnosis *d)
{
	const struct ldconf_hwcap *h = m->conf ? ldconf_find_hwcap(m->conf, STRATEGY_NAME) : NULL;

	if (m->has_entry)
		diagnosis_text(d, "entry", "entry", "%s (%s)", ENTRY_PATH, strategy_name(m->entry.strategy));
	else if (h)
		diagnosis_text(d, "entry", "entry", "%s:%u: hwcap %lu %s", m->conf->file[h->file].path, h->line,
				h->index, h->name);
	else
		diagnosis_text(d, "entry", "entry", "none%s",
				m->entry_foreign ? " of ours: " ENTRY_PATH " is somebody else's" : "");
	diagnosis_text(d, "strategy", NULL, "%s", strategy_name(m->choice.strategy));
	if (m->cache_state != FILE_READ)
		diagnosis_text(d, "cache", "cache", "%s: %s", LDCACHE_PATH, m->cache_why);
	else if (m->set && m->set->nlibrary)
		diagnosis_text(d, "cache", "cache", "%zu of %zu libraries of the set are taken by programs", m->taken,
				m->set->nlibrary);
	else
		diagnosis_text(d, "cache", "cache", "%s", *m->libc ? m->libc : "has no C library for 32-bit programs");
}

void machine_list_facts(const struct machine *m, struct diagnosis *d)
{
	list_source(m, d);
	list_xen(m, d);
	machine_list_xen(m, d);
	list_segments(m, d);
	list_note(m, d);
	list_loader(m, d);
	list_set(m, d);
	list_entry(m, d);
}
