// SPDX-License-Identifier: LGPL-2.1-or-later
/* A "loader" with private symbols: two more of them with MORE. */
int _rtld_global[100] = { 1 };

#ifdef MORE
int extra(void);
int weak_extra(void);

int extra(void)
{
	return 1;
}

int weak_extra(void)
{
	return 2;
}
#endif
