// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "base/way.h"
#include "compare.h"
#include "image-set.h"
#include "loader/entry.h"
#include "loader/ldconf.h"
#include "loader/settings.h"

/* What this program publishes: it holds under every kernel, as the links do. */
static const struct strategy_choice choice = { .strategy = STRATEGY_DIRECTORY,
	.why = "for an image, whose base libraries are links to the set" };

static void read_entry(const struct root *root, struct entry *out)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	*out = (struct entry){ .strategy = STRATEGY_NONE };
	if (root_read(root, ENTRY_PATH, ENTRY_SIZE_MAX, &text, &size) == 0)
		entry_parse(text, size, out);
}

int image_set_find(const struct root *source, struct image_set *s, struct failure *failure)
{
	struct settings settings = { 0 };
	struct entry entry;
	char why[WHY_MAX];
	const char *path;
	int r;

	*s = (struct image_set){ 0 };
	if (glibc_find(source, &s->glibc, why) < 0) {
		snprintf(s->reason, sizeof(s->reason), "no 32-bit loader: %.100s", why);
		return 0;
	}
	read_entry(source, &entry);
	s->published = entry.strategy != STRATEGY_NONE;
	r = settings_read(source, &settings, why);
	if (r < 0)
		return failed(failure, SETTINGS_PATH, "read", r, why);
	path = entry.strategy == STRATEGY_DIRECTORY ? entry.directory : settings.set;
	r = library_set_find(source, &s->glibc, STRATEGY_DIRECTORY, path, &s->set, s->reason);
	return r == -ENOMEM ? failed(failure, path, "look for a set", r, NULL) : 0;
}

void image_set_free(struct image_set *s)
{
	library_set_free(s->set);
}

/* The same tests as those of ldconfig-hwcap before it publishes. */
static int check(const struct image_set *s, const struct root *source, struct failure *failure)
{
	char why[WHY_MAX];
	int r = library_set_check(source, s->set, &s->glibc, why);

	if (r == 0)
		r = library_set_check_symbols(source, s->set, &s->glibc, why);
	return r < 0 ? failed(failure, s->set->path, "does not belong to the C library", r, why) : 0;
}

int image_set_decide(struct image_set *s, const struct root *source, enum set_wish wish, bool taken, bool programs,
		struct failure *failure)
{
	const char *reason = NULL;

	if (!programs)
		reason = "no 32-bit programs";
	else if (wish == SET_NEVER)
		reason = "not wanted";
	else if (!s->set && wish == SET_ALWAYS)
		return failed(failure, "--set always", "no set to put in", -ENOENT, s->reason);
	else if (wish == SET_AUTO && s->set && !s->published && !taken)
		reason = "not switched on where the programs come from";
	if (reason)
		snprintf(s->reason, sizeof(s->reason), "%s", reason);
	s->used = !reason && s->set;
	if (!s->used)
		return 0;
	snprintf(s->reason, sizeof(s->reason), "%s",
			wish == SET_ALWAYS ? "asked for" : "switched on where the programs come from");
	return check(s, source, failure);
}

bool image_set_names(const struct image_set *s, const char *path)
{
	return s->set && strchr(path, '/') && library_set_has(s->set, base_name(path));
}

bool image_set_serves(const struct image_set *s, const struct root *source, const char *path)
{
	char dir[PATH_MAX], real[PATH_MAX];

	if (!image_set_names(s, path))
		return false;
	snprintf(dir, sizeof(dir), "%.*s", (int)(base_name(path) - path), path);
	return library_set_holds(source, s->set, path) ||
	       (root_resolve(source, dir, real, NULL) == 0 && strcmp(real, s->glibc.directory) == 0);
}

/* The image may have other links than the source, so both are looked up there. */
bool image_set_holds(const struct image_set *s, const struct root *dest, const char *path)
{
	char dir[PATH_MAX], real[PATH_MAX], place[PATH_MAX];

	if (!image_set_names(s, path))
		return false;
	snprintf(dir, sizeof(dir), "%.*s", (int)(base_name(path) - path), path);
	return root_resolve(dest, dir, real, NULL) == 0 && root_resolve(dest, s->set->path, place, NULL) == 0 &&
	       strcmp(real, place) == 0;
}

static bool is_same_build(
		const struct root *source, const char *dir, const char *name, const struct object *obj, int fd)
{
	_cleanup_object_ struct object *theirs = NULL;
	char path[PATH_MAX], why[WHY_MAX];
	_cleanup_close_ int other = -1;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return false;
	other = root_open(source, path, O_RDONLY | O_NONBLOCK);
	if (other < 0 || object_read(other, &theirs, why) < 0)
		return false;
	if (!obj->build_id_size || !theirs->build_id_size)
		return compare_files(fd, other) == 1;
	return obj->build_id_size == theirs->build_id_size &&
	       memcmp(obj->build_id, theirs->build_id, obj->build_id_size) == 0;
}

