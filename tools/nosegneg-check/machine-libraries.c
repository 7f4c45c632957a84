// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "machine.h"

#define CONF_DIRECTORY  "/etc/ld.so.conf.d"
#define NOHWCAP_PATH    "/etc/ld.so.nohwcap" /* Debian's ld.so until 2.31 */
#define PRELINK_PATH    "/etc/prelink.cache"
#define PRELOAD_PATH    "/etc/ld.so.preload"
#define ENVIRONMENT     "/etc/environment"
#define SMALL_MAX       65536
#define CONF_ENTRIES    512
#define MTIME_SLACK_SEC 1 /* what is made together need not be made in the same instant */

static bool is_gone(int error)
{
	return error == -ENOENT || error == -ENOTDIR;
}

/* A link that leads nowhere is a loader that is broken; with another C library there are programs, too. */
static bool has_traces_of_loader(const struct machine *m)
{
	struct stat st;

	return root_lstat(&m->root, "/lib/ld-linux.so.2", &st) == 0 || root_exists(&m->root, "/lib/ld-musl-i386.so.1");
}

static void read_loader(struct machine *m)
{
	int r = glibc_find(&m->root, &m->glibc, m->loader_why);

	m->has_loader = r == 0;
	/* A captured tree holds no libraries, so that one without a loader tells nothing. */
	m->loader_absent = is_gone(r) && m->source != MACHINE_TREE && !has_traces_of_loader(m);
	if (r < 0 && !is_gone(r))
		machine_add_gap(m, "the loader of 32-bit programs", m->loader_why);
	m->ldconfig = LDCONFIG_UNKNOWN;
	if (m->has_loader && glibc_generation(&m->glibc)->honours_hwcap)
		m->ldconfig = glibc_ldconfig(&m->root);
	m->nohwcap = root_exists(&m->root, NOHWCAP_PATH);
	m->prelink = root_exists(&m->root, PRELINK_PATH);
}

/* A captured tree has no loader, but a cache of 2.33 or later names the ldconfig that wrote it. */
static void guess_loader(struct machine *m)
{
	if (m->has_loader || m->source != MACHINE_TREE || m->cache_state != FILE_READ || !m->cache.generator_size)
		return;
	if (glibc_read_banner((const char *)m->cache.data + m->cache.generator, (size_t)m->cache.generator_size,
			    &m->glibc))
		m->glibc.source = GLIBC_FROM_NAME;
}

static int read_settings(struct machine *m)
{
	int r = settings_read(&m->root, &m->settings, m->settings_why);

	m->settings_state = r == 0 ? FILE_READ : r == -EBADMSG ? FILE_BROKEN : FILE_UNREADABLE;
	if (m->settings_state == FILE_UNREADABLE)
		machine_add_gap(m, SETTINGS_PATH, m->settings_why);
	if (r < 0)
		m->settings = (struct settings){ 0 };
	return r == -ENOMEM ? r : 0;
}

static void read_entry(struct machine *m)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = root_read(&m->root, ENTRY_PATH, ENTRY_SIZE_MAX, &text, &size);

	if (r < 0 && !is_gone(r))
		machine_add_gap(m, ENTRY_PATH, strerror(-r));
	if (r < 0)
		return;
	m->has_entry = entry_parse(text, size, &m->entry);
	m->entry_foreign = !m->has_entry;
	m->alias_there = m->has_entry && entry_alias_is_there(&m->root, &m->entry);
}

static int read_conf(struct machine *m)
{
	char why[WHY_MAX];
	int r = ldconf_read(&m->root, LDCONF_PATH, &m->conf, why);

	if (r < 0 && r != -ENOMEM) {
		machine_add_gap(m, LDCONF_PATH, why);
		return 0;
	}
	for (size_t i = 0; r == 0 && i < m->conf->nfile; i++) {
		const struct ldconf_file *file = &m->conf->file[i];

		if (file->error && !is_gone(file->error))
			machine_add_gap(m, file->path, strerror(-file->error));
	}
	return r;
}

static bool is_read(const struct ldconf *conf, const char *path)
{
	for (size_t i = 0; i < conf->nfile; i++)
		if (strcmp(conf->file[i].path, path) == 0)
			return true;
	return false;
}

