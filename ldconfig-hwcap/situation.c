// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/publish.h"
#include "base/util.h"
#include "loader/kernel-image.h"
#include "loader/vdso.h"
#include "situation.h"

/* Takes the first 32-bit vDSO with a note: kernels have one for each way of calling them, all with the same note. */
static int note_of_kernel(const char *file, struct kernelcap *out, char *why)
{
	_cleanup_close_ int fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	_cleanup_kernel_image_ struct kernel_image *image = NULL;
	int r = fd < 0 ? why_failed(why, -errno) : kernel_image_read(fd, &image, why);

	for (size_t i = 0; r == 0 && i < image->nvdso && !out->present; i++) {
		const struct kernel_vdso *v = &image->vdso[i];

		if (!v->is64 && !v->x32)
			r = kernelcap_parse(image->data + v->off, v->size, out, why);
	}
	return r;
}

static int note_of_file(const char *file, struct kernelcap *out, char *why)
{
	_cleanup_close_ int fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	_cleanup_vdso_ struct vdso vdso = { 0 };
	int r = fd < 0 ? why_failed(why, -errno) : vdso_of_file(fd, &vdso, why);

	return r < 0 ? r : kernelcap_parse(vdso.data, vdso.size, out, why);
}

static int note_of_process(pid_t pid, struct kernelcap *out, char *why)
{
	_cleanup_vdso_ struct vdso vdso = { 0 };
	_cleanup_root_ struct root host = ROOT_EMPTY;
	int r = root_open_tree(&host, NULL);

	if (r == 0)
		r = vdso_of_process(&host, pid, &vdso, why);
	return r < 0 ? r : kernelcap_parse(vdso.data, vdso.size, out, why);
}

/* No vDSO at all (vdso=0) is a kernel without a note. */
static int note_of_self(struct kernelcap *out, char *why)
{
	_cleanup_vdso_ struct vdso vdso = { 0 };
	int r = vdso_of_self(&vdso, why);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : kernelcap_parse(vdso.data, vdso.size, out, why);
}

static int read_note(struct situation *s, char *path, char *why)
{
	const struct options *o = s->options;
	int r;

	strcpy(path, "vDSO of this process");
	r = note_of_self(&s->own_note, why);
	if (r < 0)
		return r;
	s->note = s->own_note;
	if (o->vdso) {
		snprintf(path, PATH_MAX, "%s", o->vdso);
		r = note_of_file(o->vdso, &s->note, why);
	} else if (o->kernel) {
		snprintf(path, PATH_MAX, "%s", o->kernel);
		r = note_of_kernel(o->kernel, &s->note, why);
	} else if (o->pid) {
		snprintf(path, PATH_MAX, "vDSO of process %d", (int)o->pid);
		r = note_of_process(o->pid, &s->note, why);
	}
	snprintf(s->note_source, sizeof(s->note_source), "%s", path);
	return r;
}

static int split_conf_path(struct situation *s, char *path, char *why)
{
	const char *conf = s->options->conf ? s->options->conf : ENTRY_PATH, *slash = strrchr(conf, '/');
	size_t n = strlen(conf);

	snprintf(path, PATH_MAX, "%s", conf);
	if (conf[0] != '/' || !slash[1] || n >= PATH_MAX || strlen(slash + 1) > NAME_MAX - 8)
		return why_broken(why, "not the absolute path of a file");
	if (n < 6 || strcmp(conf + n - 5, ".conf") != 0)
		return why_broken(why, "its name does not end in .conf, so ldconfig would not read it");
	memcpy(s->conf_dir, conf, (size_t)(slash - conf));
	if (slash == conf)
		strcpy(s->conf_dir, "/");
	strcpy(s->conf_name, slash + 1);
	return 0;
}

const char *situation_conf_path(const struct situation *s)
{
	return s->options->conf ? s->options->conf : ENTRY_PATH;
}

