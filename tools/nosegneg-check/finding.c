// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "finding.h"

static const char *const codes[FINDING_CODES] = {
	[FINDING_NOTE_ABSENT] = "note-absent",
	[FINDING_NOTE_NOT_ENABLED] = "note-not-enabled",
	[FINDING_NOTE_MASK_BIT] = "note-mask-bit",
	[FINDING_NOTE_BROKEN] = "note-broken",
	[FINDING_ENTRY_MISSING] = "entry-missing",
	[FINDING_ENTRY_INDEX] = "entry-index",
	[FINDING_ENTRY_IGNORED] = "entry-ignored",
	[FINDING_ENTRY_MISMATCH] = "entry-mismatch-2.26",
	[FINDING_ENTRY_NOT_INCLUDED] = "entry-not-included",
	[FINDING_ENTRY_CLASH] = "entry-clash",
	[FINDING_ENTRY_BREAKS_LDCONFIG] = "entry-breaks-ldconfig",
	[FINDING_ENTRY_NOT_NEEDED] = "entry-not-needed",
	[FINDING_CACHE_MISSING] = "cache-missing",
	[FINDING_CACHE_BROKEN] = "cache-broken",
	[FINDING_CACHE_STALE] = "cache-stale",
	[FINDING_CACHE_OLD] = "cache-old",
	[FINDING_SET_MISSING] = "set-missing",
	[FINDING_SET_BROKEN] = "set-broken",
	[FINDING_SET_INCOMPLETE] = "set-incomplete",
	[FINDING_SET_WRONG_PLACE] = "set-wrong-place",
	[FINDING_SET_MISMATCH] = "set-mismatch",
	[FINDING_SET_UNSAFE] = "set-unsafe",
	[FINDING_LOADER_BIT0] = "loader-bit0",
	[FINDING_LOADER_CACHE_BUG] = "loader-cache-bug",
	[FINDING_LOADER_BACKPORT] = "loader-backport",
	[FINDING_NOHWCAP] = "nohwcap",
	[FINDING_HWCAP_MASK] = "hwcap-mask",
	[FINDING_LD_LIBRARY_PATH] = "ld-library-path",
	[FINDING_LD_PRELOAD] = "ld-preload",
	[FINDING_RPATH_BYPASS] = "rpath-bypass",
	[FINDING_PRELINK] = "prelink",
	[FINDING_TLS_DISABLED] = "tls-disabled",
	[FINDING_LIB_TLS] = "lib-tls",
	[FINDING_INITRAMFS_WITHOUT_SET] = "initramfs-without-set",
	[FINDING_STATIC_PROGRAM] = "static-program",
	[FINDING_PROGRAM_UNSAFE] = "program-unsafe",
	[FINDING_LIBRARY_UNSAFE] = "library-unsafe",
	[FINDING_FATAL_ACCESS] = "fatal-access",
	[FINDING_FLIP_COST] = "flip-cost",
	[FINDING_PROCESS_WITHOUT_SET] = "process-without-set",
	[FINDING_PROCESS_BEFORE_SWITCH] = "process-before-switch",
	[FINDING_PROCESS_OTHER_ROOT] = "process-other-root",
	[FINDING_PROCESS_OLD_SET] = "process-old-set",
	[FINDING_KERNEL_WARNING] = "kernel-warning",
	[FINDING_XEN_32_ON_64] = "xen-32-on-64",
	[FINDING_XEN_TOOLSTACK] = "xen-toolstack",
	[FINDING_XEN_CLOCK] = "xen-clock",
	[FINDING_XEN_BALLOON] = "xen-balloon",
	[FINDING_CONTRADICTION] = "contradiction",
	[FINDING_SETTINGS_BROKEN] = "settings-broken",
	[FINDING_SETTINGS_NEVER] = "settings-never",
	[FINDING_HELPER_MISSING] = "helper-missing",
	[FINDING_FACT_UNREADABLE] = "fact-unreadable",
};

const char *finding_code(enum finding_code code)
{
	return codes[code];
}

const char *severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_ERROR] = "error",
	};

	return names[severity];
}

struct finding *finding_add(struct findings *f, enum finding_code code, enum severity severity, const char *text, ...)
{
	struct finding one = { .code = code, .severity = severity };
	va_list args;
	int n;

	va_start(args, text);
	n = vasprintf(&one.text, text, args);
	va_end(args);
	if (n < 0 || array_reserve(&f->list, &f->cap, f->n + 1, sizeof(*f->list)) < 0) {
		if (n >= 0)
			free(one.text);
		f->memory_gone = true;
		return NULL;
	}
	f->list[f->n] = one;
	return &f->list[f->n++];
}

void finding_fix(struct findings *f, struct finding *finding, const char *format, ...)
{
	va_list args;

	if (!finding)
		return;
	free(finding->fix);
	va_start(args, format);
	if (vasprintf(&finding->fix, format, args) < 0) {
		finding->fix = NULL;
		f->memory_gone = true;
	}
	va_end(args);
}

/* Files are named by strangers, and what mends is typed by root. */
const char *finding_word(char *buf, const char *name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+:@%-";
	size_t n = 0;

	if (*name && !name[strspn(name, plain)]) {
		snprintf(buf, FINDING_WORD_MAX, "%s", name);
		return buf;
	}
	buf[n++] = '\'';
	for (; *name && n < FINDING_WORD_MAX - 7; name++)
		if (*name == '\'')
			n += (size_t)sprintf(buf + n, "'\"'\"'");
		else
			buf[n++] = *name;
	buf[n++] = '\'';
	buf[n] = '\0';
	return buf;
}

size_t findings_count(const struct findings *f, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->list[i].severity == severity;
	return n;
}

bool findings_have(const struct findings *f, enum finding_code code)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].code == code)
			return true;
	return false;
}

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->list[i].text);
		free(f->list[i].fix);
	}
	free(f->list);
	*f = (struct findings){ 0 };
}
