// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <xen/features.h>

#include "base/util.h"
#include "xen/facts.h"
#include "xen/files.h"

static const char *const paths[XEN_FILES] = {
	[XEN_FILE_TYPE] = "/sys/hypervisor/type",
	[XEN_FILE_GUEST_TYPE] = "/sys/hypervisor/guest_type",
	[XEN_FILE_MAJOR] = "/sys/hypervisor/version/major",
	[XEN_FILE_MINOR] = "/sys/hypervisor/version/minor",
	[XEN_FILE_EXTRA] = "/sys/hypervisor/version/extra",
	[XEN_FILE_CAPABILITIES] = "/sys/hypervisor/properties/capabilities",
	[XEN_FILE_FEATURES] = "/sys/hypervisor/properties/features",
	[XEN_FILE_UUID] = "/sys/hypervisor/uuid",
	[XEN_FILE_CONTROL] = "/proc/xen/capabilities",
	[XEN_FILE_RELEASE] = "/proc/sys/kernel/osrelease",
	[XEN_FILE_VERSION] = "/proc/version",
	[XEN_FILE_ARCH] = "/proc/sys/kernel/arch",
	[XEN_FILE_PRODUCT] = "/sys/class/dmi/id/product_name",
	[XEN_FILE_CPUINFO] = "/proc/cpuinfo",
	[XEN_FILE_PROBE] = "/nosegneg-probe",
	[XEN_FILE_CAPTURE] = "/nosegneg-capture",
};

/* What only the decisions need. */
struct reading {
	const struct root *root;
	struct xen_facts *f;
	struct xen_files files;
	char control[64], arch[64], product[64];
};

const char *xen_file_path(enum xen_file file)
{
	return file < XEN_FILES ? paths[file] : "";
}

static int read_whole(struct reading *r, enum xen_file file, char **data, size_t *size)
{
	return xen_files_read(&r->files, file, data, size);
}

static void read_line(struct reading *r, enum xen_file file, char *buf, size_t cap)
{
	xen_files_line(&r->files, file, buf, cap);
}

static bool read_number(struct reading *r, enum xen_file file, int base, uint32_t *out)
{
	char line[64], *end;
	unsigned long value;

	read_line(r, file, line, sizeof(line));
	if (!isxdigit((unsigned char)line[0]))
		return false;
	errno = 0;
	value = strtoul(line, &end, base);
	if (*end || errno || value > UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

static enum xen_answer is_there(const struct root *root, const char *path)
{
	struct stat st;
	int error = root_stat(root, path, &st);

	if (error == 0)
		return S_ISDIR(st.st_mode) ? XEN_YES : XEN_NO;
	return error == -ENOENT || error == -ENOTDIR ? XEN_NO : XEN_NOT_KNOWN;
}

static void read_probe(struct reading *r)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0;

	if (read_whole(r, XEN_FILE_PROBE, &data, &size) == 0)
		xen_probe_parse(data, size, &r->f->probe);
}

static void read_capture(struct reading *r)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0;

	if (read_whole(r, XEN_FILE_CAPTURE, &data, &size) == 0)
		xen_files_captured(&r->files, data, NULL);
}

/* That one of them can be read shows that /proc is there at all. The kernel takes long to write /proc/cpuinfo of a
 * large machine, so it is the second choice. */
static void read_witnesses(struct reading *r)
{
	_cleanup_free_ char *version = NULL, *cpuinfo = NULL;
	size_t size;

	if (read_whole(r, XEN_FILE_VERSION, &version, &size) == 0) {
		if (!*r->f->release)
			(void)sscanf(version, "Linux version %127s", r->f->release);
		return;
	}
	if (read_whole(r, XEN_FILE_CPUINFO, &cpuinfo, &size) == -EFBIG)
		r->f->error[XEN_FILE_CPUINFO] = 0;
}

