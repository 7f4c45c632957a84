// SPDX-License-Identifier: LGPL-2.1-or-later
/* iconv through modules that the C library loads. */
#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "check.h"

static const char *const charsets[] = { "ISO-8859-15", "UTF-16", "UTF-16LE", "UTF-32BE", "UTF-7", "EUC-JP", "SHIFT_JIS",
	"ISO-2022-JP", "KOI8-R", "BIG5", "GB18030", "EUC-KR", "CP1252", "IBM037", "ASCII", "ASCII//TRANSLIT",
	"ISO-8859-1//IGNORE", "TSCII", "NO-SUCH-SET" };
static const char *const texts[] = { "plain", "gr\u00fc\u00dfe \u20ac", "\u65e5\u672c\u8a9e",
	"\u043f\u0440\u0438\u0432\u0435\u0442", "\ud55c\uad6d", "bad \xff byte" };

static void convert(const char *charset, const char *text)
{
	char buf[256], *in = (char *)text, *out = buf;
	size_t left = strlen(text), room = sizeof(buf);
	iconv_t cd = iconv_open(charset, "UTF-8");
	size_t r;

	if (cd == (iconv_t)-1) {
		printf("%s: %s\n", charset, strerror(errno));
		return;
	}
	errno = 0;
	r = iconv(cd, &in, &left, &out, &room);
	printf("%s: %d %zd %zu ", charset, errno, (ssize_t)r, left);
	iconv(cd, NULL, NULL, &out, &room);
	for (const char *p = buf; p < out; p++)
		printf("%02x", (unsigned char)*p);
	puts("");
	iconv_close(cd);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(charsets) / sizeof(*charsets); i++)
		for (size_t j = 0; j < sizeof(texts) / sizeof(*texts); j++)
			convert(charsets[i], texts[j]);
	return 0;
}
