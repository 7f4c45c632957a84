/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stops in int3, in a function that is named by -DNAME, whose frame has -DROOM bytes;
 * with -DCONSTRUCTOR as soon as it is loaded, too. */
void entry(void);
void NAME(void);

__attribute__((noinline, noclone, noipa)) void NAME(void)
{
	volatile char room[ROOM];

	room[0] = 0;
	__asm__ volatile("int3" ::: "memory");
	__asm__ volatile("" ::: "memory");
}

#ifdef CONSTRUCTOR
__attribute__((constructor))
#endif
void entry(void)
{
	NAME();
	__asm__ volatile("" ::: "memory");
}
