// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auto.h"
#include "base/util.h"
#include "message.h"
#include "report.h"
#include "switch.h"

static const char usage[] =
		"usage: ldconfig-hwcap [options] [print]    what the kernel says, which loader is installed, and the "
		"entry\n"
		"       ldconfig-hwcap [options] enable     publish the entry, run ldconfig, prove it; undo it if that "
		"fails\n"
		"       ldconfig-hwcap [options] disable    withdraw the entry likewise\n"
		"       ldconfig-hwcap [options] auto       for boot: enable where this machine needs it, else "
		"disable\n"
		"       ldconfig-hwcap [options] status     what is published, and whether cache and programs agree\n"
		"       ldconfig-hwcap [options] initramfs  whether an initramfs has to carry the set\n"
		"       ldconfig-hwcap probe                what only a 32-bit program can find out, for "
		"nosegneg-check\n"
		"\n"
		"  --root DIR           a system below DIR\n"
		"  --vdso FILE          the kernel's note from a vDSO image\n"
		"  --pid PID            ... from a running process\n"
		"  --kernel FILE        ... from a kernel image\n"
		"  --set DIR            the library set (below the root), instead of where sets usually are\n"
		"  --strategy NAME      hwcap, alias or directory, instead of the one that follows\n"
		"  --conf FILE          the file to publish (below the root): /etc/ld.so.conf.d/00-nosegneg.conf\n"
		"  --dry-run            say what would be done, change nothing\n"
		"  --force              rename aside a file that ldconfig-hwcap did not write\n"
		"  -v, --verbose        tell the facts too\n"
		"  -h, --help           this text\n"
		"  -V, --version        the version\n"
		"\n"
		"Exit status: 0 done, or as it has to be; 1 not as it has to be; 2 an error, and nothing was changed "
		"or all was\n"
		"undone. ldconfig-hwcap(8) is the manual.\n";

enum {
	OPT_ROOT = CHAR_MAX + 1,
	OPT_VDSO,
	OPT_PID,
	OPT_KERNEL,
	OPT_SET,
	OPT_STRATEGY,
	OPT_CONF,
	OPT_DRY_RUN,
	OPT_FORCE
};

static const struct option long_options[] = {
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "vdso", required_argument, NULL, OPT_VDSO },
	{ "pid", required_argument, NULL, OPT_PID },
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "set", required_argument, NULL, OPT_SET },
	{ "strategy", required_argument, NULL, OPT_STRATEGY },
	{ "conf", required_argument, NULL, OPT_CONF },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static int parse_pid(const char *text, pid_t *pid)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || *end || end == text || value <= 0 || value > INT_MAX)
		return message_error(text, "not a process id", "try 'ldconfig-hwcap --help'");
	*pid = (pid_t)value;
	return EXIT_CLEAN;
}

static int parse_strategy(const char *text, enum strategy *strategy)
{
	*strategy = strategy_parse(text);
	if (*strategy == STRATEGY_NONE)
		return message_error(text, "no such strategy", "there are hwcap, alias and directory");
	return EXIT_CLEAN;
}

/* -1: go on. */
static int take_option(int option, struct options *o)
{
	switch (option) {
	case OPT_ROOT:
		o->root = optarg;
		return -1;
	case OPT_VDSO:
		o->vdso = optarg;
		return -1;
	case OPT_PID:
		return parse_pid(optarg, &o->pid) == EXIT_CLEAN ? -1 : EXIT_ERROR;
	case OPT_KERNEL:
		o->kernel = optarg;
		return -1;
	case OPT_SET:
		o->set = optarg;
		return -1;
	case OPT_STRATEGY:
		return parse_strategy(optarg, &o->strategy) == EXIT_CLEAN ? -1 : EXIT_ERROR;
	case OPT_CONF:
		o->conf = optarg;
		return -1;
	case OPT_DRY_RUN:
		o->dry_run = true;
		return -1;
	case OPT_FORCE:
		o->force = true;
		return -1;
	case 'v':
		o->verbose = true;
		return -1;
	case 'h':
		fputs(usage, stdout);
		return EXIT_CLEAN;
	case 'V':
		puts("ldconfig-hwcap " NOSEGNEG_VERSION);
		return EXIT_CLEAN;
	default:
		fputs("try 'ldconfig-hwcap --help'\n", stderr);
		return EXIT_ERROR;
	}
}

static int parse_command(int argc, char **argv, struct options *o)
{
	static const char *const names[] = { [COMMAND_PRINT] = "print",
		[COMMAND_ENABLE] = "enable",
		[COMMAND_DISABLE] = "disable",
		[COMMAND_AUTO] = "auto",
		[COMMAND_STATUS] = "status",
		[COMMAND_INITRAMFS] = "initramfs",
		[COMMAND_PROBE] = "probe" };

	if (!!o->vdso + !!o->kernel + !!o->pid > 1)
		return message_error("--vdso, --pid, --kernel", "give one of them", NULL);
	if (optind == argc)
		return -1;
	if (optind + 1 < argc)
		return message_error(argv[optind + 1], "one command at a time", "try 'ldconfig-hwcap --help'");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(argv[optind], names[i]) != 0)
			continue;
		o->command = (enum command)i;
		return -1;
	}
	return message_error(argv[optind], "no such command", "try 'ldconfig-hwcap --help'");
}

static int parse_options(int argc, char **argv, struct options *o)
{
	int status = -1, option;

	while (status < 0 && (option = getopt_long(argc, argv, "vhV", long_options, NULL)) != -1)
		status = take_option(option, o);
	return status < 0 ? parse_command(argc, argv, o) : status;
}

static int do_command(struct situation *s)
{
	switch (s->options->command) {
	case COMMAND_ENABLE:
		return switch_enable(s, NULL);
	case COMMAND_DISABLE:
		return switch_disable(s, NULL);
	case COMMAND_AUTO:
		return auto_run(s);
	case COMMAND_STATUS:
		return report_status(s);
	case COMMAND_INITRAMFS:
		return report_initramfs(s);
	default:
		return report_print(s);
	}
}

static int run(const struct options *o)
{
	struct situation s;
	char path[PATH_MAX] = "", why[WHY_MAX] = "";
	int status;

	if (o->command == COMMAND_PROBE)
		return report_probe();
	if (situation_read(o, &s, path, why) < 0) {
		status = message_error(path, why, NULL);
	} else {
		if (o->verbose && o->command != COMMAND_PRINT)
			report_facts(&s);
		status = do_command(&s);
	}
	situation_free(&s);
	return status;
}

/* A full disk behind standard output is a failure; what was switched stays switched. */
static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return message_error("standard output", strerror(errno), NULL);
}

/* A file of ours that took the number of a closed standard descriptor would get the messages. What can only be read
 * keeps the error of one that is closed. */
static void fill_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
		if (fd < 0)
			fd = open("/", O_RDONLY | O_DIRECTORY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options options = { .command = COMMAND_PRINT };
	int status;

	fill_standard_descriptors();
	/* What cannot be written is an error, and then all is undone. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	status = parse_options(argc, argv, &options);
	return finish(status < 0 ? run(&options) : status);
}
