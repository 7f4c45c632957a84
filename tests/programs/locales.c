// SPDX-License-Identifier: LGPL-2.1-or-later
/* A locale for each thread at the same time, and what each says. */
#include <langinfo.h>
#include <locale.h>
#include <monetary.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "check.h"

static const char *const names[] = { "C", "POSIX", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.EUC-JP",
	"fr_FR.ISO-8859-1", "xx_XX" };
#define NAMES (sizeof(names) / sizeof(*names))

static char output[NAMES][2000];

static void *in_locale(void *arg)
{
	size_t i = (size_t)arg, n = 0;
	locale_t locale = newlocale(LC_ALL_MASK, names[i], NULL);
	time_t when = 1700000000;
	struct tm tm;
	char text[200];

	if (!locale) {
		snprintf(output[i], sizeof(output[i]), "%s: not there", names[i]);
		return NULL;
	}
	for (int round = 0; round < 100; round++) {
		uselocale(locale);
		gmtime_r(&when, &tm);
		n = (size_t)snprintf(output[i], sizeof(output[i]), "%s: %s %.2f %'d", names[i], nl_langinfo(CODESET),
				1.5, 1234567);
		strftime(text, sizeof(text), "%A %B %x %X", &tm);
		n += (size_t)snprintf(output[i] + n, sizeof(output[i]) - n, " %s", text);
		if (strfmon(text, sizeof(text), "%n", 1234.56) > 0)
			n += (size_t)snprintf(output[i] + n, sizeof(output[i]) - n, " %s", text);
		n += (size_t)snprintf(output[i] + n, sizeof(output[i]) - n, " %d %zu %g %s %d",
				strcasecmp("TITLE", "title"), (size_t)MB_CUR_MAX, strtod("2,5", NULL), strerror(2),
				wcscoll(L"a", L"B") < 0);
		uselocale(LC_GLOBAL_LOCALE);
	}
	freelocale(locale);
	return NULL;
}

int main(void)
{
	pthread_t threads[NAMES];

	for (size_t i = 0; i < NAMES; i++)
		CHECK(pthread_create(&threads[i], NULL, in_locale, (void *)i) == 0);
	for (size_t i = 0; i < NAMES; i++) {
		pthread_join(threads[i], NULL);
		puts(output[i]);
	}
	printf("%s\n", setlocale(LC_ALL, "") ? setlocale(LC_ALL, NULL) : "the environment's locale is not there");
	return 0;
}
