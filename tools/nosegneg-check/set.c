// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "common/output.h"
#include "set.h"
#include "set-compare.h"
#include "set-print.h"
#include "set-run.h"

#define LOADER            "/lib/ld-linux.so.2"
#define SUITE_FROM_BINARY "../share/nosegneg/suite"

static const char usage[] =
		"usage: nosegneg-check set [options] DIR\n"
		"\n"
		"Compares the library set in DIR with this machine's own C library, scans it, and runs programs\n"
		"with both. Prints every difference.\n"
		"\n"
		"      --against DIR  compare with the libraries in DIR (default: the directory of " LOADER ")\n"
		"      --suite FILE   run the programs that FILE lists\n"
		"      --no-run       run nothing\n"
		"      --json         one JSON document instead of text\n"
		"  -v, --verbose      list what is equal, too\n"
		"  -h, --help         print this\n"
		"\n"
		"Exit status: 0 the set belongs here, 1 it does not, 2 it could not be decided.\n";

struct options {
	const char *set, *against, *suite;
	bool run, json, verbose;
};

enum { OPTION_AGAINST = CHAR_MAX + 1, OPTION_SUITE, OPTION_NO_RUN, OPTION_JSON };

static const struct option long_options[] = {
	{ "against", required_argument, NULL, OPTION_AGAINST },
	{ "suite", required_argument, NULL, OPTION_SUITE },
	{ "no-run", no_argument, NULL, OPTION_NO_RUN },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static bool take_option(struct options *o, int option)
{
	switch (option) {
	case OPTION_AGAINST:
		o->against = optarg;
		return true;
	case OPTION_SUITE:
		o->suite = optarg;
		return true;
	case OPTION_NO_RUN:
		o->run = false;
		return true;
	case OPTION_JSON:
		o->json = true;
		return true;
	case 'v':
		o->verbose = true;
		return true;
	default:
		return false;
	}
}

/* Returns -1 to go on, or an exit status. */
static int parse_options(int argc, char **argv, struct options *o)
{
	int option;

	*o = (struct options){ .run = true };
	optind = 1;
	while ((option = getopt_long(argc, argv, "vh", long_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return EXIT_CLEAN;
		}
		if (!take_option(o, option)) {
			fputs("nosegneg-check: try 'nosegneg-check set --help'\n", stderr);
			return EXIT_ERROR;
		}
	}
	if (optind + 1 != argc) {
		fputs("nosegneg-check: set: one directory is needed; try 'nosegneg-check set --help'\n", stderr);
		return EXIT_ERROR;
	}
	o->set = argv[optind];
	return -1;
}

/* The whole of a small file, NUL-terminated, for the caller to free. */
static int read_text(int directory, const char *path, size_t max, char **text, size_t *size)
{
	_cleanup_close_ int fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	char *buf;
	int r;

	if (fd < 0 || fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > (off_t)max)
		return -EFBIG;
	buf = calloc(1, (size_t)st.st_size + 1);
	if (!buf)
		return -ENOMEM;
	r = read_at(fd, buf, (size_t)st.st_size, 0);
	if (r < 0) {
		free(buf);
		return r;
	}
	*text = buf;
	*size = (size_t)st.st_size;
	return 0;
}

static int bad_line(const char *path, unsigned line, const char *what, const char *why)
{
	char *where = set_format("%s:%u", path, line);

	output_error(where, what, why);
	free(where);
	return -EBADMSG;
}

/* Returns 0, also where there is no manifest, or a negative errno with the error printed. */
static int read_manifest(struct set_context *c)
{
	_cleanup_free_ char *path = set_format("%s/manifest", c->set.path), *text = NULL;
	char why[WHY_MAX];
	unsigned line = 0;
	size_t size = 0;
	int r = read_text(c->set.fd, "manifest", MANIFEST_SIZE_MAX, &text, &size);

	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		output_error(path, "cannot be read", r == -EINVAL ? "not a regular file" : strerror(-r));
		return r;
	}
	r = manifest_parse(text, size, &c->manifest, &line, why);
	if (r == -ENOMEM)
		set_out_of_memory();
	return r < 0 ? bad_line(path, line, "the manifest is wrong", why) : 0;
}

static char *default_suite(void)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (len < 0)
		return NULL;
	self[len] = '\0';
	slash = strrchr(self, '/');
	return slash ? set_format("%.*s/" SUITE_FROM_BINARY, (int)(slash - self), self) : NULL;
}

static int parse_suite(const char *path, const char *text, size_t size, struct suite **suite)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	char why[WHY_MAX];
	unsigned line = 0;
	int r;

	if (!real || !strrchr(real, '/'))
		return -errno;
	*strrchr(real, '/') = '\0';
	r = suite_parse(text, size, real, suite, &line, why);
	if (r == -ENOMEM)
		set_out_of_memory();
	if (r == 0 && (*suite)->ncases == 0) {
		output_error(path, "the suite is wrong", "it lists no program");
		return -EBADMSG;
	}
	return r < 0 ? bad_line(path, line, "the suite is wrong", why) : 0;
}

