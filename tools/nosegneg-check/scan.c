// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/util.h"
#include "elf/symbol.h"
#include "scan.h"
#include "xen/segfixup.h"

#define PROGRESS_INTERVAL_MS 100
#define SECTION_NAME_MAX     256 /* a lying file's may have any length */

/* The files that a walk has met already, open addressing by device and inode. */
struct inode_set {
	struct {
		dev_t dev;
		ino_t ino;
		bool used;
	} * slot;
	size_t n, size; /* size is a power of two */
};

struct run {
	struct scan_list list;
	const struct scan_options *options;
	scan_print_fn print;
	void *arg;
	struct inode_set seen;
	struct insn_decoder *decoder;
	unsigned threads; /* for each file */

	pthread_mutex_t lock;
	size_t next;    /* file to scan */
	size_t printed; /* files handed to print */
	bool *done;
	uint64_t progress_ms; /* when the progress line was written last */
};

static size_t inode_slot(const struct inode_set *set, dev_t dev, ino_t ino)
{
	size_t i = (size_t)(ino * 0x9e3779b97f4a7c15u ^ dev) & (set->size - 1);

	while (set->slot[i].used && (set->slot[i].dev != dev || set->slot[i].ino != ino))
		i = (i + 1) & (set->size - 1);
	return i;
}

static int inode_set_grow(struct inode_set *set)
{
	struct inode_set bigger = { .size = set->size ? set->size * 2 : 1024, .n = set->n };

	bigger.slot = calloc(bigger.size, sizeof(*bigger.slot));
	if (!bigger.slot)
		return -ENOMEM;
	for (size_t i = 0; i < set->size; i++)
		if (set->slot[i].used)
			bigger.slot[inode_slot(&bigger, set->slot[i].dev, set->slot[i].ino)] = set->slot[i];
	free(set->slot);
	*set = bigger;
	return 0;
}

/* Returns 1 where the inode is new, 0 where it was added before, or -ENOMEM. */
static int inode_set_add(struct inode_set *set, dev_t dev, ino_t ino)
{
	size_t i;
	int r = set->n * 2 >= set->size ? inode_set_grow(set) : 0;

	if (r < 0)
		return r;
	i = inode_slot(set, dev, ino);
	if (set->slot[i].used)
		return 0;
	set->slot[i].dev = dev;
	set->slot[i].ino = ino;
	set->slot[i].used = true;
	set->n++;
	return 1;
}

static struct scan_file *add_file(struct run *run, const char *path, bool explicit_path, enum scan_status status)
{
	struct scan_list *list = &run->list;
	char *copy = strdup(path);

	if (!copy || array_reserve(&list->file, &list->cap, list->n + 1, sizeof(*list->file)) < 0) {
		free(copy);
		return NULL;
	}
	list->file[list->n] = (struct scan_file){ .path = copy, .explicit_path = explicit_path, .status = status };
	return &list->file[list->n++];
}

static int add_failure(struct run *run, const char *path, bool explicit_path, const char *why)
{
	struct scan_file *file = add_file(run, path, explicit_path, SCAN_FAILED);

	if (!file)
		return -ENOMEM;
	snprintf(file->why, sizeof(file->why), "%s", why);
	return 0;
}

static const char *why_no_target(const char *link)
{
	struct stat st;

	return stat(link, &st) != 0 && errno != ENOENT ? strerror(errno) : "dangling symbolic link";
}