/* Whether a file says anything about a set. */
static bool is_about_set(const struct machine *m, const char *path)
{
	_cleanup_ldconf_ struct ldconf *conf = NULL;
	_cleanup_free_ char *text = NULL;
	char why[WHY_MAX];
	size_t size;

	if (root_read(&m->root, path, SMALL_MAX, &text, &size) < 0 || ldconf_parse(path, text, size, &conf, why) < 0)
		return false;
	for (size_t i = 0; i < conf->nhwcap; i++)
		if (strcmp(conf->hwcap[i].name, STRATEGY_NAME) == 0)
			return true;
	for (size_t i = 0; i < conf->ndirectory; i++)
		if (strcmp(conf->directory[i].path, m->set_path) == 0)
			return true;
	return false;
}

/* What editors and package managers put aside is not meant to be read. */
static bool is_put_aside(const char *name)
{
	static const char *const marks[] = { ".dpkg-", ".ucf-", ".rpmsave", ".rpmnew", ".rpmorig", ".bak", ".orig",
		".old", "~" };

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (strstr(name, marks[i]))
			return true;
	return false;
}

static void add_stray(struct machine *m, const char *name)
{
	char path[PATH_MAX];

	if (is_put_aside(name))
		return;
	if (snprintf(path, sizeof(path), CONF_DIRECTORY "/%s", name) >= (int)sizeof(path) ||
			m->nstray == MACHINE_STRAYS)
		return;
	if (!is_read(m->conf, path) && is_about_set(m, path))
		strcpy(m->stray[m->nstray++].path, path);
}

/* Files that somebody wrote for ldconfig, which does not read them: ld.so.conf lacks the include line, or the name does
 * not end in .conf. */
static void find_strays(struct machine *m)
{
	_cleanup_close_ int fd = root_open(&m->root, CONF_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	DIR *dir = fd < 0 || !m->conf ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		return;
	take_fd(&fd);
	for (size_t i = 0; i < CONF_ENTRIES && (entry = readdir(dir)); i++)
		if (entry->d_name[0] != '.')
			add_stray(m, entry->d_name);
	closedir(dir);
}

static void choose(struct machine *m)
{
	enum strategy wanted = m->settings.strategy;
	char why[WHY_MAX];

	if (strategy_choose(&m->glibc, m->ldconfig, &m->note, wanted, &m->choice, why) < 0)
		(void)strategy_choose(&m->glibc, m->ldconfig, &m->note, STRATEGY_NONE, &m->choice, why);
}

/* The entry in force may name a set elsewhere than where it usually is. */
static int find_set(struct machine *m)
{
	const char *asked = m->settings.set;
	int r;

	if (!*asked && m->has_entry && m->entry.strategy == STRATEGY_DIRECTORY)
		asked = m->entry.directory;
	library_set_place(&m->glibc, m->choice.strategy, m->set_path);
	if (*asked)
		snprintf(m->set_path, sizeof(m->set_path), "%s", asked);
	r = library_set_find(&m->root, &m->glibc, m->choice.strategy, asked, &m->set, m->set_why);
	if (is_gone(r) && m->choice.strategy == STRATEGY_HWCAP)
		r = library_set_find(&m->root, &m->glibc, STRATEGY_NONE, asked, &m->set, m->set_why);
	m->set_state = r == 0 ? FILE_READ : is_gone(r) ? FILE_ABSENT : r == -EBADMSG ? FILE_BROKEN : FILE_UNREADABLE;
	if (m->set_state == FILE_UNREADABLE)
		machine_add_gap(m, m->set_path, m->set_why);
	if (r == 0)
		strcpy(m->set_path, m->set->path);
	return r == -ENOMEM ? r : 0;
}

static void add_missing(struct machine *m, const char *name)
{
	size_t n = strlen(m->missing);

	snprintf(m->missing + n, sizeof(m->missing) - n, "%s%.64s", n ? ", " : "", name);
}

/* What Fedora's and Debian's own sets hold, where the base has it; from 2.34 on all but libm is part of libc. */
static void check_common(struct machine *m)
{
	static const char *const common[] = { "libm.so.6", "libpthread.so.0", "librt.so.1" };
	size_t n = glibc_at_least(&m->glibc, 2, 34) ? 1 : ARRAY_SIZE(common);
	char path[PATH_MAX + NAME_MAX];

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", m->glibc.directory, common[i]);
		if (!library_set_has(m->set, common[i]) && root_exists(&m->root, path))
			add_missing(m, common[i]);
	}
}

