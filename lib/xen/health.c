// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "xen/files.h"
#include "xen/health.h"

#define CAPTURE_MAX (1u << 20)
#define NUMBER_MAX  (INT64_MAX / 1024) /* so that a number of bytes fits, too */
#define MEMORY      "/sys/devices/system/xen_memory/xen_memory0/"
#define CLOCK       "/sys/devices/system/clocksource/clocksource0/"

/* The line by which tools/capture says that it looked for toolstacks; other trees need not have a /usr/lib. */
#define LOOKED "looked toolstack"

static const char *const paths[XEN_HEALTH_FILES] = {
	[XEN_HEALTH_COMPILER] = "/sys/hypervisor/compilation/compiler",
	[XEN_HEALTH_COMPILED_BY] = "/sys/hypervisor/compilation/compiled_by",
	[XEN_HEALTH_COMPILE_DATE] = "/sys/hypervisor/compilation/compile_date",
	[XEN_HEALTH_CHANGESET] = "/sys/hypervisor/properties/changeset",
	[XEN_HEALTH_BUILD_ID] = "/sys/hypervisor/properties/buildid",
	[XEN_HEALTH_COMMAND_LINE] = "/proc/cmdline",
	[XEN_HEALTH_CLOCK] = CLOCK "current_clocksource",
	[XEN_HEALTH_CLOCKS] = CLOCK "available_clocksource",
	[XEN_HEALTH_CURRENT] = MEMORY "info/current_kb",
	[XEN_HEALTH_TARGET] = MEMORY "target_kb",
	[XEN_HEALTH_RETRIES] = MEMORY "retry_count",
};

const char *xen_health_path(enum xen_health_file file)
{
	return file < XEN_HEALTH_FILES ? paths[file] : "";
}

struct reading {
	struct xen_files files;
	struct xen_health *h;
};

static void read_line(struct reading *r, enum xen_health_file file, char *buf, size_t cap)
{
	xen_files_line(&r->files, file, buf, cap);
}

/* The kernel gives the bytes as they are. */
static void read_build_id(struct reading *r)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0;

	if (xen_files_read(&r->files, XEN_HEALTH_BUILD_ID, &data, &size) < 0)
		return;
	for (size_t i = 0; i < size && 2 * i + 2 < sizeof(r->h->build_id); i++)
		snprintf(r->h->build_id + 2 * i, 3, "%02x", (unsigned char)data[i]);
}

static bool read_number(struct reading *r, enum xen_health_file file, uint64_t *out)
{
	char line[32];
	const char *at = line;
	uint64_t value;

	read_line(r, file, line, sizeof(line));
	if (r->h->error[file] != 0)
		return false;
	if (!text_number(&at, 10, NUMBER_MAX, &value) || *at) {
		r->h->error[file] = -EBADMSG;
		return false;
	}
	*out = value;
	return true;
}

static void read_files(struct reading *r)
{
	struct xen_health *h = r->h;
	uint64_t current, target;
	bool has_current, has_target;

	read_line(r, XEN_HEALTH_COMPILER, h->compiler, sizeof(h->compiler));
	read_line(r, XEN_HEALTH_COMPILED_BY, h->compiled_by, sizeof(h->compiled_by));
	read_line(r, XEN_HEALTH_COMPILE_DATE, h->compile_date, sizeof(h->compile_date));
	read_line(r, XEN_HEALTH_CHANGESET, h->changeset, sizeof(h->changeset));
	read_build_id(r);
	read_line(r, XEN_HEALTH_COMMAND_LINE, h->command_line, sizeof(h->command_line));
	read_line(r, XEN_HEALTH_CLOCK, h->clock, sizeof(h->clock));
	read_line(r, XEN_HEALTH_CLOCKS, h->clocks, sizeof(h->clocks));
	has_current = read_number(r, XEN_HEALTH_CURRENT, &current);
	has_target = read_number(r, XEN_HEALTH_TARGET, &target);
	h->has_retries = read_number(r, XEN_HEALTH_RETRIES, &h->retries);
	h->has_balloon = has_current && has_target;
	if (h->has_balloon) {
		h->current_kib = current;
		h->target_kib = target;
	}
}

static int compare_toolstacks(const void *a, const void *b)
{
	const struct xen_toolstack *x = a, *y = b;

	return x->major != y->major ? (x->major > y->major) - (x->major < y->major)
				    : (x->minor > y->minor) - (x->minor < y->minor);
}

static void add_toolstack(struct xen_health *h, unsigned major, unsigned minor)
{
	if (h->ntoolstack == XEN_TOOLSTACKS || xen_health_has_toolstack(h, major, minor))
		return;
	h->toolstack[h->ntoolstack++] = (struct xen_toolstack){ major, minor };
	qsort(h->toolstack, h->ntoolstack, sizeof(*h->toolstack), compare_toolstacks);
}

/* "PREFIX4.17" and nothing behind it. */
static bool parse_release(const char *name, const char *prefix, struct xen_toolstack *out)
{
	uint64_t major, minor;

	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return false;
	name += strlen(prefix);
	if (!text_number(&name, 10, 999, &major) || *name++ != '.' || !text_number(&name, 10, 999, &minor) || *name)
		return false;
	*out = (struct xen_toolstack){ (unsigned)major, (unsigned)minor };
	return true;
}

