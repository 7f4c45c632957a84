// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "cache.h"
#include "loader/entry.h"
#include "loader/ldcache.h"
#include "run.h"

int failed(struct failure *f, const char *path, const char *what, int error, const char *why)
{
	char quoted[2 * WHY_MAX];

	snprintf(f->path, sizeof(f->path), "%s", path);
	f->what = what;
	snprintf(f->why, sizeof(f->why), "%s", text_quote(quoted, sizeof(quoted), why ? why : strerror(-error)));
	return error;
}

void run_note(struct run *run, const char *format, ...)
{
	va_list args;

	if (run->nnote == NOTES_MAX)
		return;
	va_start(args, format);
	if (vasprintf(&run->note[run->nnote], format, args) >= 0)
		run->nnote++;
	va_end(args);
}

static int open_dest(struct run *run)
{
	const char *path = run->options->dest;
	int r = 0;

	if (run->options->refit || (run->options->dry_run && access(path, F_OK) == 0))
		return root_open_tree(&run->dest, path);
	if (run->options->dry_run) {
		strcpy(run->scratch, "/tmp/nosegneg-copy.XXXXXX");
		path = mkdtemp(run->scratch);
		r = path ? 0 : -errno;
	} else {
		run->made_dest = mkdir(path, 0755) == 0;
		r = run->made_dest || errno == EEXIST ? 0 : -errno;
	}
	return r == 0 ? root_open_tree(&run->dest, path) : r;
}

/* Two runs at once would each take the other's names for those of one that was killed. The second waits; where the file
 * system has no locks (NFS wants to write to what is locked), that is up to the caller. */
static void lock_dest(struct run *run)
{
	if (run->options->dry_run)
		return;
	run->lock = root_open(&run->dest, "/", O_RDONLY | O_DIRECTORY);
	while (run->lock >= 0 && flock(run->lock, LOCK_EX) != 0 && errno == EINTR)
		;
}

