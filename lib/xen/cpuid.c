// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cpuid.h>
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <xen/arch-x86/cpuid.h>

#include "base/util.h"
#include "xen/cpuid.h"

#define BASE_FIRST     0x40000000u
#define BASE_LAST      0x4000ff00u
#define BASE_STEP      0x100u
#define ECX_HYPERVISOR (1u << 31) /* of leaf 1 */

#ifdef __x86_64__
#define REGISTER_IP REG_RIP
static const int results[] = { REG_RAX, REG_RBX, REG_RCX, REG_RDX };
#else
#define REGISTER_IP REG_EIP
static const int results[] = { REG_EAX, REG_EBX, REG_ECX, REG_EDX };
#endif

/* ud2a; .ascii "xen"; cpuid: an invalid opcode to everybody but Xen, which emulates it for PV guests
 * (xen/include/public/arch-x86/xen.h, XEN_CPUID). */
static const uint8_t forced_insn[] = { 0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2 };
static const uint8_t plain_insn[] = { 0x0f, 0xa2 };

/* Steps over the instruction with zeroes as its answer: no state has to be shared with the one who executes it. CPUID
 * itself raises SIGSEGV where somebody made it fault (arch_prctl(ARCH_SET_CPUID, 0)). */
static void step_over(int sig, siginfo_t *info, void *context)
{
	greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;
	const void *ip = (const void *)(uintptr_t)reg[REGISTER_IP];
	size_t len = 0;

	(void)info;
	if (sig == SIGILL && memcmp(ip, forced_insn, sizeof(forced_insn)) == 0)
		len = sizeof(forced_insn);
	else if (sig == SIGSEGV && memcmp(ip, plain_insn, sizeof(plain_insn)) == 0)
		len = sizeof(plain_insn);
	if (len == 0) { /* somebody else's fault: the instruction is tried again, and ends the program */
		signal(sig, SIG_DFL);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(results); i++)
		reg[results[i]] = 0;
	reg[REGISTER_IP] += (greg_t)len;
}

struct leaf {
	uint32_t eax, ebx, ecx, edx;
};

typedef struct leaf (*ask_fn)(uint32_t leaf);

static struct leaf ask_plain(uint32_t leaf)
{
	struct leaf l = { .eax = leaf };

	__asm__ volatile("cpuid" : "+a"(l.eax), "=b"(l.ebx), "+c"(l.ecx), "=d"(l.edx));
	return l;
}

static struct leaf ask_forced(uint32_t leaf)
{
	struct leaf l = { .eax = leaf };

	__asm__ volatile("ud2a; .ascii \"xen\"; cpuid" : "+a"(l.eax), "=b"(l.ebx), "+c"(l.ecx), "=d"(l.edx));
	return l;
}

static bool leaf_is_xen(const struct leaf *l)
{
	return l->ebx == XEN_CPUID_SIGNATURE_EBX && l->ecx == XEN_CPUID_SIGNATURE_ECX &&
	       l->edx == XEN_CPUID_SIGNATURE_EDX;
}

static void keep_signature(struct xen_cpuid_view *view, const struct leaf *l)
{
	view->found = true;
	memcpy(view->signature, &l->ebx, 4);
	memcpy(view->signature + 4, &l->ecx, 4);
	memcpy(view->signature + 8, &l->edx, 4);
	view->signature[12] = '\0';
}

/* Hypervisors stack their leaves at one base after the other, from the first on. Xen's own tools look at all bases, but
 * each CPUID may cost an exit to the hypervisor: this search ends at the first base without leaves. At the very first
 * one KVM once said 0. The version is in the leaf behind the signature. */
static bool find_xen(ask_fn ask, struct xen_cpuid_view *view)
{
	for (uint32_t base = BASE_FIRST; base <= BASE_LAST; base += BASE_STEP) {
		struct leaf l = ask(base);
		bool sane = l.eax >= base && l.eax < base + BASE_STEP;

		if (!sane && base > BASE_FIRST)
			return false;
		if (!leaf_is_xen(&l) || !sane || l.eax < base + 2)
			continue;
		keep_signature(view, &l);
		view->max_leaf = l.eax;
		l = ask(base + 1);
		view->major = (uint16_t)(l.eax >> 16);
		view->minor = (uint16_t)l.eax;
		return true;
	}
	return false;
}

/* Without the hypervisor bit, leaf 0x40000000 repeats another leaf. */
static void find_any(struct xen_cpuid_view *view)
{
	struct leaf l = ask_plain(1);

	if (!(l.ecx & ECX_HYPERVISOR) || find_xen(ask_plain, view))
		return;
	l = ask_plain(BASE_FIRST);
	keep_signature(view, &l);
	/* KVM before Linux 2.6.30 says 0 (Documentation/virt/kvm/x86/cpuid.rst). */
	view->max_leaf = l.eax >= BASE_FIRST && l.eax < BASE_FIRST + BASE_STEP ? l.eax : BASE_FIRST;
}

void xen_cpuid_read(struct xen_cpuid *out)
{
	struct sigaction act = { .sa_sigaction = step_over, .sa_flags = SA_SIGINFO }, old_ill, old_segv;
	sigset_t faults, old_mask;

	*out = (struct xen_cpuid){ 0 };
	if (__get_cpuid_max(0, NULL) == 0)
		return;
	sigemptyset(&act.sa_mask);
	sigemptyset(&faults);
	sigaddset(&faults, SIGILL);
	sigaddset(&faults, SIGSEGV);
	sigaction(SIGILL, &act, &old_ill);
	sigaction(SIGSEGV, &act, &old_segv);
	sigprocmask(SIG_UNBLOCK, &faults, &old_mask);
	out->known = true;
	find_any(&out->plain);
	find_xen(ask_forced, &out->forced);
	sigprocmask(SIG_SETMASK, &old_mask, NULL);
	sigaction(SIGSEGV, &old_segv, NULL);
	sigaction(SIGILL, &old_ill, NULL);
}

