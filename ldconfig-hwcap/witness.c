// SPDX-License-Identifier: LGPL-2.1-or-later
/* A dynamic i386 program that says which libraries its loader gave it. ldconfig-hwcap carries it along and starts it
 * after each change, so it uses nothing that a loader since glibc 2.4 could not give it: start files of its own (those
 * of the machine ask for the version that they were built with) and only symbols of GLIBC_2.2.4 and older. What it
 * calls reaches into thread-local data and into the loader's private parts: locale, errno, malloc, stdio, atexit. */
#include <errno.h>
#include <link.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* math.h would lead to the newest versions of its symbols. */
double floor(double);

static int say(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	if (info->dlpi_name && strchr(info->dlpi_name, '/'))
		printf("%s\n", info->dlpi_name);
	return 0;
}

static int works(void)
{
	volatile double x = 2.5;
	char *text = malloc(100000);
	int ok;

	if (!text)
		return 0;
	errno = 0;
	ok = strtol("99999999999999999999", NULL, 10) != 0 && errno == ERANGE;
	strcpy(text, "Locale");
	ok = ok && strcasecmp(text, "lOCALE") == 0 && floor(x) == 2.0;
	free(text);
	return ok && setlocale(LC_ALL, "C") != NULL;
}

int main(void)
{
	if (!works())
		return 3;
	dl_iterate_phdr(say, NULL);
	return fflush(stdout) == 0 ? 0 : 4;
}

/* As glibc's sysdeps/i386/start.S, but for the version of what it calls, and without functions to begin and end with,
 * which this program does not have. */
__asm__(".symver start_main, __libc_start_main@GLIBC_2.0\n"
	".globl _start\n"
	"_start:\n\t"
	"xor %ebp, %ebp\n\t"
	"pop %esi\n\t"
	"mov %esp, %ecx\n\t"
	"and $-16, %esp\n\t"
	"push %eax\n\t"
	"push %esp\n\t"
	"push %edx\n\t"
	"push $0\n\t"
	"push $0\n\t"
	"push %ecx\n\t"
	"push %esi\n\t"
	"push $main\n\t"
	"call start_main\n\t"
	"hlt");
