// SPDX-License-Identifier: LGPL-2.1-or-later
/* A "C library" of a few lines that has one of everything the gate compares. make-set turns the macros. */

extern int _rtld_global[];
extern __thread int inner_state;

__thread int inner_state = 1;
#ifdef LARGER_TLS
__thread int more_state[8];
#endif
static __thread int zeroed[4];

const char banner[] = "GNU C Library (" RELEASE ") stable release version 2.36.\nCompiled by GNU CC version 1.2.3.\n";
const char locale_directory[] = "/usr/lib/locale";
const char search_path[] = "PATH=/usr/bin:/bin";
const char format[] = "%s/gconv-modules";
const unsigned _thread_db_sizeof_pthread = THREAD_SIZE;
int table[4] = { 1, 2, 3, 4 };

int first_function(int n)
{
	return inner_state += n + zeroed[n & 3] + _rtld_global[0];
}

#ifndef WITHOUT_SECOND
int second_function(int n)
{
	return n + 2;
}
#endif

#ifdef EXTRA
int third_function(void)
{
	return 3;
}
#endif