/* Without a suite only loading is tried, and said so. Returns 0 or a negative errno with the error printed. */
static int read_suite(struct set_context *c, const struct options *o, struct suite **suite)
{
	_cleanup_free_ char *path = o->suite ? set_format("%s", o->suite) : default_suite();
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	int r = path ? read_text(AT_FDCWD, path, SUITE_SIZE_MAX, &text, &size) : -ENOENT;

	if (r == -ENOENT && !o->suite) {
		report_add(&c->report, SET_NOTE, CHECK_PROGRAMS, "suite",
				"only loading was tried: there is no list of programs");
		return 0;
	}
	if (r == 0)
		return parse_suite(path, text, size, suite);
	output_error(path, "cannot be read", strerror(-r));
	return r;
}

static int open_directory(const char *path, struct set_directory *dir)
{
	int r = set_directory_open(path, dir);

	if (r < 0)
		output_error(path, "cannot be opened", strerror(-r));
	return r;
}

static int open_base(struct set_context *c, const struct options *o)
{
	_cleanup_free_ char *loader = NULL;

	if (o->against)
		return open_directory(o->against, &c->base);
	loader = realpath(LOADER, NULL);
	if (!loader) {
		output_error(LOADER, "no i386 C library is installed", strerror(errno));
		return -ENOENT;
	}
	*strrchr(loader, '/') = '\0';
	return open_directory(loader, &c->base);
}

static int open_set(struct set_context *c, const struct options *o)
{
	int r = open_directory(o->set, &c->set);

	if (r < 0)
		return r;
	r = set_directory_list(&c->set);
	if (r < 0)
		output_error(o->set, "cannot be listed", strerror(-r));
	else if (c->set.n == 0)
		output_error(o->set, "not a library set", "no library in it");
	return r < 0 ? r : c->set.n == 0 ? -ENOENT : 0;
}

static void report_unreadable(struct set_report *r, const struct set_library *lib)
{
	report_add(r, SET_ERROR, CHECK_HEADERS, lib->path, "%s", lib->why);
}

static void compare_one(struct set_context *c, struct set_library *lib)
{
	struct set_library *base = set_directory_get(&c->base, lib->name);

	if (lib->error < 0)
		report_unreadable(&c->report, lib);
	if (base && base->error < 0)
		report_unreadable(&c->report, base);
	if (lib->error < 0)
		return;
	if (!base)
		report_add(&c->report, SET_FINDING, CHECK_HEADERS, lib->name, "the base has no library of this name");
	else if (base->error == 0)
		compare_library(&c->report, base, lib);
	compare_needs(c, lib);
	compare_scan(c, lib);
}

static void compare_all(struct set_context *c)
{
	for (size_t i = 0; i < c->set.n; i++)
		compare_one(c, c->set.lib[i]);
	if (!set_directory_find(&c->set, "libc.so.6"))
		report_add(&c->report, SET_FINDING, CHECK_HEADERS, "libc.so.6", "is not in the set");
	compare_completeness(c);
	compare_private(c);
	compare_manifest(c);
}

/* What separates or ends paths in LD_LIBRARY_PATH and LD_PRELOAD, or is expanded there (ld.so(8)). */
#define UNUSABLE " \t\n:;$"

/* Returns 0, a negative errno with the error printed, or the signal that asked to stop. */
static int run_programs(struct set_context *c, const struct options *o)
{
	_cleanup_suite_ struct suite *suite = NULL;
	int r = read_suite(c, o, &suite);

	if (r < 0)
		return r;
	if (strpbrk(c->set.path, UNUSABLE) || strpbrk(c->base.path, UNUSABLE)) {
		output_error(strpbrk(c->set.path, UNUSABLE) ? c->set.path : c->base.path, "programs cannot be run",
				"the loader's search paths cannot hold such a name; use --no-run, or another "
				"directory");
		return -EINVAL;
	}
	r = set_run_programs(c, suite, isatty(STDERR_FILENO) && !o->json ? set_print_progress : NULL);
	if (r < 0)
		output_error(c->set.path, "programs cannot be run", strerror(-r));
	return r;
}

static int run_or_say_why_not(struct set_context *c, const struct options *o)
{
	if (!o->run)
		report_add(&c->report, SET_NOTE, CHECK_PROGRAMS, "suite", "nothing was run");
	else if (report_count(&c->report, SET_ERROR))
		report_add(&c->report, SET_NOTE, CHECK_PROGRAMS, "suite", "nothing was run: a library cannot be read");
	else
		return run_programs(c, o);
	return 0;
}

static int check(struct set_context *c, const struct options *o)
{
	int r = open_base(c, o);

	if (r == 0)
		r = open_set(c, o);
	if (r == 0)
		r = read_manifest(c);
	if (r < 0)
		return EXIT_ERROR;
	compare_all(c);
	r = run_or_say_why_not(c, o);
	if (r > 0)
		raise(r);
	if (r != 0)
		return EXIT_ERROR;
	if (o->json)
		set_print_json(c, o->verbose);
	else
		set_print_text(c, o->verbose);
	return report_count(&c->report, SET_ERROR)     ? EXIT_ERROR
	       : report_count(&c->report, SET_FINDING) ? EXIT_FINDINGS
						       : EXIT_CLEAN;
}

int set_command(int argc, char **argv)
{
	struct set_context c = { .set.fd = -1, .base.fd = -1 };
	struct options o;
	int status = parse_options(argc, argv, &o);

	if (status >= 0)
		return status;
	c.decoder = insn_decoder_new();
	if (!c.decoder)
		set_out_of_memory();
	status = check(&c, &o);
	set_directory_close(&c.set);
	set_directory_close(&c.base);
	manifest_free(c.manifest);
	report_clear(&c.report);
	insn_decoder_free(c.decoder);
	return status;
}
