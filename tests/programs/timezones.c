// SPDX-License-Identifier: LGPL-2.1-or-later
/* Local times in many zones, and both ways between them and the epoch. */
#include <locale.h>
#include <string.h>
#include <time.h>

#include "check.h"

static const char *const zones[] = { "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
	"Asia/Kathmandu", "Africa/Casablanca", "America/St_Johns", "Pacific/Apia", "CET-1CEST,M3.5.0,M10.5.0/3",
	"<+0330>-3:30", "No/Such_Zone", ":Europe/Dublin", "" };
static const time_t times[] = { 0, 86400 * 365, 951782400, 1111885200, 1269738000, 1325203200, 1603586700, 1700000000,
	2147483647, -1000000000 };

int main(void)
{
	char text[128];
	struct tm tm, back;

	setlocale(LC_ALL, "");
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		setenv("TZ", zones[i], 1);
		tzset();
		for (size_t j = 0; j < sizeof(times) / sizeof(*times); j++) {
			CHECK(localtime_r(&times[j], &tm));
			strftime(text, sizeof(text), "%F %T %Z %z %a %b %j %U %c %x %X %p", &tm);
			back = tm;
			printf("%-12.12s %11ld %s %d %ld\n", zones[i], (long)times[j], text, tm.tm_isdst,
					(long)(mktime(&back) - times[j]));
		}
	}
	memset(&tm, 0, sizeof(tm));
	printf("%s\n", strptime("Thu 21 Nov 2024 10:11:12", "%a %d %b %Y %H:%M:%S", &tm) ? asctime(&tm) : "no C time");
	tm = (struct tm){ .tm_year = 124, .tm_mon = 13, .tm_mday = -5, .tm_hour = 50, .tm_isdst = -1 };
	mktime(&tm);
	strftime(text, sizeof(text), "%F %T %G-W%V", &tm);
	puts(text);
	return 0;
}
