// SPDX-License-Identifier: LGPL-2.1-or-later
/* The Xen section: what an administrator would ask the hypervisor, the toolstack and the kernel one by one. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"

/* A text that may be "not there", which is not known. */
static void list_text(struct diagnosis *d, const char *key, const char *label, const char *text)
{
	if (*text)
		diagnosis_text(d, key, label, "%s", text);
	else
		diagnosis_unknown(d, key);
}

static void list_domain(const struct machine *m, struct diagnosis *d)
{
	static const char *const modes[] = {
		[XEN_MODE_UNKNOWN] = "",
		[XEN_MODE_PV] = "PV",
		[XEN_MODE_PVH] = "PVH",
		[XEN_MODE_HVM] = "HVM",
		[XEN_MODE_HARDWARE] = "",
	};
	const struct xen_facts *x = &m->xen;

	list_text(d, "domain", NULL, x->kind == XEN_KIND_DOM0 ? "dom0" : x->kind == XEN_KIND_UNKNOWN ? "" : "domU");
	list_text(d, "mode", NULL, modes[x->mode]);
	if (x->has_version) {
		diagnosis_text(d, "release", NULL, "%u.%u", x->major, x->minor);
		diagnosis_text(d, "version", NULL, "%u.%u%s", x->major, x->minor, x->extra);
	} else {
		diagnosis_unknown(d, "release");
		diagnosis_unknown(d, "version");
	}
	if (x->width)
		diagnosis_number(d, "width", x->width);
	else
		diagnosis_unknown(d, "width");
	if (*x->capabilities)
		diagnosis_words(d, "capabilities", "guests", "%s", x->capabilities);
	else
		diagnosis_unknown(d, "capabilities");
}

static void list_build(const struct machine *m, struct diagnosis *d)
{
	const struct xen_health *h = &m->health;

	list_text(d, "compiler", NULL, h->compiler);
	list_text(d, "compiled_by", NULL, h->compiled_by);
	list_text(d, "compile_date", NULL, h->compile_date);
	list_text(d, "changeset", NULL, h->changeset);
	list_text(d, "build_id", NULL, h->build_id);
	if (*h->compiler || *h->compile_date)
		diagnosis_text(d, NULL, "built", "%s%s%s%s%s", h->compiler,
				*h->compiler && *h->compile_date ? ", " : "", h->compile_date,
				*h->changeset ? ", changeset " : "", h->changeset);
}

static void list_toolstacks(const struct machine *m, struct diagnosis *d)
{
	const struct xen_health *h = &m->health;
	char words[XEN_TOOLSTACKS * 16] = "";

	for (size_t i = 0; i < h->ntoolstack; i++) {
		size_t n = strlen(words);

		snprintf(words + n, sizeof(words) - n, "%s%u.%u", n ? " " : "", h->toolstack[i].major,
				h->toolstack[i].minor);
	}
	if (h->toolstacks_known == XEN_NOT_KNOWN) {
		diagnosis_unknown(d, "toolstacks");
		return;
	}
	diagnosis_words(d, "toolstacks", *words ? "tools" : NULL, "%s", words);
	if (!*words && m->xen.control)
		diagnosis_text(d, NULL, "tools", "none");
}

static void list_clock(const struct machine *m, struct diagnosis *d)
{
	const struct xen_health *h = &m->health;

	if (*h->clock)
		diagnosis_text(d, NULL, "clock", "%s%s%s%s", h->clock, *h->clocks ? " (of: " : "", h->clocks,
				*h->clocks ? ")" : "");
	list_text(d, "clock_source", NULL, h->clock);
	if (*h->clocks)
		diagnosis_words(d, "clock_sources", NULL, "%s", h->clocks);
	else
		diagnosis_unknown(d, "clock_sources");
}

static void list_balloon(const struct machine *m, struct diagnosis *d)
{
	const struct xen_health *h = &m->health;

	if (h->has_retries)
		diagnosis_number(d, "balloon_retries", (int64_t)h->retries);
	else
		diagnosis_unknown(d, "balloon_retries");
	if (!h->has_balloon) {
		diagnosis_unknown(d, "balloon_current_kib");
		diagnosis_unknown(d, "balloon_target_kib");
		return;
	}
	if (h->current_kib == h->target_kib)
		diagnosis_text(d, NULL, "balloon", "%" PRIu64 " KiB, at its target", h->current_kib);
	else
		diagnosis_text(d, NULL, "balloon", "%" PRIu64 " KiB, target %" PRIu64 " KiB not reached",
				h->current_kib, h->target_kib);
	diagnosis_number(d, "balloon_current_kib", (int64_t)h->current_kib);
	diagnosis_number(d, "balloon_target_kib", (int64_t)h->target_kib);
}

