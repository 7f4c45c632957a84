// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <xen/elfnote.h>

#include "base/text.h"
#include "base/util.h"
#include "kernel.h"

#define BYTES_SHOWN 32
#define VALUE_MAX   1024
#define MEANING_MAX 192

static const char *class_name(const struct kernel_vdso *vdso)
{
	return vdso->is64 ? "x86-64" : vdso->x32 ? "x32" : "i386";
}

static bool is_64bit_kernel(const struct kernel_image *image)
{
	for (size_t i = 0; i < image->nvdso; i++)
		if (image->vdso[i].is64)
			return true;
	return false;
}

/* The file is a vDSO, not a kernel with one inside. */
static bool is_vdso(const struct kernel_image *image)
{
	return image->nvdso > 0 && image->vdso[0].off == 0;
}

/* What the note means to the loader. 64-bit kernels carry the note of 32-bit ones and never set its mask (Linux
 * arch/x86/xen/setup.c, fiddle_vdso). */
static const char *meaning(char *buf, const struct kernel_image *image, size_t i, const struct kernelcap *cap)
{
	const char *when;
	unsigned index;
	bool enabled;

	if (image->vdso[i].is64 || image->vdso[i].x32)
		return "nothing: nosegneg libraries are for i386 programs";
	if (!cap->present)
		return "the kernel never asks: not in Linux since 5.9, and not when built without CONFIG_XEN";
	if (!kernelcap_index(cap, "nosegneg", &index, &enabled))
		return "the kernel never asks for nosegneg libraries";
	if (enabled)
		when = is_vdso(image) ? "asks (mask set)"
				      : "always asks (mask set in the image: XenLinux, Linux 2.6.23)";
	else
		when = is_64bit_kernel(image) ? "never asks: 64-bit kernels leave the mask as it is"
					      : "asks only when it runs on Xen (mask set at boot)";
	snprintf(buf, MEANING_MAX, "hwcap %u nosegneg: the kernel %s", index, when);
	return buf;
}

static const char *hex_bytes(char *buf, size_t size, const uint8_t *data, size_t n)
{
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < n && i < BYTES_SHOWN && at + 4 < size; i++)
		at += (size_t)sprintf(buf + at, "%s%02x", i ? " " : "", data[i]);
	if (n > BYTES_SHOWN && at + 5 < size)
		memcpy(buf + at, " ...", 5);
	return buf;
}

/* Bytes with or without a NUL as a quoted string. */
static const char *quote(char *buf, size_t size, const char *data, size_t n)
{
	_cleanup_free_ char *text = strndup(data, n);

	return text_quote(buf, size, text ? text : "?");
}

static const char *feature_name(char *buf, size_t size, unsigned bit)
{
	const char *name = xen_feature_name(bit);

	if (name)
		return name;
	snprintf(buf, size, "%u", bit);
	return buf;
}

/* As the string note lists them. */
static const char *feature_names(char *buf, size_t size, uint64_t bits)
{
	char number[8];
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < 64 && at < size; i++)
		if (bits >> i & 1)
			at += (size_t)snprintf(buf + at, size - at, "%s%s", at ? "|" : "",
					feature_name(number, sizeof(number), i));
	return buf;
}

static const char *note_value(char *buf, size_t size, const struct xen_note *note)
{
	switch (note->kind) {
	case XEN_NOTE_STRING:
		return quote(buf, size, (const char *)note->desc, note->desc_size);
	case XEN_NOTE_NUMBER:
		snprintf(buf, size, "%#" PRIx64, note->number);
		return buf;
	case XEN_NOTE_BYTES:
		break;
	}
	return hex_bytes(buf, size, note->desc, note->desc_size);
}

static const char *note_name(char *buf, size_t size, const struct xen_note *note)
{
	if (note->name)
		snprintf(buf, size, "%s", note->name);
	else
		snprintf(buf, size, "%#" PRIx32, note->type);
	return buf;
}

static void print_capabilities(const struct kernelcap *cap)
{
	printf("    note     count %" PRIu32 ", mask %#" PRIx32 "\n", cap->count, cap->mask);
	for (size_t i = 0; i < cap->ncap; i++)
		printf("    bit %-4u %s, %s\n", cap->cap[i].bit, cap->cap[i].name,
				cap->cap[i].enabled ? "enabled" : "not enabled");
}

