// SPDX-License-Identifier: LGPL-2.1-or-later
int first_function(int n);
int sine(int n);

int sine(int n)
{
	return first_function(n) + 1;
}