static int add_entry(struct run *run, const FTSENT *entry)
{
	bool explicit_path = entry->fts_level == FTS_ROOTLEVEL;
	int r;

	switch (entry->fts_info) {
	case FTS_F:
		r = inode_set_add(&run->seen, entry->fts_statp->st_dev, entry->fts_statp->st_ino);
		if (r < 0 || (r == 0 && !explicit_path))
			return r;
		return add_file(run, entry->fts_path, explicit_path, SCAN_OK) ? 0 : -ENOMEM;
	case FTS_DEFAULT:
		if (explicit_path)
			return add_failure(run, entry->fts_path, true, "not a regular file or directory");
		return add_file(run, entry->fts_path, false, SCAN_SPECIAL) ? 0 : -ENOMEM;
	case FTS_SLNONE:
		return explicit_path ? add_failure(run, entry->fts_path, true, why_no_target(entry->fts_path)) : 0;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return add_failure(run, entry->fts_path, explicit_path, strerror(entry->fts_errno));
	default: /* directories; symbolic links below them, whose targets are met where they are, or are not asked for
		  */
		return 0;
	}
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* fts(3) sorts its roots as well, so each path is walked by itself to keep the caller's order. */
static int walk(struct run *run, char *path)
{
	char *roots[] = { path, NULL };
	FTSENT *entry;
	FTS *fts;
	int r = 0;

	if (!*path)
		return add_failure(run, path, true, strerror(ENOENT));
	fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	if (!fts)
		return add_failure(run, path, true, strerror(errno));
	errno = 0;
	while (r == 0 && (entry = fts_read(fts)))
		r = add_entry(run, entry);
	if (r == 0 && errno)
		r = add_failure(run, path, true, strerror(errno));
	fts_close(fts);
	return r;
}

struct collector {
	struct scan_file *file;
	const struct scan_options *options;
};

static int add_access(struct scan_file *file, const struct segref *ref, const char *refusal)
{
	const struct symbol *symbol;
	struct scan_access *access;

	if (array_reserve(&file->access, &file->access_cap, file->naccess + 1, sizeof(*file->access)) < 0)
		return -ENOMEM;
	access = &file->access[file->naccess++];
	*access = (struct scan_access){ .ref = *ref, .refusal = refusal, .offset = ref->addr - ref->function };
	symbol = symbol_find(file->symbols, ref->shndx, ref->addr);
	/* A symbol names what lies in it. Behind its end begins a function that has no name. */
	if (symbol && (ref->addr - symbol->addr < symbol->size || symbol->addr == ref->function)) {
		access->function = symbol->name;
		access->offset = ref->addr - symbol->addr;
	}
	return 0;
}

static int collect(const struct segref *ref, void *arg)
{
	struct collector *c = arg;
	struct scan_counts *counts = &c->file->counts;
	const char *refusal = NULL;

	if (ref->verdict == SEGREF_SAFE) {
		counts->safe++;
	} else {
		refusal = xen_segfixup_refusal(ref->bytes, ref->len);
		counts->proven += ref->verdict == SEGREF_PROVEN;
		counts->possible += ref->verdict == SEGREF_POSSIBLE;
		counts->fatal += refusal != NULL;
	}
	if (c->options->detail == SCAN_FILES || (c->options->findings && ref->verdict == SEGREF_SAFE))
		return 0;
	return add_access(c->file, ref, refusal);
}

/* `why` may be what is in the file already. */
static void fail(struct scan_file *file, const char *why)
{
	file->status = SCAN_FAILED;
	if (why != file->why)
		snprintf(file->why, sizeof(file->why), "%s", why);
}

/* Section names outlive the image; accesses point to the copies. */
static int keep_section_names(struct scan_file *file, const struct image *img)
{
	file->section = calloc(img->ncode ? img->ncode : 1, sizeof(*file->section));
	if (!file->section)
		return -ENOMEM;
	for (size_t i = 0; i < img->ncode; i++) {
		file->section[i] = strndup(img->code[i].name, SECTION_NAME_MAX);
		if (!file->section[i])
			return -ENOMEM;
		file->nsection++;
	}
	for (size_t i = 0; i < file->naccess; i++) {
		file->access[i].section = file->section[file->access[i].ref.code - img->code];
		file->access[i].ref.code = NULL;
	}
	return 0;
}

static int scan_image(struct scan_file *file, struct image *img, const struct run *run)
{
	const struct scan_options *options = run->options;
	struct collector c = { .file = file, .options = options };
	int r = 0;

	if (!img->affected) {
		file->status = SCAN_NOT_AFFECTED;
		file->machine = image_machine_name(img->machine);
		return 0;
	}
	if (options->detail != SCAN_FILES)
		r = symbol_table_read(&file->symbols, img, file->why);
	if (r == 0)
		r = segref_scan(img, run->decoder, run->threads, collect, &c, file->why);
	if (r == 0 && options->detail != SCAN_FILES)
		r = keep_section_names(file, img);
	return r;
}

static void scan_one(struct scan_file *file, const struct run *run)
{
	/* O_NONBLOCK: a FIFO that took the file's place since the walk must not stop us. */
	_cleanup_close_ int fd = open(file->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	_cleanup_image_ struct image *img = NULL;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) != 0) {
		fail(file, strerror(errno));
		return;
	}
	if (!S_ISREG(st.st_mode)) {
		fail(file, "not a regular file");
		return;
	}
	r = image_open(fd, &img, file->why);
	if (r == -ENOEXEC && !file->explicit_path) {
		file->status = SCAN_NOT_ELF;
		return;
	}
	if (r == 0)
		r = scan_image(file, img, run);
	if (r < 0)
		fail(file, *file->why ? file->why : strerror(-r));
}

