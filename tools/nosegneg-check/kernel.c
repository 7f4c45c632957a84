// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "kernel.h"

static int read_notes(struct kernel_report *report)
{
	const struct kernel_image *image = report->image;

	report->note = calloc(image->nvdso + 1, sizeof(*report->note));
	if (!report->note)
		return why_failed(report->why, -ENOMEM);
	for (size_t i = 0; i < image->nvdso; i++) {
		struct kernel_note *note = &report->note[i];

		note->failed = kernelcap_parse(image->data + image->vdso[i].off, image->vdso[i].size, &note->cap,
					       note->why) < 0;
	}
	return 0;
}

/* The payload of an old bzImage is bare code: it has no notes, and that is no error. */
static int read_xen(struct kernel_report *report)
{
	int r = xen_notes_read(report->image->data, report->image->size, &report->xen, report->why);

	report->elf = r == 0;
	return r == -ENOEXEC ? 0 : r;
}

/* Of EFI programs only Xen is of interest. */
static int look(struct kernel_report *report)
{
	const struct kernel_image *image = report->image;

	xen_image_read(image->data, image->size, image->pe, &report->xen, &report->what);
	if (!image->pe || report->what.kind == XEN_IMAGE_HYPERVISOR)
		return 0;
	snprintf(report->why, sizeof(report->why), "an EFI program, but not Xen");
	return -ENOEXEC;
}

static int read_file(struct kernel_report *report)
{
	/* O_NONBLOCK: a FIFO is refused, not waited for. */
	_cleanup_close_ int fd = open(report->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r;

	if (fd < 0)
		return why_failed(report->why, -errno);
	r = kernel_image_read(fd, &report->image, report->why);
	if (r == 0)
		r = read_notes(report);
	if (r == 0)
		r = read_xen(report);
	return r == 0 ? look(report) : r;
}

void kernel_report_read(struct kernel_report *out, const char *path)
{
	*out = (struct kernel_report){ .path = path };
	out->failed = read_file(out) < 0;
}

void kernel_report_free(struct kernel_report *report)
{
	xen_notes_free(&report->xen);
	free(report->note);
	kernel_image_free(report->image);
	*report = (struct kernel_report){ 0 };
}

static const char usage[] =
		"usage: nosegneg-check kernel [options] IMAGE...\n"
		"Shows what kernel images are, and what they say to the loader (the note NT_GNU_HWCAP of the vDSOs "
		"inside,\n"
		"which asks for nosegneg libraries) and to Xen. IMAGE is a bzImage, a vmlinux, Xen itself (xen.gz, "
		"xen.efi,\n"
		"xen-syms, xen-shim) or another guest's kernel, packed or not, or a vDSO image.\n"
		"\n"
		"      --json  one JSON document on standard output\n"
		"  -h, --help  this text\n"
		"\n"
		"Exit status: 0, or 2 where a file could not be read.\n";

enum { OPTION_JSON = CHAR_MAX + 1 };

static const struct option long_options[] = {
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int usage_error(void)
{
	fputs("nosegneg-check: try 'nosegneg-check kernel --help'\n", stderr);
	return EXIT_ERROR;
}

/* Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, bool *json)
{
	int c;

	while ((c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (c == OPTION_JSON) {
			*json = true;
		} else if (c == 'h') {
			fputs(usage, stdout);
			return EXIT_CLEAN;
		} else {
			return usage_error();
		}
	}
	if (optind < argc)
		return -1;
	output_error("kernel", "no IMAGE", "name a kernel image");
	return usage_error();
}

/* One image at a time is in memory. Returns whether it could be read. */
static bool show(const char *path, json_t *images)
{
	struct kernel_report report;
	bool read;

	kernel_report_read(&report, path);
	read = !report.failed;
	if (images)
		json_array_append_new(images, kernel_report_json(&report));
	else if (read)
		kernel_print_text(&report);
	if (!read) {
		fflush(stdout);
		output_error(path, "kernel", report.why);
	}
	kernel_report_free(&report);
	return read;
}

static bool print_document(json_t *images)
{
	json_t *document = json_object();
	bool printed;

	json_object_set_new(document, "version", json_integer(1));
	json_object_set_new(document, "images", images);
	printed = json_dumpf(document, stdout, JSON_INDENT(2)) == 0;
	putchar('\n');
	json_decref(document);
	if (!printed)
		output_error("kernel", "--json", strerror(ENOMEM));
	return printed;
}

int kernel_command(int argc, char **argv)
{
	bool json = false, read = true;
	int r = parse_options(argc, argv, &json);
	json_t *images;

	if (r >= 0)
		return r;
	images = json ? json_array() : NULL;
	for (int i = optind; i < argc; i++)
		read &= show(argv[i], images);
	if (json)
		read &= print_document(images);
	return read ? EXIT_CLEAN : EXIT_ERROR;
}
