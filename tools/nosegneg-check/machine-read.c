// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/util.h"
#include "log.h"
#include "machine.h"

void machine_add_gap(struct machine *m, const char *what, const char *why)
{
	struct machine_gap *gap = &m->gap[m->ngap];

	if (m->ngap == MACHINE_GAPS)
		return;
	snprintf(gap->what, sizeof(gap->what), "%s", what);
	snprintf(gap->why, sizeof(gap->why), "%s", why);
	m->ngap++;
}

/* A chroot that has /proc or /sys mounted shows the running kernel, a captured tree files that somebody copied. */
static bool is_live(const struct root *root, const char *path)
{
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	struct statfs fs;

	return fd >= 0 && fstatfs(fd, &fs) == 0 && (fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC);
}

static bool may_be_there(const struct root *root, const char *path)
{
	struct stat st;
	int r = root_lstat(root, path, &st);

	return r != -ENOENT && r != -ENOTDIR;
}

/* Any file of a kernel makes a tree: this machine's kernel says nothing about such a one. */
static bool has_kernel_files(const struct root *root)
{
	for (enum xen_file file = 0; file < XEN_FILES; file++)
		if (may_be_there(root, xen_file_path(file)))
			return true;
	return may_be_there(root, "/sys/hypervisor") || may_be_there(root, "/proc/xen");
}

static enum machine_source find_source(const struct root *root)
{
	if (root->host)
		return MACHINE_LIVE;
	if (root_exists(root, "/nosegneg-probe") || root_exists(root, "/nosegneg-capture"))
		return MACHINE_TREE;
	if (is_live(root, "/proc") || is_live(root, "/sys"))
		return MACHINE_IMAGE;
	return has_kernel_files(root) ? MACHINE_TREE : MACHINE_IMAGE;
}

static int open_roots(struct machine *m)
{
	int r = root_open_tree(&m->root, m->options->root);

	if (r < 0)
		return r;
	m->source = find_source(&m->root);
	m->captured = m->source == MACHINE_TREE && root_exists(&m->root, "/nosegneg-capture");
	return root_open_tree(&m->kernel, m->source == MACHINE_TREE ? m->options->root : NULL);
}

/* Files of the kernel that are there and cannot be read; what they would decide may be known from elsewhere. */
static void list_unreadable(struct machine *m)
{
	for (enum xen_file file = xen_facts_unreadable(&m->xen, 0); file < XEN_FILES;
			file = xen_facts_unreadable(&m->xen, file + 1))
		machine_add_gap(m, xen_file_path(file), strerror(-m->xen.error[file]));
}

static int read_kernel(struct machine *m)
{
	struct xen_cpuid cpuid = { 0 };
	int r;

	if (m->source != MACHINE_TREE)
		xen_cpuid_read(&cpuid);
	r = xen_facts_read(&m->kernel, m->source == MACHINE_TREE ? NULL : &cpuid, &m->xen);
	if (r < 0)
		return r;
	list_unreadable(m);
	machine_read_probe(m);
	return m->xen.on_xen == XEN_YES ? xen_health_read(&m->kernel, &m->health) : 0;
}

static int read_tree_log(struct machine *m, struct kernel_log *log)
{
	_cleanup_close_ int fd = root_open(&m->root, "/dmesg", O_RDONLY | O_NONBLOCK);
	char why[WHY_MAX];

	return fd < 0 ? fd : log_read_fd(log, fd, why);
}

/* That the log cannot be read, or that it says nothing, is no evidence of anything. */
static int read_log(struct machine *m)
{
	_cleanup_kernel_log_ struct kernel_log *log = NULL;
	char why[WHY_MAX];
	int r = kernel_log_new(&log);

	if (r < 0)
		return r;
	r = m->source == MACHINE_TREE ? read_tree_log(m, log) : log_read_kernel(log, why);
	if (r == 0)
		m->log = TAKE_PTR(log);
	return r == -ENOMEM ? r : 0;
}

int machine_read(const struct machine_options *options, struct machine *m)
{
	enum reason reason;
	int r;

	*m = (struct machine){ .options = options, .root = ROOT_EMPTY, .kernel = ROOT_EMPTY };
	r = open_roots(m);
	if (r == 0)
		r = read_kernel(m);
	if (r == 0)
		r = machine_read_libraries(m);
	if (r < 0)
		return r;
	if (m->segments.known && machine_needs(m, &reason) == 0)
		return 0;
	r = read_log(m);
	if (r < 0 || machine_needs(m, &reason) == 0)
		return r;
	r = machine_scan(m);
	if (r == 0)
		machine_read_initramfs(m);
	return r;
}

void machine_free(struct machine *m)
{
	root_close(&m->root);
	root_close(&m->kernel);
	kernel_log_free(m->log);
	ldconf_free(m->conf);
	library_set_free(m->set);
	free(m->cache_data);
}