static void read_files(struct reading *r)
{
	struct xen_facts *f = r->f;
	uint32_t major, minor;
	bool has_major, has_minor;

	read_line(r, XEN_FILE_TYPE, f->type, sizeof(f->type));
	read_line(r, XEN_FILE_GUEST_TYPE, f->guest_type, sizeof(f->guest_type));
	read_line(r, XEN_FILE_EXTRA, f->extra, sizeof(f->extra));
	/* To a domain that may not know (Flask, XENVER_extraversion) it is no part of the version. */
	if (strcmp(f->extra, "<denied>") == 0)
		f->extra[0] = '\0';
	read_line(r, XEN_FILE_CAPABILITIES, f->capabilities, sizeof(f->capabilities));
	read_line(r, XEN_FILE_UUID, f->uuid, sizeof(f->uuid));
	read_line(r, XEN_FILE_RELEASE, f->release, sizeof(f->release));
	read_line(r, XEN_FILE_CONTROL, r->control, sizeof(r->control));
	read_line(r, XEN_FILE_ARCH, r->arch, sizeof(r->arch));
	read_line(r, XEN_FILE_PRODUCT, r->product, sizeof(r->product));
	has_major = read_number(r, XEN_FILE_MAJOR, 10, &major);
	has_minor = read_number(r, XEN_FILE_MINOR, 10, &minor);
	f->has_version = has_major && has_minor;
	if (f->has_version) {
		f->major = major;
		f->minor = minor;
	}
	f->control = strstr(r->control, "control_d") != NULL;
	f->has_features = read_number(r, XEN_FILE_FEATURES, 16, &f->features);
	f->sys_hypervisor = is_there(r->root, "/sys/hypervisor");
	f->proc_xen = is_there(r->root, "/proc/xen");
	f->lib_tls = is_there(r->root, "/lib/tls");
	f->lib_tls_disabled = is_there(r->root, "/lib/tls.disabled");
	read_witnesses(r);
	/* The host may have such files, too; there they mean nothing. */
	if (!r->root->host) {
		read_probe(r);
		read_capture(r);
	}
}

static void take_cpuid(struct xen_facts *f, const struct xen_cpuid *cpuid)
{
	const struct xen_cpuid_view *xen;

	if (cpuid && cpuid->known)
		f->cpuid = *cpuid;
	else
		f->cpuid = f->probe.cpuid;
	xen = xen_cpuid_is_xen(&f->cpuid.forced) ? &f->cpuid.forced : &f->cpuid.plain;
	if (f->has_version || !xen_cpuid_is_xen(xen))
		return;
	f->has_version = true;
	f->major = xen->major;
	f->minor = xen->minor;
}

static bool could_not_read(const struct xen_facts *f, enum xen_file file)
{
	return f->error[file] != 0 && f->error[file] != -ENOENT;
}

static enum xen_answer decide_on_xen(const struct xen_facts *f)
{
	bool seen = f->error[XEN_FILE_VERSION] == 0 || f->error[XEN_FILE_CPUINFO] == 0;

	/* /proc/xen is made by kernels that found themselves on Xen, and only by them. */
	if (strcmp(f->type, "xen") == 0 || f->proc_xen == XEN_YES || xen_cpuid_is_xen(&f->cpuid.plain) ||
			xen_cpuid_is_xen(&f->cpuid.forced))
		return XEN_YES;
	if (f->cpuid.known)
		return XEN_NO;
	if (f->sys_hypervisor == XEN_NOT_KNOWN || f->proc_xen == XEN_NOT_KNOWN || could_not_read(f, XEN_FILE_TYPE) ||
			could_not_read(f, XEN_FILE_CONTROL))
		return XEN_NOT_KNOWN;
	/* XenLinux kernels bear the name, and run nowhere else. */
	return seen && !strstr(f->release, "xen") ? XEN_NO : XEN_NOT_KNOWN;
}

static bool version_before(const struct xen_facts *f, unsigned major, unsigned minor)
{
	return f->has_version && (f->major < major || (f->major == major && f->minor < minor));
}

static bool has_feature(const struct xen_facts *f, unsigned bit)
{
	return f->has_features && f->features >> bit & 1;
}

/* PVH came with Xen 4.4; it has neither the DMI tables that the firmware makes nor, as a rule, event channels for
 * physical interrupts (xen/common/kernel.c, XENVER_get_features). */
static enum xen_mode hardware_mode(const struct reading *r)
{
	const struct xen_facts *f = r->f;

	/* No dom0 is HVM, and its firmware is the machine's. */
	if (f->control || has_feature(f, XENFEAT_dom0))
		return XEN_MODE_PVH;
	if (version_before(f, 4, 4) || has_feature(f, XENFEAT_hvm_pirqs) || r->product[0])
		return XEN_MODE_HVM;
	return f->has_features ? XEN_MODE_PVH : XEN_MODE_HARDWARE;
}

/* The kernel's own word first (guest_type, since Linux 4.13); then CPUID: the forced form is answered for PV guests
 * alone, while the plain one shows Xen to PV guests, too, where the processor can make CPUID fault. */
static enum xen_mode decide_mode(const struct reading *r)
{
	const struct xen_facts *f = r->f;

