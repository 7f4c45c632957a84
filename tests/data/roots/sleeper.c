// SPDX-License-Identifier: LGPL-2.1-or-later
// A process that waits for its standard input to end, with a file mapped that is no code. UNSAFE: with an access below
// the thread pointer of its own.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

__thread volatile int counter;

int main(void)
{
	char c;
	ssize_t n;

	mmap(NULL, 1, PROT_READ, MAP_PRIVATE, open("text", O_RDONLY), 0);

#ifdef UNSAFE
	counter++;
#endif
	if (write(1, "r", 1) != 1)
		return 1;
	while ((n = read(0, &c, 1)) > 0)
		;
	return n < 0;
}