static void print_vdso(const struct kernel_image *image, size_t i, const struct kernel_note *note)
{
	const struct kernel_vdso *vdso = &image->vdso[i];
	char buf[MEANING_MAX];

	printf("  vdso     %s, %" PRIu64 " bytes at %#" PRIx64 "\n", class_name(vdso), vdso->size, vdso->off);
	if (note->failed) {
		printf("    problem  %s\n", note->why);
		return;
	}
	if (note->cap.present)
		print_capabilities(&note->cap);
	else
		puts("    note     none (NT_GNU_HWCAP)");
	for (unsigned bit = 1; bit <= note->cap.problems && bit; bit <<= 1)
		if (note->cap.problems & bit)
			printf("    problem  %s\n", kernelcap_problem_text(bit));
	printf("    means    %s\n", meaning(buf, image, i, &note->cap));
}

static int names_width(const struct xen_notes *xen)
{
	size_t width = 0;
	char buf[32];

	for (size_t i = 0; i < xen->n; i++) {
		size_t len = strlen(note_name(buf, sizeof(buf), &xen->note[i]));

		width = len > width ? len : width;
	}
	return (int)width;
}

static void print_note(const struct xen_note *note, int width)
{
	bool features = note->kind == XEN_NOTE_NUMBER && note->type == XEN_ELFNOTE_SUPPORTED_FEATURES;
	const char *mark = note->kind == XEN_NOTE_STRING ? "\"" : "";
	char name[32], value[VALUE_MAX], names[VALUE_MAX] = "";

	if (features)
		feature_names(names, sizeof(names), note->number);
	printf("    %-*s  %s%s%s%s%s (%s)\n", width, note_name(name, sizeof(name), note), mark,
			note_value(value, sizeof(value), note), mark, *names ? " " : "", names,
			note->meaning ? note->meaning : "unknown");
}

static void print_xen(const struct xen_notes *xen)
{
	char value[VALUE_MAX];
	int width = names_width(xen);

	printf("  xen      %s\n", xen->n ? "notes" : xen->guest ? "no notes" : "no notes: not made to be a guest");
	if (xen->guest)
		printf("    __xen_guest  %s\n", quote(value, sizeof(value), xen->guest, xen->guest_size));
	for (size_t i = 0; i < xen->n; i++)
		print_note(&xen->note[i], width);
	if (xen->broken)
		puts("    problem  some bytes are no whole note");
}

static bool is_xen(const struct xen_image *what)
{
	return what->kind == XEN_IMAGE_HYPERVISOR || what->kind == XEN_IMAGE_SHIM;
}

static void print_guest(const struct xen_notes *xen)
{
	size_t len = 0;
	const char *os = xen_image_guest_os(xen, &len);
	char name[VALUE_MAX];

	printf("  kind     kernel of a Xen guest%s%s\n", os ? ": " : "", os ? quote(name, sizeof(name), os, len) : "");
}

/* The entries of one width: "32-bit (multiboot, pvh)". */
static void print_entries(unsigned entries, unsigned width, const char **separator)
{
	const char *between = "";

	for (unsigned bit = 1; bit <= XEN_ENTRY_EFI; bit <<= 1) {
		enum xen_image_entry entry = (enum xen_image_entry)bit;

		if (!(entries & bit) || xen_image_entry_width(entry) != width)
			continue;
		if (!*between)
			printf("%s%u-bit (", *separator, width);
		printf("%s%s", between, xen_image_entry_key(entry));
		between = ", ";
	}
	if (!*between)
		return;
	putchar(')');
	*separator = ", ";
}

static void print_hypervisor(const struct xen_image *what)
{
	const char *separator = "";

	printf("  kind     %s%s, %s%s\n", what->kind == XEN_IMAGE_SHIM ? "Xen, as PV shim" : "Xen hypervisor",
			what->symbols ? " with symbols (xen-syms)" : "",
			*what->version ? "version " : "version not in the image", what->version);
	fputs("  entry    ", stdout);
	print_entries(what->entries, 32, &separator);
	print_entries(what->entries, 64, &separator);
	if (!what->entries)
		fputs("none that a boot loader finds", stdout);
	if (what->width)
		printf("\n  body     %u-bit: %s\n", what->width, xen_image_proof_text(what->proof));
	else
		puts("\n  body     not known whether 32-bit or 64-bit");
	if (*what->build_id)
		printf("  build    %s\n", what->build_id);
	puts("  loader   asks nothing: a hypervisor has no vDSO");
}