bool xen_cpuid_is_xen(const struct xen_cpuid_view *view)
{
	return view->found && strcmp(view->signature, "XenVMMXenVMM") == 0;
}

static size_t format_view(char *buf, size_t size, const char *name, const struct xen_cpuid_view *view)
{
	char signature[3 * 12 + 1] = "";
	size_t at = 0;

	if (!view->found)
		return (size_t)snprintf(buf, size, "%s=none", name);
	for (const char *p = view->signature; *p; p++)
		at += (size_t)(isalnum((unsigned char)*p) ? sprintf(signature + at, "%c", *p)
							  : sprintf(signature + at, "%%%02x", (unsigned char)*p));
	return (size_t)snprintf(buf, size, "%s=%s/%x/%u.%u", name, signature, view->max_leaf, view->major, view->minor);
}

const char *xen_cpuid_format(const struct xen_cpuid *cpuid, char *buf, size_t size)
{
	char text[XEN_CPUID_TEXT_MAX];
	size_t at;

	if (!cpuid->known) {
		snprintf(buf, size, "unknown");
		return buf;
	}
	at = format_view(text, sizeof(text), "plain", &cpuid->plain);
	at += (size_t)sprintf(text + at, " ");
	format_view(text + at, sizeof(text) - at, "forced", &cpuid->forced);
	snprintf(buf, size, "%s", text);
	return buf;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *p = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return p ? (int)(p - digits) : -1;
}

/* The signature up to the slash. Returns what follows it, or NULL. */
static const char *parse_signature(const char *s, char signature[13])
{
	size_t n = 0;

	for (; *s && *s != '/'; s++) {
		char c = *s;

		if (c == '%') {
			if (hex_digit(s[1]) < 0 || hex_digit(s[2]) < 0)
				return NULL;
			c = (char)(hex_digit(s[1]) << 4 | hex_digit(s[2]));
			s += 2;
		} else if (!isalnum((unsigned char)c)) {
			return NULL;
		}
		if (n == 12 || c == '\0')
			return NULL;
		signature[n++] = c;
	}
	signature[n] = '\0';
	return *s == '/' ? s + 1 : NULL;
}

/* A number of the base that ends with `end` (where that is 0: with a space or the line). */
static const char *parse_number(const char *s, int base, unsigned long max, char end, unsigned long *out)
{
	char *rest;

	if (!s || !isxdigit((unsigned char)*s))
		return NULL;
	errno = 0;
	*out = strtoul(s, &rest, base);
	if (errno || *out > max)
		return NULL;
	if (end)
		return *rest == end ? rest + 1 : NULL;
	return *rest == ' ' || *rest == '\0' ? rest : NULL;
}

/* "NAME=none" or "NAME=SIGNATURE/MAX/MAJOR.MINOR". Returns what follows, or NULL. */
static const char *parse_view(const char *s, const char *name, struct xen_cpuid_view *view)
{
	size_t len = strlen(name);
	unsigned long max, major, minor;

	if (strncmp(s, name, len) != 0)
		return NULL;
	s += len;
	if (strncmp(s, "none", 4) == 0 && (s[4] == ' ' || s[4] == '\0'))
		return s + 4;
	s = parse_signature(s, view->signature);
	s = parse_number(s, 16, UINT32_MAX, '/', &max);
	s = parse_number(s, 10, UINT16_MAX, '.', &major);
	s = parse_number(s, 10, UINT16_MAX, 0, &minor);
	if (!s)
		return NULL;
	view->found = true;
	view->max_leaf = (uint32_t)max;
	view->major = (uint16_t)major;
	view->minor = (uint16_t)minor;
	return s;
}

int xen_cpuid_parse(const char *value, struct xen_cpuid *out)
{
	struct xen_cpuid cpuid = { .known = true };
	const char *s;

	if (strcmp(value, "unknown") == 0) {
		*out = (struct xen_cpuid){ 0 };
		return 0;
	}
	s = parse_view(value, "plain=", &cpuid.plain);
	s = s && *s == ' ' ? parse_view(s + 1, "forced=", &cpuid.forced) : NULL;
	if (!s || *s)
		return -EBADMSG;
	*out = cpuid;
	return 0;
}

const char *xen_cpuid_vendor(const char *signature)
{
	/* Linux arch/x86/kernel/cpu, arch/x86/include/asm/hypervisor.h and QEMU's documentation of cpu models. */
	static const struct {
		const char *signature, *name;
	} vendor[] = {
		{ "XenVMMXenVMM", "Xen" },
		{ "KVMKVMKVM", "KVM" },
		{ "Linux KVM Hv", "KVM" },
		{ "TCGTCGTCGTCG", "QEMU without acceleration (TCG)" },
		{ "VMwareVMware", "VMware" },
		{ "Microsoft Hv", "Hyper-V" },
		{ "VBoxVBoxVBox", "VirtualBox" },
		{ "bhyve bhyve ", "bhyve" },
		{ " lrpepyh  vr", "Parallels" },
		{ "prl hyperv  ", "Parallels" },
		{ "ACRNACRNACRN", "ACRN" },
		{ "Jailhouse", "Jailhouse" },
		{ "OpenBSDVMM58", "OpenBSD's vmm" },
		{ "___ NVMM ___", "NetBSD's NVMM" },
		{ "QNXQVMBSQG", "QNX" },
		{ "HAXMHAXMHAXM", "HAXM" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(vendor); i++)
		if (strcmp(vendor[i].signature, signature) == 0)
			return vendor[i].name;
	return NULL;
}
