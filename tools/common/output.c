// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "common/output.h"

json_t *output_string(const char *s)
{
	char quoted[QUOTED_MAX];
	json_t *plain = json_string(s); /* NULL where s is not UTF-8 */

	return plain ? plain : json_string(text_quote(quoted, sizeof(quoted), s));
}

void output_error(const char *path, const char *what, const char *why)
{
	char quoted[QUOTED_MAX], line[QUOTED_MAX + 512];

	snprintf(line, sizeof(line), "%s: %s: %s: %s\n", output_program, text_quote(quoted, sizeof(quoted), path), what,
			why);
	fputs(line, stderr);
}

bool output_number(const char *text, long max, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	return !*end && end != text && !errno && *out > 0 && *out <= max;
}

int output_finish(int status)
{
	int failed = ferror(stdout);

	errno = 0;
	if (fclose(stdout) == 0 && !failed)
		return status;
	fprintf(stderr, "%s: standard output: write: %s\n", output_program, errno ? strerror(errno) : "failed earlier");
	return EXIT_ERROR;
}
