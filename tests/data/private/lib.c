// SPDX-License-Identifier: LGPL-2.1-or-later
/* A library that wants private symbols of the loader: one more of them with MORE. It does without the weak one. */
extern int _rtld_global[];
extern int extra(void);
extern int weak_extra(void) __attribute__((weak));

int first(void);
int first(void)
{
#ifdef MORE
	return extra() + _rtld_global[0] + (weak_extra ? weak_extra() : 0);
#else
	return _rtld_global[0] + (weak_extra ? weak_extra() : 0);
#endif
}
