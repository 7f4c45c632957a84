// SPDX-License-Identifier: LGPL-2.1-or-later
/* Formatted output and input, memory streams, wide streams, buffering. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "check.h"

static void formats(void)
{
	printf("[%5d|%-5d|%05d|%+d|%x|%#o|%llu|%hhd]\n", 42, 42, 42, 42, 0xbeef, 8, ~0ULL, (signed char)-3);
	printf("[%10.3f|%-12e|%g|%a|%La|%.0f|%#.3g]\n", M_PI, 12345.678, 1e-10, 0.1, 0.1L, 2.5, 100.0);
	printf("[%s|%.3s|%10s|%-10s|%c|%%]\n", "text", "cutoff", "right", "left", 'c');
	printf("[%2$*1$d|%3$.*4$f]\n", 8, 77, M_E, 2);
	printf("[%'d|%'.2f|%ls|%lc|%p]\n", 1234567, 9876543.21, L"wide \u00e4\u20ac", (wint_t)L'\u00df',
			(void *)0x1234);
	errno = ENOENT;
	printf("[%m|%f|%F|%g]\n", INFINITY, NAN, -0.0);
}

static void streams(void)
{
	char *text = NULL, line[64], *words = NULL;
	size_t size = 0, cap = 0;
	FILE *f = open_memstream(&text, &size);
	int a;
	double b;

	fprintf(f, "alpha %d\nbeta %.3f\n\ngamma", 17, 2.5);
	fclose(f);
	f = fmemopen(text, size, "r");
	CHECK(fscanf(f, "%15s %d", line, &a) == 2);
	printf("%s %d\n", line, a);
	CHECK(fscanf(f, " beta %lf", &b) == 1);
	printf("%.4f\n", b);
	while (getdelim(&words, &cap, '\n', f) > 0)
		printf("<%s>", words);
	printf(" eof %d, errors %d\n", feof(f) != 0, ferror(f) != 0);
	fclose(f);
	free(words);
	free(text);
}

static void files(void)
{
	FILE *f = tmpfile();
	wchar_t wide[64];
	char line[64];
	fpos_t start;

	CHECK(f);
	CHECK(fgetpos(f, &start) == 0);
	for (int i = 0; i < 20000; i++)
		fprintf(f, "line %d\n", i);
	printf("size %ld\n", ftell(f));
	fseek(f, -12, SEEK_END);
	CHECK(fgets(line, sizeof(line), f));
	printf("last piece: %s", line);
	fclose(f);
	f = fopen("ws", "w+,ccs=UTF-8");
	CHECK(f);
	CHECK(fputws(L"gr\u00fc\u00dfe\n", f) >= 0);
	rewind(f);
	CHECK(fgetws(wide, 64, f));
	printf("%zu characters, %ld bytes\n", wcslen(wide), ftell(f));
	fclose(f);
	errno = 0;
	printf("%s\n", fopen("/nonexistent/file", "r") ? "opened" : strerror(errno));
}

int main(void)
{
	char buf[32];
	int n = 0;
	float x = 0;

	setlocale(LC_ALL, "");
	formats();
	streams();
	files();
	printf("%d", sscanf("0x18p3 ff 077 tail", "%f %x %i %5[a-z]", &x, (unsigned *)&n, &n, buf));
	printf(" %f %d %s\n", (double)x, n, buf);
	printf("%d\n", snprintf(NULL, 0, "%0*d", 100, 5));
	fflush(stdout);
	dprintf(STDOUT_FILENO, "dprintf %d\n", 1);
	perror("perror");
	return 0;
}
