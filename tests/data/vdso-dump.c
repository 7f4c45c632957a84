// SPDX-License-Identifier: LGPL-2.1-or-later
/* Writes the vDSO that the kernel gave this i386 program to standard output, in whole pages. Its section headers come
 * last in it. */
#include <elf.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(void)
{
	const Elf32_Ehdr *eh = (const Elf32_Ehdr *)(uintptr_t)getauxval(AT_SYSINFO_EHDR);
	size_t size;

	if (!eh)
		return 1;
	size = eh->e_shoff + eh->e_shnum * sizeof(Elf32_Shdr);
	size = (size + 4095) / 4096 * 4096;
	return write(1, eh, size) == (ssize_t)size ? 0 : 1;
}
