// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

/* What the note means to the loader. */
static const char *meaning(char *buf, const struct kernel_vdso *vdso, const struct kernel_note *note)
{
	unsigned index;
	bool enabled;

	if (vdso->is64 || vdso->x32)
		snprintf(buf, MEANING_MAX, "nothing: nosegneg libraries are for i386 programs");
	else if (!note->cap.present)
		snprintf(buf, MEANING_MAX,
				"the kernel never asks: not in Linux since 5.9, and not when built without CONFIG_XEN");
	else if (!kernelcap_index(&note->cap, "nosegneg", &index, &enabled))
		snprintf(buf, MEANING_MAX, "the kernel never asks for nosegneg libraries, only for others");
	else if (enabled)
		snprintf(buf, MEANING_MAX, "hwcap %u nosegneg: the kernel asks always, as XenLinux does", index);
	else
		snprintf(buf, MEANING_MAX,
				"hwcap %u nosegneg: the kernel asks only when it runs on Xen (mask set at boot)",
				index);
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

static const char *feature_names(char *buf, size_t size, uint64_t bits)
{
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < 64 && at < size; i++) {
		const char *name = xen_feature_name(i);

		if (!(bits >> i & 1))
			continue;
		at += (size_t)(name ? snprintf(buf + at, size - at, "%s%s", at ? "|" : "", name)
				    : snprintf(buf + at, size - at, "%s%u", at ? "|" : "", i));
	}
	return buf;
}

static const char *note_value(char *buf, const struct xen_note *note)
{
	char text[VALUE_MAX - 32];

	switch (note->kind) {
	case XEN_NOTE_STRING:
		snprintf(buf, VALUE_MAX, "\"%s\"",
				quote(text, sizeof(text), (const char *)note->desc, note->desc_size));
		break;
	case XEN_NOTE_NUMBER:
		if (strcmp(note->name, "SUPPORTED_FEATURES") == 0)
			snprintf(buf, VALUE_MAX, "%#" PRIx64 " %s", note->number,
					feature_names(text, sizeof(text), note->number));
		else
			snprintf(buf, VALUE_MAX, "%#" PRIx64, note->number);
		break;
	case XEN_NOTE_BYTES:
		snprintf(buf, VALUE_MAX, "%s", hex_bytes(text, sizeof(text), note->desc, note->desc_size));
	}
	return buf;
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

static void print_vdso(const struct kernel_vdso *vdso, const struct kernel_note *note)
{
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
	printf("    means    %s\n", meaning(buf, vdso, note));
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

static void print_xen(const struct kernel_report *report)
{
	const struct xen_notes *xen = &report->xen;
	char name[32], value[VALUE_MAX];
	int width = names_width(xen);

	printf("  xen      %s\n", xen->n ? "notes" : xen->guest ? "no notes" : "no notes: not made to be a guest");
	if (xen->guest)
		printf("    __xen_guest  %s\n", quote(value, sizeof(value), xen->guest, xen->guest_size));
	for (size_t i = 0; i < xen->n; i++) {
		const struct xen_note *note = &xen->note[i];

		printf("    %-*s  %s (%s)\n", width, note_name(name, sizeof(name), note), note_value(value, note),
				note->meaning ? note->meaning : "unknown");
	}
	if (xen->broken)
		puts("    problem  some bytes are no whole note");
}

void kernel_print_text(const struct kernel_report *report)
{
	const struct kernel_image *image = report->image;
	char path[QUOTED_MAX], version[2 * sizeof(image->version)];

	printf("%s\n", text_quote(path, sizeof(path), report->path));
	printf("  image    %s, packing %s, %" PRIu64 " bytes unpacked\n",
			image->bzimage ? "bzImage"
			: report->elf  ? "ELF"
				       : "unknown",
			image->packing, image->size);
	if (*image->version)
		printf("  version  %s\n", text_quote(version, sizeof(version), image->version));
	if (image->nvdso == 0)
		puts("  vdso     none found");
	for (size_t i = 0; i < image->nvdso; i++)
		print_vdso(&image->vdso[i], &report->note[i]);
	if (report->elf)
		print_xen(report);
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

static json_t *vdso_json(const struct kernel_vdso *vdso, const struct kernel_note *note)
{
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
	json_object_set_new(o, "meaning", json_string(meaning(buf, vdso, note)));
	return o;
}

static json_t *xen_note_json(const struct xen_note *note)
{
	json_t *o = json_object();
	char buf[VALUE_MAX];

	json_object_set_new(o, "type", json_integer(note->type));
	json_object_set_new(o, "name", note->name ? json_string(note->name) : json_null());
	json_object_set_new(o, "meaning", note->meaning ? json_string(note->meaning) : json_null());
	json_object_set_new(o, "value", output_string(note_value(buf, note)));
	return o;
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
		json_array_append_new(vdsos, vdso_json(&image->vdso[i], &report->note[i]));
	json_object_set_new(o, "bzimage", json_boolean(image->bzimage));
	json_object_set_new(o, "packing", json_string(image->packing));
	json_object_set_new(o, "size", json_integer((json_int_t)image->size));
	json_object_set_new(o, "kernel_version", *image->version ? json_string(image->version) : json_null());
	json_object_set_new(o, "vdsos", vdsos);
	json_object_set_new(o, "xen", report->elf ? xen_json(&report->xen) : json_null());
	return o;
}
