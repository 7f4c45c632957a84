// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/maps.h"
#include "base/util.h"
#include "common/output.h"
#include "process.h"

#define MAPS_MAX             (16u << 20) /* 65530 mappings of 200 bytes */
#define ENVIRON_MAX          (1u << 20)
#define PROGRESS_INTERVAL_MS 100
#define FILES_MAX            16384 /* that are held open until they are scanned */

struct reading {
	const struct machine *m;
	struct processes *ps;
	struct stat host; /* of "/" */
	uint64_t progress_ms;
};

/* One process while it is read; the directory keeps the number from becoming another process's. */
struct visit {
	int dir;
	struct root proc; /* the same */
	struct stat exe;
	struct process *p;
};

static int read_class(struct visit *v, bool *affected)
{
	_cleanup_close_ int fd = openat(v->dir, "exe", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	uint8_t head[EI_NIDENT + 4];
	uint16_t machine;
	int r;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &v->exe) != 0)
		return -errno;
	r = read_at(fd, head, sizeof(head), 0);
	if (r < 0)
		return r;
	memcpy(&machine, head + EI_NIDENT + 2, sizeof(machine));
	*affected = memcmp(head, ELFMAG, SELFMAG) == 0 && head[EI_CLASS] == ELFCLASS32 && machine == EM_386;
	return 0;
}

/* Kernel threads and zombies have no program, but unlike processes that are gone they still have a status. */
static bool is_there(const struct visit *v)
{
	_cleanup_close_ int fd = openat(v->dir, "stat", O_RDONLY | O_CLOEXEC);
	char c;

	return fd >= 0 && read(fd, &c, 1) == 1;
}

static void copy(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(to, from, len);
	to[len] = '\0';
}

static void read_name(struct visit *v)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	strcpy(v->p->name, "?");
	if (root_read(&v->proc, "/comm", 4096, &text, &size) == 0)
		copy(v->p->name, sizeof(v->p->name), text, strcspn(text, "\n"));
}

static void take_variable(const char *line, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);

	if (strncmp(line, name, n) == 0 && line[n] == '=')
		copy(out, size, line + n + 1, strlen(line + n + 1));
}

/* As it was when the program began; it may have changed its own since, which ld.so does not look at. */
static void read_environment(struct visit *v)
{
	_cleanup_free_ char *text = NULL;
	size_t size, at = 0;

	if (root_read(&v->proc, "/environ", ENVIRON_MAX, &text, &size) < 0)
		return;
	for (; at < size; at += strlen(text + at) + 1) {
		take_variable(text + at, "LD_LIBRARY_PATH", v->p->library_path, sizeof(v->p->library_path));
		take_variable(text + at, "LD_PRELOAD", v->p->preload, sizeof(v->p->preload));
	}
}

static bool lies_in(const char *path, const char *directory)
{
	size_t n = strlen(directory);

	return n && strncmp(path, directory, n) == 0 && path[n] == '/' && !strchr(path + n + 1, '/');
}

static void classify(const struct machine *m, struct process_object *o)
{
	const char *name = base_name(o->path);

	o->is_libc = strcmp(name, "libc.so.6") == 0 || strncmp(name, "libc-2.", 7) == 0;
	o->is_loader = strncmp(name, "ld-linux", 8) == 0 || strncmp(name, "ld-2.", 5) == 0;
	o->is_set = strstr(o->path, "/" STRATEGY_NAME "/") != NULL || (m->set && lies_in(o->path, m->set->real));
}

/* /proc/PID/map_files leads to the very file, even where its name is gone, but only for the privileged. A device is not
 * opened: that may do something. */
static int open_mapped(const struct visit *v, const struct maps_line *line)
{
	char name[64];
	struct stat st;
	int fd;

	snprintf(name, sizeof(name), "map_files/%" PRIx64 "-%" PRIx64, line->start, line->end);
	if (fstatat(v->dir, name, &st, 0) != 0 || !S_ISREG(st.st_mode) || st.st_ino != line->ino)
		return -ENOENT;
	fd = openat(v->dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_named(const struct visit *v, const struct maps_line *line, const char *path)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	_cleanup_close_ int fd = -1;
	char name[64];
	struct stat st;
	int r;

	snprintf(name, sizeof(name), "/proc/self/fd/%d/root", v->dir);
	r = root_open_tree(&root, name);
	fd = r < 0 ? r : root_open(&root, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) != 0)
		return -errno;
	return S_ISREG(st.st_mode) && st.st_ino == line->ino ? take_fd(&fd) : -ENOENT;
}

