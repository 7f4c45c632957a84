/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A vDSO as kernels have it. With MASK and BIT it carries the note that asks for nosegneg libraries; COUNT is what the
 * note says about the number of its names. VERSION is the kernel's, which C libraries refuse if it is too old for them. */
#ifndef VERSION
#define VERSION 0x20612
#endif
	.section .note.Linux, "a", @note
	.balign 4
	.long 6, 4, 0
	.asciz "Linux"
	.balign 4
	.long VERSION

#ifdef MASK
	.section .note.kernelcap, "a", @note
	.balign 4
	.long 4, 2f - 1f, 2
	.asciz "GNU"
1:	.long COUNT, MASK
	.byte BIT
	.asciz "nosegneg"
2:	.balign 4
#endif

	.text
	.globl __kernel_vsyscall
	.type __kernel_vsyscall, @function
__kernel_vsyscall:
#ifdef CFI
	.cfi_startproc
#endif
	ret
#ifdef CFI
	.cfi_endproc
#endif
	.size __kernel_vsyscall, . - __kernel_vsyscall

	.section .note.GNU-stack, "", @progbits
