// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/manifest.h"
#include "base/util.h"
#include "loader/vdso.h"
#include "common/output.h"
#include "program.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static int inside(const struct root *root, const char *path, char *buf)
{
	return snprintf(buf, PATH_MAX, "%s%s", *path == '/' || root->host ? "" : "/", path) < PATH_MAX ? 0
												       : -ENAMETOOLONG;
}

static bool is_program(const struct root *root, const char *path)
{
	char buf[PATH_MAX];
	struct stat st;

	return inside(root, path, buf) == 0 && root_stat(root, buf, &st) == 0 && S_ISREG(st.st_mode);
}

/* A bare name that is no file here is what the shell would start. */
static int look_up(const struct root *root, struct program *p)
{
	const char *at = getenv("PATH");
	char path[PATH_MAX];
	struct stat st;

	if (strchr(p->name, '/') || is_program(root, p->name))
		return 0;
	for (at = at ? at : DEFAULT_PATH; *at; at += *at == ':') {
		int n = (int)strcspn(at, ":");

		snprintf(path, sizeof(path), "%.*s/%s", n, at, p->name);
		at += n;
		if (n == 0 || root_stat(root, path, &st) != 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
			continue;
		p->found = strdup(path);
		return p->found ? 0 : -ENOMEM;
	}
	snprintf(p->why, sizeof(p->why), "neither a command, nor a file here, nor a program in PATH");
	return -ENOENT;
}

static int resolve_one(struct resolver *resolver, const struct root *root, const struct program_options *options,
		struct program *p)
{
	int r = look_up(root, p);

	if (r == 0)
		r = resolve_program(resolver, p->found ? p->found : p->name, &options->resolve, &p->result, p->why);
	return r == -ENOMEM ? r : 0;
}

/* A set of this project has its manifest beside its libraries. */
static enum program_set find_set(const struct root *root, const char *real)
{
	_cleanup_manifest_ struct manifest *m = NULL;
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX], why[WHY_MAX];
	const char *slash = strrchr(real, '/');
	unsigned line;
	size_t size;

	if (!slash || snprintf(path, sizeof(path), "%.*s/manifest", (int)(slash - real), real) >= (int)sizeof(path))
		return PROGRAM_BASE;
	if (strstr(real, "/nosegneg/"))
		return PROGRAM_NOSEGNEG; /* a distribution's own */
	if (root_read(root, path, MANIFEST_SIZE_MAX, &text, &size) < 0 ||
			manifest_parse(text, size, &m, &line, why) < 0)
		return PROGRAM_BASE;
	return PROGRAM_NOSEGNEG;
}

static size_t find_file(const struct program_run *run, const struct resolve_object *o)
{
	for (size_t i = 0; i < run->nfile; i++)
		if (run->file[i].dev == o->dev && run->file[i].ino == o->ino)
			return i;
	return SIZE_MAX;
}

/* Scanning walks real paths, so that nothing leads out of the root. */
static int add_file(struct program_run *run, const struct root *root, const struct resolve_object *o, size_t *out)
{
	char path[PATH_MAX], real[PATH_MAX];
	struct program_file *file;
	int r;

	*out = find_file(run, o);
	if (*out != SIZE_MAX)
		return 0;
	r = array_reserve(&run->file, &run->file_cap, run->nfile + 1, sizeof(*file));
	if (r < 0)
		return r;
	file = &run->file[run->nfile];
	*file = (struct program_file){ .dev = o->dev, .ino = o->ino, .affected = !o->object->is64 };
	if (inside(root, o->path, path) < 0 || root_resolve(root, path, real, NULL) < 0)
		strcpy(real, "");
	file->set = find_set(root, real);
	if (asprintf(&file->path, "%s%s", root->path, real) < 0)
		return -ENOMEM;
	*out = run->nfile++;
	return 0;
}

static int add_files(struct program_run *run, const struct root *root, struct program *p)
{
	int r = 0;

	p->file = p->result ? calloc(p->result->nobject + 1, sizeof(*p->file)) : NULL;
	if (!p->file)
		return p->result ? -ENOMEM : 0;
	for (size_t i = 0; r == 0 && i < p->result->nobject; i++) {
		const struct resolve_object *o = &p->result->object[i];

		p->file[i] = SIZE_MAX;
		if (o->object)
			r = add_file(run, root, o, &p->file[i]);
	}
	return r;
}