/* Without a loader nothing is known of the base. */
static bool has_base(const struct machine *m, const char *name)
{
	char path[PATH_MAX];

	return !m->has_loader || snprintf(path, sizeof(path), "%s/%s", m->glibc.directory, name) >= (int)sizeof(path) ||
	       root_exists(&m->root, path);
}

static void check_set(struct machine *m)
{
	const struct manifest *manifest = m->set->manifest;

	if (manifest)
		for (size_t i = 0; i < manifest->nlibrary; i++)
			if (!library_set_has(m->set, manifest->library[i].name) &&
					has_base(m, manifest->library[i].name))
				add_missing(m, manifest->library[i].name);
	if (!m->has_loader) {
		m->set_check = -ENOENT;
		return;
	}
	if (!manifest)
		check_common(m);
	m->set_check = library_set_check(&m->root, m->set, &m->glibc, m->set_check_why);
	if (m->set_check == 0 && glibc_at_least(&m->glibc, 2, 4))
		m->set_check = library_set_check_symbols(&m->root, m->set, &m->glibc, m->set_check_why);
}

/* The names nest the other way round: the note's name is the innermost directory. */
static void find_wrong_place(struct machine *m)
{
	static const char *const places[] = { "/lib/nosegneg/i686", "/lib/i386-linux-gnu/nosegneg/i686",
		"/lib/nosegneg/tls", "/usr/lib/i386-linux-gnu/nosegneg/i686", "/usr/lib/nosegneg" };
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), "%s/libc.so.6", places[i]);
		if (root_exists(&m->root, path)) {
			strcpy(m->wrong_place, places[i]);
			return;
		}
	}
}

/* ld.so searches a cache by halves: one whose names do not fall in order loses some. */
static bool is_unsorted(const struct ldcache *cache)
{
	struct ldcache_entry e;
	const char *last = NULL;

	for (uint32_t i = 0; i < cache->nentry; i++) {
		if (!ldcache_entry(cache, i, &e))
			return true;
		if (last && ldcache_compare(last, e.name) < 0)
			return true;
		last = e.name;
	}
	return false;
}

static void compare_age(struct machine *m, const char *path, const struct stat *cache)
{
	struct stat st;

	if (!*m->cache_newer && root_stat(&m->root, path, &st) == 0 &&
			st.st_mtim.tv_sec > cache->st_mtim.tv_sec + MTIME_SLACK_SEC)
		snprintf(m->cache_newer, sizeof(m->cache_newer), "%s", path);
}

static void read_age(struct machine *m)
{
	struct stat cache;

	if (m->captured || root_stat(&m->root, LDCACHE_PATH, &cache) != 0)
		return;
	for (size_t i = 0; m->conf && i < m->conf->nfile; i++)
		if (m->conf->file[i].error == 0)
			compare_age(m, m->conf->file[i].path, &cache);
	if (m->set)
		compare_age(m, m->set->real, &cache);
}

/* Without a cache ld.so searches its own directories, with those of the note's names below them. */
static void take_without_cache(struct machine *m)
{
	const struct glibc_generation *g = glibc_generation(&m->glibc);
	unsigned index;
	bool enabled;

	if (m->set && g->reads_note && kernelcap_index(&m->note, STRATEGY_NAME, &index, &enabled) && enabled &&
			library_set_is_hwcap_directory(m->set, &m->glibc))
		m->taken = m->set->nlibrary;
}

static bool lies_in(const char *path, const char *directory)
{
	size_t n = strlen(directory);

	return n && strncmp(path, directory, n) == 0 && path[n] == '/';
}

/* By its name alone. */
static bool is_of_set(const struct machine *m, const char *path)
{
	return strstr(path, "/" STRATEGY_NAME "/") || lies_in(path, m->entry.directory) ||
	       lies_in(path, m->entry.alias) || lies_in(path, m->set_path);
}

