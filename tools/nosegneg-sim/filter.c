// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "calls.h"
#include "filter.h"

/* The low half of an argument is all of it for a 32-bit program. */
#define ARGUMENT(i) ((uint32_t)(offsetof(struct seccomp_data, args) + 8 * (i)))

struct builder {
	struct sock_filter *at;
	uint32_t action;
};

static void load(struct builder *b, uint32_t offset)
{
	*b->at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}

static void answer(struct builder *b, uint32_t action)
{
	*b->at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
}

/* Goes on where the loaded word is (or has a bit of) `k`, else skips `n` instructions. */
static void unless_skip(struct builder *b, uint16_t test, uint32_t k, uint8_t n)
{
	*b->at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, k, 0, n);
}

/* Skips `n` instructions where the loaded word is `k`. */
static void if_skip(struct builder *b, uint32_t k, uint8_t n)
{
	*b->at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, n, 0);
}

static void stop_at(struct builder *b, uint32_t call)
{
	unless_skip(b, BPF_JEQ, call, 1);
	answer(b, b->action);
}

/* A call that matters where its first argument has a bit of `k`. */
static void stop_at_bit(struct builder *b, uint32_t call, uint32_t k)
{
	unless_skip(b, BPF_JEQ, call, 4);
	load(b, ARGUMENT(0));
	unless_skip(b, BPF_JSET, k, 1);
	answer(b, b->action);
	answer(b, SECCOMP_RET_ALLOW);
}

/* A call that matters where its argument `i` is not `k`. */
static void stop_at_unless(struct builder *b, uint32_t call, unsigned i, uint32_t k)
{
	unless_skip(b, BPF_JEQ, call, 4);
	load(b, ARGUMENT(i));
	unless_skip(b, BPF_JEQ, k, 1);
	answer(b, SECCOMP_RET_ALLOW);
	answer(b, b->action);
}

/* A call that changes the disposition of SIGSEGV. */
static void stop_at_action(struct builder *b, uint32_t call)
{
	unless_skip(b, BPF_JEQ, call, 7);
	load(b, ARGUMENT(0));
	unless_skip(b, BPF_JEQ, SIGSEGV, 4);
	load(b, ARGUMENT(1));
	unless_skip(b, BPF_JEQ, 0, 1);
	answer(b, SECCOMP_RET_ALLOW);
	answer(b, b->action);
	answer(b, SECCOMP_RET_ALLOW);
}

/* A file mapped to be executed. */
static void stop_at_text(struct builder *b)
{
	unless_skip(b, BPF_JEQ, CALL_MMAP2, 7);
	load(b, ARGUMENT(2));
	unless_skip(b, BPF_JSET, PROT_EXEC, 4);
	load(b, ARGUMENT(4));
	unless_skip(b, BPF_JEQ, UINT32_MAX, 1);
	answer(b, SECCOMP_RET_ALLOW);
	answer(b, b->action);
	answer(b, SECCOMP_RET_ALLOW);
}

size_t filter_build(struct sock_filter *out, uint32_t action)
{
	static const uint32_t plain[] = { CALL_SET_THREAD_AREA, CALL_GET_THREAD_AREA, CALL_MODIFY_LDT, CALL_PERSONALITY,
		CALL_PTRACE, CALL_SSETMASK, CALL_SIGRETURN, CALL_RT_SIGRETURN, CALL_SIGNAL };
	struct builder b = { .at = out, .action = action };

	load(&b, offsetof(struct seccomp_data, arch));
	unless_skip(&b, BPF_JEQ, AUDIT_ARCH_X86_64, 4);
	load(&b, offsetof(struct seccomp_data, nr));
	stop_at(&b, CALL_PTRACE_64);
	answer(&b, SECCOMP_RET_ALLOW);
	if_skip(&b, AUDIT_ARCH_I386, 1);
	answer(&b, SECCOMP_RET_ALLOW);
	load(&b, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		stop_at(&b, plain[i]);
	stop_at_unless(&b, CALL_RT_SIGPROCMASK, 1, 0);
	stop_at_unless(&b, CALL_SIGPROCMASK, 1, 0);
	stop_at_bit(&b, CALL_CLONE, CLONE_UNTRACED);
	stop_at_action(&b, CALL_RT_SIGACTION);
	stop_at_action(&b, CALL_SIGACTION);
	stop_at_text(&b);
	answer(&b, SECCOMP_RET_ALLOW);
	return (size_t)(b.at - out);
}

/* SPEC_ALLOW: without it kernels before 5.16 slow the whole program down (spec_store_bypass_disable=seccomp). */
int filter_install(void)
{
	struct sock_filter filter[FILTER_MAX];
	struct sock_fprog program = { .filter = filter };

	program.len = (unsigned short)filter_build(filter, SECCOMP_RET_TRACE | FILTER_DATA);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0)
		return 0;
	if (errno != EACCES || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0 ? 0
													    : -errno;
}
