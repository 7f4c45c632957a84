/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* counts SEQUENCE: one access for each letter, in this order, and no other: what traps is known beforehand. Without a C
 * library; the thread's segment is set as it would set it. The exit status is the number of letters.
 *
 * Below the thread pointer: n mov, N mov by a register, i inc, b byte, u push, o pop, v cmov, x x87, z setcc,
 * k cmpxchg8b.
 * Above: p mov, P mov by a register.
 * Below, in ways that Xen's fix-up refuses: c cmpxchg, m movq (MMX), d movdqu, a movaps, s lods, S movs, f through %fs,
 * D with another prefix (%ds) before %gs, t four bytes from -2 on.
 * w: through a 16-bit address, above. W: through a 16-bit address, at its end: above, too.
 * r: gives %gs another segment and takes it back. */
	.text
	.globl _start
_start:
	mov 8(%esp), %esi		/* argv[1]; NULL without one */
	test %esi, %esi
	jz end
	mov $243, %eax			/* set_thread_area */
	mov $desc, %ebx
	int $0x80
	test %eax, %eax
	jnz broken
	mov desc, %eax
	lea 3(, %eax, 8), %eax
	mov %eax, %gs
	mov %eax, %fs
	xor %edi, %edi
	mov $-8, %ebp
next:
	movzbl (%esi, %edi), %eax
	test %eax, %eax
	jz end
	inc %edi
	mov $table, %ecx
1:	mov (%ecx), %dl
	test %dl, %dl
	jz broken
	cmp %al, %dl
	je 2f
	add $8, %ecx
	jmp 1b
2:	call *4(%ecx)
	jmp next
end:
	mov $1, %eax
	mov %edi, %ebx
	int $0x80
broken:
	mov $1, %eax
	mov $99, %ebx
	int $0x80

.macro access letter
	.pushsection .rodata
	.ascii "\letter\0\0\0"
	.long 9f
	.popsection
9:
.endm

	.section .rodata
table:
	.text
access n
	mov %gs:-4, %eax
	ret
access N
	mov %gs:(%ebp), %eax
	ret
access i
	incl %gs:-4
	ret
access c
	cmpxchg %ecx, %gs:(%ebp)
	ret
access b
	movzbl %gs:-1, %eax
	ret
access u
	pushl %gs:(%ebp)
	pop %eax
	ret
access v
	cmp %eax, %eax
	cmovz %gs:(%ebp), %eax
	ret
access x
	fildl %gs:(%ebp)
	fstp %st(0)
	ret
access z
	sete %gs:-4
	ret
access k
	mov desc, %eax
	cmpxchg8b %gs:-8
	ret
access p
	mov %gs:0, %eax
	ret
access P
	xor %eax, %eax
	mov %gs:16(%eax), %eax
	ret
access m
	movq %gs:-8, %mm0
	emms
	ret
access d
	movdqu %gs:-16, %xmm0
	ret
access a
	movaps %gs:-16, %xmm0
	ret
access s
	push %esi
	mov $-8, %esi
	lodsl %gs:(%esi)
	pop %esi
	ret
access S
	push %esi
	push %edi
	mov $-8, %esi
	mov $scratch, %edi
	movsl %gs:(%esi), %es:(%edi)
	pop %edi
	pop %esi
	ret
access o
	push $0
	popl %gs:(%ebp)
	ret
access f
	mov %fs:-4, %eax
	ret
access D
	.byte 0x3e
	mov %gs:-4, %eax
	ret
access t
	mov %gs:-2, %eax
	ret
access w
	xor %ebx, %ebx
	addr16 mov %gs:8(%bx), %eax
	ret
access W
	mov $-8, %ebx
	addr16 mov %gs:(%bx), %eax
	ret
access r
	mov %gs, %eax
	mov %ds, %ecx
	mov %ecx, %gs
	mov %eax, %gs
	ret

	.section .rodata
	.long 0, 0

	.data
	.balign 4096
area:	.fill 4096, 1, 0
thread:	.fill 65536 + 64, 1, 0
scratch: .long 0
	.balign 16
desc:	.long -1, thread, 0xfffff, 0x51	/* 32 bits, in pages, useable */
	.section .note.GNU-stack, "", @progbits