static bool has_marked_libc(const struct machine *m)
{
	struct ldcache_entry e;

	for (uint32_t i = 0; i < m->cache.nentry; i++)
		if (ldcache_entry(&m->cache, i, &e) && strcmp(e.name, "libc.so.6") == 0 && e.hwcap && !e.subdirectory &&
				is_of_set(m, e.path))
			return true;
	return false;
}

/* What ld.so takes now. The set's files themselves may be out of reach, in a captured tree. */
static void look_up(struct machine *m)
{
	struct ldcache_rules rules;
	struct ldcache_entry e;
	bool nohwcap = m->nohwcap && glibc_at_most(&m->glibc, 2, 31);

	cached_set_rules(&m->glibc, &m->note, nohwcap, &rules);
	if (ldcache_find(&m->cache, "libc.so.6", &rules, &e)) {
		snprintf(m->libc, sizeof(m->libc), "%s", e.path);
		m->libc_of_set = is_of_set(m, m->libc);
	}
	m->libc_marked = m->glibc.source == GLIBC_UNKNOWN && has_marked_libc(m);
	if (m->set)
		m->taken = cached_set_taken(&m->root, &m->cache, m->set, &rules);
}

static int read_cache(struct machine *m)
{
	int r = cached_set_open(&m->root, &m->cache_data, &m->cache, m->cache_why);

	m->cache_state = r == 0 ? FILE_READ : is_gone(r) ? FILE_ABSENT : r == -EBADMSG ? FILE_BROKEN : FILE_UNREADABLE;
	if (m->cache_state == FILE_UNREADABLE)
		machine_add_gap(m, LDCACHE_PATH, m->cache_why);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	m->cache_unsorted = is_unsorted(&m->cache);
	return 0;
}

static int use_cache(struct machine *m)
{
	int r = 0;

	if (m->cache_state == FILE_READ) {
		look_up(m);
		read_age(m);
		if (m->set)
			r = cached_set_read(&m->root, &m->cache, m->set, &m->cached);
	} else if (m->cache_state == FILE_ABSENT || m->cache_state == FILE_BROKEN) {
		take_without_cache(m);
	}
	return r;
}

static void read_preload(struct machine *m)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	if (root_read(&m->root, PRELOAD_PATH, SMALL_MAX, &text, &size) < 0)
		return;
	for (char *p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	snprintf(m->preload, sizeof(m->preload), "%.*s", (int)strcspn(text + strspn(text, " "), "#"),
			text + strspn(text, " "));
	for (size = strlen(m->preload); size > 0 && m->preload[size - 1] == ' '; size--)
		m->preload[size - 1] = '\0';
}

/* pam_env gives these to every session. */
static void read_environment(struct machine *m)
{
	static const char *const names[] = { "LD_LIBRARY_PATH=", "LD_PRELOAD=", "LD_HWCAP_MASK=" };
	_cleanup_free_ char *text = NULL;
	size_t size, used = 0;
	char *rest, *line;

	if (root_read(&m->root, ENVIRONMENT, SMALL_MAX, &text, &size) < 0)
		return;
	for (rest = text; (line = strsep(&rest, "\n"));) {
		line += strspn(line, " \t");
		if (strncmp(line, "export ", 7) == 0)
			line += 7;
		for (size_t i = 0; i < ARRAY_SIZE(names) && used < sizeof(m->environment); i++)
			if (strncmp(line, names[i], strlen(names[i])) == 0)
				used += (size_t)snprintf(
						m->environment + used, sizeof(m->environment) - used, "%.200s\n", line);
	}
}

int machine_read_libraries(struct machine *m)
{
	int r = read_settings(m);

	if (r == 0)
		r = read_conf(m);
	if (r == 0)
		r = read_cache(m);
	if (r < 0)
		return r;
	read_loader(m);
	guess_loader(m);
	read_entry(m);
	choose(m);
	r = find_set(m);
	if (r == 0 && m->set)
		check_set(m);
	if (r == 0)
		r = use_cache(m);
	find_strays(m);
	find_wrong_place(m);
	read_preload(m);
	read_environment(m);
	return r;
}
