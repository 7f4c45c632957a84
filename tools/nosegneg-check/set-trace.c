// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "set-report.h"
#include "set-trace.h"

static void cleanup_file(FILE **f)
{
	if (*f)
		fclose(*f);
}
#define _cleanup_file_ __attribute__((cleanup(cleanup_file)))

/* The programs wrote here: what is opened must be a file, not a FIFO to wait at. */
static FILE *open_output(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	struct stat st;
	FILE *f;

	if (fd < 0)
		return NULL;
	f = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? fdopen(fd, "r") : NULL;
	if (!f)
		close(fd);
	return f;
}

struct trace {
	const struct set_directory *set, *wanted;
	size_t used; /* libraries of `wanted` in the program itself */
	char *wrong;
};

/* A 64-bit shell that the program started has a libc.so.6 too, and rightly its own. */
static bool is_32_bit(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	unsigned char ident[EI_NIDENT];

	return fd >= 0 && read_at(fd, ident, sizeof(ident), 0) == 0 && ident[EI_CLASS] == ELFCLASS32;
}

/* The directory that holds the file, by inode: /lib and /usr/lib may be one. `len` is that of its path. */
static bool is_below(const struct set_directory *dir, const char *path, size_t len)
{
	_cleanup_free_ char *parent = set_format("%.*s", (int)len, path);
	struct stat a, b;

	return strcmp(parent, dir->path) == 0 ||
	       (stat(parent, &a) == 0 && fstat(dir->fd, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

static void take_library(struct trace *t, const char *path, bool program)
{
	const char *name = strrchr(path, '/');

	if (!name || set_is_loader(name + 1) || !set_directory_find(t->set, name + 1))
		return;
	if (is_below(t->wanted, path, (size_t)(name - path)))
		t->used += program;
	else if (!t->wrong && is_32_bit(path))
		t->wrong = set_format("%s", path);
}

/* Lines are "      PID:\tcalling init: PATH" for every library, and "transferring control: PATH" for a program, which
 * libc.so.6 is when it is run. */
static void read_trace(struct trace *t, FILE *f, bool program)
{
	static const char *const marks[] = { "calling init: ", "transferring control: " };
	_cleanup_free_ char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while ((len = getline(&line, &cap, f)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
			const char *at = strstr(line, marks[i]);

			if (at)
				take_library(t, at + strlen(marks[i]), program);
		}
	}
}

static void read_traces(struct trace *t, const char *directory, DIR *dir, pid_t pid)
{
	const struct dirent *entry;
	char program[32];

	snprintf(program, sizeof(program), "t.%d", (int)pid);
	while ((entry = readdir(dir))) {
		_cleanup_file_ FILE *f = NULL;
		char *path;

		if (entry->d_name[0] == '.')
			continue;
		path = set_format("%s/%s", directory, entry->d_name);
		f = open_output(path);
		free(path);
		if (f)
			read_trace(t, f, strcmp(entry->d_name, program) == 0);
	}
}

enum trace_result trace_check(const char *directory, const struct set_directory *set,
		const struct set_directory *wanted, pid_t pid, char **wrong)
{
	struct trace t = { .set = set, .wanted = wanted };
	DIR *dir = opendir(directory);

	if (dir) {
		read_traces(&t, directory, dir, pid);
		closedir(dir);
	}
	*wrong = t.wrong;
	return t.wrong ? TRACE_WRONG : t.used ? TRACE_RIGHT : TRACE_NOTHING;
}

/* A line without its end; false at the end of the file. Bytes beyond `size` are compared, but not kept. */
static bool next_line(FILE *f, char **line, size_t *cap, ssize_t *len, char *buf, size_t size)
{
	*len = f ? getline(line, cap, f) : -1;
	snprintf(buf, size, "%s", *len > 0 ? *line : "(the end)");
	buf[strcspn(buf, "\n")] = '\0';
	return *len > 0;
}

size_t trace_first_difference(const char *a, const char *b, char *of_a, char *of_b, size_t size)
{
	_cleanup_file_ FILE *fa = open_output(a), *fb = open_output(b);
	_cleanup_free_ char *la = NULL, *lb = NULL;
	size_t cap_a = 0, cap_b = 0, number = 1;

	for (;; number++) {
		ssize_t na, nb;
		bool more_a = next_line(fa, &la, &cap_a, &na, of_a, size);
		bool more_b = next_line(fb, &lb, &cap_b, &nb, of_b, size);

		if (!more_a && !more_b)
			return 0;
		if (na != nb || memcmp(la, lb, (size_t)na) != 0)
			return number;
	}
}

void trace_last_line(const char *path, char *buf, size_t size)
{
	_cleanup_file_ FILE *f = open_output(path);
	_cleanup_free_ char *line = NULL;
	size_t cap = 0;

	buf[0] = '\0';
	while (f && getline(&line, &cap, f) > 0)
		if (line[0] != '\n')
			snprintf(buf, size, "%s", line);
	buf[strcspn(buf, "\n")] = '\0';
}
