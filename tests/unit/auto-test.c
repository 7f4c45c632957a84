// SPDX-License-Identifier: LGPL-2.1-or-later
/* What "ldconfig-hwcap auto" decides, and what follows. The file itself is included; of what it calls, the switch and
 * the words are here. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../ldconfig-hwcap/auto.c"
#include "base/util.h"
#include "fake-glibc.h"

static struct {
	bool settled, waits;
	unsigned enabled, disabled;
	char said[8192], reason[512];
} world;

__attribute__((format(printf, 1, 0))) static void say(const char *format, va_list args)
{
	vsnprintf(world.said, sizeof(world.said), format, args);
}

void message_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

void message_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

int message_error(const char *path, const char *what, const char *why)
{
	snprintf(world.said, sizeof(world.said), "%s: %s: %s", path, what, why ? why : "");
	return EXIT_ERROR;
}

int switch_enable(struct situation *s, const char *reason)
{
	(void)s;
	snprintf(world.reason, sizeof(world.reason), "%s", reason);
	world.enabled++;
	return EXIT_CLEAN;
}

int switch_disable(struct situation *s, const char *reason)
{
	(void)s;
	snprintf(world.reason, sizeof(world.reason), "%s", reason);
	world.disabled++;
	return EXIT_CLEAN;
}

bool situation_settled(const struct situation *s, bool on)
{
	(void)s;
	return on && world.settled;
}

bool situation_waits(const struct situation *s)
{
	(void)s;
	return world.waits;
}

#define FLAT                                                                                                           \
	{                                                                                                              \
		true, 0xffffffff, 0xcff300                                                                             \
	}
#define SHORT                                                                                                          \
	{                                                                                                              \
		true, 0xf67fffff, 0xcff300                                                                             \
	}
#define UNKNOWN                                                                                                        \
	{                                                                                                              \
		false, 0, 0                                                                                            \
	}

enum asks { NO_NOTE, ASKS_NOT, ASKS };

static const struct {
	enum settings_enable enable;
	struct segments segments;
	enum strategy strategy;
	bool set, waits;
	enum asks note;
	enum decision decision;
	const char *reason;
} cases[] = {
	/* A directory follows the segments. */
	{ ENABLE_AUTO, SHORT, STRATEGY_DIRECTORY, true, false, NO_NOTE, DECISION_ON,
			"segments are shortened to 0xf67fffff" },
	{ ENABLE_AUTO, SHORT, STRATEGY_DIRECTORY, false, false, NO_NOTE, DECISION_LACKING,
			"segments are shortened to 0xf67fffff" },
	{ ENABLE_AUTO, SHORT, STRATEGY_DIRECTORY, true, true, NO_NOTE, DECISION_ON,
			"segments are shortened to 0xf67fffff" },
	{ ENABLE_AUTO, FLAT, STRATEGY_DIRECTORY, true, false, NO_NOTE, DECISION_OFF,
			"not needed: segments are not shortened" },
	{ ENABLE_AUTO, FLAT, STRATEGY_DIRECTORY, true, false, ASKS, DECISION_OFF,
			"not needed: segments are not shortened, though the kernel's note asks for it (a 32-bit guest "
			"on "
			"a 64-bit Xen)" },
	{ ENABLE_AUTO, FLAT, STRATEGY_DIRECTORY, true, true, NO_NOTE, DECISION_KEEP,
			"this kernel has no note; the entry waits for one that has" },
	{ ENABLE_AUTO, UNKNOWN, STRATEGY_DIRECTORY, true, false, ASKS, DECISION_KEEP,
			"the segments cannot be looked at, so nothing is changed" },
	/* The kernel decides about the others, at each boot. */
	{ ENABLE_AUTO, SHORT, STRATEGY_HWCAP, true, false, ASKS, DECISION_ON,
			"the kernel's note decides at each boot; now it asks for the set" },
	{ ENABLE_AUTO, FLAT, STRATEGY_HWCAP, true, false, ASKS_NOT, DECISION_ON,
			"the kernel's note decides at each boot; now it does not ask for it" },
	{ ENABLE_AUTO, FLAT, STRATEGY_ALIAS, true, false, ASKS, DECISION_ON,
			"the kernel's note decides at each boot; now it asks for the set, though segments are not "
			"shortened (a 32-bit guest on a 64-bit Xen): harmless, not needed" },
	{ ENABLE_AUTO, UNKNOWN, STRATEGY_ALIAS, true, false, ASKS, DECISION_ON,
			"the kernel's note decides at each boot; now it asks for the set" },
	{ ENABLE_AUTO, SHORT, STRATEGY_ALIAS, false, false, ASKS, DECISION_LACKING, "segments are shortened" },
	{ ENABLE_AUTO, FLAT, STRATEGY_HWCAP, false, false, ASKS, DECISION_OFF,
			"not needed: segments are not shortened" },
	/* The administrator's word is above both. */
	{ ENABLE_ALWAYS, FLAT, STRATEGY_DIRECTORY, true, false, NO_NOTE, DECISION_ON,
			"/etc/nosegneg.conf:7 says 'always'" },
	{ ENABLE_ALWAYS, FLAT, STRATEGY_DIRECTORY, false, false, NO_NOTE, DECISION_LACKING,
			"/etc/nosegneg.conf:7 says 'always'" },
	{ ENABLE_NEVER, SHORT, STRATEGY_DIRECTORY, true, false, ASKS, DECISION_OFF,
			"/etc/nosegneg.conf:7 says 'never'" },
	{ ENABLE_NEVER, SHORT, STRATEGY_HWCAP, false, true, ASKS, DECISION_OFF, "/etc/nosegneg.conf:7 says 'never'" },
};