static void open_object(const struct visit *v, const struct maps_line *line, struct process_object *o)
{
	o->fd = open_mapped(v, line);
	if (o->fd < 0)
		o->fd = open_named(v, line, o->path);
	if (o->fd == -ENOENT)
		why_broken(o->why, "the file was removed or replaced since the process began");
	else if (o->fd < 0)
		why_failed(o->why, o->fd);
}

static size_t find_object(const struct processes *ps, const struct maps_line *line)
{
	for (size_t i = 0; i < ps->nobject; i++) {
		const struct process_object *o = &ps->object[i];

		if (o->ino == line->ino && o->major == line->major && o->minor == line->minor)
			return i;
	}
	return SIZE_MAX;
}

static int add_object(struct reading *r, const struct visit *v, const struct maps_line *line, size_t *out)
{
	struct processes *ps = r->ps;
	struct process_object *o;

	if (array_reserve(&ps->object, &ps->object_cap, ps->nobject + 1, sizeof(*ps->object)) < 0)
		return -ENOMEM;
	o = &ps->object[ps->nobject];
	*o = (struct process_object){ .major = line->major, .minor = line->minor, .ino = line->ino, .fd = -1 };
	o->path = strndup(line->path, line->path_len);
	if (!o->path)
		return -ENOMEM;
	o->deleted = line->deleted;
	o->is_program = v->exe.st_ino == line->ino;
	classify(r->m, o);
	if (r->m->options->scan)
		open_object(v, line, o);
	*out = ps->nobject++;
	return 0;
}

static int take_object(struct reading *r, struct visit *v, const struct maps_line *line)
{
	struct process *p = v->p;
	size_t i = find_object(r->ps, line);
	int error = i == SIZE_MAX ? add_object(r, v, line, &i) : 0;

	for (size_t k = 0; error == 0 && k < p->nobject; k++)
		if (p->object[k] == i)
			return 0;
	if (error == 0)
		error = array_reserve(&p->object, &p->object_cap, p->nobject + 1, sizeof(*p->object));
	if (error == 0)
		p->object[p->nobject++] = i;
	return error;
}

static int read_maps(struct reading *r, struct visit *v)
{
	_cleanup_free_ char *text = NULL;
	struct maps maps;
	struct maps_line line;
	size_t size;
	int error = root_read(&v->proc, "/maps", MAPS_MAX, &text, &size);

	if (error < 0)
		return error;
	if (size == 0)
		return -ESRCH; /* its memory is gone already */
	for (maps = (struct maps){ text, size }; error == 0 && maps_next(&maps, &line);) {
		if (!line.execute)
			continue;
		if (line.ino == 0)
			v->p->anonymous_code |= line.path_len == 0;
		else if (line.path_len && line.path[0] == '/')
			error = take_object(r, v, &line);
	}
	return error;
}

static const struct process_object *find_kind(const struct processes *ps, const struct process *p, bool libc)
{
	for (size_t i = 0; i < p->nobject; i++) {
		const struct process_object *o = &ps->object[p->object[i]];

		if (libc ? o->is_libc : o->is_loader)
			return o;
	}
	return NULL;
}

/* The base C library is the one that lies beside the loader. */
static void conclude_libc(const struct processes *ps, struct process *p)
{
	const struct process_object *libc = find_kind(ps, p, true), *loader = find_kind(ps, p, false);
	size_t n;

	p->static_program = !libc && !loader;
	if (!libc)
		return;
	p->deleted_libc = libc->deleted;
	n = (size_t)(base_name(libc->path) - libc->path);
	if (libc->is_set)
		p->libc = LIBC_SET;
	else if (loader && (size_t)(base_name(loader->path) - loader->path) == n &&
			strncmp(libc->path, loader->path, n) == 0)
		p->libc = LIBC_BASE;
	else
		p->libc = LIBC_OTHER;
}

