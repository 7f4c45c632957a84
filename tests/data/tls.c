/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program with thread-local data of its own, as compilers write it. Built as an executable of each kind (position
 * independent or not, static or not), as a relocatable file, and with -mno-tls-direct-seg-refs. */
#include <errno.h>
#include <stdio.h>

__thread int number = 1;
__thread int array[16];
__thread char text[64];
extern __thread int outside; /* in another object: initial-exec */

int get_number(void)
{
	return number;
}

int get_element(int i)
{
	return array[i];
}

void put_char(int i, char c)
{
	text[i] = c;
}

#ifdef WITH_OUTSIDE
int get_outside(void)
{
	return outside;
}
#endif

int main(int argc, char **argv)
{
	number += argc;
	put_char(argc, argv[0][0]);
	errno = 0;
	printf("%d\n", get_number() + get_element(argc));
	return 0;
}
