// SPDX-License-Identifier: LGPL-2.1-or-later
#include <libelf.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"
#include "log.h"
#include "machine.h"
#include "common/output.h"
#include "program.h"
#include "scan.h"
#include "set.h"

const char output_program[] = "nosegneg-check";

static const char usage[] =
		"usage: nosegneg-check [options]                does this machine need a nosegneg set, and is it "
		"served?\n"
		"       nosegneg-check [options] -p PID...      the same of these processes; --all: of all\n"
		"       nosegneg-check scan [options] PATH...   accesses below the thread pointer in i386 programs and "
		"libraries\n"
		"       nosegneg-check set [options] DIR        does a nosegneg library set belong to this machine's C "
		"library?\n"
		"       nosegneg-check kernel [options] IMAGE... what a kernel image asks of the loader and of Xen\n"
		"       nosegneg-check log [options] [FILE|-]   processes that the kernel's warnings name\n"
		"       nosegneg-check [options] [--] PROGRAM... what would be loaded for a program, from where, and "
		"what is in it\n"
		"       nosegneg-check --help | --version\n"
		"\n"
		"'nosegneg-check COMMAND --help' lists a command's options, 'nosegneg-check PROGRAM --help' those for "
		"programs;\nnosegneg-check(1) is the manual. For this machine and its processes:\n"
		"\n";

/* getopt begins its messages with argv[0]. */
static int call(int (*command)(int, char **), const char *name, int argc, char **argv)
{
	argv[1] = (char *)name;
	return command(argc - 1, argv + 1);
}

static int run(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";

	if (strcmp(command, "scan") == 0)
		return call(scan_command, "nosegneg-check: scan", argc, argv);
	if (strcmp(command, "kernel") == 0)
		return call(kernel_command, "nosegneg-check: kernel", argc, argv);
	if (strcmp(command, "log") == 0)
		return call(log_command, "nosegneg-check: log", argc, argv);
	if (strcmp(command, "set") == 0)
		return call(set_command, "nosegneg-check: set", argc, argv);
	if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0) {
		fputs(usage, stdout);
		fputs(machine_help, stdout);
		return EXIT_CLEAN;
	}
	if (strcmp(command, "--version") == 0 || strcmp(command, "-V") == 0) {
		puts("nosegneg-check " NOSEGNEG_VERSION);
		return EXIT_CLEAN;
	}
	if (machine_wanted(argc, argv))
		return machine_command(argc, argv);
	if (program_wanted(argc, argv) || *command == '-')
		return program_command(argc, argv);
	output_error(command, "no such command", "try 'nosegneg-check --help'");
	return EXIT_ERROR;
}

int main(int argc, char **argv)
{
	elf_version(EV_CURRENT);
	return output_finish(run(argc, argv));
}
