// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/maps.h"
#include "base/root.h"
#include "base/util.h"
#include "elf/symbol.h"
#include "log.h"
#include "xen/segfixup.h"

#define MAPS_MAX (16u << 20) /* 65530 mappings of 200 bytes */

/* An access that the scanner found, as much as is shown of it. */
struct known_access {
	uint64_t addr;
	enum segref_verdict verdict;
	uint8_t len, bytes[ZYDIS_MAX_INSTRUCTION_LENGTH];
};

struct known_file {
	dev_t dev;
	ino_t ino;
	char why[WHY_MAX]; /* "": it was read */
	struct symbol_table *symbols;
	struct known_access *access; /* in the scanner's order */
	size_t naccess, access_cap;
	struct {
		uint64_t addr, off, size;
	} load[IMAGE_LOADS];
	size_t nload;
};

struct log_places {
	struct known_file **file;
	size_t n, cap;
	struct insn_decoder *decoder;
};

struct mapping {
	uint64_t start, offset, ino;
	bool executable;
	char path[PATH_MAX];
};

struct log_places *log_places_new(void)
{
	struct log_places *places = calloc(1, sizeof(*places));

	if (places)
		places->decoder = insn_decoder_new();
	if (places && !places->decoder) {
		free(places);
		return NULL;
	}
	return places;
}

void log_places_free(struct log_places *places)
{
	if (!places)
		return;
	for (size_t i = 0; i < places->n; i++) {
		symbol_table_free(places->file[i]->symbols);
		free(places->file[i]->access);
		free(places->file[i]);
	}
	free(places->file);
	insn_decoder_free(places->decoder);
	free(places);
}

void log_place_clear(struct log_place *place)
{
	free(place->path);
	free(place->function);
	*place = (struct log_place){ 0 };
}

static int keep_access(const struct segref *ref, void *arg)
{
	struct known_file *file = arg;
	struct known_access *access;

	if (array_reserve(&file->access, &file->access_cap, file->naccess + 1, sizeof(*file->access)) < 0)
		return -ENOMEM;
	access = &file->access[file->naccess++];
	*access = (struct known_access){ .addr = ref->addr, .verdict = ref->verdict, .len = ref->len };
	memcpy(access->bytes, ref->bytes, sizeof(access->bytes));
	return 0;
}

static int read_file(struct log_places *places, struct known_file *file, int fd)
{
	_cleanup_image_ struct image *img = NULL;
	int r = image_open(fd, &img, file->why);

	if (r < 0)
		return r;
	if (!img->affected)
		return why_broken(file->why, "no i386 file");
	for (size_t i = 0; i < img->nload; i++) {
		file->load[i].addr = img->load[i].addr;
		file->load[i].off = img->load[i].off;
		file->load[i].size = img->load[i].size;
	}
	file->nload = img->nload;
	r = symbol_table_read(&file->symbols, img, file->why);
	return r < 0 ? r : segref_scan(img, places->decoder, 1, keep_access, file, file->why);
}

/* NULL: no memory. A file that could not be read is remembered with the reason. */
static struct known_file *file_of(struct log_places *places, int fd, const struct stat *st)
{
	struct known_file *file;
	int r;

	for (size_t i = 0; i < places->n; i++)
		if (places->file[i]->dev == st->st_dev && places->file[i]->ino == st->st_ino)
			return places->file[i];
	if (array_reserve(&places->file, &places->cap, places->n + 1, sizeof(*places->file)) < 0)
		return NULL;
	file = calloc(1, sizeof(*file));
	if (!file)
		return NULL;
	file->dev = st->st_dev;
	file->ino = st->st_ino;
	places->file[places->n++] = file;
	r = read_file(places, file, fd);
	if (r < 0 && !*file->why)
		why_failed(file->why, r);
	return file;
}

/* As the kernel writes it; no file has that name, so that what is gone is not found. */
static const char gone[] = " (deleted)";

static bool mapping_at(const char *text, size_t size, uint64_t ip, struct mapping *out)
{
	struct maps maps = { text, size };
	struct maps_line line;

	while (maps_next(&maps, &line)) {
		if (ip < line.start || ip >= line.end || line.path_len + sizeof(gone) > sizeof(out->path))
			continue;
		out->start = line.start;
		out->offset = line.offset;
		out->ino = line.ino;
		out->executable = line.execute;
		snprintf(out->path, sizeof(out->path), "%.*s%s", (int)line.path_len, line.path,
				line.deleted ? gone : "");
		return true;
	}
	return false;
}