/* scan_run hands the files over in the order of its arguments. */
struct collector {
	struct program_run *run;
	const size_t *index;
	size_t next;
};

static void collect(const struct scan_file *scanned, void *arg)
{
	struct collector *c = arg;
	struct program_file *file = &c->run->file[c->index[c->next++]];

	file->scanned = scanned->status == SCAN_OK;
	file->counts = scanned->counts;
	if (scanned->status == SCAN_FAILED)
		memcpy(file->why, scanned->why, sizeof(file->why));
}

static int scan_files(struct program_run *run)
{
	const struct scan_options options = { .detail = SCAN_FILES,
		.jobs = run->options->jobs ? run->options->jobs : processors() };
	_cleanup_free_ size_t *index = calloc(run->nfile + 1, sizeof(*index));
	_cleanup_free_ char **path = calloc(run->nfile + 1, sizeof(*path));
	struct collector c = { .run = run, .index = index };
	size_t n = 0;

	if (!index || !path)
		return -ENOMEM;
	for (size_t i = 0; i < run->nfile; i++)
		if (run->file[i].affected) {
			index[n] = i;
			path[n++] = run->file[i].path;
		}
	return n ? scan_run(path, n, &options, collect, &c) : 0;
}

static void add_counts(struct scan_counts *sum, const struct scan_counts *c)
{
	sum->safe += c->safe;
	sum->possible += c->possible;
	sum->proven += c->proven;
	sum->fatal += c->fatal;
}

enum program_verdict program_judge(const struct program_run *run, const struct program *p, struct scan_counts *sum)
{
	const struct resolve_result *result = p->result;
	bool complete = true;

	*sum = (struct scan_counts){ 0 };
	if (!result || result->kind == RESOLVE_SCRIPT)
		return PROGRAM_NOT_RESOLVED;
	for (size_t i = 0; i < result->nobject; i++) {
		const struct program_file *file = p->file[i] == SIZE_MAX ? NULL : &run->file[p->file[i]];

		if (file)
			add_counts(sum, &file->counts);
		complete &= file && (file->scanned || !file->affected);
	}
	if (!result->loads)
		return PROGRAM_NOT_LOADABLE;
	if (result->object[0].object->is64)
		return PROGRAM_NOT_AFFECTED;
	if (sum->proven + sum->possible)
		return PROGRAM_NOT_SERVED;
	return complete ? PROGRAM_SERVED : PROGRAM_UNKNOWN;
}

static int run_programs(struct program_run *run, const struct root *root, struct resolver *resolver)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < run->nprogram; i++) {
		r = resolve_one(resolver, root, run->options, &run->program[i]);
		if (r == 0)
			r = add_files(run, root, &run->program[i]);
	}
	if (r == 0 && run->options->scan)
		r = scan_files(run);
	return r;
}

static void release(struct program_run *run)
{
	for (size_t i = 0; i < run->nprogram; i++) {
		free(run->program[i].found);
		free(run->program[i].file);
		resolve_result_free(run->program[i].result);
	}
	for (size_t i = 0; i < run->nfile; i++)
		free(run->file[i].path);
	free(run->program);
	free(run->file);
}

static int fail(const char *path, const char *what, const char *why)
{
	output_error(path, what, why);
	return EXIT_ERROR;
}

static int check(const struct program_options *options, char **name, size_t n)
{
	struct program_run run = { .options = options, .program = calloc(n, sizeof(*run.program)), .nprogram = n };
	_cleanup_root_ struct root root = ROOT_EMPTY;
	_cleanup_resolver_ struct resolver *resolver = NULL;
	int r = run.program ? root_open_tree(&root, options->root) : -ENOMEM, status;

	for (size_t i = 0; run.program && i < n; i++)
		run.program[i].name = name[i];
	if (r < 0) {
		free(run.program);
		return fail(options->root ? options->root : "/", "open", strerror(-r));
	}
	r = resolver_new(&root, &resolver);
	if (r == 0)
		r = run_programs(&run, &root, resolver);
	status = r < 0 ? fail(name[0], "resolve", strerror(-r)) : program_print(&run);
	release(&run);
	return status;
}

static int read_note(const char *path, struct kernelcap *note)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	_cleanup_vdso_ struct vdso vdso = { 0 };
	char why[WHY_MAX] = "";
	int r;

	if (fd < 0)
		return fail(path, "open", strerror(errno));
	r = vdso_of_file(fd, &vdso, why);
	if (r == 0)
		r = kernelcap_parse(vdso.data, vdso.size, note, why);
	return r < 0 ? fail(path, "read", *why ? why : strerror(-r)) : 0;
}