static int read_published(struct situation *s, char *path, char *why)
{
	_cleanup_close_ int dir = root_open(&s->root, s->conf_dir, O_RDONLY | O_DIRECTORY);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t size;
	int r = root_read(&s->root, situation_conf_path(s), ENTRY_SIZE_MAX, &text, &size);

	strcpy(path, situation_conf_path(s));
	s->left_over = dir >= 0 &&
		       (publish_left_over(dir, s->conf_name) || (!s->locked && publish_lock_exists(dir, s->conf_name)));
	s->published = PUBLISHED_NOTHING;
	s->old = (struct entry){ .strategy = STRATEGY_NONE };
	if ((r == -ENOENT && root_lstat(&s->root, path, &st) != 0) || r == -ENOTDIR)
		return 0;
	/* Too long, a directory, or /dev/null by a link, or a link to nowhere: somebody else's. */
	if (r < 0 && r != -EFBIG && r != -EISDIR && r != -EINVAL && r != -ENOENT && r != -ELOOP)
		return why_failed(why, r);
	s->published = r == 0 && entry_parse(text, size, &s->old) ? PUBLISHED_OURS : PUBLISHED_FOREIGN;
	return 0;
}

int situation_reread(struct situation *s, char *path, char *why)
{
	int r;

	free(s->cache_data);
	ldconf_free(s->conf);
	s->cache_data = NULL;
	s->conf = NULL;
	s->cached = (struct cached_set){ 0 };
	strcpy(path, LDCONF_PATH);
	r = ldconf_read(&s->root, LDCONF_PATH, &s->conf, why);
	if (r == 0)
		r = read_published(s, path, why);
	if (r < 0)
		return r;
	/* A cache that ld.so does not take is as none, and ldconfig will write a new one. */
	s->has_cache = cached_set_open(&s->root, &s->cache_data, &s->cache, why) == 0;
	return s->has_cache && s->set ? cached_set_read(&s->root, &s->cache, s->set, &s->cached) : 0;
}

static int choose(struct situation *s, char *path, char *why)
{
	const struct options *o = s->options;
	enum strategy wanted = o->strategy ? o->strategy : s->settings.strategy;

	s->ldconfig = LDCONFIG_UNKNOWN;
	if (glibc_generation(&s->glibc)->honours_hwcap)
		s->ldconfig = glibc_ldconfig(&s->root);
	snprintf(path, PATH_MAX, "%s", s->glibc.loader);
	if (o->command == COMMAND_DISABLE)
		wanted = STRATEGY_NONE;
	return strategy_choose(&s->glibc, s->ldconfig, &s->note, wanted, &s->choice, why);
}

/* Where no set was named and none is in the usual places, the one that is published: --set named it then. */
static int find_published_set(struct situation *s, char *path, char *why)
{
	char words[WHY_MAX];
	int r = read_published(s, path, why);

	if (r < 0 || s->old.strategy != STRATEGY_DIRECTORY)
		return r < 0 ? r : -ENOENT;
	return library_set_find(&s->root, &s->glibc, s->choice.strategy, s->old.directory, &s->set, words);
}

/* That there is no set is no error yet: print and disable do without. */
static int find_set(struct situation *s, char *path, char *why)
{
	const char *asked = s->options->set ? s->options->set : s->settings.set;
	int r;

	library_set_place(&s->glibc, s->choice.strategy, s->set_path);
	if (*asked)
		snprintf(s->set_path, sizeof(s->set_path), "%s", asked);
	/* The entry has to be the same one whatever way the place was typed. */
	for (size_t n = strlen(s->set_path); n > 1 && s->set_path[n - 1] == '/'; n--)
		s->set_path[n - 1] = '\0';
	asked = *asked ? s->set_path : "";
	snprintf(path, PATH_MAX, "%s", s->set_path);
	if (s->set_path[0] != '/' || strpbrk(s->set_path, " \t\n#:="))
		return why_broken(why, "a set needs an absolute path without blanks, '#', ':' and '='");
	r = library_set_find(&s->root, &s->glibc, s->choice.strategy, asked, &s->set, s->set_why);
	if (r == -ENOENT && !*asked && find_published_set(s, path, why) == 0)
		r = 0;
	if (r < 0)
		return r == -ENOMEM ? why_failed(why, r) : 0;
	strcpy(s->set_path, s->set->path);
	return 0;
}

static int compose(struct situation *s, char *why)
{
	int r = entry_make(&s->choice, &s->glibc, s->set_path, s->set ? s->set->real : s->set_path, &s->entry);

	s->text = r == 0 ? entry_text(&s->entry, &s->choice) : NULL;
	return r == 0 && s->text ? 0 : why_failed(why, r < 0 ? r : -ENOMEM);
}

/* What the administrator and the kernel want. */
static int read_wishes(struct situation *s, char *path, char *why)
{
	int r;

	strcpy(path, SETTINGS_PATH);
	r = settings_read(&s->root, &s->settings, why);
	return r < 0 ? r : read_note(s, path, why);
}