/* Returns 0, or a negative errno with `why`. */
static int find_mapping(const struct root *proc, const struct kernel_log_offender *offender, uint64_t ip,
		struct mapping *out, char *why)
{
	_cleanup_free_ char *comm = NULL, *maps = NULL;
	size_t size;
	int r = root_read(proc, "/comm", 4096, &comm, &size);

	if (r < 0)
		return why_failed(why, r);
	comm[strcspn(comm, "\n")] = '\0';
	if (strcmp(comm, offender->comm) != 0)
		return why_broken(why, "another process has this number now");
	r = root_read(proc, "/maps", MAPS_MAX, &maps, &size);
	if (r < 0)
		return why_failed(why, r);
	if (!mapping_at(maps, size, ip, out) || !out->executable)
		return why_broken(why, "no code is mapped there now");
	if (out->path[0] != '/')
		return why_broken(why, "%s", out->path[0] ? "code of no file" : "code that was made at run time");
	return 0;
}

/* What lies at an offset of a file. Kernels before Xen's present way of fixing up give the address behind the
 * instruction (see kernel_log_address). */
static void describe(const struct known_file *file, struct log_place *out)
{
	const struct symbol *symbol;
	size_t i = 0;

	while (i < file->nload &&
			!(out->offset >= file->load[i].off && out->offset - file->load[i].off < file->load[i].size))
		i++;
	if (i == file->nload)
		return;
	out->addr = out->offset - file->load[i].off + file->load[i].addr;
	symbol = symbol_find(file->symbols, 0, out->addr);
	if (symbol && out->addr - symbol->addr < symbol->size) {
		out->function = strdup(symbol->name);
		out->in_function = out->addr - symbol->addr;
	}
	for (i = 0; i < file->naccess; i++) {
		const struct known_access *a = &file->access[i];

		if (a->addr != out->addr && (out->has_access || a->addr + a->len != out->addr))
			continue;
		out->has_access = true;
		out->verdict = a->verdict;
		out->len = a->len;
		memcpy(out->bytes, a->bytes, sizeof(a->bytes));
		out->refusal = a->verdict == SEGREF_SAFE ? NULL : xen_segfixup_refusal(a->bytes, a->len);
		if (a->addr == out->addr)
			break;
	}
	if (out->has_access && i == file->naccess)
		out->addr -= out->len;
}

/* The file is opened inside the process's own root; that the inode is the mapped one shows that it is still the same.
 */
static void look_into(
		struct log_places *places, const struct root *proc, const struct mapping *m, struct log_place *out)
{
	char path[64];
	_cleanup_root_ struct root root = ROOT_EMPTY;
	_cleanup_close_ int fd = -1;
	struct known_file *file;
	struct stat st;
	int r;

	/* Through the descriptor: the number may be another process's by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d/root", proc->fd);
	r = root_open_tree(&root, path);
	fd = r < 0 ? r : root_open(&root, m->path, O_RDONLY | O_NONBLOCK);
	/* The kernel writes " (deleted)" behind the name of a file that is gone. */
	if (fd == -ENOENT || (fd >= 0 && fstat(fd, &st) == 0 && st.st_ino != m->ino)) {
		why_broken(out->why, "the file was removed or replaced since the process began");
		return;
	}
	if (fd < 0 || fstat(fd, &st) != 0) {
		why_failed(out->why, fd < 0 ? fd : -errno);
		return;
	}
	if (!S_ISREG(st.st_mode)) {
		why_broken(out->why, "no regular file");
		return;
	}
	file = file_of(places, fd, &st);
	if (!file || *file->why)
		snprintf(out->why, sizeof(out->why), "%s", file ? file->why : strerror(ENOMEM));
	else
		describe(file, out);
}

void log_place_find(struct log_places *places, const struct kernel_log_offender *offender, uint64_t ip,
		struct log_place *out)
{
	_cleanup_root_ struct root proc = ROOT_EMPTY;
	struct mapping m;
	char path[64];
	int r;

	*out = (struct log_place){ 0 };
	snprintf(path, sizeof(path), "/proc/%" PRIu32, offender->pid);
	r = root_open_tree(&proc, path);
	if (r < 0) {
		if (r == -ENOENT)
			why_broken(out->why, "the process has ended");
		else
			why_failed(out->why, r);
		return;
	}
	if (find_mapping(&proc, offender, ip, &m, out->why) < 0)
		return;
	out->path = strdup(m.path);
	out->offset = ip - m.start + m.offset;
	look_into(places, &proc, &m, out);
}
