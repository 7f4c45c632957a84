// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "elf/insn.h"
#include "regs.h"

int regs_get(pid_t tid, struct regs *out)
{
	struct iovec io = { &out->x86_64, sizeof(out->x86_64) };

	if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &io) != 0)
		return -errno;
	out->is32 = io.iov_len == sizeof(out->i386);
	return 0;
}

int regs_set(pid_t tid, const struct regs *regs)
{
	struct iovec io = { (void *)(uintptr_t)&regs->x86_64, regs->is32 ? sizeof(regs->i386) : sizeof(regs->x86_64) };

	return ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &io) == 0 ? 0 : -errno;
}

void regs_general(const struct regs32 *regs, uint32_t gpr[8])
{
	gpr[GPR_EAX] = regs->eax;
	gpr[GPR_ECX] = regs->ecx;
	gpr[GPR_EDX] = regs->edx;
	gpr[GPR_EBX] = regs->ebx;
	gpr[GPR_ESP] = regs->esp;
	gpr[GPR_EBP] = regs->ebp;
	gpr[GPR_ESI] = regs->esi;
	gpr[GPR_EDI] = regs->edi;
}

/* Places in struct user_regs_struct of x86-64. */
enum { X64_RAX = 10, X64_RDX = 12, X64_RSI = 13, X64_RDI = 14, X64_ORIG_RAX = 15 };

uint64_t regs_call(const struct regs *regs)
{
	return regs->is32 ? regs->i386.orig_eax : regs->x86_64[X64_ORIG_RAX];
}

uint64_t regs_argument(const struct regs *regs, unsigned i)
{
	static const unsigned x64[] = { X64_RDI, X64_RSI, X64_RDX };
	const uint32_t i386[] = { regs->i386.ebx, regs->i386.ecx, regs->i386.edx };

	return regs->is32 ? i386[i] : regs->x86_64[x64[i]];
}

void regs_refuse_call(struct regs *regs, int error)
{
	if (regs->is32) {
		regs->i386.orig_eax = UINT32_MAX;
		regs->i386.eax = (uint32_t)-error;
	} else {
		regs->x86_64[X64_ORIG_RAX] = UINT64_MAX;
		regs->x86_64[X64_RAX] = (uint64_t)-error;
	}
}
