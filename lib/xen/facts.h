/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a system says about the Xen that it runs on, from the files below a root: this machine's, or a tree that
 * tools/capture wrote. Nothing is concluded from a file that could not be read; every such file is named. Text from
 * files is as it was read, up to the first NUL or the end of the line: quote it before it is shown.
 * Sources: Linux Documentation/ABI/stable/sysfs-hypervisor-xen, xen/include/public. */
#ifndef XEN_FACTS_H
#define XEN_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/root.h"
#include "xen/cpuid.h"

enum xen_answer { XEN_NO, XEN_YES, XEN_NOT_KNOWN };

enum xen_kind {
	XEN_KIND_NONE, /* not on Xen */
	XEN_KIND_DOM0, /* the control domain, PV or PVH: see `mode` */
	XEN_KIND_PV,   /* this one and the two below: a domU */
	XEN_KIND_PVH,
	XEN_KIND_HVM,
	XEN_KIND_UNKNOWN, /* on Xen, but dom0 or domU, or which guest, is not known (on_xen XEN_YES); or not even that
			     (XEN_NOT_KNOWN) */
};

/* How the kernel runs on Xen; only PV kernels live under Xen's segment limits. */
enum xen_mode {
	XEN_MODE_UNKNOWN,
	XEN_MODE_PV,
	XEN_MODE_PVH,
	XEN_MODE_HVM,
	XEN_MODE_HARDWARE, /* PVH or HVM, not known which */
};

/* Why segments are or are not shortened. */
enum xen_reason {
	XEN_NOT_ON_XEN,            /* no */
	XEN_HARDWARE_GUEST,        /* no: HVM and PVH have descriptor tables of their own */
	XEN_64BIT_BY_CAPABILITIES, /* no */
	XEN_64BIT_BY_VERSION,      /* no: there is no 32-bit Xen since 4.3 */
	XEN_64BIT_BY_KERNEL,       /* no: a 64-bit kernel runs */
	XEN_32BIT_HYPERVISOR,      /* yes */
	XEN_WIDTH_NOT_KNOWN,       /* not known */
	XEN_MODE_NOT_KNOWN,        /* not known: a 32-bit Xen, but PV or HVM? */
	XEN_NOT_KNOWN_WHETHER_XEN, /* not known */
};

/* The files that facts are read from. */
enum xen_file {
	XEN_FILE_TYPE,
	XEN_FILE_GUEST_TYPE,
	XEN_FILE_MAJOR,
	XEN_FILE_MINOR,
	XEN_FILE_EXTRA,
	XEN_FILE_CAPABILITIES,
	XEN_FILE_FEATURES,
	XEN_FILE_UUID,
	XEN_FILE_CONTROL, /* /proc/xen/capabilities */
	XEN_FILE_RELEASE,
	XEN_FILE_VERSION,
	XEN_FILE_ARCH,
	XEN_FILE_PRODUCT, /* of the DMI tables, which PVH guests lack */
	XEN_FILE_CPUINFO, /* read where /proc/version could not be */
	XEN_FILE_PROBE,   /* this and the next are read in trees alone */
	XEN_FILE_CAPTURE, /* what tools/capture could not read */
	XEN_FILES
};

/* What `ldconfig-hwcap probe` left in a captured tree. */
struct xen_probe {
	bool present;
	char machine[32]; /* this and the next: "" where not there */
	char kernel[128];
	struct xen_cpuid cpuid;
	bool has_segments;      /* the probe loaded the limit and access rights of %gs */
	uint32_t limit, access; /* as LSL and LAR gave them */
	bool has_note;          /* it says whether there is a hwcap note */
	uint8_t note[128];      /* its desc; note_size 0: there was none */
	size_t note_size;
};

struct xen_facts {
	enum xen_answer on_xen;
	enum xen_kind kind;
	enum xen_mode mode;
	unsigned width; /* of the hypervisor: 32, 64, or 0: not known */
	enum xen_answer shortens;
	enum xen_reason reason;

	bool has_version; /* major, minor; by the files, or by CPUID */
	unsigned major, minor;
	bool control; /* /proc/xen/capabilities gives control, here: xenfs is mounted, which containers do not see */
	bool has_features;
	uint32_t features;                /* XENFEAT_... by bit number */
	enum xen_answer sys_hypervisor;   /* is /sys/hypervisor there (it may be empty) */
	enum xen_answer proc_xen;         /* is /proc/xen there (xenfs may not be mounted) */
	enum xen_answer kernel_64;        /* a 64-bit kernel; XEN_NO is never said without a probe's word */
	enum xen_answer lib_tls;          /* directory /lib/tls, of distributions before 2007 */
	enum xen_answer lib_tls_disabled; /* /lib/tls.disabled: the bad workaround is in force */
	struct xen_cpuid cpuid;
	struct xen_probe probe;

	int error[XEN_FILES]; /* 0 read, -ENOENT not there, else why it could not be read */
	char type[64];        /* this and all below: "" where not there; of /sys/hypervisor/type */
	char guest_type[64];
	char extra[64];
	char capabilities[1024];
	char uuid[64];
	char release[128]; /* of the kernel */
};

/* Reads everything; `cpuid` may be NULL (not known): then a captured probe's word counts. Returns 0 or -ENOMEM. */
int xen_facts_read(const struct root *root, const struct xen_cpuid *cpuid, struct xen_facts *out);

/* Reads a probe's "key: value" lines; unknown keys and values that make no sense are left out. */
void xen_probe_parse(const char *text, size_t size, struct xen_probe *out);

const char *xen_file_path(enum xen_file file);

/* The next file at or behind `from` that is there but could not be read; XEN_FILES: none. */
enum xen_file xen_facts_unreadable(const struct xen_facts *facts, enum xen_file from);

/* "dom0 (PV)", "PV domU", "no Xen" ... */
const char *xen_kind_text(const struct xen_facts *facts);

/* The reason in words, half a sentence: "a 64-bit Xen by its capabilities". */
const char *xen_reason_text(enum xen_reason reason);

/* The hypervisor that is not Xen in users' words, or NULL: none, not known, or Xen. */
const char *xen_other_hypervisor(const struct xen_facts *facts);

#endif
