/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A C library as far as its words go, with one access below the thread pointer unless CLEAN, and with one that a 32-bit
 * Xen does not emulate if FATAL. */
	.text
	.globl read_errno
	.type read_errno, @function
read_errno:
	movl %gs:0, %eax
#ifndef CLEAN
	movl %gs:0xfffffff8, %eax
#endif
#ifdef FATAL
	movq %gs:0xfffffff0, %mm0
#endif
	ret
	.size read_errno, . - read_errno
	.section .rodata
	.asciz "GNU C Library (Test GLIBC) stable release version 2.00.\n"
	.section .note.GNU-stack,"",@progbits