/* Calls `take` for each release that a name in the directory bears. One that is not there has none. */
static int each_release(const struct root *root, const char *path, const char *prefix,
		void (*take)(const struct root *root, struct xen_health *h, const struct xen_toolstack *release),
		struct xen_health *h)
{
	int fd = root_open(root, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct xen_toolstack release;
	const struct dirent *entry;

	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR ? 0 : fd;
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir)))
		if (parse_release(entry->d_name, prefix, &release))
			take(root, h, &release);
	closedir(dir);
	return 0;
}

/* Debian keeps a toolstack for each release; what is in PATH starts that of the hypervisor. */
static void take_debian(const struct root *root, struct xen_health *h, const struct xen_toolstack *release)
{
	static const char *const programs[] = { "xl", "xm" };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		snprintf(path, sizeof(path), "/usr/lib/xen-%u.%u/bin/%s", release->major, release->minor, programs[i]);
		if (root_exists(root, path))
			add_toolstack(h, release->major, release->minor);
	}
}

/* The soname of libxenctrl is the release (tools/libs/ctrl/Makefile); in 4.1 it was still 4.0. */
static void take_library(const struct root *root, struct xen_health *h, const struct xen_toolstack *release)
{
	(void)root;
	if (release->major > 4 || (release->major == 4 && release->minor >= 2))
		add_toolstack(h, release->major, release->minor);
}

/* A toolstack whose release no name tells: xend's, until Xen 4.4, and that of NixOS. */
static bool has_nameless(const struct root *root)
{
	static const char *const programs[] = { "/usr/sbin/xm", "/usr/sbin/xend", "/usr/local/sbin/xm",
		"/run/current-system/sw/bin/xl" };

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (root_exists(root, programs[i]))
			return true;
	return false;
}

#define LOCAL_DIRECTORIES 2 /* the first ones below */

/* *nameless: there is one, but of which release is not known. */
static int find_toolstacks(const struct root *root, struct xen_health *h, bool *nameless)
{
	static const char *const directories[] = { "/usr/local/lib", "/usr/local/lib64", "/usr/lib", "/usr/lib64",
		"/usr/lib/x86_64-linux-gnu", "/usr/lib/i386-linux-gnu" };
	/* There libxenctrl may be for others than a toolstack, and xl is a wrapper. */
	bool debian = root_exists(root, "/usr/lib/xen-common");
	bool xl = root_exists(root, "/usr/local/sbin/xl") || (!debian && root_exists(root, "/usr/sbin/xl"));
	int r = debian ? each_release(root, "/usr/lib", "xen-", take_debian, h) : 0;

	for (size_t i = 0; xl && r == 0 && i < (debian ? LOCAL_DIRECTORIES : ARRAY_SIZE(directories)); i++)
		r = each_release(root, directories[i], "libxenctrl.so.", take_library, h);
	*nameless = h->ntoolstack == 0 && (xl || has_nameless(root));
	return r;
}

/* Whether the capture looked for toolstacks. */
static bool read_capture(struct reading *r)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0;
	int error = root_read(r->files.root, "/nosegneg-capture", CAPTURE_MAX, &data, &size);

	r->files.memory_gone |= error == -ENOMEM;
	return error == 0 && xen_files_captured(&r->files, data, LOOKED);
}

int xen_health_read(const struct root *root, struct xen_health *out)
{
	struct reading r = {
		.files = { .root = root, .path = paths, .error = out->error, .n = XEN_HEALTH_FILES, .refusals = true },
		.h = out,
	};
	bool looked, nameless;
	int error;

	*out = (struct xen_health){ 0 };
	read_files(&r);
	looked = root->host || read_capture(&r);
	error = find_toolstacks(root, out, &nameless);
	out->toolstacks_known = XEN_NOT_KNOWN;
	if (error == 0 && !nameless && (looked || out->ntoolstack))
		out->toolstacks_known = out->ntoolstack ? XEN_YES : XEN_NO;
	return r.files.memory_gone || error == -ENOMEM ? -ENOMEM : 0;
}

enum xen_health_file xen_health_unreadable(const struct xen_health *health, enum xen_health_file from)
{
	while (from < XEN_HEALTH_FILES && (health->error[from] == 0 || health->error[from] == -ENOENT))
		from++;
	return from;
}

bool xen_health_has_toolstack(const struct xen_health *health, unsigned major, unsigned minor)
{
	for (size_t i = 0; i < health->ntoolstack; i++)
		if (health->toolstack[i].major == major && health->toolstack[i].minor == minor)
			return true;
	return false;
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");

		if (len == n && memcmp(p, word, n) == 0)
			return true;
		p += len;
	}
	return false;
}

bool xen_health_clock_is_worse(const struct xen_health *health)
{
	static const char *const worse[] = { "hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit" };

	for (size_t i = 0; i < ARRAY_SIZE(worse); i++)
		if (strcmp(health->clock, worse[i]) == 0)
			return has_word(health->clocks, "xen");
	return false;
}
