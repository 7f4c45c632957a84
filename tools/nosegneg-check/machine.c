// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "format.h"
#include "machine.h"
#include "common/output.h"
#include "process.h"

struct command {
	struct machine_options machine;
	struct process_options process;
	enum format format;
	bool quiet;
};

static const char usage[] =
		"usage: nosegneg-check [options]            does this machine need a nosegneg set, and is it served?\n"
		"       nosegneg-check [options] -p PID...  the same of these processes\n"
		"       nosegneg-check [options] --all      the same of all processes\n"
		"\n";

const char machine_help[] =
		"  -p, --pid PID        a live process; more may follow as PID or -p PID\n"
		"      --all            all live processes\n"
		"      --no-scan        do not look for accesses below the thread pointer\n"
		"      --assume-needed  judge as if this machine shortened the segments of 32-bit programs\n"
		"      --root DIR       the system below this directory: a chroot, an image, or a captured tree\n"
		"      --initramfs FILE look into this initramfs image, too\n"
		"  -j, --jobs N         scan on N threads (default: one for each processor)\n"
		"      --format FORMAT  text, json, prometheus or nagios\n"
		"      --json           --format json\n"
		"  -q, --quiet          print nothing, the exit status is the answer\n"
		"  -h, --help           this text\n"
		"  -V, --version        the version\n"
		"\n"
		"Exit status: 0 served or not needed, 1 findings, 2 not known, or an error. --format nagios: 0 OK,\n"
		"1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n";

enum {
	OPTION_ALL = CHAR_MAX + 1,
	OPTION_NO_SCAN,
	OPTION_ASSUME,
	OPTION_ROOT,
	OPTION_INITRAMFS,
	OPTION_FORMAT,
	OPTION_JSON,
};

#define EXIT_NAGIOS_UNKNOWN 3

static const char short_options[] = "p:j:qhV";
static const struct option long_options[] = {
	{ "pid", required_argument, NULL, 'p' },
	{ "all", no_argument, NULL, OPTION_ALL },
	{ "no-scan", no_argument, NULL, OPTION_NO_SCAN },
	{ "assume-needed", no_argument, NULL, OPTION_ASSUME },
	{ "root", required_argument, NULL, OPTION_ROOT },
	{ "initramfs", required_argument, NULL, OPTION_INITRAMFS },
	{ "jobs", required_argument, NULL, 'j' },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static int usage_error(const char *what, const char *why)
{
	output_error(what, "usage", why);
	fputs("nosegneg-check: try 'nosegneg-check --help'\n", stderr);
	return EXIT_ERROR;
}

static int take_pid(struct command *c, const char *text)
{
	long pid;

	if (!output_number(text, INT_MAX, &pid))
		return usage_error(text, "not the number of a process");
	if (process_add_pid(&c->process, (pid_t)pid) < 0)
		return usage_error(text, strerror(ENOMEM));
	return 0;
}

static int take_jobs(struct command *c, const char *text)
{
	long jobs;

	if (!output_number(text, OUTPUT_JOBS_MAX, &jobs))
		return usage_error("--jobs", "not a number from 1 to 1024");
	c->machine.jobs = (unsigned)jobs;
	return 0;
}

static int take_option(struct command *c, int option)
{
	switch (option) {
	case 'p':
		return take_pid(c, optarg);
	case 'j':
		return take_jobs(c, optarg);
	case 'q':
		c->quiet = true;
		return 0;
	case OPTION_ALL:
		c->process.all = true;
		return 0;
	case OPTION_NO_SCAN:
		c->machine.scan = false;
		return 0;
	case OPTION_ASSUME:
		c->machine.assume_needed = true;
		return 0;
	case OPTION_ROOT:
		c->machine.root = optarg;
		return 0;
	case OPTION_INITRAMFS:
		c->machine.initramfs = optarg;
		return 0;
	case OPTION_JSON:
		c->format = FORMAT_JSON;
		return 0;
	case OPTION_FORMAT:
		return format_parse(optarg, &c->format) ? 0 : usage_error(optarg, "no such format");
	default:
		return usage_error("options", "one is not known, or lacks its value");
	}
}

/* Options that no other command has. */
static bool is_ours(int option)
{
	return option == 'p' || option == 'q' || option == OPTION_ALL || option == OPTION_ASSUME ||
	       option == OPTION_INITRAMFS || option == OPTION_FORMAT;
}

bool machine_wanted(int argc, char **argv)
{
	bool ours = false, wanted;
	int c, report = opterr;

	opterr = 0;
	while ((c = getopt_long(argc, argv, short_options, long_options, NULL)) != -1 && c != '?')
		ours |= is_ours(c);
	/* An option of ours without its value is '?', too. */
	wanted = ours || (c == '?' ? is_ours(optopt) : optind == argc);
	opterr = report;
	optind = 0;
	return wanted;
}

/* Monitoring takes 2 for CRITICAL, and shows the one line. */
static int fail(const struct command *c, const char *what, int error)
{
	output_error(what, "read", strerror(error));
	if (c->format != FORMAT_NAGIOS)
		return EXIT_ERROR;
	printf("NOSEGNEG UNKNOWN - could not be read: %s\n", strerror(error));
	return EXIT_NAGIOS_UNKNOWN;
}

static int diagnose(struct command *c)
{
	struct diagnosis d = { 0 };
	struct machine m;
	int r = machine_read(&c->machine, &m), status;

	if (r < 0) {
		status = fail(c, c->machine.root ? c->machine.root : "/", -r);
		machine_free(&m);
		return status;
	}
	machine_judge(&m, &d);
	machine_list_facts(&m, &d);
	if (c->process.all || c->process.npid)
		r = process_diagnose(&c->process, &m, &d);
	if (r < 0 || d.memory_gone || d.findings.memory_gone) {
		status = fail(c, "processes", r < 0 ? -r : ENOMEM);
	} else {
		status = format_print(c->quiet && c->format != FORMAT_NAGIOS ? FORMAT_QUIET : c->format, &d);
	}
	diagnosis_free(&d);
	machine_free(&m);
	return status;
}

static int take_arguments(struct command *c, int argc, char **argv)
{
	int option, r = 0;

	while (r == 0 && (option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (option == 'h' || option == 'V') {
			fputs(option == 'h' ? usage : "nosegneg-check " NOSEGNEG_VERSION "\n", stdout);
			fputs(option == 'h' ? machine_help : "", stdout);
			return -1;
		}
		r = take_option(c, option);
	}
	if (r == 0 && optind < argc && !c->process.npid)
		r = usage_error(argv[optind], "programs go without these options, processes with -p");
	for (; r == 0 && optind < argc; optind++)
		r = take_pid(c, argv[optind]);
	if (r == 0 && c->process.all && c->process.npid)
		r = usage_error("--all", "and single processes");
	if (r == 0 && (c->process.all || c->process.npid) && c->machine.root)
		r = usage_error("--root", "processes are those of this machine");
	return r;
}

int machine_command(int argc, char **argv)
{
	struct command c = { .machine = { .scan = true, .jobs = processors(), .progress = isatty(STDERR_FILENO) } };
	int r = take_arguments(&c, argc, argv);

	if (r == 0)
		r = diagnose(&c);
	process_options_clear(&c.process);
	return r < 0 ? EXIT_CLEAN : r;
}
