// SPDX-License-Identifier: LGPL-2.1-or-later
/* Writes the vDSO that the kernel gave this i386 program to standard output, in whole pages; as many as there are. */
#include <stdint.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(void)
{
	const char *at = (const char *)(uintptr_t)getauxval(AT_SYSINFO_EHDR);

	while (at && write(1, at, 4096) == 4096)
		at += 4096;
	return at ? 0 : 1;
}
