/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel for i386 or x86-64: what it says to Xen, and vDSOs as the kernel's build puts them in. VDSO_A and VDSO_B name
 * their files. */
#define NOTE(type) \
	.balign 4; .long 4, 2f - 1f, type; .asciz "Xen"; 1:
#define END 2:

	.section .notes, "a", @note
	NOTE(6) .asciz "linux"; END
	NOTE(5) .asciz "xen-3.0"; END
#ifdef __x86_64__
	NOTE(3) .quad 0xffffffff80000000; END
#else
	NOTE(3) .long 0xc0000000; END
	NOTE(2) .long 0xc0101000; END
#endif
	NOTE(10) .ascii "!writable_page_tables|pae_pgdir_above_4gb"; END
	NOTE(17) .long 0x8801; END
	NOTE(13) .quad 1, 1; END
	NOTE(0x99) .byte 1, 2, 3; END
	.balign 4

	.section __xen_guest, "", @progbits
	.asciz "GUEST_OS=linux,GUEST_VER=2.6,XEN_VER=xen-3.0,VIRT_BASE=0xC0000000"

	.text
	.globl _start
_start:	hlt

	.data
	.balign 4096
	.incbin VDSO_A
	.balign 4096
	.incbin VDSO_B

	.section .note.GNU-stack, "", @progbits
