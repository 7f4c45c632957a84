// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "base/way.h"
#include "compare.h"

#define BLOCK 65536

int compare_files(int a, int b)
{
	struct stat sa, sb;
	char x[BLOCK], y[BLOCK];

	if (fstat(a, &sa) != 0 || fstat(b, &sb) != 0)
		return -errno;
	if (sa.st_size != sb.st_size)
		return 0;
	for (uint64_t at = 0; at < (uint64_t)sa.st_size; at += BLOCK) {
		uint64_t left = (uint64_t)sa.st_size - at;
		size_t n = left < BLOCK ? (size_t)left : BLOCK;
		int r = read_at(a, x, n, at);

		if (r == 0)
			r = read_at(b, y, n, at);
		if (r < 0)
			return r;
		if (memcmp(x, y, n) != 0)
			return 0;
	}
	return 1;
}

/* Another spelling of the way to the same place will do: an absolute link, or one of another tree's layout. */
static bool leads_there(const struct plan *plan, const struct node *node)
{
	char path[2 * PATH_MAX], ours[PATH_MAX], theirs[PATH_MAX];
	const char *slash = strrchr(node->path, '/');

	if (*node->text == '/')
		snprintf(path, sizeof(path), "%s", node->text);
	else
		snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - node->path), node->path, node->text);
	return way_walk(plan->dest, path, true, NULL, NULL, ours, NULL) == 0 &&
	       way_walk(plan->dest, node->path, true, NULL, NULL, theirs, NULL) == 0 && strcmp(ours, theirs) == 0;
}

static int compare_link(const struct plan *plan, const struct node *node, const struct stat *st)
{
	char target[PATH_MAX];

	if (S_ISLNK(st->st_mode) && root_readlink(plan->dest, node->path, target, sizeof(target)) == 0 &&
			strcmp(target, node->text) == 0)
		return COMPARED_SAME;
	return (S_ISLNK(st->st_mode) || S_ISDIR(st->st_mode)) && leads_there(plan, node) ? COMPARED_SAME
											 : COMPARED_OTHER;
}

static int compare_file(const struct plan *plan, const struct node *node, const struct stat *st)
{
	_cleanup_close_ int there = -1, wanted = -1;
	int r;

	if (!S_ISREG(st->st_mode))
		return COMPARED_OTHER;
	there = root_open(plan->dest, node->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	wanted = there < 0 ? there : root_open(plan->source, node->text, O_RDONLY | O_NONBLOCK);
	r = wanted < 0 ? wanted : compare_files(there, wanted);
	if (r < 0)
		return r;
	return r ? COMPARED_SAME : COMPARED_OTHER;
}

static int compare_text(const struct plan *plan, const struct node *node, const struct stat *st)
{
	_cleanup_free_ char *text = NULL;
	size_t size, want = strlen(node->text);
	int r;

	if (!S_ISREG(st->st_mode) || st->st_size != (off_t)want)
		return COMPARED_OTHER;
	r = root_read(plan->dest, node->path, want, &text, &size);
	if (r < 0)
		return r;
	return size == want && memcmp(text, node->text, size) == 0 ? COMPARED_SAME : COMPARED_OTHER;
}

int compare_node(const struct plan *plan, const struct node *node)
{
	struct stat st, behind;
	int r = root_lstat(plan->dest, node->path, &st);

	if (r == -ENOENT)
		return COMPARED_MISSING;
	if (r < 0)
		return r;
	switch (node->kind) {
	case NODE_DIRECTORY:
		r = root_stat(plan->dest, node->path, &behind);
		if (r < 0)
			return r;
		return S_ISDIR(behind.st_mode) ? COMPARED_SAME : COMPARED_OTHER;
	case NODE_LINK:
		return compare_link(plan, node, &st);
	case NODE_FILE:
		return compare_file(plan, node, &st);
	default:
		return compare_text(plan, node, &st);
	}
}
