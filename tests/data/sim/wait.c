// SPDX-License-Identifier: LGPL-2.1-or-later
/* Says so, and waits for its end. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	puts("waits");
	fflush(stdout);
	for (;;)
		pause();
}
