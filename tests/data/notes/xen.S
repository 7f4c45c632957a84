/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tells images that belong to Xen apart, and nothing else of them. XEN: a hypervisor, with BITS 32 or 64 behind the
 * 32-bit entry; SYMS: with its header where it is in xen-syms; SHIM: for the PV shim alone; HVMLOADER; MINIOS. */
#define NOTE(type) \
	.balign 4; .long 4, 2f - 1f, type; .asciz "Xen"; 1:
#define END .balign 4; 2:

	.text
	.globl _start
_start:
	hlt
#ifdef XEN
#ifdef SYMS
	.space 0x8000
#endif
	.balign 8
	.long 0x1badb002, 3, -(0x1badb002 + 3)
	.balign 8
header:	.long 0xe85250d6, 0, header_end - header, -(0xe85250d6 + (header_end - header))
	.short 6, 0	/* modules are page-aligned */
	.long 8
#if BITS == 64
	.short 9, 0	/* the entry under EFI */
	.long 12, 0, 0
#endif
	.short 0, 0
	.long 8
header_end:

	/* Into long mode, as trampoline.S goes; or only the NX bit, and on. */
	.byte 0xb9, 0x80, 0, 0, 0xc0, 0x0f, 0x32	/* mov $MSR_EFER, %ecx; rdmsr */
#if BITS == 64
	.byte 0x0d, 0x01, 0x01, 0, 0			/* or $(LME | SCE), %eax */
#else
	.byte 0x0f, 0xba, 0xe8, 0x0b			/* bts $11, %eax */
#endif
	.byte 0x0f, 0x30				/* wrmsr */
	.byte 0xb8, 0x33, 0, 0x05, 0x80			/* mov $0x80050033, %eax */
	.byte 0x0f, 0x22, 0xc0				/* mov %eax, %cr0 */
#if BITS == 64
	.byte 0xea, 0x99, 0, 0, 0, 0x10, 0		/* ljmp $0x10, $0x99 */
	.byte 0x48, 0xbf
	.quad 0xffff82d040200000			/* movabs $..., %rdi */
#else
	.byte 0xeb, 0, 0xb8, 0, 0, 0x10, 0xff		/* jmp; mov $__high_start, %eax */
#endif

	.section .rodata
	.asciz " Xen version %d.%d%s (%s@%s) (%s) %s\n"
#if BITS == 64
	.asciz "xen-%d.%d-x86_64 "
#endif
	.asciz "xen-%d.%d-x86_32p "
#ifdef SHIM
	.asciz "shim_mem"
#else
	.asciz "hvm-%d.%d-x86_32p "
#if BITS == 64
	.asciz "hvm-%d.%d-x86_64 "
	.byte 'X',0,'e',0,'n',0,' ',0
	.byte 'X',0,'e',0,'n',0,' ',0,'4',0,'.',0,'1',0,'7',0,'.',0,'7',0,' ',0,'(',0,'c',0,'/',0,'s',0,' ',0,')',0
#endif
#endif
#endif

#ifdef HVMLOADER
	.section .rodata
	.asciz "HVM Loader\n"
	.asciz "Detected Xen v%u.%u%s\n"
#endif

	.section .note.Xen, "a", @note
#ifdef SHIM
	NOTE(18) .long 0x6279f2; END
#endif
#ifdef MINIOS
	NOTE(6) .asciz "Mini-OS"; END
	NOTE(8) .asciz "generic"; END
	NOTE(5) .asciz "xen-3.0"; END
	NOTE(18) .long 0x100000; END
	NOTE(19) .long 0x200000, 0x1000000, 0xffffffff; END
	NOTE(17) .long 0x1001; END
#endif
	.section .note.GNU-stack, "", @progbits
