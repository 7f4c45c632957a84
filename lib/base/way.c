// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/way.h"

#define LINKS_MAX 40 /* MAXSYMLINKS of Linux */

struct way {
	const struct root *root;
	bool missing;
	way_fn fn;
	void *arg;
	char *real;          /* "" is the root itself */
	char rest[PATH_MAX]; /* still to be walked */
	unsigned links;
	struct stat st; /* of `real` */
};

static int tell(const struct way *w, const char *target)
{
	const struct way_step step = { .path = *w->real ? w->real : "/", .target = target, .st = &w->st };

	return w->fn ? w->fn(&step, w->arg) : 0;
}

/* `real` is a link: its target comes before what is still to be walked. */
static int follow(struct way *w)
{
	char target[PATH_MAX], rest[PATH_MAX];
	int r = ++w->links > LINKS_MAX ? -ELOOP : root_readlink(w->root, w->real, target, sizeof(target));

	if (r == 0)
		r = tell(w, target);
	if (r != 0)
		return r;
	strcpy(rest, w->rest);
	if (snprintf(w->rest, sizeof(w->rest), "%s/%s", target, rest) >= (int)sizeof(w->rest))
		return -ENAMETOOLONG;
	*strrchr(w->real, '/') = '\0';
	if (*target == '/')
		*w->real = '\0';
	return root_lstat(w->root, *w->real ? w->real : "/", &w->st);
}

static int look(struct way *w)
{
	int r = root_lstat(w->root, *w->real ? w->real : "/", &w->st);

	if (r == -ENOENT && w->missing) {
		w->st = (struct stat){ 0 };
		return 0;
	}
	if (r < 0)
		return r;
	if (S_ISLNK(w->st.st_mode))
		return follow(w);
	return S_ISDIR(w->st.st_mode) ? tell(w, NULL) : 0;
}

static int step(struct way *w, const char *name, size_t n)
{
	size_t at = strlen(w->real);
	char *slash;

	if (n == 1 && *name == '.')
		return 0;
	if (n == 2 && memcmp(name, "..", 2) == 0) {
		slash = strrchr(w->real, '/');
		if (slash)
			*slash = '\0';
		return root_lstat(w->root, *w->real ? w->real : "/", &w->st);
	}
	if (w->st.st_mode && !S_ISDIR(w->st.st_mode))
		return -ENOTDIR;
	if (at + 1 + n >= PATH_MAX)
		return -ENAMETOOLONG;
	w->real[at] = '/';
	memcpy(w->real + at + 1, name, n);
	w->real[at + 1 + n] = '\0';
	return 0;
}

/* One component, which is cut off `rest` first, because a link puts its target there. */
static int next(struct way *w)
{
	size_t skip = strspn(w->rest, "/"), n = strcspn(w->rest + skip, "/");
	char name[PATH_MAX];
	bool moves;
	int r;

	memcpy(name, w->rest + skip, n);
	name[n] = '\0';
	memmove(w->rest, w->rest + skip + n, strlen(w->rest + skip + n) + 1);
	moves = n && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
	r = n ? step(w, name, n) : 0;
	return r == 0 && moves ? look(w) : r;
}

int way_walk(const struct root *root, const char *path, bool missing, way_fn fn, void *arg, char *real, struct stat *st)
{
	struct way w = { .root = root, .missing = missing, .fn = fn, .arg = arg, .real = real };
	int r;

	if (snprintf(w.rest, sizeof(w.rest), "%s", path) >= (int)sizeof(w.rest))
		return -ENAMETOOLONG;
	*real = '\0';
	r = look(&w);
	while (r == 0 && *w.rest)
		r = next(&w);
	if (r == 0 && st)
		*st = w.st;
	if (r == 0 && !*real)
		strcpy(real, "/");
	return r;
}

/* How many bytes the two have in common, up to a component's end. */
static size_t common(const char *a, const char *b)
{
	size_t n = 0;

	for (size_t i = 0;; i++) {
		bool end_a = !a[i] || a[i] == '/', end_b = !b[i] || b[i] == '/';

		if (end_a && end_b)
			n = i;
		if (a[i] != b[i] || !a[i])
			return n;
	}
}

int way_relative(const char *from, const char *to, char *out)
{
	size_t n, at = 0;

	from += strcmp(from, "/") == 0;
	n = common(from, to);
	*out = '\0';
	for (const char *p = from + n; *p; p++) {
		if (*p != '/')
			continue;
		if (at + 3 >= PATH_MAX)
			return -ENAMETOOLONG;
		memcpy(out + at, "../", 4);
		at += 3;
	}
	to += n + (to[n] == '/');
	if (at + strlen(to) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(out + at, to);
	return 0;
}