	if (strcmp(f->guest_type, "PV") == 0)
		return XEN_MODE_PV;
	if (strcmp(f->guest_type, "PVH") == 0)
		return XEN_MODE_PVH;
	if (strcmp(f->guest_type, "HVM") == 0)
		return XEN_MODE_HVM;
	if (xen_cpuid_is_xen(&f->cpuid.forced))
		return XEN_MODE_PV;
	if (f->cpuid.known && xen_cpuid_is_xen(&f->cpuid.plain))
		return hardware_mode(r);
	/* A Xen on a processor without hardware guests, or before PVH, can run no other ones. */
	if (strncmp(f->capabilities, "xen-", 4) == 0 && !strstr(f->capabilities, "hvm-") && version_before(f, 4, 4))
		return XEN_MODE_PV;
	/* XenLinux kernels bear the name, and cannot run but as PV guests. */
	if (!f->has_features)
		return strstr(f->release, "xen") ? XEN_MODE_PV : XEN_MODE_UNKNOWN;
	if (has_feature(f, XENFEAT_auto_translated_physmap) || has_feature(f, XENFEAT_hvm_callback_vector) ||
			has_feature(f, XENFEAT_hvm_safe_pvclock) || has_feature(f, XENFEAT_hvm_pirqs))
		return hardware_mode(r);
	return XEN_MODE_PV;
}

/* That control is not seen proves nothing where neither xenfs is mounted nor /sys/hypervisor shown, as in containers.
 * No dom0 is HVM, and dom0's id is all zeros. Xen 4.1 has no feature bit for dom0. */
static bool is_domu(const struct xen_facts *f)
{
	bool has_uuid = strlen(f->uuid) == 36 && strspn(f->uuid, "0-") < 36;

	return f->mode == XEN_MODE_HVM || f->error[XEN_FILE_CONTROL] == 0 || has_uuid ||
	       (f->has_features && f->has_version && !version_before(f, 4, 2));
}

static enum xen_kind decide_kind(const struct reading *r)
{
	static const enum xen_kind domu[] = {
		[XEN_MODE_UNKNOWN] = XEN_KIND_UNKNOWN,
		[XEN_MODE_PV] = XEN_KIND_PV,
		[XEN_MODE_PVH] = XEN_KIND_PVH,
		[XEN_MODE_HVM] = XEN_KIND_HVM,
		[XEN_MODE_HARDWARE] = XEN_KIND_UNKNOWN,
	};
	const struct xen_facts *f = r->f;

	if (f->on_xen == XEN_NO)
		return XEN_KIND_NONE;
	if (f->on_xen == XEN_NOT_KNOWN)
		return XEN_KIND_UNKNOWN;
	if (f->control || has_feature(f, XENFEAT_dom0))
		return XEN_KIND_DOM0;
	return is_domu(f) ? domu[f->mode] : XEN_KIND_UNKNOWN;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* A 32-bit personality hides a 64-bit kernel in uname(2), so "i686" proves nothing there. */
static enum xen_answer decide_kernel(const struct reading *r)
{
	const struct xen_facts *f = r->f;
	struct utsname name;

