/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a machine on Xen is: what its hypervisor was built from, its command line, clock and balloon, and the toolstacks
 * that are installed; from files below a root alone, as in xen/facts.h, and without a hypercall. The number of domains
 * is not among them: only the toolstack knows it. Text is as it was read: quote it before it is shown.
 * Sources: Linux Documentation/ABI/stable/sysfs-hypervisor-xen, drivers/xen/sys-hypervisor.c, xen-balloon.c,
 * Documentation/ABI/testing/sysfs-devices-system-xen_memory, sysfs-devices-clocksource. */
#ifndef XEN_HEALTH_H
#define XEN_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/root.h"
#include "xen/facts.h"

enum xen_health_file {
	XEN_HEALTH_COMPILER,
	XEN_HEALTH_COMPILED_BY,
	XEN_HEALTH_COMPILE_DATE,
	XEN_HEALTH_CHANGESET,
	XEN_HEALTH_BUILD_ID,
	XEN_HEALTH_COMMAND_LINE,
	XEN_HEALTH_CLOCK,
	XEN_HEALTH_CLOCKS,
	XEN_HEALTH_CURRENT,
	XEN_HEALTH_TARGET,
	XEN_HEALTH_RETRIES,
	XEN_HEALTH_FILES
};

struct xen_toolstack {
	unsigned major, minor;
};
#define XEN_TOOLSTACKS 8

struct xen_health {
	/* 0 read, -ENOENT not there, -EPERM the hypervisor does not tell this domain, -EBADMSG makes no sense, else why
	 * it could not be read */
	int error[XEN_HEALTH_FILES];
	char compiler[256]; /* this and the texts below: "" where not there */
	char compiled_by[128];
	char compile_date[64];
	char changeset[128];
	char build_id[129]; /* in hexadecimal digits; the kernel cuts it before a byte of zero */
	char command_line[4096];
	char clock[64];
	char clocks[256]; /* that the kernel offers, by words */
	bool has_balloon;
	uint64_t current_kib, target_kib;
	bool has_retries;
	uint64_t retries; /* attempts to reach the target that failed, and one */
	enum xen_answer toolstacks_known;
	struct xen_toolstack toolstack[XEN_TOOLSTACKS]; /* ascending */
	size_t ntoolstack;
};

/* Returns 0 or -ENOMEM. */
int xen_health_read(const struct root *root, struct xen_health *out);

const char *xen_health_path(enum xen_health_file file);

/* The next file at or behind `from` that is there but did not say anything; XEN_HEALTH_FILES: none. */
enum xen_health_file xen_health_unreadable(const struct xen_health *health, enum xen_health_file from);

/* Whether one of the toolstacks is of this release. */
bool xen_health_has_toolstack(const struct xen_health *health, unsigned major, unsigned minor);

/* Whether the clock is one that the kernel itself ranks below Xen's: since it offers that, somebody else chose.
 * (drivers' ratings: tsc 300; xen 400, 275 in dom0; hpet 250, acpi_pm 200: Linux arch/x86/xen/time.c and others.) */
bool xen_health_clock_is_worse(const struct xen_health *health);

#endif
