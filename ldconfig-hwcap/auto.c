// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>

#include "auto.h"
#include "message.h"
#include "switch.h"

/* Whether the note of this boot's kernel asks for the set. */
static bool note_asks(const struct situation *s)
{
	unsigned index;
	bool enabled;

	return kernelcap_index(&s->note, STRATEGY_NAME, &index, &enabled) && enabled;
}

static enum decision by_segments(const struct situation *s, char *reason, size_t size)
{
	if (!s->segments.known) {
		snprintf(reason, size, "the segments cannot be looked at, so nothing is changed");
		return DECISION_KEEP;
	}
	if (segments_shortened(&s->segments)) {
		snprintf(reason, size, "segments are shortened to %#x", s->segments.limit);
		return s->set ? DECISION_ON : DECISION_LACKING;
	}
	if (situation_waits(s)) {
		snprintf(reason, size, "this kernel has no note; the entry waits for one that has");
		return DECISION_KEEP;
	}
	snprintf(reason, size, "not needed: segments are not shortened%s",
			note_asks(s) ? ", though the kernel's note asks for it (a 32-bit guest on a 64-bit Xen)" : "");
	return DECISION_OFF;
}

static enum decision by_note(const struct situation *s, char *reason, size_t size)
{
	bool shortened = segments_shortened(&s->segments);

	if (!s->set) {
		snprintf(reason, size, "%s",
				shortened ? "segments are shortened" : "not needed: segments are not shortened");
		return shortened ? DECISION_LACKING : DECISION_OFF;
	}
	snprintf(reason, size, "the kernel's note decides at each boot; now it %s%s",
			note_asks(s) ? "asks for the set" : "does not ask for it",
			note_asks(s) && s->segments.known && !shortened ? ", though segments are not shortened (a "
									  "32-bit guest on a 64-bit Xen): harmless, "
									  "not needed"
									: "");
	return DECISION_ON;
}

enum decision auto_decide(const struct situation *s, char *reason, size_t size)
{
	if (s->settings.enable != ENABLE_AUTO) {
		bool always = s->settings.enable == ENABLE_ALWAYS;

		snprintf(reason, size, "%s:%u says '%s'", SETTINGS_PATH, s->settings.enable_line,
				always ? "always" : "never");
		return !always ? DECISION_OFF : s->set ? DECISION_ON : DECISION_LACKING;
	}
	return strategy_follows_kernel(s->choice.strategy) ? by_note(s, reason, size) : by_segments(s, reason, size);
}

/* A set that an upgrade of the C library left behind must not stay in force. */
static int turn_on(struct situation *s, const char *reason)
{
	char why[WHY_MAX];

	if (library_set_check(&s->root, s->set, &s->glibc, why) == 0) {
		if (situation_settled(s, true)) {
			message_say("enabled already: %s", reason);
			return EXIT_CLEAN;
		}
		return switch_enable(s, reason);
	}
	message_error(s->set_path, "does not belong to this machine's C library", why);
	switch_disable(s, "the set does not belong to this machine's C library");
	return EXIT_ERROR;
}

int auto_run(struct situation *s)
{
	char reason[512];

	if (!s->has_loader && s->loader_error != -ENOENT && s->loader_error != -ENOTDIR)
		return message_error(s->loader_why, "nothing is known of the loader, so nothing is changed", NULL);
	if (!s->has_loader)
		return switch_disable(s, "not needed: no 32-bit C library is installed");
	switch (auto_decide(s, reason, sizeof(reason))) {
	case DECISION_ON:
		return turn_on(s, reason);
	case DECISION_OFF:
		return switch_disable(s, reason);
	case DECISION_KEEP:
		message_say("left as it is: %s", reason);
		return EXIT_CLEAN;
	default:
		message_warn("%s: %s, and %s; install a set there, or name one in %s", s->set_path, reason, s->set_why,
				SETTINGS_PATH);
		return EXIT_FINDINGS;
	}
}
