/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every form of access that the scanner has to judge. A function's name begins with the verdict that each of its
 * accesses must get: safe_, possible_, proven_ or fatal_ (proven or possible, and refused by Xen's fix-up).
 * Built as a shared object and as a relocatable file (tests/unit/segref-test.c). */

	.macro function name
	.globl	\name
	.type	\name, @function
	.p2align 4
\name:
	.cfi_startproc
	.endm
	.macro end name
	.cfi_endproc
	.size	\name, . - \name
	.endm

	.text

/* The thread control block. */
function safe_tcb
	movl	%gs:0, %eax
	movl	%gs:0x14, %ecx
	subl	%gs:0x14, %ecx
	cmpl	$0, %gs:0xc
	xorl	%gs:0x18, %eax
	call	*%gs:0x10
	lock
	cmpxchgl %ecx, %gs:0x20
	ret
end safe_tcb

function safe_indexed_table
	movl	%gs:0x188(,%edx,4), %eax
	movl	%eax, %gs:0x1c4(,%eax,8)
	ret
end safe_indexed_table

function safe_constant_register
	movl	$0x14, %eax
	movl	%gs:(%eax), %eax
	xorl	%ecx, %ecx
	movl	%gs:4(%ecx), %ecx
	ret
end safe_constant_register

function safe_no_access
	leal	%gs:(%esi), %esi
	nopw	%gs:0x7fff(%eax)
	ret
end safe_no_access

function safe_address16
	addr16 movl %gs:-4(%bx), %eax
	ret
end safe_address16

/* Absolute offsets: 0xfffffff8 in all its encodings. */
function proven_absolute
	movl	%gs:-8, %eax		/* 65 a1 */
	movl	%eax, %gs:-8		/* 65 a3 */
	movl	%gs:-8, %ecx
	addl	$1, %gs:-8
	movl	$0, %gs:-8
	movzbl	%gs:-8, %eax
	fldl	%gs:-16
	lock
	incl	%gs:-8
	pushl	%gs:-8
	movw	$1, %gs:-8
	ret
end proven_absolute

/* Global offset table by the thunks of every register. */
	.macro through_thunk reg
function proven_thunk_\reg
	call	thunk_\reg
	addl	$_GLOBAL_OFFSET_TABLE_, %\reg
	movl	outside@gotntpoff(%\reg), %ecx
	movl	%gs:(%ecx), %eax
	movl	$3, %gs:4(%ecx)
	ret
end proven_thunk_\reg
	.endm
	through_thunk eax
	through_thunk edx
	through_thunk ebx
	through_thunk esi
	through_thunk edi
	through_thunk ebp

function proven_call_pop
	call	1f
1:	popl	%esi
	addl	$_GLOBAL_OFFSET_TABLE_ + (. - 1b), %esi
	movl	outside@gotntpoff(%esi), %esi
	movl	%gs:(%esi), %eax
	ret
end proven_call_pop

/* %ebx as the psABI has it, without its set-up in sight (a .cold part). */
function proven_inherited_ebx
	movl	outside@gotntpoff(%ebx), %eax
	movl	%eax, %gs:(%eax)
	ret
end proven_inherited_ebx

function proven_spilled
	pushl	%ebx
	subl	$24, %esp
	call	thunk_ebx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	movl	outside@gotntpoff(%ebx), %eax
	movl	%eax, 12(%esp)
	movl	%ebx, 8(%esp)
	pushl	$1
	call	*%esi
	addl	$4, %esp
	movl	12(%esp), %ecx
	movl	%gs:(%ecx), %eax
	movl	8(%esp), %edx
	movl	outside@gotntpoff(%edx), %edx
	movl	%gs:(%edx), %eax
	addl	$24, %esp
	popl	%ebx
	ret
end proven_spilled

function proven_spilled_frame
	pushl	%ebp
	movl	%esp, %ebp
	pushl	%ebx
	subl	$20, %esp
	call	thunk_ebx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	movl	outside@gotntpoff(%ebx), %eax
	movl	%eax, -12(%ebp)
	call	*%esi
	movl	-12(%ebp), %edi
	movl	%gs:(%edi), %eax
	leave
	ret
end proven_spilled_frame

/* A slot that another variable uses, too, and the caller's words, which compilers use for spills as well. */
function proven_shared_slots
	pushl	%ebx
	subl	$24, %esp
	call	thunk_ebx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	movl	%ecx, 12(%esp)
	movl	outside@gotntpoff(%ebx), %eax
	movl	%eax, 12(%esp)
	movl	%eax, 32(%esp)
	call	*%esi
	movl	12(%esp), %ecx
	movl	%gs:(%ecx), %eax
	movl	32(%esp), %ecx
	movl	%gs:(%ecx), %eax
	addl	$24, %esp
	popl	%ebx
	ret
end proven_shared_slots

/* Paths that meet, a loop, an epilogue and padding in between, and a switch. */
function proven_paths
	pushl	%ebx
	call	thunk_ebx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	testl	%eax, %eax
	je	2f
	movl	outside@gotntpoff(%ebx), %eax
	jmp	3f
1:	popl	%ebx
	ret
	leal	0(%esi), %esi
2:	movl	outside@gotntpoff(%ebx), %eax
3:	movl	%gs:(%eax), %ecx
	decl	%ecx
	jne	3b
	jmp	*table(,%ecx,4)
	leal	0(%esi), %esi
4:	movl	outside@gotntpoff(%ebx), %edx
	movl	%gs:(%edx), %edx
	jmp	1b
end proven_paths

function proven_arithmetic
	call	thunk_ebx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	movl	outside@gotntpoff(%ebx), %eax
	addl	$8, %eax
	movl	%gs:(%eax), %ecx
	leal	4(%eax,%esi,4), %edx
	movl	%gs:(%edx), %edx
	movl	outside@gotntpoff(%ebx), %eax
	movl	%gs:(%eax,%esi,4), %ecx
	movl	%gs:(%esi,%eax), %ecx
	movl	%esi, %ecx
	addl	outside@gotntpoff(%ebx), %ecx
	movl	%gs:(%ecx), %ecx
	movl	outside@gotntpoff(%ebx), %edx
	cmovne	outside@gotntpoff(%ebx), %edx
	movl	%gs:(%edx), %edx
	ret
end proven_arithmetic

/* The older form of the initial-exec model: a positive number to be subtracted. */
function proven_subtracted
	call	thunk_ebx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	xorl	%eax, %eax
	subl	outside@gottpoff(%ebx), %eax
	movl	%gs:(%eax), %ecx
	movl	outside@gottpoff(%ebx), %edx
	negl	%edx
	movl	%gs:(%edx), %edx
	ret
end proven_subtracted

function proven_negative_constant
	movl	$-8, %eax
	movl	%gs:(%eax), %eax
	movl	$4, %ecx
	subl	$32, %ecx
	movl	%gs:(%ecx), %ecx
	ret
end proven_negative_constant

function possible_argument
	movl	4(%esp), %eax
	movl	%gs:(%eax), %ecx
	movl	%gs:8(%edx), %ecx
	movl	%gs:-8(%edx), %ecx
	ret
end possible_argument

/* One path brings a TLS offset, the other something else. */
function possible_paths
	call	thunk_ebx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	movl	outside@gotntpoff(%ebx), %eax
	testl	%ecx, %ecx
	je	1f
	movl	(%ecx), %eax
1:	movl	%gs:(%eax), %eax
	ret
end possible_paths

/* What a call may change is not known behind it. */
function possible_after_call
	call	thunk_ebx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	movl	outside@gotntpoff(%ebx), %eax
	call	*%esi
	movl	%gs:(%eax), %eax
	ret
end possible_after_call

/* Constants that are not: through memory, and not yet decided. */
function possible_constant_from_stack
	pushl	$16
	popl	%eax
	movl	%gs:(%eax), %eax
	ret
end possible_constant_from_stack

function possible_unresolved
	movl	$none_table, %eax
	movl	%gs:(%eax), %eax
	movl	%gs:none_table, %eax
	ret
end possible_unresolved

/* An object that claims the function behind it. */
	.globl	none_greedy
	.type	none_greedy, @object
none_greedy:
	.long	1, 2
	.size	none_greedy, 40
	.p2align 2
	.globl	proven_behind_greedy
	.type	proven_behind_greedy, @function
proven_behind_greedy:
	movl	%gs:-8, %eax
	ret
	.size	proven_behind_greedy, . - proven_behind_greedy

function possible_beyond_tcb
	movl	%gs:0x12345678, %eax
	ret
end possible_beyond_tcb

/* A negative index, or none: an indexed table that begins at the thread pointer itself is no table. */
function possible_index
	movl	%gs:0(,%edx,4), %eax
	ret
end possible_index

/* 32-bit Xen's fix-up knows no MMX, SSE or string instruction, no %fs and no second segment prefix. */
function fatal_sse
	movdqu	%gs:-16, %xmm0
	movaps	%xmm0, %gs:-16
	movq	%gs:-8, %mm0
	movss	%gs:-4, %xmm1
	ret
end fatal_sse

function fatal_string
	lodsl	%gs:(%esi), %eax
	movsl	%gs:(%esi), %es:(%edi)
	xlatb	%gs:(%ebx)
	ret
end fatal_string

function fatal_fs
	movl	%fs:-8, %eax
	ret
end fatal_fs

function fatal_two_prefixes
	.byte	0x2e, 0x65, 0xa1, 0xf8, 0xff, 0xff, 0xff /* cs gs mov %gs:-8,%eax */
	ret
end fatal_two_prefixes

/* Bytes that are not instructions, and prefix bytes that are not prefixes. */
function none_immediates
	movl	$0xfff8a165, %eax
	movl	$0x65656565, %ecx
	movl	0x64656465(%ecx), %edx
	cmpb	$0x65, %al
	ret
end none_immediates

	.globl	none_table
	.type	none_table, @object
none_table:
	.byte	0x65, 0xa1, 0xf8, 0xff, 0xff, 0xff, 0x65, 0x8b, 0x00, 0xb8
	.size	none_table, . - none_table

/* A table behind no symbol, as OpenSSL has them: bytes of SHA-256's constants and of random data. */
function safe_before_table
	movl	%gs:0x14, %eax
	ret
end safe_before_table
	.byte	0x98, 0x2f, 0x8a, 0x42, 0x91, 0x44, 0x37, 0x71, 0xcf, 0xfb, 0xc0, 0xb5, 0xa5, 0xdb, 0xb5, 0xe9
	.byte	0x5b, 0xc2, 0x56, 0x39, 0xf1, 0x11, 0xf1, 0x59, 0xa4, 0x82, 0x3f, 0x92, 0xd5, 0x5e, 0x1c, 0xab
	.byte	0x6c, 0x6d, 0x6e, 0x6f, 0x65, 0x8b, 0x00, 0x6c, 0x0e, 0xce, 0xe4, 0xe5, 0x65, 0x89, 0x7b, 0xdd
	.byte	0xec, 0xed, 0xee, 0xef, 0x27, 0x2f, 0x37, 0x3f, 0x65, 0xa1, 0xf8, 0xff, 0xff, 0xff, 0xcf, 0xce
	.byte	0x98, 0xaa, 0x07, 0xd8, 0x01, 0x5b, 0x83, 0x12, 0xbe, 0x85, 0x31, 0x24, 0xc3, 0x7d, 0x0c, 0x55

/* A symbol that claims more than .eh_frame grants it. */
function safe_liar
	movl	%gs:0x14, %eax
	ret
	.cfi_endproc
	.size	safe_liar, 64
function proven_behind_liar
	movl	%gs:-8, %eax
	ret
end proven_behind_liar

function proven_behind_table
	movl	%gs:-8, %eax
	ret
end proven_behind_table

	.macro thunk reg
	.type	thunk_\reg, @function
thunk_\reg:
	.cfi_startproc
	movl	(%esp), %\reg
	ret
	.cfi_endproc
	.size	thunk_\reg, . - thunk_\reg
	.endm
	thunk eax
	thunk edx
	thunk ebx
	thunk esi
	thunk edi
	thunk ebp

	.data
table:	.long	0

	.section .note.GNU-stack, "", @progbits
