// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "format.h"

bool format_parse(const char *word, enum format *out)
{
	static const char *const words[] = {
		[FORMAT_TEXT] = "text",
		[FORMAT_JSON] = "json",
		[FORMAT_PROMETHEUS] = "prometheus",
		[FORMAT_NAGIOS] = "nagios",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(word, words[i]) == 0) {
			*out = (enum format)i;
			return true;
		}
	return false;
}

/* https://no-color.org: any value but an empty one. */
static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

int format_print(enum format format, const struct diagnosis *d)
{
	switch (format) {
	case FORMAT_TEXT:
		format_text(d, wants_colour());
		break;
	case FORMAT_JSON:
		format_json(d);
		break;
	case FORMAT_PROMETHEUS:
		format_prometheus(d);
		break;
	case FORMAT_NAGIOS:
		return format_nagios(d);
	case FORMAT_QUIET:
		break;
	}
	return diagnosis_status(d);
}
