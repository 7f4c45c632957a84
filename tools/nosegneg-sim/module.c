// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#include "base/root.h"
#include "base/util.h"
#include "elf/headers.h"
#include "elf/object.h"
#include "alloc.h"
#include "module.h"
#include "symbolize.h"

#define PAGE     4096u
#define MAPS_MAX (64u << 20) /* a process may have 65530 mappings */
#define VDSO     "[vdso]"
#define VDSO_MAX (64u << 10)

int process_maps_read(struct process_maps *maps, pid_t pid)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	char path[64];
	int r = root_open_tree(&root, NULL);

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps->pid = pid;
	return root_read(&root, path, MAPS_MAX, &maps->text, &maps->size);
}

bool process_maps_at(const struct process_maps *maps, uint64_t addr, struct maps_line *out)
{
	struct maps rest = { maps->text, maps->size };

	while (maps_next(&rest, out))
		if (addr >= out->start && addr < out->end)
			return true;
	return false;
}

/* By what /proc/self/maps says of it when we map it: fstat(2) has other device numbers on btrfs and overlayfs. */
static bool is_file(int fd, const struct maps_line *line)
{
	struct process_maps maps = { 0 };
	struct maps_line ours;
	struct stat st;
	bool same;
	void *page;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	if (page == MAP_FAILED)
		return false;
	same = process_maps_read(&maps, getpid()) == 0 && process_maps_at(&maps, (uintptr_t)page, &ours) &&
	       ours.major == line->major && ours.minor == line->minor && ours.ino == line->ino;
	munmap(page, PAGE);
	free(maps.text);
	return same;
}

/* Never waits for a FIFO that has taken the file's place. */
static int open_below(const char *tree, const char *path, const struct maps_line *line)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	_cleanup_close_ int fd = -1;

	if (root_open_tree(&root, tree) < 0)
		return -1;
	fd = root_open(&root, path, O_RDONLY | O_NONBLOCK);
	return fd >= 0 && is_file(fd, line) ? take_fd(&fd) : -1;
}

/* The kernel's own link needs CAP_CHECKPOINT_RESTORE. A path is as our root has it (fs/d_path.c), unless the process is
 * in another mount namespace. */
static int open_file(pid_t pid, const struct maps_line *line, const char *path)
{
	_cleanup_close_ int fd = -1;
	char link[96];
	int found;

	snprintf(link, sizeof(link), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)pid, line->start, line->end);
	fd = open(link, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && is_file(fd, line))
		return take_fd(&fd);
	if (*path != '/')
		return -1;
	found = open_below(NULL, path, line);
	snprintf(link, sizeof(link), "/proc/%d/root", (int)pid);
	return found >= 0 ? found : open_below(link, path, line);
}

