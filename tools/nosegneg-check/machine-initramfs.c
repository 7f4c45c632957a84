// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cpio.h"
#include "base/util.h"
#include "loader/unpack.h"
#include "machine.h"

#define PACKED_MAX   (512u << 20)
#define UNPACKED_MAX (1024u << 20)
#define ARCHIVES_MAX 16 /* microcode, then the image itself */

static bool ends_with(const char *name, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(name + len - n, end, n) == 0;
}

static bool see_name(const char *name, size_t len, void *arg)
{
	struct machine *m = arg;

	if (!ends_with(name, len, "/libc.so.6"))
		return true;
	/* Of a 64-bit system's own C library nothing is asked. */
	if (memmem(name, len, "x86_64", 6) || memmem(name, len, "lib64/", 6))
		return true;
	m->initramfs_libc = true;
	m->initramfs_set |= memmem(name, len, "/" STRATEGY_NAME "/", sizeof("/" STRATEGY_NAME "/") - 1) != NULL;
	return true;
}

/* Archives one after the other, the last of them packed (Linux, early-userspace/buffer-format.rst). */
static int walk(struct machine *m, const uint8_t *data, uint64_t size)
{
	_cleanup_free_ uint8_t *out = NULL;
	const struct packing *packing;
	uint64_t at = 0, out_size, used;
	int r;

	for (unsigned i = 0; i < ARCHIVES_MAX && at < size; i++) {
		used = cpio_walk(data + at, size - at, see_name, m);
		if (used == 0)
			break;
		at += used;
	}
	if (at == size)
		return 0;
	packing = packing_of(data + at, size - at);
	if (!packing)
		return at ? 0 : why_broken(m->initramfs_why, "no initramfs image");
	r = unpack(packing, data + at, size - at, UNPACKED_MAX, &out, &out_size, m->initramfs_why);
	if (r < 0)
		return r;
	if (cpio_walk(out, out_size, see_name, m) == 0)
		return why_broken(m->initramfs_why, "no cpio archive in it");
	return 0;
}

static void read_image(struct machine *m, const struct root *root, const char *path)
{
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r = root_read(root, path, PACKED_MAX, &data, &size);

	snprintf(m->initramfs, sizeof(m->initramfs), "%s", path);
	if (r < 0)
		why_failed(m->initramfs_why, r);
	else
		r = walk(m, (const uint8_t *)data, size);
	m->initramfs_state = r == 0 ? INITRAMFS_READ : r == -ENOENT ? INITRAMFS_ABSENT : INITRAMFS_UNREADABLE;
}

static bool is_plain(const char *release)
{
	return *release && !strchr(release, '/') && strlen(release) < 100;
}

void machine_read_initramfs(struct machine *m)
{
	static const char *const names[][2] = { { "initrd.img-", "" }, { "initramfs-", ".img" }, { "initrd-", "" },
		{ "initrd-", ".img" } };
	_cleanup_root_ struct root host = ROOT_EMPTY;
	const char *release = m->xen.probe.kernel[0] ? m->xen.probe.kernel : m->xen.release;
	char path[256];
	struct stat st;

	if (m->options->initramfs) {
		if (root_open_tree(&host, NULL) == 0)
			read_image(m, &host, m->options->initramfs);
		return;
	}
	/* The initramfs of a 64-bit system holds no 32-bit programs. */
	if (m->source != MACHINE_LIVE || !m->segments.known || !segments_shortened(&m->segments) ||
			m->xen.kernel_64 != XEN_NO || !is_plain(release))
		return;
	m->initramfs_state = INITRAMFS_ABSENT;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "/boot/%s%s%s", names[i][0], release, names[i][1]);
		if (root_stat(&m->root, path, &st) == 0) {
			read_image(m, &m->root, path);
			return;
		}
	}
}