/* By build-id: who makes images strips what he copies. */
int image_set_belongs(const struct image_set *s, const struct root *source, const struct root *dest, const char *path,
		struct failure *failure)
{
	_cleanup_close_ int fd = root_open(dest, path, O_RDONLY | O_NONBLOCK);
	_cleanup_object_ struct object *obj = NULL;
	char why[WHY_MAX] = "";
	int r = fd < 0 ? fd : object_read(fd, &obj, why);

	if (r < 0)
		return failed(failure, path, "look at in the image", r, *why ? why : NULL);
	if (is_same_build(source, s->glibc.directory, base_name(path), obj, fd) ||
			is_same_build(source, s->set->real, base_name(path), obj, fd))
		return 0;
	return failed(failure, path, "the set was not built for this library of the image", -EBADMSG,
			"make the image anew, on the system that has the set");
}

static int join(struct plan *plan, char *path, const char *dir, const char *name)
{
	if (snprintf(path, PATH_MAX, "%s/%s", dir, name) < PATH_MAX)
		return 0;
	return failed(plan->failure, name, "plan", -ENAMETOOLONG, NULL);
}

static bool has_manifest(const struct image_set *s, const struct root *root, char *path)
{
	struct stat st;

	return s->set->manifest && snprintf(path, PATH_MAX, "%s/manifest", s->set->path) < PATH_MAX &&
	       root_stat(root, path, &st) == 0;
}

int image_set_add(const struct image_set *s, struct plan *plan, const char *path)
{
	char ours[PATH_MAX], base[PATH_MAX], real[PATH_MAX];
	struct stat st;
	int r = join(plan, ours, s->set->path, base_name(path));

	if (r == 0)
		r = plan_path(plan, ours, real);
	if (r == 0 && has_manifest(s, plan->source, base))
		r = plan_path(plan, base, NULL);
	if (r == 0 && !library_set_holds(plan->source, s->set, path))
		r = plan_way(plan, path, base);
	else if (r == 0)
		r = join(plan, base, s->glibc.directory, base_name(path));
	/* Of a base library that is itself a link, the file gives way. */
	if (r == 0 && root_stat(plan->source, base, &st) == 0)
		r = plan_way(plan, base, base);
	return r == 0 ? plan_link(plan, base, real) : r;
}

int image_set_refit(const struct image_set *s, struct plan *plan, const char *path)
{
	char ours[PATH_MAX], from[PATH_MAX], base[PATH_MAX], place[PATH_MAX];
	int r = join(plan, ours, s->set->path, base_name(path));

	if (r == 0)
		r = join(plan, from, s->set->real, base_name(path));
	if (r == 0)
		r = plan_file(plan, ours, from);
	if (r == 0 && has_manifest(s, plan->source, from))
		r = plan_file(plan, from, from);
	if (r < 0)
		return r;
	r = way_walk(plan->dest, path, true, NULL, NULL, base, NULL);
	if (r == 0)
		r = way_walk(plan->dest, ours, true, NULL, NULL, place, NULL);
	if (r < 0)
		return failed(plan->failure, path, "look up in the image", r, NULL);
	return strcmp(base, place) == 0 ? 0 : plan_link(plan, base, place);
}

/* What will be the image's ld.so.conf: its own, or the source's, or one that is made here. */
static int is_listed(struct plan *plan, bool *listed)
{
	_cleanup_ldconf_ struct ldconf *conf = NULL;
	const struct root *root = plan_find(plan, LDCONF_PATH) ? plan->source : plan->dest;
	char why[WHY_MAX];
	struct stat st;
	int r;

	*listed = true;
	if (root_stat(root, LDCONF_PATH, &st) < 0)
		return plan_text(plan, LDCONF_PATH, "include /etc/ld.so.conf.d/*.conf\n");
	r = ldconf_read(root, LDCONF_PATH, &conf, why);
	if (r < 0)
		return failed(plan->failure, LDCONF_PATH, "read", r, why);
	*listed = ldconf_includes(conf, ENTRY_PATH);
	return 0;
}

int image_set_add_entry(const struct image_set *s, struct plan *plan, bool *listed)
{
	_cleanup_free_ char *text = NULL;
	struct entry entry;
	int r = is_listed(plan, listed);

	if (r < 0 || !*listed)
		return r;
	r = entry_make(&choice, &s->glibc, s->set->path, s->set->real, &entry);
	text = r == 0 ? entry_text(&entry, &choice) : NULL;
	if (!text)
		return failed(plan->failure, ENTRY_PATH, "plan", r < 0 ? r : -ENOMEM, NULL);
	return plan_text(plan, ENTRY_PATH, text);
}

int64_t image_set_growth(const struct image_set *s, const struct root *source, const char *name)
{
	char ours[PATH_MAX], base[PATH_MAX];
	struct stat a, b = { 0 };

	if (snprintf(ours, sizeof(ours), "%s/%s", s->set->real, name) >= (int)sizeof(ours) ||
			snprintf(base, sizeof(base), "%s/%s", s->glibc.directory, name) >= (int)sizeof(base) ||
			root_stat(source, ours, &a) < 0)
		return 0;
	return root_stat(source, base, &b) < 0 ? a.st_size : a.st_size - b.st_size;
}
