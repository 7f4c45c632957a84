// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "base/way.h"
#include "plan.h"

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		free(plan->node[i].path);
		free(plan->node[i].text);
	}
	free(plan->node);
}

static struct node *find(const struct plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->n; i++)
		if (strcmp(plan->node[i].path, path) == 0)
			return &plan->node[i];
	return NULL;
}

const struct node *plan_find(const struct plan *plan, const char *path)
{
	return find(plan, path);
}

bool plan_has_file_in(const struct plan *plan, const char *directory)
{
	size_t n = strlen(directory);

	for (size_t i = 0; i < plan->n; i++) {
		const char *path = plan->node[i].path;

		if (plan->node[i].kind != NODE_DIRECTORY && strncmp(path, directory, n) == 0 && path[n] == '/' &&
				!strchr(path + n + 1, '/'))
			return true;
	}
	return false;
}

/* A path is added once: what is added first stays. */
static int add(struct plan *plan, enum node_kind kind, const char *path, const char *text, const struct stat *st,
		bool replaces)
{
	struct node node = { .kind = kind, .st = *st, .replaces = replaces };
	int r = find(plan, path) ? -EEXIST : array_reserve(&plan->node, &plan->cap, plan->n + 1, sizeof(node));

	if (r == -EEXIST)
		return 0;
	node.path = strdup(path);
	node.text = strdup(text ? text : "");
	if (r < 0 || !node.path || !node.text) {
		free(node.path);
		free(node.text);
		return failed(plan->failure, path, "plan", -ENOMEM, NULL);
	}
	plan->node[plan->n++] = node;
	return 0;
}

static int add_step(const struct way_step *step, void *arg)
{
	return add(arg, step->target ? NODE_LINK : NODE_DIRECTORY, step->path, step->target, step->st, false);
}

static int walk(struct plan *plan, const char *path, char *real, struct stat *st)
{
	int r = way_walk(plan->source, path, false, add_step, plan, real, st);

	return r < 0 && !plan->failure->what ? failed(plan->failure, path, "look up", r, NULL) : r;
}

int plan_way(struct plan *plan, const char *path, char *real)
{
	struct stat st;

	return walk(plan, path, real, &st);
}

int plan_path(struct plan *plan, const char *path, char *real)
{
	char buf[PATH_MAX];
	struct stat st;
	int r;

	real = real ? real : buf;
	r = walk(plan, path, real, &st);
	if (r < 0 || S_ISDIR(st.st_mode))
		return r;
	if (!S_ISREG(st.st_mode))
		return failed(plan->failure, path, "copy", -EINVAL, "neither a file nor a directory");
	return add(plan, NODE_FILE, real, real, &st, plan->replaces);
}

int plan_file(struct plan *plan, const char *path, const char *from)
{
	struct stat st;
	int r = root_stat(plan->source, from, &st);

	return r < 0 ? failed(plan->failure, from, "look up", r, NULL)
		     : add(plan, NODE_FILE, path, from, &st, plan->replaces);
}

#define NO_TIME UTIME_OMIT /* no nanoseconds; 0 is a time that files have where all are as old as the epoch */

static const struct stat made_up = { .st_mode = S_IFREG | 0644, .st_mtim.tv_nsec = NO_TIME };

/* Links in the image count, so that the new one is right there. */
int plan_link(struct plan *plan, const char *path, const char *to)
{
	char dir[PATH_MAX], from[PATH_MAX], real[PATH_MAX], target[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int r;

	snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
	r = way_walk(plan->dest, dir, true, NULL, NULL, from, NULL);
	if (r == 0)
		r = way_walk(plan->dest, to, true, NULL, NULL, real, NULL);
	if (r == 0)
		r = way_relative(from, real, target);
	if (r < 0)
		return failed(plan->failure, path, "look up in the image", r, NULL);
	return add(plan, NODE_LINK, path, target, &made_up, true);
}

int plan_text(struct plan *plan, const char *path, const char *text)
{
	return add(plan, NODE_TEXT, path, text, &made_up, true);
}

/* As the source has it; what it does not have is for everybody to read. */
static int add_parents(struct plan *plan, const char *path)
{
	const struct stat fallback = { .st_mode = S_IFDIR | 0755, .st_mtim.tv_nsec = NO_TIME };
	char dir[PATH_MAX] = "/";
	int r = 0;

	for (const char *p = path; r == 0 && p; p = strchr(p + 1, '/')) {
		struct stat st;

		if (p > path)
			snprintf(dir, sizeof(dir), "%.*s", (int)(p - path), path);
		if (root_lstat(plan->source, dir, &st) != 0 || !S_ISDIR(st.st_mode))
			st = fallback;
		r = add(plan, NODE_DIRECTORY, dir, NULL, &st, false);
	}
	return r;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->path, ((const struct node *)b)->path);
}

static bool earlier(struct timespec a, struct timespec b)
{
	return a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);
}

/* reproducible-builds.org's word for the latest time that may be in a result. */
static int read_epoch(struct plan *plan, struct timespec *out, bool *limited)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds = 0;

	*limited = text && *text;
	if (*limited && (!text_number(&text, 10, INT64_MAX, &seconds) || *text))
		return failed(plan->failure, "SOURCE_DATE_EPOCH", "read", -EINVAL, "not a number of seconds");
	*out = (struct timespec){ .tv_sec = (time_t)seconds };
	return 0;
}

static void settle_times(struct plan *plan, struct timespec epoch, bool limited)
{
	for (size_t i = 0; i < plan->n; i++)
		if (plan->node[i].kind == NODE_FILE && earlier(plan->newest, plan->node[i].st.st_mtim))
			plan->newest = plan->node[i].st.st_mtim;
	if (limited && earlier(epoch, plan->newest))
		plan->newest = epoch;
	for (size_t i = 0; i < plan->n; i++) {
		struct timespec *at = &plan->node[i].st.st_mtim;

		if (at->tv_nsec == NO_TIME)
			*at = plan->newest;
		if (limited && earlier(epoch, *at))
			*at = epoch;
	}
}

int plan_finish(struct plan *plan)
{
	struct timespec epoch;
	size_t n = plan->n;
	bool limited;
	int r = read_epoch(plan, &epoch, &limited);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_parents(plan, plan->node[i].path);
	if (r < 0)
		return r;
	if (plan->n)
		qsort(plan->node, plan->n, sizeof(*plan->node), by_path);
	settle_times(plan, epoch, limited);
	return 0;
}
