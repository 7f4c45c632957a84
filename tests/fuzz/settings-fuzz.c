// SPDX-License-Identifier: LGPL-2.1-or-later
/* libFuzzer target: any bytes as nosegneg.conf, as an entry, as a C library that says its release, and as a line of
 * segments; what comes out of them has to survive being written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "loader/entry.h"
#include "loader/glibc.h"
#include "loader/segments.h"
#include "loader/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_settings(const char *text, size_t size)
{
	struct settings s;
	char why[WHY_MAX] = "";

	if (settings_parse(text, size, &s, why) < 0) {
		if (!*why)
			abort(); /* a refusal without a reason */
		return;
	}
	if (s.enable > ENABLE_NEVER || s.strategy > STRATEGY_DIRECTORY || (*s.set && *s.set != '/'))
		abort();
}

static void as_entry(const char *text, size_t size)
{
	static const struct strategy_choice choice = { .why = "reason" };
	_cleanup_free_ char *again = NULL;
	struct entry e, back;

	if (!entry_parse(text, size, &e) || e.strategy == STRATEGY_NONE)
		return;
	again = entry_text(&e, &choice);
	if (!again || !entry_parse(again, strlen(again), &back) || back.strategy != e.strategy)
		abort();
	if (e.strategy == STRATEGY_HWCAP && (back.index != e.index || e.index > STRATEGY_INDEX_MAX))
		abort();
	if (e.strategy == STRATEGY_DIRECTORY && strcmp(back.directory, e.directory) != 0)
		abort();
	if (e.strategy == STRATEGY_ALIAS && (strcmp(back.alias, e.alias) != 0 || strcmp(back.target, e.target) != 0))
		abort();
}

static void as_library(const char *bytes, size_t size)
{
	struct glibc g = { 0 };

	if (!glibc_read_banner(bytes, size, &g))
		return;
	if (g.major > 99 || g.minor > 999 || g.patch > 9999)
		abort();
	for (const char *s = g.package; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			abort();
}

static void as_segments(const char *bytes, size_t size)
{
	_cleanup_free_ char *text = strndup(bytes, size);
	struct segments s, back;
	char again[64];

	if (!text || segments_parse(text, &s) < 0)
		return;
	segments_format(&s, again, sizeof(again));
	if (segments_parse(again, &back) < 0 || back.limit != s.limit || back.access != s.access)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	as_settings((const char *)data, size);
	as_entry((const char *)data, size);
	as_library((const char *)data, size);
	as_segments((const char *)data, size);
	return 0;
}