static void release_details(struct scan_file *file)
{
	for (size_t i = 0; i < file->nsection; i++)
		free(file->section[i]);
	free(file->section);
	symbol_table_free(file->symbols);
	free(file->access);
	file->section = NULL;
	file->symbols = NULL;
	file->access = NULL;
	file->nsection = file->naccess = 0;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void show_progress(struct run *run)
{
	uint64_t now;

	if (!run->options->progress)
		return;
	now = now_ms();
	if (now - run->progress_ms < PROGRESS_INTERVAL_MS)
		return;
	run->progress_ms = now;
	fprintf(stderr, "\rscanning: %zu of %zu files\033[K", run->printed, run->list.n);
}

static void hide_progress(struct run *run)
{
	if (run->options->progress && run->progress_ms)
		fprintf(stderr, "\r\033[K");
}

/* Prints what is finished, in order. Called with the lock held. */
static void print_finished(struct run *run)
{
	for (; run->printed < run->list.n && run->done[run->printed]; run->printed++) {
		struct scan_file *file = &run->list.file[run->printed];

		if (file->status == SCAN_OK || file->explicit_path || file->status == SCAN_FAILED)
			hide_progress(run);
		run->print(file, run->arg);
		release_details(file);
	}
	show_progress(run);
}

static void *work(void *arg)
{
	struct run *run = arg;

	pthread_mutex_lock(&run->lock);
	while (run->next < run->list.n) {
		size_t i = run->next++;

		if (run->list.file[i].status == SCAN_OK) {
			pthread_mutex_unlock(&run->lock);
			scan_one(&run->list.file[i], run);
			pthread_mutex_lock(&run->lock);
		}
		run->done[i] = true;
		print_finished(run);
	}
	pthread_mutex_unlock(&run->lock);
	return NULL;
}

/* Runs the workers, this thread among them. A thread that cannot be had leaves its work to the others. */
static int scan_all(struct run *run)
{
	size_t extra = run->options->jobs > 1 ? run->options->jobs - 1 : 0, started = 0;
	_cleanup_free_ pthread_t *thread = NULL;

	/* More threads than files: each file is scanned by several. */
	if (extra + 1 > run->list.n) {
		run->threads = run->list.n ? (unsigned)((extra + 1) / run->list.n) : 1;
		extra = run->list.n ? run->list.n - 1 : 0;
	}
	thread = calloc(extra + 1, sizeof(*thread));
	run->done = calloc(run->list.n + 1, sizeof(*run->done));
	if (!thread || !run->done)
		return -ENOMEM;
	while (started < extra && pthread_create(&thread[started], NULL, work, run) == 0)
		started++;
	work(run);
	for (size_t i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	hide_progress(run);
	return 0;
}

int scan_run(char *const *paths, size_t npaths, const struct scan_options *options, scan_print_fn print, void *arg)
{
	struct run run = { .options = options,
		.print = print,
		.arg = arg,
		.decoder = insn_decoder_new(),
		.threads = 1,
		.lock = PTHREAD_MUTEX_INITIALIZER };
	int r = run.decoder ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < npaths; i++)
		r = walk(&run, paths[i]);
	free(run.seen.slot);
	if (r == 0)
		r = scan_all(&run);
	for (size_t i = 0; i < run.list.n; i++) {
		release_details(&run.list.file[i]);
		free(run.list.file[i].path);
	}
	insn_decoder_free(run.decoder);
	free(run.list.file);
	free(run.done);
	return r;
}