static const char *why_unread(int error)
{
	if (error == -EPERM)
		return "the hypervisor does not tell";
	return error == -EBADMSG ? "not a number" : strerror(-error);
}

/* What is there and says nothing is named, and not taken for absent. */
static void list_unread(const struct machine *m, struct diagnosis *d)
{
	const struct xen_health *h = &m->health;
	char paths[1024] = "", words[2048] = "";

	for (enum xen_health_file file = xen_health_unreadable(h, 0); file < XEN_HEALTH_FILES;
			file = xen_health_unreadable(h, file + 1)) {
		size_t n = strlen(words), at = strlen(paths);

		snprintf(paths + at, sizeof(paths) - at, "%s%s", at ? " " : "", xen_health_path(file));
		snprintf(words + n, sizeof(words) - n, "%s%s (%s)", n ? ", " : "", xen_health_path(file),
				why_unread(h->error[file]));
	}
	if (*words)
		diagnosis_text(d, NULL, "not read", "%s", words);
	diagnosis_words(d, "unreadable", NULL, "%s", paths);
}

void machine_list_xen(const struct machine *m, struct diagnosis *d)
{
	if (m->xen.on_xen != XEN_YES)
		return;
	d->on_xen = d->xen_facts = true;
	list_domain(m, d);
	list_build(m, d);
	list_toolstacks(m, d);
	list_text(d, "command_line", "cmdline", m->health.command_line);
	list_clock(m, d);
	list_balloon(m, d);
	list_unread(m, d);
	d->xen_facts = false;
}

/* Where control is seen: a container in dom0 has no toolstack, and needs none. */
static void judge_toolstack(const struct machine *m, struct findings *f)
{
	const struct xen_facts *x = &m->xen;
	const struct xen_health *h = &m->health;
	const struct xen_toolstack *other = h->ntoolstack ? &h->toolstack[h->ntoolstack - 1] : NULL;
	struct finding *finding;

	if (!x->control || !x->has_version || h->toolstacks_known == XEN_NOT_KNOWN ||
			xen_health_has_toolstack(h, x->major, x->minor))
		return;
	if (other)
		finding = finding_add(f, FINDING_XEN_TOOLSTACK, SEVERITY_NOTE,
				"Xen %u.%u runs, and the toolstack is that of Xen %u.%u: xl works with the hypervisor "
				"of its "
				"own release",
				x->major, x->minor, other->major, other->minor);
	else
		finding = finding_add(f, FINDING_XEN_TOOLSTACK, SEVERITY_NOTE,
				"Xen %u.%u runs, and no toolstack was found: this dom0 has no xl to control it",
				x->major, x->minor);
	finding_fix(f, finding, "install the toolstack of Xen %u.%u (Debian: xen-utils-%u.%u)", x->major, x->minor,
			x->major, x->minor);
}

void machine_judge_xen(const struct machine *m, struct findings *f)
{
	const struct xen_health *h = &m->health;

	if (m->xen.on_xen != XEN_YES)
		return;
	judge_toolstack(m, f);
	if (xen_health_clock_is_worse(h))
		finding_fix(f,
				finding_add(f, FINDING_XEN_CLOCK, SEVERITY_NOTE,
						"the clock source is '%s', which the kernel ranks below 'xen', and "
						"'xen' is "
						"available",
						h->clock),
				"remove clocksource= from the kernel's command line, or write xen to %s",
				xen_health_path(XEN_HEALTH_CLOCK));
	if (h->has_balloon && h->has_retries && h->retries > 1 && h->current_kib != h->target_kib)
		finding_add(f, FINDING_XEN_BALLOON, SEVERITY_NOTE,
				"the balloon has failed to reach its target %" PRIu64 " times: %" PRIu64
				" KiB instead of %" PRIu64,
				h->retries - 1, h->current_kib, h->target_kib);
}