static bool is_same_directory(const struct root *a, const struct root *b)
{
	struct stat x, y;

	return fstat(a->fd, &x) != 0 || fstat(b->fd, &y) != 0 || (x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

static int open_roots(struct run *run)
{
	_cleanup_root_ struct root host = ROOT_EMPTY;
	int r = root_open_tree(&run->source, run->options->root);

	if (r < 0)
		return failed(&run->failure, run->options->root ? run->options->root : "/", "open", r, NULL);
	r = open_dest(run);
	if (r < 0)
		return failed(&run->failure, run->options->dest, "open", r, NULL);
	r = root_open_tree(&host, NULL);
	if (r < 0)
		return failed(&run->failure, "/", "open", r, NULL);
	if (is_same_directory(&run->dest, &host) || is_same_directory(&run->dest, &run->source))
		return failed(&run->failure, run->options->dest, "change", -EINVAL,
				"this is a root that programs are copied from; name the directory of an image");
	lock_dest(run);
	return 0;
}

/* Also where nothing was changed: a run that was killed may have come this far. */
static int make_cache(struct run *run)
{
	struct stat st;
	int r;

	if (run->options->dry_run || root_stat(&run->dest, "/etc", &st) == -ENOENT)
		return 0; /* without /etc there is no ld.so.conf, and the loader needs none */
	r = cache_make(&run->journal, &run->source, &run->plan.newest);
	if (r != -ENOENT)
		return r;
	run_note(run, "no ldconfig, so no " LDCACHE_PATH ": install libc-bin (glibc) if a library is not found");
	return 0;
}

/* Programs of which the image is made, or that this run could have broken. */
static bool concerns(const struct run *run, const struct tree_program *p)
{
	return !p->is64 || plan_find(&run->plan, p->path);
}

static int judge(struct run *run, const struct tree_program *p)
{
	const struct tree_program *old = tree_find(&run->before, p->path);

	if (!concerns(run, p))
		return 0;
	if (!p->loads && old && !old->loads) {
		run_note(run, "%s does not load, and did not before: %s", p->path, p->problem);
		return 0;
	}
	if (!p->loads)
		failed(&run->failure, p->path, "would not load in the image", -ENOENT, p->problem);
	else if (run->set.used && !p->set_only)
		failed(&run->failure, p->path, "would not take the set in the image", -ENOENT,
				"a library comes from elsewhere; nosegneg-check --root of the image lists them");
	else
		return 0;
	run->failure.finding = true;
	return -ENOENT;
}

static int64_t size_of(const struct run *run, const char *path)
{
	struct stat st;

	return root_lstat(&run->dest, path, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
}

/* The whole difference between this image and one without the set. */
static void measure(struct run *run)
{
	const struct library_set *set = run->set.set;
	char path[PATH_MAX];

	for (size_t i = 0; i < set->nlibrary; i++)
		if (snprintf(path, sizeof(path), "%s/%s", set->path, set->library[i]) < (int)sizeof(path) &&
				size_of(run, path))
			run->growth += image_set_growth(&run->set, &run->source, set->library[i]);
	if (snprintf(path, sizeof(path), "%s/manifest", set->path) < (int)sizeof(path))
		run->growth += size_of(run, path);
	run->growth += size_of(run, ENTRY_PATH);
}

/* What is opened by name while a program runs, libgcc_s for one, may trap as well. */
static int add_libraries(struct run *run)
{
	for (size_t i = 0; i < run->plan.n; i++)
		if (run->plan.node[i].kind == NODE_FILE &&
				tree_add_library(&run->after, &run->set, run->plan.node[i].path) < 0)
			return failed(&run->failure, run->plan.node[i].path, "look at", -ENOMEM, NULL);
	return 0;
}

static int prove(struct run *run)
{
	int r = tree_read(&run->dest, &run->set, !run->options->refit, &run->after, &run->failure);

	for (size_t i = 0; r == 0 && i < run->after.nprogram; i++)
		r = judge(run, &run->after.program[i]);
	if (r == 0)
		r = add_libraries(run);
	if (r == 0)
		r = tree_scan(&run->after, &run->failure);
	if (r == 0 && run->set.used)
		measure(run);
	return r;
}

static int change_and_prove(struct run *run)
{
	int r = journal_apply(&run->journal, &run->plan);

	if (r == 0)
		r = make_cache(run);
	if (r == 0 && !run->options->dry_run)
		r = prove(run);
	if (r == 0)
		r = journal_commit(&run->journal);
	if (r == 0)
		return 0;
	run->journal.failure = &run->undo_failure;
	journal_undo(&run->journal);
	return r;
}

/* What is begun is ended or undone, whatever the terminal sends. */
static int change(struct run *run)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	sigset_t block, before;
	int r = plan_finish(&run->plan);

	sigemptyset(&block);
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		sigaddset(&block, held[i]);
	sigprocmask(SIG_BLOCK, &block, &before);
	if (r == 0)
		r = change_and_prove(run);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

static int read_before(struct run *run)
{
	return tree_read(&run->dest, NULL, !run->options->refit, &run->before, &run->failure);
}

/* Twice where a former run was killed: the first time it is not yet as it was. */
static int read_image(struct run *run)
{
	int r = read_before(run);

	if (r < 0 || run->before.nleft == 0)
		return r;
	if (run->options->dry_run) {
		run_note(run, "a former run was killed, and what it left is not yet put back");
		return 0;
	}
	r = journal_recover(&run->journal, run->before.left, run->before.nleft);
	tree_free(&run->before);
	return r == 0 ? read_before(run) : r;
}

static int work(struct run *run)
{
	int r;

	run->plan = (struct plan){ .source = &run->source, .dest = &run->dest, .failure = &run->failure };
	run->journal = (struct journal){
		.dest = &run->dest, .dry_run = run->options->dry_run, .failure = &run->failure
	};
	r = read_image(run);
	if (r == 0)
		r = run->options->refit ? run_plan_refit(run) : run_plan_copy(run);
	return r < 0 || run->nothing ? r : change(run);
}

int run_all(const struct copy_options *options, struct run *run)
{
	int r;

	*run = (struct run){ .options = options, .source = ROOT_EMPTY, .dest = ROOT_EMPTY, .lock = -1 };
	r = open_roots(run);
	if (r == 0)
		r = work(run);
	if (r < 0 && run->made_dest)
		rmdir(options->dest);
	if (*run->scratch)
		rmdir(run->scratch);
	return r;
}

void run_free(struct run *run)
{
	for (size_t i = 0; i < run->nnote; i++)
		free(run->note[i]);
	tree_free(&run->before);
	tree_free(&run->after);
	journal_free(&run->journal);
	plan_free(&run->plan);
	image_set_free(&run->set);
	if (run->lock >= 0)
		close(run->lock);
	root_close(&run->dest);
	root_close(&run->source);
}