int situation_read(const struct options *options, struct situation *s, char *path, char *why)
{
	int r;

	*s = (struct situation){ .options = options, .root = ROOT_EMPTY };
	snprintf(path, PATH_MAX, "%s", options->root ? options->root : "/");
	r = root_open_tree(&s->root, options->root);
	if (r < 0)
		return why_failed(why, r);
	segments_of_self(&s->segments);
	r = split_conf_path(s, path, why);
	if (r == 0 && options->command != COMMAND_DISABLE)
		r = read_wishes(s, path, why);
	if (r < 0)
		return r;
	s->loader_error = glibc_find(&s->root, &s->glibc, s->loader_why);
	s->has_loader = s->loader_error == 0;
	if (s->has_loader)
		r = choose(s, path, why);
	if (r == 0 && s->has_loader)
		r = find_set(s, path, why);
	if (r == 0 && s->has_loader)
		r = compose(s, why);
	return r < 0 ? r : situation_reread(s, path, why);
}

void situation_free(struct situation *s)
{
	library_set_free(s->set);
	ldconf_free(s->conf);
	free(s->text);
	free(s->cache_data);
	root_close(&s->root);
}

/* The cache bit that an entry gives the set's libraries; 0: none, they are for everybody. */
static uint64_t entry_mark(const struct situation *s, const struct entry *e)
{
	const struct glibc_generation *g = glibc_generation(&s->glibc);
	const char *name = strrchr(e->alias, '/');

	if (e->strategy == STRATEGY_HWCAP)
		return UINT64_C(1) << (g->cache_base + e->index);
	if (e->strategy == STRATEGY_ALIAS)
		return UINT64_C(1) << (g->loader_base + (name && strcmp(name, "/xeon_phi") == 0));
	return 0;
}

/* Whether links and cache are what our file says. */
static bool published_agrees(const struct situation *s)
{
	uint64_t mark = entry_mark(s, &s->old);

	if (!s->set || s->published != PUBLISHED_OURS)
		return false;
	if (s->old.strategy == STRATEGY_ALIAS && !entry_alias_is_there(&s->root, &s->old))
		return false;
	return mark ? (s->cached.marks & mark) && s->cached.marked >= s->set->nlibrary
		    : s->cached.chosen == s->set->nlibrary;
}

static bool settled_on(const struct situation *s)
{
	return entry_equal(&s->entry, &s->old) && published_agrees(s);
}

bool situation_waits(const struct situation *s)
{
	return s->published == PUBLISHED_OURS && strategy_follows_kernel(s->old.strategy) && !s->note.present &&
	       glibc_generation(&s->glibc)->cache_obeys_note && s->ldconfig != LDCONFIG_IGNORES_HWCAP;
}

bool situation_waits_rightly(const struct situation *s)
{
	return situation_waits(s) && !s->left_over && s->has_cache && published_agrees(s);
}

/* Whether somebody else's file does what ours would: then the set stays on, whatever we do. */
static const char *others_line(const struct situation *s, size_t file)
{
	const char *path = s->conf->file[file].path;

	return s->published != PUBLISHED_FOREIGN && strcmp(path, situation_conf_path(s)) == 0 ? NULL : path;
}

const char *situation_others(const struct situation *s, unsigned *line)
{
	for (size_t i = 0; i < s->conf->nhwcap; i++) {
		const struct ldconf_hwcap *h = &s->conf->hwcap[i];

		*line = h->line;
		if (strcmp(h->name, STRATEGY_NAME) == 0 && others_line(s, h->file))
			return others_line(s, h->file);
	}
	for (size_t i = 0; s->set && i < s->conf->ndirectory; i++) {
		const struct ldconf_directory *d = &s->conf->directory[i];

		*line = d->line;
		if ((strcmp(d->path, s->set->path) == 0 || strcmp(d->path, s->set->real) == 0) &&
				others_line(s, d->file))
			return others_line(s, d->file);
	}
	return NULL;
}

bool situation_settled(const struct situation *s, bool on)
{
	unsigned line;

	if (s->left_over)
		return false;
	if (on)
		return s->has_cache && settled_on(s);
	if (s->published == PUBLISHED_OURS)
		return false;
	return (s->cached.chosen == 0 && s->cached.marked == 0) || situation_others(s, &line) != NULL;
}