	if (strcmp(f->probe.machine, "x86_64") == 0 || strcmp(r->arch, "x86_64") == 0 ||
			ends_with(f->release, "amd64") || ends_with(f->release, "x86_64"))
		return XEN_YES;
	if (r->root->host && uname(&name) == 0 && strcmp(name.machine, "x86_64") == 0)
		return XEN_YES;
	return f->probe.machine[0] ? XEN_NO : XEN_NOT_KNOWN;
}

/* "xen-3.0-x86_32p": a kind of guest that Xen can run, by words. */
static bool have_architecture(const char *capabilities, const char *arch)
{
	size_t n = strlen(arch);

	for (const char *p = capabilities; *p; p += strspn(p, " \t")) {
		size_t len = strcspn(p, " \t");

		if ((strncmp(p, "xen-", 4) == 0 || strncmp(p, "hvm-", 4) == 0) && len > n && p[len - n - 1] == '-' &&
				memcmp(p + len - n, arch, n) == 0)
			return true;
		p += len;
	}
	return false;
}

static unsigned decide_width(const struct xen_facts *f, enum xen_reason *reason)
{
	const char *c = f->capabilities;

	*reason = XEN_64BIT_BY_CAPABILITIES;
	if (have_architecture(c, "x86_64"))
		return 64;
	*reason = XEN_64BIT_BY_KERNEL;
	if (f->kernel_64 == XEN_YES)
		return 64;
	/* 5d1181a5ea removed the 32-bit hypervisor: first release without it is 4.3.0. */
	*reason = XEN_64BIT_BY_VERSION;
	if (f->has_version && !version_before(f, 4, 3))
		return 64;
	*reason = XEN_32BIT_HYPERVISOR;
	if (have_architecture(c, "x86_32p") || have_architecture(c, "x86_32"))
		return 32;
	*reason = XEN_WIDTH_NOT_KNOWN;
	return 0;
}

static void decide_shortens(struct xen_facts *f)
{
	enum xen_reason width;

	f->shortens = XEN_NO;
	f->reason = f->on_xen == XEN_NO ? XEN_NOT_ON_XEN : XEN_NOT_KNOWN_WHETHER_XEN;
	if (f->on_xen == XEN_NOT_KNOWN)
		f->shortens = XEN_NOT_KNOWN;
	if (f->on_xen != XEN_YES)
		return;
	f->width = decide_width(f, &width);
	f->reason = width;
	if (f->mode == XEN_MODE_HVM || f->mode == XEN_MODE_PVH || f->mode == XEN_MODE_HARDWARE) {
		f->reason = XEN_HARDWARE_GUEST;
	} else if (f->width == 0) {
		f->shortens = XEN_NOT_KNOWN;
	} else if (f->width == 32) {
		f->shortens = f->mode == XEN_MODE_PV ? XEN_YES : XEN_NOT_KNOWN;
		f->reason = f->mode == XEN_MODE_PV ? XEN_32BIT_HYPERVISOR : XEN_MODE_NOT_KNOWN;
	}
}

int xen_facts_read(const struct root *root, const struct xen_cpuid *cpuid, struct xen_facts *out)
{
	struct reading r = {
		.root = root,
		.f = out,
		.files = { .root = root, .path = paths, .error = out->error, .n = XEN_FILES },
	};

	*out = (struct xen_facts){ 0 };
	read_files(&r);
	if (r.files.memory_gone)
		return -ENOMEM;
	take_cpuid(out, cpuid);
	out->on_xen = decide_on_xen(out);
	if (out->on_xen == XEN_YES)
		out->mode = decide_mode(&r);
	out->kind = decide_kind(&r);
	out->kernel_64 = decide_kernel(&r);
	decide_shortens(out);
	return 0;
}

enum xen_file xen_facts_unreadable(const struct xen_facts *facts, enum xen_file from)
{
	while (from < XEN_FILES && !could_not_read(facts, from))
		from++;
	return from;
}

const char *xen_kind_text(const struct xen_facts *facts)
{
	static const char *const unknown[] = {
		[XEN_MODE_UNKNOWN] = "a Xen guest of unknown kind",
		[XEN_MODE_PV] = "PV, dom0 or domU",
		[XEN_MODE_PVH] = "PVH, dom0 or domU",
		[XEN_MODE_HVM] = "HVM domU",
		[XEN_MODE_HARDWARE] = "PVH or HVM",
	};

	switch (facts->kind) {
	case XEN_KIND_NONE:
		return "no Xen";
	case XEN_KIND_DOM0:
		return facts->mode == XEN_MODE_PV ? "dom0 (PV)" : facts->mode == XEN_MODE_PVH ? "dom0 (PVH)" : "dom0";
	case XEN_KIND_PV:
		return "PV domU";
	case XEN_KIND_PVH:
		return "PVH domU";
	case XEN_KIND_HVM:
		return "HVM domU";
	case XEN_KIND_UNKNOWN:
		break;
	}
	return facts->on_xen == XEN_YES ? unknown[facts->mode] : "not known whether this is Xen";
}

const char *xen_reason_text(enum xen_reason reason)
{
	static const char *const text[] = {
		[XEN_NOT_ON_XEN] = "this is not Xen",
		[XEN_HARDWARE_GUEST] = "HVM and PVH guests have segments of their own",
		[XEN_64BIT_BY_CAPABILITIES] = "a 64-bit Xen, by its capabilities, leaves segments as they are",
		[XEN_64BIT_BY_VERSION] = "a Xen from 4.3 on is 64-bit and leaves segments as they are",
		[XEN_64BIT_BY_KERNEL] = "a 64-bit kernel needs a 64-bit Xen, which leaves segments as they are",
		[XEN_32BIT_HYPERVISOR] = "a 32-bit Xen, by its capabilities, shortens the segments of PV guests",
		[XEN_WIDTH_NOT_KNOWN] = "nothing says whether this Xen is a 32-bit one",
		[XEN_MODE_NOT_KNOWN] = "a 32-bit Xen, but nothing says whether this is a PV guest",
		[XEN_NOT_KNOWN_WHETHER_XEN] = "nothing that could be read says whether this is Xen",
	};

	return text[reason];
}

const char *xen_other_hypervisor(const struct xen_facts *facts)
{
	const struct xen_cpuid_view *plain = &facts->cpuid.plain;
	const char *vendor;

	if (facts->on_xen != XEN_NO)
		return NULL;
	if (facts->type[0])
		return facts->type;
	if (!plain->found)
		return NULL;
	vendor = xen_cpuid_vendor(plain->signature);
	return vendor ? vendor : plain->signature;
}
