/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* 1.8 MB of code behind no symbol, which the scanner reads in pieces: 150 000 accesses, and as many immediates full of
 * prefix bytes, in instructions whose lengths put the end of a piece inside one. */
	.text
	.rept	150000
	movl	$0x00a16565, %eax
	movl	%gs:-8, %ecx
	.endr

	.section .note.GNU-stack, "", @progbits