static void print_kind(const struct kernel_report *report)
{
	switch (report->what.kind) {
	case XEN_IMAGE_HYPERVISOR:
	case XEN_IMAGE_SHIM:
		print_hypervisor(&report->what);
		break;
	case XEN_IMAGE_GUEST:
		print_guest(&report->xen);
		break;
	case XEN_IMAGE_LINUX:
		puts("  kind     Linux kernel");
		break;
	case XEN_IMAGE_HVMLOADER:
		puts("  kind     hvmloader, the first code that an HVM guest of Xen runs");
		break;
	case XEN_IMAGE_OTHER:
		printf("  kind     %s\n",
				is_vdso(report->image) ? "vDSO" : "not known: neither Linux, nor Xen or a guest");
		break;
	}
}

static const char *format_name(const struct kernel_report *report)
{
	const struct kernel_image *image = report->image;

	return image->bzimage ? "bzImage" : image->pe ? "EFI program" : report->elf ? "ELF" : "unknown";
}

void kernel_print_text(const struct kernel_report *report)
{
	const struct kernel_image *image = report->image;
	char path[QUOTED_MAX], version[2 * sizeof(image->version)];

	printf("%s\n", text_quote(path, sizeof(path), report->path));
	printf("  image    %s, packing %s, %" PRIu64 " bytes unpacked\n", format_name(report), image->packing,
			image->size);
	print_kind(report);
	if (*image->version)
		printf("  version  %s\n", text_quote(version, sizeof(version), image->version));
	if (image->nvdso == 0 && !is_xen(&report->what))
		puts("  vdso     none found");
	for (size_t i = 0; i < image->nvdso; i++)
		print_vdso(image, i, &report->note[i]);
	if (report->elf && !is_vdso(image))
		print_xen(&report->xen);
}

static json_t *problems_json(unsigned problems)
{
	json_t *all = json_array();

	for (unsigned bit = 1; bit <= problems && bit; bit <<= 1)
		if (problems & bit)
			json_array_append_new(all, json_string(kernelcap_problem_text(bit)));
	return all;
}