static bool read_memory(pid_t pid, uint64_t addr, void *buf, size_t size)
{
	struct iovec here = { buf, size }, there = { (void *)(uintptr_t)addr, size };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* The vDSO is in no file: a copy of it serves for its symbols and unwind tables. */
static int copy_vdso(pid_t pid, const struct maps_line *line)
{
	_cleanup_close_ int fd = memfd_create("vdso", MFD_CLOEXEC);
	_cleanup_free_ uint8_t *image = NULL;
	size_t size = (size_t)(line->end - line->start);

	if (fd < 0 || line->end - line->start > VDSO_MAX)
		return -1;
	image = alloc_new(size);
	if (!read_memory(pid, line->start, image, size) || write(fd, image, size) != (ssize_t)size)
		return -1;
	return take_fd(&fd);
}

static void add_load(struct module *m, const struct module_load *load)
{
	m->load[m->nload++] = *load;
}

static void read_loads(struct module *m)
{
	_cleanup_object_ struct object *obj = NULL;
	char why[WHY_MAX];

	if (object_read(m->fd, &obj, why) < 0)
		return;
	m->load = alloc_new((obj->nsegment + 1) * sizeof(*m->load));
	for (size_t i = 0; i < obj->nsegment; i++) {
		const struct object_segment *s = &obj->segment[i];

		if (s->type == PT_LOAD)
			add_load(m, &(struct module_load){
						    s->off, s->filesz, s->addr, s->align, (s->flags & PF_X) != 0 });
	}
}

/* Of a file that cannot be opened, where its first page is mapped: there the headers are, as a rule. */
static void read_mapped_loads(struct module *m, const struct process_maps *maps)
{
	struct maps rest = { maps->text, maps->size };
	struct maps_line line;
	struct headers h;
	uint8_t page[PAGE];
	char why[WHY_MAX];

	do {
		if (!maps_next(&rest, &line))
			return;
	} while (line.ino != m->ino || makedev(line.major, line.minor) != m->dev || line.offset != 0);
	if (!read_memory(maps->pid, line.start, page, sizeof(page)) || headers_parse(page, sizeof(page), &h, why) < 0)
		return;
	m->load = alloc_new((h.phnum + 1) * sizeof(*m->load));
	for (uint32_t i = 0; i < h.phnum; i++) {
		struct headers_segment s;

		headers_segment(&h, i, &s);
		if (s.type == PT_LOAD)
			add_load(m, &(struct module_load){ s.off, s.filesz, s.addr, s.align, (s.flags & PF_X) != 0 });
	}
}

/* Sets are directories named so (lib/loader/library-set.c has the list), or ones that we have built, anywhere. */
static bool in_set(const char *path)
{
	static const char begin[] = "nosegneg-manifest: ";
	_cleanup_root_ struct root root = ROOT_EMPTY;
	const char *slash = strrchr(path, '/');
	_cleanup_close_ int fd = -1;
	char name[PATH_MAX], first[sizeof(begin) - 1];
	int dir = slash ? (int)(slash - path) : 0;

	if (dir == 0 || snprintf(name, sizeof(name), "%.*s/manifest", dir, path) >= (int)sizeof(name))
		return false;
	if (dir >= 9 && memcmp(slash - 9, "/nosegneg", 9) == 0)
		return true;
	if (root_open_tree(&root, NULL) < 0)
		return false;
	fd = root_open(&root, name, O_RDONLY | O_NONBLOCK);
	return fd >= 0 && read_at(fd, first, sizeof(first), 0) == 0 && memcmp(first, begin, sizeof(first)) == 0;
}

struct module *module_new(const struct process_maps *maps, const struct maps_line *line)
{
	struct module *m = alloc_new(sizeof(*m));

	m->path = alloc_copy(line->path, line->path_len);
	m->dev = makedev(line->major, line->minor);
	m->ino = (ino_t)line->ino;
	if (line->ino == 0) {
		m->fd = copy_vdso(maps->pid, line);
	} else {
		m->fd = open_file(maps->pid, line, m->path);
		m->is_set = in_set(m->path);
	}
	if (m->fd >= 0)
		read_loads(m);
	else
		read_mapped_loads(m, maps);
	return m;
}

bool module_is(const struct module *m, const struct maps_line *line)
{
	return m->ino == line->ino && m->dev == makedev(line->major, line->minor) &&
	       strlen(m->path) == line->path_len && memcmp(m->path, line->path, line->path_len) == 0;
}

bool module_is_known(const struct maps_line *line)
{
	return line->ino != 0 || (line->path_len == strlen(VDSO) && memcmp(line->path, VDSO, line->path_len) == 0);
}

static bool load_has(const struct module_load *load, uint64_t off)
{
	uint64_t start = load->off & ~(uint64_t)(PAGE - 1);
	uint64_t end = (load->off + load->size + PAGE - 1) & ~(uint64_t)(PAGE - 1);

	return off >= start && off < end;
}

uint32_t module_address(const struct module *m, uint64_t off)
{
	for (int execute = 1; execute >= 0; execute--)
		for (size_t i = 0; i < m->nload; i++)
			if (m->load[i].execute == execute && load_has(&m->load[i], off))
				return (uint32_t)(m->load[i].addr + off - m->load[i].off);
	return (uint32_t)off;
}

bool module_start(const struct module *m, uint64_t *addr)
{
	if (m->nload == 0)
		return false;
	*addr = m->load[0].align ? m->load[0].addr & -m->load[0].align : m->load[0].addr;
	return true;
}

void module_free(struct module *m)
{
	symbolize_free(m);
	if (m->fd >= 0)
		close(m->fd);
	free(m->load);
	free(m->path);
	free(m);
}