static const char usage[] =
		"usage: nosegneg-check [options] PROGRAM...\n"
		"Lists the libraries that ld.so would load for a program, where each comes from and why, and how many\n"
		"accesses below the thread pointer are in each. The program is not run. A bare name that is no file "
		"here\n"
		"is looked up in PATH.\n"
		"\n"
		"      --no-scan                     resolve only\n"
		"      --tree                        who needs whom, indented\n"
		"      --library-path PATH           as with this LD_LIBRARY_PATH\n"
		"      --preload LIST                as with this LD_PRELOAD\n"
		"      --glibc-hwcaps-prepend NAMES  as with this option of ld.so (glibc 2.33 and later)\n"
		"      --note FILE                   as under the kernel whose 32-bit vDSO image this is\n"
		"      --root DIR                    of the system below this directory\n"
		"  -j, --jobs N                      scan on N threads (default: one for each processor)\n"
		"      --json                        one JSON document on standard output\n"
		"  -h, --help                        this text\n"
		"\n"
		"Exit status: 0 the programs load and nothing in them is proven or possible, 1 otherwise, 2 a program\n"
		"could not be looked at.\n";

enum {
	OPTION_JSON = CHAR_MAX + 1,
	OPTION_NO_SCAN,
	OPTION_TREE,
	OPTION_LIBRARY_PATH,
	OPTION_PRELOAD,
	OPTION_PREPEND,
	OPTION_NOTE,
	OPTION_ROOT,
};

static const struct option long_options[] = {
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "no-scan", no_argument, NULL, OPTION_NO_SCAN },
	{ "tree", no_argument, NULL, OPTION_TREE },
	{ "library-path", required_argument, NULL, OPTION_LIBRARY_PATH },
	{ "preload", required_argument, NULL, OPTION_PRELOAD },
	{ "glibc-hwcaps-prepend", required_argument, NULL, OPTION_PREPEND },
	{ "note", required_argument, NULL, OPTION_NOTE },
	{ "root", required_argument, NULL, OPTION_ROOT },
	{ "jobs", required_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* `what` is NULL where getopt has said it. */
static int usage_error(const char *what, const char *why)
{
	if (what)
		fprintf(stderr, "nosegneg-check: %s: %s\n", what, why);
	fputs("nosegneg-check: try 'nosegneg-check PROGRAM --help'\n", stderr);
	return EXIT_ERROR;
}

static bool take_jobs(struct program_options *options, const char *text)
{
	long jobs;

	if (!output_number(text, OUTPUT_JOBS_MAX, &jobs))
		return false;
	options->jobs = (unsigned)jobs;
	return true;
}

static bool take_option(struct program_options *options, int c)
{
	switch (c) {
	case OPTION_JSON:
		options->json = true;
		break;
	case OPTION_NO_SCAN:
		options->scan = false;
		break;
	case OPTION_TREE:
		options->tree = true;
		break;
	case OPTION_LIBRARY_PATH:
		options->resolve.library_path = optarg;
		break;
	case OPTION_PRELOAD:
		options->resolve.preload = optarg;
		break;
	case OPTION_PREPEND:
		options->resolve.hwcaps_prepend = optarg;
		break;
	case OPTION_NOTE:
		options->note = optarg;
		break;
	case OPTION_ROOT:
		options->root = optarg;
		break;
	default:
		return c == 'j' && take_jobs(options, optarg);
	}
	return true;
}

bool program_wanted(int argc, char **argv)
{
	int c, report = opterr;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "j:h", long_options, NULL)) != -1 && c != '?')
		;
	opterr = report;
	c = c == -1 && optind < argc;
	optind = 0;
	return c;
}

int program_command(int argc, char **argv)
{
	struct program_options options = { .scan = true };
	struct kernelcap note = { 0 };
	int c, r;

	while ((c = getopt_long(argc, argv, "j:h", long_options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return EXIT_CLEAN;
		}
		if (!take_option(&options, c))
			return usage_error(c == 'j' ? "--jobs" : NULL, "not a number from 1 to 1024");
	}
	if (optind == argc)
		return usage_error("no PROGRAM", "name a program");
	if (options.note) {
		r = read_note(options.note, &note);
		if (r)
			return r;
		options.resolve.note = &note;
	}
	return check(&options, argv + optind, (size_t)(argc - optind));
}