static json_t *capabilities_json(const struct kernelcap *cap)
{
	json_t *all = json_array();

	for (size_t i = 0; i < cap->ncap; i++) {
		json_t *o = json_object();

		json_object_set_new(o, "bit", json_integer(cap->cap[i].bit));
		json_object_set_new(o, "name", json_string(cap->cap[i].name));
		json_object_set_new(o, "enabled", json_boolean(cap->cap[i].enabled));
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *note_json(const struct kernelcap *cap)
{
	json_t *o = json_object();

	json_object_set_new(o, "count", json_integer(cap->count));
	json_object_set_new(o, "mask", json_integer(cap->mask));
	json_object_set_new(o, "capabilities", capabilities_json(cap));
	return o;
}

static json_t *vdso_json(const struct kernel_image *image, size_t i, const struct kernel_note *note)
{
	const struct kernel_vdso *vdso = &image->vdso[i];
	json_t *o = json_object();
	char buf[MEANING_MAX];

	json_object_set_new(o, "offset", json_integer((json_int_t)vdso->off));
	json_object_set_new(o, "size", json_integer((json_int_t)vdso->size));
	json_object_set_new(o, "class", json_string(class_name(vdso)));
	if (note->failed) {
		json_object_set_new(o, "error", output_string(note->why));
		return o;
	}
	json_object_set_new(o, "note", note->cap.present ? note_json(&note->cap) : json_null());
	json_object_set_new(o, "problems", problems_json(note->cap.problems));
	json_object_set_new(o, "meaning", json_string(meaning(buf, image, i, &note->cap)));
	return o;
}

static json_t *features_json(uint64_t bits)
{
	json_t *all = json_array();
	char buf[8];

	for (unsigned i = 0; i < 64; i++)
		if (bits >> i & 1)
			json_array_append_new(all, json_string(feature_name(buf, sizeof(buf), i)));
	return all;
}

/* Numbers are strings: addresses of 64 bits are more than JSON's numbers hold everywhere. */
static json_t *xen_note_json(const struct xen_note *note)
{
	static const char *const kinds[] = {
		[XEN_NOTE_STRING] = "string", [XEN_NOTE_NUMBER] = "number", [XEN_NOTE_BYTES] = "bytes"
	};
	json_t *o = json_object();
	char buf[VALUE_MAX];

	json_object_set_new(o, "type", json_integer(note->type));
	json_object_set_new(o, "name", note->name ? json_string(note->name) : json_null());
	json_object_set_new(o, "meaning", note->meaning ? json_string(note->meaning) : json_null());
	json_object_set_new(o, "kind", json_string(kinds[note->kind]));
	json_object_set_new(o, "value", output_string(note_value(buf, sizeof(buf), note)));
	if (note->kind == XEN_NOTE_NUMBER && note->type == XEN_ELFNOTE_SUPPORTED_FEATURES)
		json_object_set_new(o, "features", features_json(note->number));
	return o;
}

static json_t *entries_json(unsigned entries)
{
	json_t *all = json_array();

	for (unsigned bit = 1; bit <= XEN_ENTRY_EFI; bit <<= 1) {
		json_t *o;

		if (!(entries & bit))
			continue;
		o = json_object();
		json_object_set_new(o, "name", json_string(xen_image_entry_key((enum xen_image_entry)bit)));
		json_object_set_new(o, "width", json_integer(xen_image_entry_width((enum xen_image_entry)bit)));
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *hypervisor_json(const struct xen_image *what)
{
	const char *proof = xen_image_proof_key(what->proof);
	json_t *o;

	if (!is_xen(what))
		return json_null();
	o = json_object();
	json_object_set_new(o, "version", *what->version ? json_string(what->version) : json_null());
	json_object_set_new(o, "symbols", json_boolean(what->symbols));
	json_object_set_new(o, "entries", entries_json(what->entries));
	json_object_set_new(o, "width", what->width ? json_integer(what->width) : json_null());
	json_object_set_new(o, "proof", proof ? json_string(proof) : json_null());
	json_object_set_new(o, "build_id", *what->build_id ? json_string(what->build_id) : json_null());
	return o;
}

static const char *kind_key(const struct kernel_report *report)
{
	return is_vdso(report->image) ? "vdso" : xen_image_kind_key(report->what.kind);
}

static json_t *xen_json(const struct xen_notes *xen)
{
	json_t *o = json_object(), *notes = json_array();
	char buf[VALUE_MAX];

	for (size_t i = 0; i < xen->n; i++)
		json_array_append_new(notes, xen_note_json(&xen->note[i]));
	json_object_set_new(o, "notes", notes);
	json_object_set_new(o, "guest_section",
			xen->guest ? output_string(quote(buf, sizeof(buf), xen->guest, xen->guest_size)) : json_null());
	json_object_set_new(o, "broken", json_boolean(xen->broken));
	return o;
}

json_t *kernel_report_json(const struct kernel_report *report)
{
	const struct kernel_image *image = report->image;
	json_t *o = json_object(), *vdsos = json_array();

	json_object_set_new(o, "path", output_string(report->path));
	json_object_set_new(o, "status", json_string(report->failed ? "failed" : "read"));
	if (report->failed) {
		json_object_set_new(o, "error", output_string(report->why));
		json_decref(vdsos);
		return o;
	}
	for (size_t i = 0; i < image->nvdso; i++)
		json_array_append_new(vdsos, vdso_json(image, i, &report->note[i]));
	json_object_set_new(o, "kind", json_string(kind_key(report)));
	json_object_set_new(o, "hypervisor", hypervisor_json(&report->what));
	json_object_set_new(o, "bzimage", json_boolean(image->bzimage));
	json_object_set_new(o, "packing", json_string(image->packing));
	json_object_set_new(o, "size", json_integer((json_int_t)image->size));
	json_object_set_new(o, "kernel_version", *image->version ? json_string(image->version) : json_null());
	json_object_set_new(o, "vdsos", vdsos);
	json_object_set_new(o, "xen", report->elf && !is_vdso(image) ? xen_json(&report->xen) : json_null());
	return o;
}
