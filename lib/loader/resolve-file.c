// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

#include "loader/resolve-internal.h"

int resolver_path(const struct resolver *r, const char *path, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s%s", *path == '/' || r->root->host ? "" : "/", path);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

/* FNV-1a. */
static size_t hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

static struct file **find_slot(struct file **slot, size_t nslot, const char *path)
{
	size_t i = hash(path) & (nslot - 1);

	while (slot[i] && strcmp(slot[i]->path, path) != 0)
		i = (i + 1) & (nslot - 1);
	return &slot[i];
}

static int grow(struct resolver *r)
{
	size_t n = r->nslot ? r->nslot * 2 : 256;
	struct file **slot = calloc(n, sizeof(struct file *));

	if (!slot)
		return -ENOMEM;
	for (size_t i = 0; i < r->nslot; i++)
		if (r->slot[i])
			*find_slot(slot, n, r->slot[i]->path) = r->slot[i];
	free(r->slot);
	r->slot = slot;
	r->nslot = n;
	return 0;
}

struct file *resolver_file(struct resolver *r, const char *path)
{
	struct file **place, *file;

	if (r->nfile * 2 >= r->nslot && grow(r) < 0)
		return NULL;
	place = find_slot(r->slot, r->nslot, path);
	file = *place;
	if (file)
		return file;
	file = arena_alloc(&r->arena, sizeof(*file));
	if (!file)
		return NULL;
	file->path = arena_strdup(&r->arena, path);
	if (!file->path)
		return NULL;
	r->nfile++;
	*place = file;
	return file;
}

int resolver_is_directory(struct resolver *r, const char *path, bool *out)
{
	struct file *file = resolver_file(r, path);
	char buf[PATH_MAX];
	struct stat st;

	if (!file)
		return -ENOMEM;
	if (!file->statted) {
		file->directory = resolver_path(r, path, buf, sizeof(buf)) == 0 && root_stat(r->root, buf, &st) == 0 &&
				  S_ISDIR(st.st_mode);
		file->statted = true;
	}
	*out = file->directory;
	return 0;
}

static void broken(struct file_object *o, const char *why)
{
	o->state = FILE_BROKEN;
	o->why = why;
}

/* The tests of open_verify in elf/dl-load.c, in its order, as far as they do not ask which class is looked for. */
static void judge_header(struct file_object *o, const Elf64_Ehdr *eh, size_t got)
{
	static const uint8_t zero[EI_NIDENT - EI_ABIVERSION - 1];
	const uint8_t *id = eh->e_ident;

	if (got < sizeof(Elf32_Ehdr) || (got < sizeof(Elf64_Ehdr) && id[EI_CLASS] == ELFCLASS64))
		broken(o, "file too short");
	else if (memcmp(id, ELFMAG, SELFMAG) != 0)
		broken(o, "invalid ELF header");
	else if (id[EI_CLASS] != ELFCLASS32 && id[EI_CLASS] != ELFCLASS64)
		o->state = FILE_OTHER;
	else if (eh->e_machine != (id[EI_CLASS] == ELFCLASS64 ? EM_X86_64 : EM_386))
		o->state = FILE_OTHER;
	else if (id[EI_DATA] != ELFDATA2LSB)
		broken(o, "ELF file data encoding not little-endian");
	else if (id[EI_VERSION] != EV_CURRENT)
		broken(o, "ELF file version ident does not match current one");
	else if (id[EI_OSABI] != ELFOSABI_SYSV && id[EI_OSABI] != ELFOSABI_GNU)
		broken(o, "ELF file OS ABI invalid");
	else if (memcmp(id + EI_ABIVERSION + 1, zero, sizeof(zero)) != 0)
		broken(o, "nonzero padding in e_ident");
	else if (eh->e_version != EV_CURRENT)
		broken(o, "ELF file version does not match current one");
	else if (eh->e_type != ET_DYN && eh->e_type != ET_EXEC)
		broken(o, "only ET_DYN and ET_EXEC can be loaded");
	else
		o->state = FILE_PRESENT;
	o->is_elf = got >= EI_NIDENT && memcmp(id, ELFMAG, SELFMAG) == 0;
	o->is64 = id[EI_CLASS] == ELFCLASS64;
}

static int read_header(int fd, Elf64_Ehdr *eh, size_t *got)
{
	ssize_t n;

	memset(eh, 0, sizeof(*eh));
	do
		n = pread(fd, eh, sizeof(*eh), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	*got = (size_t)n;
	return 0;
}

static int read_object(struct resolver *r, struct file_object *o, int fd)
{
	char why[WHY_MAX] = "";
	Elf64_Ehdr eh;
	size_t got = 0;
	int err = read_header(fd, &eh, &got);

	if (err < 0) {
		broken(o, arena_printf(&r->arena, "cannot read file data: %s", strerror(-err)));
		return o->why ? 0 : -ENOMEM;
	}
	judge_header(o, &eh, got);
	if (o->state != FILE_PRESENT)
		return 0;
	err = object_read(fd, &o->object, why);
	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		broken(o, arena_strdup(&r->arena, why));
		return o->why ? 0 : -ENOMEM;
	}
	return 0;
}

/* Two paths may lead to one inode. */
static int find_object(struct resolver *r, int fd, struct file_object **out)
{
	struct file_object *o;
	struct stat st;
	int err;

	if (fstat(fd, &st) != 0)
		return -errno;
	for (o = r->object; o; o = o->next)
		if (o->dev == st.st_dev && o->ino == st.st_ino)
			break;
	if (!o) {
		o = arena_alloc(&r->arena, sizeof(*o));
		if (!o)
			return -ENOMEM;
		*o = (struct file_object){ .dev = st.st_dev, .ino = st.st_ino, .mode = st.st_mode };
		err = read_object(r, o, fd);
		if (err < 0)
			return err;
		o->next = r->object;
		r->object = o;
	}
	*out = o;
	return 0;
}

int resolver_open(struct resolver *r, const char *path, struct file **out)
{
	struct file *file = resolver_file(r, path);
	_cleanup_close_ int fd = -1;
	char buf[PATH_MAX];
	int err;

	if (!file)
		return -ENOMEM;
	*out = file;
	if (file->opened)
		return 0;
	err = resolver_path(r, path, buf, sizeof(buf));
	/* ld.so opens without O_NONBLOCK; a FIFO in a library directory must not stop us. */
	if (err == 0)
		fd = root_open(r->root, buf, O_RDONLY | O_NONBLOCK);
	if (err == 0 && fd < 0)
		err = fd;
	if (err == 0)
		err = find_object(r, fd, &file->object);
	if (err == -ENOMEM)
		return err;
	file->error = err;
	file->opened = true;
	return 0;
}
