// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "base/text.h"
#include "base/util.h"
#include "common/output.h"
#include "loader/vdso-note.h"
#include "options.h"
#include "xen/segment.h"

#define NOTE_DEFAULT "nosegneg=1" /* mainline Linux on Xen; XenLinux 2.6.18 had bit 0 */
#define TOP_DEFAULT  20
#define TOP_MAX      1000000
#define VDSO_MAX     (1u << 20)

static const char usage[] =
		"usage: nosegneg-sim [options] [--] PROGRAM [ARGUMENT...]\n"
		"Runs an i386 program as a 32-bit Xen would, and counts the accesses that trap.\n"
		"\n"
		"What is simulated:\n"
		"      --note NAME=BIT[,...]  the note in the vDSO (default: " NOTE_DEFAULT
		", as mainline Linux on Xen)\n"
		"      --note-file VDSO       the note of a vDSO image in a file\n"
		"      --no-note              none\n"
		"      --xen pae|nonpae|none  where segments end: below 0xf6800000 (default), 0xfc400000, or nowhere\n"
		"      --hole ADDRESS         where segments end\n"
		"      --emulate flip         turn the segment round and replay, as a 32-bit Xen does (default)\n"
		"                step         count every negative access\n"
		"                kill         end at the first\n"
		"      --lenient              step over what Xen does not fix up, instead of SIGSEGV\n"
		"  -f, --follow               children and threads, too (default)\n"
		"      --no-follow            the first thread of the program only\n"
		"      --root DIR             a directory that the program sees as / (needs root)\n"
		"\n"
		"The report, on standard error:\n"
		"  -o, --output FILE          into a file\n"
		"      --json                 for programs\n"
		"      --folded               stacks, for flame graphs\n"
		"      --top N                rows of the table (default: 20; 0: all)\n"
		"      --trace-libs           with the libraries that each process mapped\n"
		"  -q, --quiet                none\n"
		"\n"
		"      --fail-on-trap         exit status 1 where anything trapped\n"
		"  -h, --help                 this text\n"
		"  -V, --version              the version\n"
		"\n"
		"Ends as the program does. Exit status 2: could not be run. nosegneg-sim(1) is the manual.\n";

enum {
	OPT_NOTE = 256,
	OPT_NOTE_FILE,
	OPT_NO_NOTE,
	OPT_HOLE,
	OPT_XEN,
	OPT_EMULATE,
	OPT_LENIENT,
	OPT_NO_FOLLOW,
	OPT_ROOT,
	OPT_JSON,
	OPT_FOLDED,
	OPT_TOP,
	OPT_TRACE_LIBS,
	OPT_FAIL_ON_TRAP,
};

static const struct option long_options[] = {
	{ "note", required_argument, NULL, OPT_NOTE },
	{ "note-file", required_argument, NULL, OPT_NOTE_FILE },
	{ "no-note", no_argument, NULL, OPT_NO_NOTE },
	{ "hole", required_argument, NULL, OPT_HOLE },
	{ "xen", required_argument, NULL, OPT_XEN },
	{ "emulate", required_argument, NULL, OPT_EMULATE },
	{ "lenient", no_argument, NULL, OPT_LENIENT },
	{ "follow", no_argument, NULL, 'f' },
	{ "no-follow", no_argument, NULL, OPT_NO_FOLLOW },
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "output", required_argument, NULL, 'o' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "folded", no_argument, NULL, OPT_FOLDED },
	{ "top", required_argument, NULL, OPT_TOP },
	{ "trace-libs", no_argument, NULL, OPT_TRACE_LIBS },
	{ "quiet", no_argument, NULL, 'q' },
	{ "fail-on-trap", no_argument, NULL, OPT_FAIL_ON_TRAP },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static int refuse(const char *value, const char *option, const char *why)
{
	char quoted[256] = "'", end[] = "'";

	text_quote(quoted + 1, sizeof(quoted) - sizeof(end), value);
	strcat(quoted, end);
	output_error(option, quoted, why);
	return EXIT_ERROR;
}

static int read_note(struct options *opt, const char *text)
{
	char why[WHY_MAX];
	int size = vdso_note_build(text, opt->desc, why);

	if (size < 0)
		return refuse(text, "--note", why);
	opt->note = true;
	opt->desc_size = (uint32_t)size;
	return 0;
}

static int read_note_file(struct options *opt, const char *path)
{
	_cleanup_root_ struct root host = ROOT_EMPTY;
	_cleanup_free_ char *data = NULL;
	struct kernelcap cap;
	char why[WHY_MAX];
	size_t size;
	int r = root_open_tree(&host, NULL);

	if (r == 0)
		r = root_read(&host, path, VDSO_MAX, &data, &size);
	if (r < 0)
		return refuse(path, "--note-file", strerror(-r));
	if (kernelcap_parse(data, size, &cap, why) < 0)
		return refuse(path, "--note-file", why);
	if (!cap.present)
		return refuse(path, "--note-file", "has no note NT_GNU_HWCAP; --no-note runs without one");
	opt->note = true;
	opt->desc_size = (uint32_t)cap.desc_size;
	memcpy(opt->desc, cap.desc, cap.desc_size);
	return 0;
}

