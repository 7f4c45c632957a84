// SPDX-License-Identifier: LGPL-2.1-or-later
#include <getopt.h>
#include <libelf.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/output.h"
#include "report.h"

const char output_program[] = "nosegneg-copy";

static const char usage[] = "usage: nosegneg-copy [options] DEST PROGRAM...\n"
			    "       nosegneg-copy --refit [options] DEST\n"
			    "Copies programs, or libraries, with all that they need into the directory DEST, keeping "
			    "their paths. With\n"
			    "--refit, makes the 32-bit programs of an image that another tool put into DEST use the "
			    "nosegneg set. The\n"
			    "result is proven by resolving every 32-bit program of DEST, or undone.\n"
			    "\n"
			    "      --refit       change an image that is there\n"
			    "      --root DIR    where programs, libraries and the set come from (default: /)\n"
			    "      --set WHEN    auto: the set goes in where it is switched on in that root (default); "
			    "always; never\n"
			    "  -n, --dry-run     say what would be changed, change nothing\n"
			    "  -v, --verbose     name everything that is added, too\n"
			    "  -q, --quiet       say nothing but errors\n"
			    "      --json        one JSON document on standard output\n"
			    "  -h, --help        this text\n"
			    "  -V, --version     the version\n"
			    "\n"
			    "Exit status: 0 done, or nothing to do; 1 a program would not load; 2 an error. Other than "
			    "0: DEST is as it "
			    "was.\nnosegneg-copy(1) is the manual.\n";

enum { OPTION_REFIT = CHAR_MAX + 1, OPTION_ROOT, OPTION_SET, OPTION_JSON };

static const struct option long_options[] = {
	{ "refit", no_argument, NULL, OPTION_REFIT },
	{ "root", required_argument, NULL, OPTION_ROOT },
	{ "set", required_argument, NULL, OPTION_SET },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

/* `what` is NULL where getopt has said it. */
static int usage_error(const char *what, const char *why)
{
	if (what)
		fprintf(stderr, "%s: %s: %s\n", output_program, what, why);
	fprintf(stderr, "%s: try 'nosegneg-copy --help'\n", output_program);
	return EXIT_ERROR;
}

static bool take_set(struct copy_options *o, const char *text)
{
	static const char *const names[] = { [SET_AUTO] = "auto", [SET_ALWAYS] = "always", [SET_NEVER] = "never" };

	for (int i = SET_AUTO; i <= SET_NEVER; i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		o->set = (enum set_wish)i;
		return true;
	}
	return false;
}

/* -1: go on. */
static int take_option(int option, struct copy_options *o)
{
	switch (option) {
	case OPTION_REFIT:
		o->refit = true;
		return -1;
	case OPTION_ROOT:
		o->root = optarg;
		return -1;
	case OPTION_SET:
		return take_set(o, optarg) ? -1 : usage_error("--set", "there are auto, always and never");
	case OPTION_JSON:
		o->json = true;
		return -1;
	case 'n':
		o->dry_run = true;
		return -1;
	case 'v':
		o->verbose = true;
		return -1;
	case 'q':
		o->quiet = true;
		return -1;
	case 'h':
		fputs(usage, stdout);
		return EXIT_CLEAN;
	case 'V':
		puts("nosegneg-copy " NOSEGNEG_VERSION);
		return EXIT_CLEAN;
	default:
		return usage_error(NULL, NULL);
	}
}

static int take_arguments(int argc, char **argv, struct copy_options *o)
{
	if (optind == argc)
		return usage_error("no DEST", "name the directory of the image");
	o->dest = argv[optind];
	o->program = argv + optind + 1;
	o->nprogram = (size_t)(argc - optind - 1);
	if (o->refit && o->nprogram)
		return usage_error(o->program[0], "--refit takes an image and no program");
	if (!o->refit && !o->nprogram)
		return usage_error("no PROGRAM", "name what to copy, or use --refit");
	return -1;
}

static void complain(const struct failure *f, const char *what)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s%s", what, f->what ? f->what : "failed");
	output_error(f->path, line, *f->why ? f->why : "out of memory");
}

static int run(const struct copy_options *o)
{
	struct run run;
	int r = run_all(o, &run), status = EXIT_CLEAN;

	if (r < 0) {
		complain(&run.failure, "");
		if (run.undo_failure.what)
			complain(&run.undo_failure, "not undone: ");
		status = run.failure.finding && !run.undo_failure.what ? EXIT_FINDINGS : EXIT_ERROR;
	} else if (o->json) {
		report_json(&run);
	} else if (!o->quiet) {
		report_text(&run);
	}
	run_free(&run);
	return status;
}

int main(int argc, char **argv)
{
	struct copy_options options = { .set = SET_AUTO };
	int status = -1, option;

	elf_version(EV_CURRENT);
	while (status < 0 && (option = getopt_long(argc, argv, "nvqhV", long_options, NULL)) != -1)
		status = take_option(option, &options);
	if (status < 0)
		status = take_arguments(argc, argv, &options);
	/* What cannot be written is an error, and then all is undone. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return output_finish(status < 0 ? run(&options) : status);
}
