// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "diagnosis.h"
#include "common/output.h"

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[VERDICTS] = {
		[VERDICT_SERVED] = "served",
		[VERDICT_NOT_SERVED] = "not served",
		[VERDICT_NOT_NEEDED] = "not needed",
		[VERDICT_BROKEN] = "broken",
		[VERDICT_NOT_KNOWN] = "not known",
	};

	return names[verdict];
}

const char *verdict_key(enum verdict verdict)
{
	static const char *const keys[VERDICTS] = {
		[VERDICT_SERVED] = "served",
		[VERDICT_NOT_SERVED] = "not-served",
		[VERDICT_NOT_NEEDED] = "not-needed",
		[VERDICT_BROKEN] = "broken",
		[VERDICT_NOT_KNOWN] = "not-known",
	};

	return keys[verdict];
}

const char *reason_key(enum reason reason)
{
	static const char *const keys[REASONS] = {
		[REASON_SET_LOADED] = "set-loaded",
		[REASON_BASE_CLEAN] = "base-clean",
		[REASON_SET_MISSING] = "set-missing",
		[REASON_SET_NOT_LOADED] = "set-not-loaded",
		[REASON_SET_PARTLY_LOADED] = "set-partly-loaded",
		[REASON_SET_MISMATCH] = "set-mismatch",
		[REASON_NOTE_BROKEN] = "note-broken",
		[REASON_NO_XEN] = "no-xen",
		[REASON_HARDWARE_GUEST] = "hardware-guest",
		[REASON_64BIT_XEN] = "64-bit-xen",
		[REASON_NO_32BIT_PROGRAMS] = "no-32-bit-programs",
		[REASON_NOT_SHORTENED] = "not-shortened",
		[REASON_NEED_NOT_KNOWN] = "need-not-known",
		[REASON_LIBRARIES_NOT_KNOWN] = "libraries-not-known",
	};

	return keys[reason];
}

static const struct {
	const char *key, *name;
} states[PROCESS_STATES] = {
	[PROCESS_SERVED] = { "served", "served" },
	[PROCESS_NOT_SERVED] = { "not-served", "not served" },
	[PROCESS_UNSAFE] = { "unsafe", "unsafe parts" },
	[PROCESS_STATIC] = { "static", "static" },
	[PROCESS_BEFORE_SWITCH] = { "before-switch", "before the switch" },
	[PROCESS_OLD_SET] = { "old-set", "old set" },
	[PROCESS_OTHER_ROOT] = { "other-root", "other root" },
	[PROCESS_UNKNOWN] = { "not-known", "not known" },
	[PROCESS_NOT_AFFECTED] = { "not-affected", "not affected" },
	[PROCESS_REFUSED] = { "refused", "refused" },
	[PROCESS_VANISHED] = { "vanished", "vanished" },
};

const char *process_state_name(enum process_state state)
{
	return states[state].name;
}

const char *process_state_key(enum process_state state)
{
	return states[state].key;
}

static void add(struct diagnosis *d, struct fact fact)
{
	fact.xen = d->xen_facts;
	if (array_reserve(&d->fact, &d->fact_cap, d->nfact + 1, sizeof(*d->fact)) < 0) {
		free(fact.text);
		d->memory_gone = true;
		return;
	}
	d->fact[d->nfact++] = fact;
}

static void add_text(struct diagnosis *d, struct fact fact, const char *format, va_list args)
{
	if (vasprintf(&fact.text, format, args) < 0)
		d->memory_gone = true;
	else
		add(d, fact);
}

void diagnosis_text(struct diagnosis *d, const char *key, const char *label, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_text(d, (struct fact){ .key = key, .label = label, .kind = FACT_TEXT }, format, args);
	va_end(args);
}

void diagnosis_words(struct diagnosis *d, const char *key, const char *label, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_text(d, (struct fact){ .key = key, .label = label, .kind = FACT_WORDS }, format, args);
	va_end(args);
}

void diagnosis_bool(struct diagnosis *d, const char *key, bool value)
{
	add(d, (struct fact){ .key = key, .kind = FACT_BOOL, .number = value });
}

void diagnosis_number(struct diagnosis *d, const char *key, int64_t value)
{
	add(d, (struct fact){ .key = key, .kind = FACT_NUMBER, .number = value });
}

void diagnosis_unknown(struct diagnosis *d, const char *key)
{
	add(d, (struct fact){ .key = key, .kind = FACT_TEXT });
}

const struct fact *diagnosis_xen(const struct diagnosis *d, const char *key)
{
	for (size_t i = 0; i < d->nfact; i++) {
		const struct fact *fact = &d->fact[i];

		if (fact->xen && fact->key && strcmp(fact->key, key) == 0)
			return fact->kind == FACT_TEXT && !fact->text ? NULL : fact;
	}
	return NULL;
}

int diagnosis_status(const struct diagnosis *d)
{
	if (d->verdict == VERDICT_NOT_KNOWN || d->failed)
		return EXIT_ERROR;
	if (d->verdict == VERDICT_NOT_SERVED || d->verdict == VERDICT_BROKEN)
		return EXIT_FINDINGS;
	return findings_count(&d->findings, SEVERITY_ERROR) + findings_count(&d->findings, SEVERITY_WARNING)
			       ? EXIT_FINDINGS
			       : EXIT_CLEAN;
}

void diagnosis_free(struct diagnosis *d)
{
	for (size_t i = 0; i < d->nfact; i++)
		free(d->fact[i].text);
	for (size_t i = 0; i < d->nprocess; i++) {
		free(d->process[i].name);
		free(d->process[i].libc);
	}
	free(d->fact);
	free(d->process);
	findings_free(&d->findings);
	*d = (struct diagnosis){ 0 };
}
