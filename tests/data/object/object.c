// SPDX-License-Identifier: LGPL-2.1-or-later
/* A library with one of everything that the light reader reads; make-object links it. */
#include <stdio.h>

int first(int n);
int second(int n);

int first(int n)
{
	return printf("%d\n", n);
}

int second(int n)
{
	return first(n) + 1;
}
