/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the CPUID instruction says about the hypervisor. Source: xen/include/public/arch-x86/cpuid.h. */
#ifndef XEN_CPUID_H
#define XEN_CPUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XEN_CPUID_TEXT_MAX 192 /* what xen_cpuid_format needs at most */

/* A hypervisor's leaves. */
struct xen_cpuid_view {
	bool found;            /* there are leaves of a hypervisor; if not, the rest is zero */
	char signature[13];    /* up to 12 bytes, NUL-terminated; hostile where it was parsed: quote it */
	uint32_t max_leaf;     /* the lower eight bits cleared, it is the base: 0x40000000 … 0x4000ff00 */
	uint16_t major, minor; /* Xen's version; 0 where it is not Xen */
};

struct xen_cpuid {
	bool known;
	struct xen_cpuid_view plain;  /* as every program sees it; to a PV guest Xen may not be visible here */
	struct xen_cpuid_view forced; /* by Xen's emulation of the instruction, which exists for PV guests only */
};

/* Asks the processor. Xen's leaves are preferred where several hypervisors show themselves (Xen presents Hyper-V's at
 * the first base to Windows guests). Changes the actions of SIGILL and SIGSEGV and puts them back: not to be called
 * while other threads run. `known` is false only where the processor has no CPUID. */
void xen_cpuid_read(struct xen_cpuid *out);

bool xen_cpuid_is_xen(const struct xen_cpuid_view *view);

/* One line for a captured tree, "plain=XenVMMXenVMM/40000005/4.17 forced=none" or "unknown"; signature bytes other than
 * letters and digits are written as %XX. Returns buf, cut at `size`. */
const char *xen_cpuid_format(const struct xen_cpuid *cpuid, char *buf, size_t size);

/* The reverse. Returns 0, or -EBADMSG with *out as it was. */
int xen_cpuid_parse(const char *value, struct xen_cpuid *out);

/* The name of the hypervisor with this signature in users' words ("KVM"), or NULL for one without a name here. */
const char *xen_cpuid_vendor(const char *signature);

#endif