static void decides(void **state)
{
	static struct library_set set;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct situation s = { .segments = cases[i].segments, .set = cases[i].set ? &set : NULL };
		char reason[512];

		memset(&world, 0, sizeof(world));
		world.waits = cases[i].waits;
		s.settings = (struct settings){ .enable = cases[i].enable, .enable_line = 7 };
		s.choice.strategy = cases[i].strategy;
		if (cases[i].note != NO_NOTE) {
			s.note = (struct kernelcap){ .present = true, .mask = 2 * (cases[i].note == ASKS), .ncap = 1 };
			s.note.cap[0] = (struct kernelcap_name){ "nosegneg", 1, cases[i].note == ASKS };
		}
		if (auto_decide(&s, reason, sizeof(reason)) != cases[i].decision)
			fail_msg("case %zu: not %d: %s", i, (int)cases[i].decision, reason);
		assert_string_equal(reason, cases[i].reason);
	}
}

/* What is done, and said, for each decision. */
static int run(const char *set_release, bool settled, struct segments segments)
{
	struct situation s = { .root = tree_root(), .has_loader = true, .segments = segments };
	char why[WHY_MAX];
	int status;

	memset(&world, 0, sizeof(world));
	world.settled = settled;
	strcpy(s.glibc.directory, "/lib");
	strcpy(s.set_path, "/set");
	strcpy(s.set_why, "nothing there");
	s.choice.strategy = STRATEGY_DIRECTORY;
	fake_library("/lib/libc.so.6", 1, FAKE_BANNER("base", "2.36"));
	if (set_release) {
		fake_library("/set/libc.so.6", 1, set_release);
		assert_int_equal(library_set_find(&s.root, &s.glibc, STRATEGY_DIRECTORY, "/set", &s.set, why), 0);
	}
	status = auto_run(&s);
	library_set_free(s.set);
	root_close(&s.root);
	return status;
}

static void does_what_it_decided(void **state)
{
	static const char good[] = FAKE_BANNER("base", "2.36"), other[] = FAKE_BANNER("base", "2.35");
	const struct segments flat = FLAT, shortened = SHORT, unknown = UNKNOWN;

	(void)state;
	assert_int_equal(run(good, false, shortened), EXIT_CLEAN);
	assert_int_equal(world.enabled, 1);
	assert_string_equal(world.reason, "segments are shortened to 0xf67fffff");
	assert_int_equal(run(good, true, shortened), EXIT_CLEAN); /* and runs nothing */
	assert_int_equal(world.enabled + world.disabled, 0);
	assert_string_equal(world.said, "enabled already: segments are shortened to 0xf67fffff");
	/* What an upgrade left behind goes, also where all is settled. */
	assert_int_equal(run(other, true, shortened), EXIT_ERROR);
	assert_int_equal(world.disabled, 1);
	assert_int_equal(world.enabled, 0);
	assert_memory_equal(world.said, "/set: does not belong to this machine's C library: ", 51);
	assert_int_equal(run(good, false, flat), EXIT_CLEAN);
	assert_int_equal(world.disabled, 1);
	assert_int_equal(run(good, false, unknown), EXIT_CLEAN);
	assert_int_equal(world.enabled + world.disabled, 0);
	assert_string_equal(world.said, "left as it is: the segments cannot be looked at, so nothing is changed");
	assert_int_equal(run(NULL, false, shortened), EXIT_FINDINGS);
	assert_int_equal(world.enabled + world.disabled, 0);
	assert_string_equal(world.said, "/set: segments are shortened to 0xf67fffff, and nothing there; install a set "
					"there, or name one in /etc/nosegneg.conf");
}

static void without_a_loader(void **state)
{
	struct situation s = { .loader_error = -ENOENT, .segments = SHORT, .settings = { .enable = ENABLE_ALWAYS } };

	(void)state;
	memset(&world, 0, sizeof(world));
	assert_int_equal(auto_run(&s), EXIT_CLEAN);
	assert_int_equal(world.disabled, 1);
	assert_string_equal(world.reason, "not needed: no 32-bit C library is installed");
	/* One that cannot be read is not one that is not there. */
	s.loader_error = -EACCES;
	assert_int_equal(auto_run(&s), EXIT_ERROR);
	assert_int_equal(world.disabled, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides),
		TREE_TEST(does_what_it_decided),
		cmocka_unit_test(without_a_loader),
	};

	return RUN_TESTS(tests);
}
