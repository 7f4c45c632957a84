// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/text.h"
#include "loader/vdso.h"
#include "check.h"
#include "message.h"
#include "report.h"
#include "switch.h"
#include "witness.h"
#include "xen/cpuid.h"

static void line(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void line(const char *name, const char *format, ...)
{
	char text[2 * PATH_MAX], quoted[2 * PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "%-9s %s\n", name, text_quote(quoted, sizeof(quoted), text));
}

static void report_note(const struct situation *s)
{
	const struct kernelcap *n = &s->note;

	if (!n->present)
		line("note", "none (%s)", s->note_source);
	for (size_t i = 0; i < n->ncap; i++)
		line("note", "%s: bit %u, %s by mask %#x (%s)", n->cap[i].name, n->cap[i].bit,
				n->cap[i].enabled ? "enabled" : "not enabled", n->mask, s->note_source);
	for (unsigned bit = 0; bit < 32; bit++)
		if (n->problems & (1u << bit))
			line("", "%s", kernelcap_problem_text((enum kernelcap_problem)(1u << bit)));
}

static void report_loader(const struct situation *s)
{
	const struct glibc *g = &s->glibc;
	char version[32] = "of unknown release";

	if (!s->has_loader) {
		line("loader", "none: %s", s->loader_why);
		return;
	}
	if (g->source != GLIBC_UNKNOWN)
		snprintf(version, sizeof(version), "glibc %u.%u", g->major, g->minor);
	line("loader", "%s, %s%s%s%s: %s", g->loader, version, *g->package ? " (" : "", g->package,
			*g->package ? ")" : "", glibc_generation(g)->words);
	line("strategy", "%s: %s", strategy_name(s->choice.strategy), s->choice.why);
	if (s->set)
		line("set", "%s: %zu libraries%s%s", s->set->path, s->set->nlibrary,
				s->set->manifest && s->set->manifest->base_package ? " for " : "",
				s->set->manifest && s->set->manifest->base_package ? s->set->manifest->base_package
										   : "");
	else
		line("set", "%s: %s", s->set_path, s->set_why);
}

void report_facts(const struct situation *s)
{
	report_note(s);
	if (s->segments.known)
		line("segments", "%s, limit %#x", segments_shortened(&s->segments) ? "shortened" : "not shortened",
				s->segments.limit);
	else
		line("segments", "cannot be looked at");
	report_loader(s);
	line("entry", "%s", situation_conf_path(s));
}

int report_print(const struct situation *s)
{
	report_facts(s);
	if (!s->has_loader)
		return message_error(s->loader_why, "no loader for 32-bit programs: nothing to write", NULL);
	fputs(s->text, stdout);
	return check_lines(s) == EXIT_CLEAN ? EXIT_CLEAN : EXIT_FINDINGS;
}

static const char *published_words(const struct situation *s)
{
	unsigned l;

	if (s->published == PUBLISHED_OURS)
		return "published";
	if (situation_others(s, &l))
		return "published by another file";
	return s->published == PUBLISHED_FOREIGN ? "somebody else's file" : "not published";
}

static void say(const char *name, const char *value)
{
	char quoted[PATH_MAX];

	printf("%-9s %s\n", name, text_quote(quoted, sizeof(quoted), value));
}

/* What is published: by our file, else by the first line of somebody else's. */
static enum strategy published_strategy(const struct situation *s)
{
	unsigned l;
	const char *others = situation_others(s, &l);

	if (s->published == PUBLISHED_OURS)
		return s->old.strategy;
	for (size_t i = 0; others && i < s->conf->nhwcap; i++)
		if (s->conf->hwcap[i].line == l && s->conf->file[s->conf->hwcap[i].file].path == others)
			return STRATEGY_HWCAP;
	return others ? STRATEGY_DIRECTORY : s->choice.strategy;
}

/* Whether the next program has to get the set. */
static bool program_expects_set(const struct situation *s)
{
	unsigned l;
	bool enabled;

	if (s->published == PUBLISHED_OURS)
		return !situation_waits(s) && switch_expects_set(s);
	if (!situation_others(s, &l))
		return false;
	return published_strategy(s) == STRATEGY_DIRECTORY ||
	       (kernelcap_index(&s->own_note, STRATEGY_NAME, &l, &enabled) && enabled);
}

/* Whether a fresh program gets what it has to; -1 where this user cannot see that. */
static int report_witness(const struct situation *s)
{
	struct witness w;
	char why[WHY_MAX];
	int r = witness_run(&s->root, NULL, &w, why);
	bool used;

	if (r < 0) {
		say("program", why);
		return witness_unseen(r) ? -1 : 0;
	}
	used = s->set && witness_used_set(&s->root, &w, s->set);
	say("program", w.libc);
	return used == program_expects_set(s);
}

int report_status(struct situation *s)
{
	unsigned other_line;
	const char *others = situation_others(s, &other_line);
	bool on = s->published == PUBLISHED_OURS || others, settled, sound;
	char text[PATH_MAX + 64];
	int agrees;

	if (!s->has_loader) {
		say("loader", s->loader_why);
		return s->published == PUBLISHED_OURS ? EXIT_FINDINGS : EXIT_CLEAN;
	}
	snprintf(text, sizeof(text), "%s: %s (%s)",
			others && s->published != PUBLISHED_OURS ? others : situation_conf_path(s), published_words(s),
			strategy_name(published_strategy(s)));
	say("entry", text);
	settled = (others && s->published != PUBLISHED_OURS) || situation_waits_rightly(s) || situation_settled(s, on);
	snprintf(text, sizeof(text), "%s (%zu of %zu libraries for every program, %zu on the kernel's word)",
			!s->has_cache ? "cannot be read"
			: settled     ? "agrees"
				      : "does not agree: run ldconfig-hwcap auto",
			s->cached.chosen, s->set ? s->set->nlibrary : 0, s->cached.marked);
	say("cache", text);
	agrees = report_witness(s);
	sound = check_lines(s) == EXIT_CLEAN;
	if (situation_waits(s))
		say("", "this kernel has no note; the entry waits for one that has");
	if (agrees < 0 && settled && sound)
		return message_error("program", "could not be started, so this is not known", NULL);
	say("", settled && agrees > 0 && sound ? "as it has to be" : "not as it has to be");
	return settled && agrees > 0 && sound ? EXIT_CLEAN : EXIT_FINDINGS;
}

int report_initramfs(const struct situation *s)
{
	enum settings_enable wish = s->settings.initramfs;
	unsigned line;
	bool on = s->set && (s->published == PUBLISHED_OURS || situation_others(s, &line));

	if (wish == ENABLE_AUTO)
		message_say("an initramfs %s the set: it is switched %s", on ? "with" : "without", on ? "on" : "off");
	else
		message_say("an initramfs %s the set: " SETTINGS_PATH ":%u says '%s'",
				wish == ENABLE_ALWAYS ? "with" : "without", s->settings.initramfs_line,
				wish == ENABLE_ALWAYS ? "always" : "never");
	return wish == ENABLE_ALWAYS || (wish == ENABLE_AUTO && on) ? EXIT_CLEAN : EXIT_FINDINGS;
}

/* The desc itself, so that who reads it can judge it as if it were there. No line where the vDSO could not be read. */
static void print_note(void)
{
	_cleanup_vdso_ struct vdso vdso = { 0 };
	struct kernelcap note = { 0 };
	char why[WHY_MAX];
	int r = vdso_of_self(&vdso, why);

	if (r == 0)
		r = kernelcap_parse(vdso.data, vdso.size, &note, why);
	if (r < 0 && r != -ENOENT)
		return;
	printf("note: ");
	for (size_t i = 0; i < note.desc_size; i++)
		printf("%02x", note.desc[i]);
	puts(note.desc_size ? "" : "none");
}

int report_probe(void)
{
	struct segments segments = { 0 };
	struct xen_cpuid cpuid = { 0 };
	struct utsname name;
	char text[XEN_CPUID_TEXT_MAX];

	if (uname(&name) == 0)
		printf("machine: %s\nkernel: %s\n", name.machine, name.release);
	xen_cpuid_read(&cpuid);
	xen_cpuid_format(&cpuid, text, sizeof(text));
	printf("cpuid: %s\n", text);
	segments_of_self(&segments);
	segments_format(&segments, text, sizeof(text));
	printf("segments: %s\n", text);
	print_note();
	return EXIT_CLEAN;
}