static int read_affected(struct reading *r, struct visit *v)
{
	struct stat st;
	int error;

	read_name(v);
	error = read_maps(r, v);
	if (error < 0)
		return error;
	read_environment(v);
	v->p->other_root = fstatat(v->dir, "root", &st, 0) == 0 &&
			   (st.st_dev != r->host.st_dev || st.st_ino != r->host.st_ino);
	conclude_libc(r->ps, v->p);
	return 0;
}

static int add_process(struct reading *r, struct visit *v, pid_t pid)
{
	struct processes *ps = r->ps;
	int error;

	if (array_reserve(&ps->process, &ps->cap, ps->n + 1, sizeof(*ps->process)) < 0)
		return -ENOMEM;
	v->p = &ps->process[ps->n];
	*v->p = (struct process){ .pid = pid };
	error = read_affected(r, v);
	if (error < 0)
		free(v->p->object);
	else
		ps->n++;
	return error;
}

/* 0, or why it could not be looked at. */
static int visit(struct reading *r, pid_t pid)
{
	struct visit v = { .proc = { .path = (char *)"" } };
	bool affected = false;
	char path[32];
	int error;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	v.dir = v.proc.fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (v.dir < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	error = read_class(&v, &affected);
	if (error == -ENOENT || error == -ENODATA)
		error = is_there(&v) ? 0 : -ESRCH;
	if (error == 0 && affected)
		error = add_process(r, &v, pid);
	else if (error == 0)
		r->ps->not_affected++;
	close(v.dir);
	return error;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void show_progress(struct reading *r, bool end)
{
	uint64_t now;

	if (!r->m->options->progress || (end && !r->progress_ms))
		return;
	now = now_ms();
	if (end)
		fprintf(stderr, "\r\033[K");
	else if (now - r->progress_ms >= PROGRESS_INTERVAL_MS)
		fprintf(stderr, "\rreading processes: %zu\033[K",
				r->ps->n + r->ps->not_affected + r->ps->refused + r->ps->vanished);
	if (now - r->progress_ms >= PROGRESS_INTERVAL_MS)
		r->progress_ms = now;
}

static int count(struct reading *r, int error)
{
	if (error == -ENOMEM)
		return error;
	if (error == -EACCES || error == -EPERM)
		r->ps->refused++;
	else if (error < 0)
		r->ps->vanished++;
	show_progress(r, false);
	return 0;
}

static int visit_all(struct reading *r)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int error = 0;

	if (!dir)
		return -errno;
	while (error == 0 && (entry = readdir(dir))) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);

		if (!*end && pid > 0 && pid <= INT32_MAX)
			error = count(r, visit(r, (pid_t)pid));
	}
	closedir(dir);
	show_progress(r, true);
	return error;
}

static int visit_listed(struct reading *r, const struct process_options *options, bool *failed)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < options->npid; i++) {
		char what[32];
		int one = visit(r, options->pid[i]);

		error = count(r, one);
		if (one == 0 || error < 0)
			continue;
		*failed = true;
		snprintf(what, sizeof(what), "process %d", (int)options->pid[i]);
		output_error(what, "read", one == -ESRCH ? "there is none with this number" : strerror(-one));
	}
	return error;
}

/* Files stay open until they are scanned, because a process may end and a name may be given to another file. */
static void allow_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= FILES_MAX)
		return;
	limit.rlim_cur = limit.rlim_max < FILES_MAX ? limit.rlim_max : FILES_MAX;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int process_read(const struct process_options *options, const struct machine *m, struct processes *out, bool *failed)
{
	struct reading r = { .m = m, .ps = out };

	allow_files();
	if (stat("/", &r.host) != 0)
		return -errno;
	return options->all ? visit_all(&r) : visit_listed(&r, options, failed);
}

void process_free(struct processes *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		free(ps->process[i].object);
	for (size_t i = 0; i < ps->nobject; i++) {
		free(ps->object[i].path);
		if (ps->object[i].fd >= 0)
			close(ps->object[i].fd);
	}
	free(ps->process);
	free(ps->object);
	*ps = (struct processes){ 0 };
}
