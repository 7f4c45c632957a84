// SPDX-License-Identifier: LGPL-2.1-or-later
/* Regular expressions, globs, shell words, comparison without case, collation: in the environment's locale. */
#include <ctype.h>
#include <fnmatch.h>
#include <glob.h>
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <regex.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <wchar.h>
#include <wctype.h>
#include <wordexp.h>

#include "check.h"

static const char *const words[] = { "\u00c4pfel", "apfel", "Zebra", "zebra", "\u00e4pfel", "\u00d6l", "ol",
	"stra\u00dfe", "STRASSE", "I", "\u0131", "\u0130", "i", "caf\u00e9", "cafe", "", "a-b", "ab", "10", "9",
	"\u20ac" };
#define WORDS (sizeof(words) / sizeof(*words))

static int collate(const void *a, const void *b)
{
	int order = strcoll(*(char *const *)a, *(char *const *)b);

	return order ? order : strcmp(*(char *const *)a, *(char *const *)b);
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void comparisons(void)
{
	const char *sorted[WORDS];
	char key[256];

	for (size_t i = 0; i < WORDS; i++)
		for (size_t j = 0; j < WORDS; j++)
			printf("%d%d%d ", sign(strcasecmp(words[i], words[j])),
					sign(strncasecmp(words[i], words[j], 3)), sign(strcoll(words[i], words[j])));
	memcpy(sorted, words, sizeof(words));
	qsort(sorted, WORDS, sizeof(*sorted), collate);
	for (size_t i = 0; i < WORDS; i++)
		printf("\n%s %zu", sorted[i], strxfrm(key, sorted[i], sizeof(key)));
	printf("\n%s\n", strcasestr("the NEEDLE here", "needle"));
}

/* Lengths and offsets around 16 and 64 bytes, where the vector code changes its ways. */
static void long_comparisons(void)
{
	char a[300], b[300];
	locale_t c = newlocale(LC_ALL_MASK, "C", NULL);

	for (int length = 0; length < 140; length++)
		for (int offset = 0; offset < 3; offset++) {
			memset(a, 'Q', sizeof(a));
			memset(b, 'q', sizeof(b));
			a[offset + length] = b[2 * offset + length] = '\0';
			CHECK(strcasecmp(a + offset, b + 2 * offset) == 0);
			CHECK(strcasecmp_l(a + offset, b + 2 * offset, c) == 0);
			if (length)
				b[2 * offset + length - 1] = '[';
			CHECK(!length || strcasecmp(a + offset, b + 2 * offset) > 0);
			CHECK(strncasecmp_l(a + offset, b + 2 * offset, (size_t)(length ? length - 1 : 0), c) == 0);
			CHECK(!length || strncasecmp(a + offset, b + 2 * offset, (size_t)length) > 0);
		}
	freelocale(c);
	puts("long comparisons agree");
}

static void expressions(void)
{
	static const char *const patterns[] = { "^[[:alpha:]]+$", "(a|b)*c\\1", "[[:upper:]][[:lower:]]{2,}", "stra.e",
		"[\u00e4-\u00f6]", "a{1,", "[[:digit:]]+|caf\u00c9" };
	char why[100];

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		regmatch_t match[2];
		regex_t expression;
		int r = regcomp(&expression, patterns[i], REG_EXTENDED | REG_ICASE);

		regerror(r, &expression, why, sizeof(why));
		printf("%s: %s:", patterns[i], why);
		for (size_t j = 0; r == 0 && j < WORDS; j++)
			if (regexec(&expression, words[j], 2, match, 0) == 0)
				printf(" %zu:%d-%d", j, (int)match[0].rm_so, (int)match[0].rm_eo);
		puts("");
		if (r == 0)
			regfree(&expression);
	}
	printf("fnmatch %d %d %d\n", fnmatch("*.[ch]", "file.c", 0), fnmatch("[[:upper:]]?", "\u00c4b", 0),
			fnmatch("A*", "abc", FNM_CASEFOLD));
}

static void expansions(void)
{
	wordexp_t words_found;
	glob_t found;

	for (int i = 0; i < 5; i++) {
		char name[16];

		snprintf(name, sizeof(name), "g%d.%s", i, i % 2 ? "x" : "y");
		fclose(fopen(name, "w"));
	}
	CHECK(glob("g*.{x,y}", GLOB_BRACE, NULL, &found) == 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		printf("%s ", found.gl_pathv[i]);
	globfree(&found);
	setenv("WORD", "two words", 1);
	CHECK(wordexp("$WORD \"$WORD\" $((6 * 7)) g*.x ${NONE:-default} ~root", &words_found, 0) == 0);
	for (size_t i = 0; i < words_found.we_wordc; i++)
		printf("<%s> ", words_found.we_wordv[i]);
	wordfree(&words_found);
	printf("%d\n", wordexp("`echo no`", &words_found, WRDE_NOCMD) == WRDE_CMDSUB);
}

static void characters(void)
{
	wchar_t wide[64];
	mbstate_t state = { 0 };
	const char *from = "\u00e4\u00d6\u0131\u20acx\xff";

	printf("%s %s %s|%s\n", setlocale(LC_CTYPE, NULL), nl_langinfo(CODESET), nl_langinfo(RADIXCHAR),
			localeconv()->thousands_sep);
	printf("%zd", mbsrtowcs(wide, &from, 64, &state));
	for (wint_t c = 0; c < 0x600; c++)
		if (towupper(c) != c || iswpunct(c))
			printf(" %x%s", (unsigned)towupper(c), iswalpha(c) ? "a" : "");
	for (int c = 0; c < 256; c++)
		printf(" %d%d%d", toupper(c), isalpha(c) != 0, isprint(c) != 0);
	puts("");
}

int main(void)
{
	printf("%s\n", setlocale(LC_ALL, "") ? "the locale is there" : "no such locale");
	comparisons();
	long_comparisons();
	expressions();
	expansions();
	characters();
	return 0;
}
