// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "elf/strings.h"
#include "set-compare.h"

static const struct manifest_library *listed(const struct manifest *m, const char *name)
{
	for (size_t i = 0; i < m->nlibrary; i++)
		if (strcmp(m->library[i].name, name) == 0)
			return &m->library[i];
	return NULL;
}

static void compare_text(
		struct set_context *c, const char *name, const char *what, const char *manifest, const char *file)
{
	if (manifest && file && strcmp(manifest, file) == 0)
		report_equal(&c->report, CHECK_MANIFEST, name, 1, what);
	else if (manifest)
		report_difference(&c->report, SET_FINDING, CHECK_MANIFEST, name, what, manifest, file);
}

static void compare_file(struct set_context *c, const struct manifest_library *m, const struct set_library *lib)
{
	char hex[DIGEST_HEX_SIZE];
	int r = digest_file(lib->fd, hex);

	if (r < 0) {
		report_add(&c->report, SET_ERROR, CHECK_MANIFEST, lib->path, "%s", strerror(-r));
		return;
	}
	compare_text(c, lib->name, "sha256", m->sha256, hex);
	compare_text(c, lib->name, "build-id", m->build_id, lib->build_id);
	compare_text(c, lib->name, "soname", m->soname, lib->dyn->obj->soname);
}

/* The difference that an upgrade of the distribution's package makes: said apart, because the set is not at fault. */
static void compare_base(struct set_context *c, const char *name, const char *base_build_id)
{
	const struct set_library *base = set_directory_get(&c->base, name);

	if (!base_build_id || (base && !base->dyn))
		return;
	if (base && strcmp(base->build_id, base_build_id) == 0)
		report_equal(&c->report, CHECK_BASE, name, 1, "build-id of the base");
	else
		report_difference(&c->report, SET_FINDING, CHECK_BASE, name,
				"the set was built against another libc6, of build-id", base_build_id,
				base ? base->build_id : NULL);
}

static void compare_directory(struct set_context *c)
{
	struct stat here, there;

	if (!c->manifest->base_directory || fstat(c->base.fd, &here) != 0)
		return;
	if (stat(c->manifest->base_directory, &there) != 0 || here.st_dev != there.st_dev ||
			here.st_ino != there.st_ino)
		report_difference(&c->report, SET_NOTE, CHECK_BASE, "manifest", "base-directory",
				c->manifest->base_directory, c->base.path);
}

/* libc says itself which release it is: "GNU C Library (…) stable release version 2.36." */
static void compare_release(struct set_context *c)
{
	const struct set_library *libc = set_directory_find(&c->set, "libc.so.6");
	char banner[256], *release;

	if (!c->manifest->upstream_version || !libc || !libc->data ||
			!strings_line(libc->data, libc->data_size, "GNU C Library", banner, sizeof(banner)))
		return;
	release = strstr(banner, " version ");
	release = release ? release + strlen(" version ") : banner;
	release[strcspn(release, " \n")] = '\0';
	if (*release && release[strlen(release) - 1] == '.')
		release[strlen(release) - 1] = '\0';
	compare_text(c, "libc.so.6", "upstream-version", c->manifest->upstream_version, release);
}

static void no_manifest(struct set_context *c)
{
	bool loader = false;

	for (size_t i = 0; i < c->set.n; i++)
		loader |= set_is_loader(c->set.lib[i]->name);
	report_add(&c->report, loader ? SET_NOTE : SET_FINDING, CHECK_MANIFEST, "manifest",
			"there is none: what the set was built from, and against, cannot be verified");
}

void compare_manifest(struct set_context *c)
{
	const struct manifest *m = c->manifest;

	if (!m) {
		no_manifest(c);
		return;
	}
	compare_directory(c);
	compare_release(c);
	for (size_t i = 0; i < c->set.n; i++)
		if (!listed(m, c->set.lib[i]->name))
			report_add(&c->report, SET_FINDING, CHECK_MANIFEST, c->set.lib[i]->name,
					"is not in the manifest");
	for (size_t i = 0; i < m->nlibrary; i++) {
		const struct set_library *lib = set_directory_find(&c->set, m->library[i].name);

		if (!lib)
			report_add(&c->report, SET_FINDING, CHECK_MANIFEST, m->library[i].name,
					"is in the manifest, but not in the set");
		else if (lib->dyn)
			compare_file(c, &m->library[i], lib);
		compare_base(c, m->library[i].name, m->library[i].base_build_id);
	}
	if (!m->rtld.given || !m->rtld.base_build_id)
		report_add(&c->report, SET_FINDING, CHECK_MANIFEST, "manifest",
				"does not name the loader that the set was built against");
	if (m->cflags && !strstr(m->cflags, "-mno-tls-direct-seg-refs"))
		report_add(&c->report, SET_FINDING, CHECK_MANIFEST, "manifest",
				"cflags without -mno-tls-direct-seg-refs: not a nosegneg set");
	if (m->rtld.given)
		compare_base(c, "ld-linux.so.2", m->rtld.base_build_id);
}
