// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>

#include "base/util.h"

#include "loader/ldconf-glob.h"

#define MATCHES_MAX 65536

static int add(struct path_list *list, const char *directory, const char *name)
{
	size_t n = strlen(directory) + strlen(name) + 2;
	char *path;
	int r;

	if (list->n == MATCHES_MAX)
		return -EFBIG;
	r = array_reserve(&list->path, &list->cap, list->n + 1, sizeof(*list->path));
	if (r < 0)
		return r;
	path = malloc(n);
	if (!path)
		return -ENOMEM;
	strcpy(path, directory);
	strcat(path, "/");
	strcat(path, name);
	list->path[list->n++] = path;
	return 0;
}

void path_list_clear(struct path_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->path[i]);
	free(list->path);
	*list = (struct path_list){ 0 };
}

/* A directory that cannot be read matches nothing. */
static int list_directory(const struct root *root, const char *directory, const char *pattern, struct path_list *out)
{
	int fd = root_open(root, *directory ? directory : "/", O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	struct dirent *entry;
	DIR *dir;
	int r = 0;

	if (fd < 0)
		return 0;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (r == 0 && (entry = readdir(dir)))
		if (fnmatch(pattern, entry->d_name, FNM_PERIOD) == 0)
			r = add(out, directory, entry->d_name);
	closedir(dir);
	return r;
}

static bool has_magic(const char *component)
{
	return strpbrk(component, "*?[\\") != NULL;
}

/* What the next component makes of the paths so far. */
static int expand(const struct root *root, const struct path_list *from, const char *component, struct path_list *to)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->n; i++)
		r = has_magic(component) ? list_directory(root, from->path[i], component, to)
					 : add(to, from->path[i], component);
	return r;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A component without magic has been taken on trust so far. */
static void drop_missing(const struct root *root, struct path_list *list)
{
	struct stat st;
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (root_lstat(root, list->path[i], &st) == 0)
			list->path[kept++] = list->path[i];
		else
			free(list->path[i]);
	}
	list->n = kept;
}

static int start(struct path_list *list)
{
	int r = array_reserve(&list->path, &list->cap, 1, sizeof(*list->path));

	if (r < 0)
		return r;
	list->path[0] = strdup("");
	if (!list->path[0])
		return -ENOMEM;
	list->n = 1;
	return 0;
}

int ldconf_glob(const struct root *root, const char *pattern, struct path_list *out)
{
	_cleanup_free_ char *copy = strdup(pattern);
	char *rest = copy, *component;
	int r = copy ? start(out) : -ENOMEM;

	while (r == 0 && (component = strsep(&rest, "/"))) {
		_cleanup_path_list_ struct path_list next = { 0 };
		struct path_list last;

		if (!*component)
			continue;
		r = expand(root, out, component, &next);
		last = *out;
		*out = next;
		next = last;
	}
	if (r < 0)
		return r;
	drop_missing(root, out);
	if (out->n)
		qsort(out->path, out->n, sizeof(*out->path), by_bytes);
	return 0;
}