static int read_hole(struct options *opt, const char *text)
{
	unsigned long long hole;
	char *end;

	errno = 0;
	hole = strtoull(text, &end, 0);
	if (*end || end == text || errno || *text == '-' || hole > UINT32_MAX)
		return refuse(text, "--hole", "not an address below 4 GiB, such as 0xf6800000");
	if (hole < 0x10000 || hole & 4095)
		return refuse(text, "--hole", "not a multiple of 4096 (0x1000) from 0x10000 on");
	opt->hole = (uint32_t)hole;
	return 0;
}

static int read_xen(struct options *opt, const char *text)
{
	if (strcmp(text, "pae") == 0)
		opt->hole = XEN_HOLE_PAE;
	else if (strcmp(text, "nonpae") == 0)
		opt->hole = XEN_HOLE_NONPAE;
	else if (strcmp(text, "none") == 0)
		opt->hole = 0;
	else
		return refuse(text, "--xen", "must be pae, nonpae or none");
	return 0;
}

static int read_emulate(struct options *opt, const char *text)
{
	static const char *const names[] = { "flip", "step", "kill" };

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(text, names[i]) == 0) {
			opt->emulate = (enum emulate)i;
			return 0;
		}
	return refuse(text, "--emulate", "must be flip, step or kill");
}

static int read_top(struct options *opt, const char *text)
{
	if (strcmp(text, "0") == 0)
		opt->top = 0;
	else if (!output_number(text, TOP_MAX, &opt->top))
		return refuse(text, "--top", "not a number of rows");
	return 0;
}

static int read_format(struct options *opt, enum report_format format)
{
	if (opt->format != REPORT_TEXT && opt->format != format) {
		output_error("--json", "--folded", "one report has one format");
		return EXIT_ERROR;
	}
	opt->format = format;
	return 0;
}

/* Options that take no value. */
static int read_flag(struct options *opt, int c)
{
	switch (c) {
	case OPT_NO_NOTE:
		opt->note = false;
		opt->desc_size = 0;
		return 0;
	case OPT_LENIENT:
		opt->lenient = true;
		return 0;
	case 'f':
	case OPT_NO_FOLLOW:
		opt->follow = c == 'f';
		return 0;
	case OPT_TRACE_LIBS:
		opt->trace_libs = true;
		return 0;
	case OPT_FAIL_ON_TRAP:
		opt->fail_on_trap = true;
		return 0;
	case 'q':
		opt->quiet = true;
		return 0;
	case OPT_JSON:
		return read_format(opt, REPORT_JSON);
	case OPT_FOLDED:
		return read_format(opt, REPORT_FOLDED);
	default:
		fputs("nosegneg-sim: try 'nosegneg-sim --help'\n", stderr);
		return EXIT_ERROR;
	}
}

static int read_option(struct options *opt, int c)
{
	switch (c) {
	case OPT_NOTE:
		return read_note(opt, optarg);
	case OPT_NOTE_FILE:
		return read_note_file(opt, optarg);
	case OPT_HOLE:
		return read_hole(opt, optarg);
	case OPT_XEN:
		return read_xen(opt, optarg);
	case OPT_EMULATE:
		return read_emulate(opt, optarg);
	case OPT_ROOT:
		opt->root = optarg;
		return 0;
	case 'o':
		opt->out = optarg;
		return 0;
	case OPT_TOP:
		return read_top(opt, optarg);
	default:
		return read_flag(opt, c);
	}
}

int options_read(struct options *opt, int argc, char **argv)
{
	int c, status;

	*opt = (struct options){ .hole = XEN_HOLE_PAE, .follow = true, .top = TOP_DEFAULT };
	status = read_note(opt, NOTE_DEFAULT);
	/* "+": the first word that is no option is the program, what follows belongs to it. */
	while (status == 0 && (c = getopt_long(argc, argv, "+fo:qhV", long_options, NULL)) != -1) {
		if (c == 'h' || c == 'V') {
			fputs(c == 'h' ? usage : "nosegneg-sim " NOSEGNEG_VERSION "\n", stdout);
			return OPTIONS_DONE;
		}
		status = read_option(opt, c);
	}
	if (status == 0 && optind == argc) {
		fputs("nosegneg-sim: no program named; try 'nosegneg-sim --help'\n", stderr);
		status = EXIT_ERROR;
	}
	opt->argv = argv + optind;
	return status;
}
