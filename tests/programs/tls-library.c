// SPDX-License-Identifier: LGPL-2.1-or-later
/* A library with thread-local data, to be loaded when threads run already. */
#include <string.h>

__thread int tls_number = 42;
static __thread char buffer[2000];

int *tls_address(void)
{
	return &tls_number;
}

int tls_use(int n)
{
	int sum = 0;

	memset(buffer, n, sizeof(buffer));
	for (size_t i = 0; i < sizeof(buffer); i++)
		sum += buffer[i];
	tls_number += n;
	return sum + tls_number;
}
