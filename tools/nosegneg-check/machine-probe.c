// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/process.h"
#include "base/util.h"
#include "elf/object.h"
#include "machine.h"
#include "xen/cpuid.h"

#define HELPER     "ldconfig-hwcap"
#define TIMEOUT_MS 5000
#define OUTPUT_MAX 4096

static bool usable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static bool beside_us(const char *up, char *path)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return snprintf(path, PATH_MAX, "%s%s/" HELPER, self, up) < PATH_MAX && usable(path);
}

static bool in_path(char *path)
{
	const char *at = getenv("PATH");

	for (at = at ? at : ""; *at; at += *at == ':') {
		int n = (int)strcspn(at, ":");

		/* An empty or relative member is whatever directory we happen to be in. */
		if (*at == '/' && snprintf(path, PATH_MAX, "%.*s/" HELPER, n, at) < PATH_MAX && usable(path))
			return true;
		at += n;
	}
	return false;
}

static bool find_helper(char *path)
{
	static const char *const places[] = { "/usr/sbin/" HELPER, "/sbin/" HELPER, "/usr/local/sbin/" HELPER };

	if (beside_us("", path) || beside_us("/../sbin", path))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (usable(places[i])) {
			strcpy(path, places[i]);
			return true;
		}
	return in_path(path);
}

static void take_probe(struct machine *m, const struct xen_probe *probe)
{
	char hex[2 * WHY_MAX];

	m->programs = PROGRAMS_RUN;
	if (probe->has_segments) {
		snprintf(hex, sizeof(hex), "limit=0x%x access=0x%x", probe->limit, probe->access);
		(void)segments_parse(hex, &m->segments);
	}
	if (probe->has_note) {
		m->note_known = true;
		if (probe->note_size)
			kernelcap_parse_desc(probe->note, probe->note_size, &m->note);
	}
	if (!m->segments.known || !m->note_known)
		snprintf(m->probe_why, sizeof(m->probe_why), "'ldconfig-hwcap probe' did not say");
}

/* The helper ran; what it says is worth as much as it makes sense. */
static void take_output(struct machine *m, int status, const char *output)
{
	struct xen_probe probe = { 0 };

	if (WIFSIGNALED(status)) {
		why_broken(m->probe_why, HELPER " was ended by signal %d", WTERMSIG(status));
		return;
	}
	xen_probe_parse(output, strlen(output), &probe);
	if (WEXITSTATUS(status) != 0 || (!probe.has_segments && !probe.machine[0])) {
		why_broken(m->probe_why, HELPER " failed: %.80s", output);
		m->probe_why[strcspn(m->probe_why, "\n")] = '\0';
		return;
	}
	m->xen.probe = probe;
	if (m->xen.kernel_64 == XEN_NOT_KNOWN && probe.machine[0] && strcmp(probe.machine, "x86_64") != 0)
		m->xen.kernel_64 = XEN_NO;
	take_probe(m, &probe);
}

/* What an interrupted installation left is refused by every kernel. */
static bool is_i386(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct object *obj = NULL;
	char why[WHY_MAX];
	bool is;

	if (fd < 0 || object_read(fd, &obj, why) < 0)
		return false;
	is = obj->machine == EM_386;
	object_free(obj);
	return is;
}

static void run_helper(struct machine *m, const char *path)
{
	char *const argv[] = { (char *)path, (char *)"probe", NULL };
	char *const env[] = { NULL };
	const struct process_spec spec = { .argv = argv, .env = env };
	char output[OUTPUT_MAX] = "";
	int status = process_run(&spec, TIMEOUT_MS, output, sizeof(output));

	/* A kernel that runs programs for i386 does not say so of one. */
	if (status == -ENOEXEC && is_i386(path)) {
		m->programs = PROGRAMS_REFUSED;
		snprintf(m->probe_why, sizeof(m->probe_why), "this kernel does not run 32-bit programs");
	} else if (status < 0) {
		snprintf(m->probe_why, sizeof(m->probe_why), "%.80s: %s", path, strerror(-status));
	} else {
		take_output(m, status, output);
	}
}

void machine_read_probe(struct machine *m)
{
	char path[PATH_MAX];

	if (m->source == MACHINE_TREE) {
		if (m->xen.probe.present)
			take_probe(m, &m->xen.probe);
		else
			snprintf(m->probe_why, sizeof(m->probe_why), "the tree has no nosegneg-probe");
		return;
	}
	if (find_helper(path)) {
		run_helper(m, path);
	} else {
		m->helper_missing = true;
		snprintf(m->probe_why, sizeof(m->probe_why), HELPER " is not installed");
	}
	if (!m->segments.known && segments_of_self(&m->segments) == 0)
		m->programs = PROGRAMS_RUN;
}
