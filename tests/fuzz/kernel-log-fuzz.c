// SPDX-License-Identifier: LGPL-2.1-or-later
/* libFuzzer target: any bytes as a kernel log, whole and in pieces, which must not differ; as a probe of a captured
 * tree; and as a line of CPUID's, which must come back from its text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "xen/facts.h"
#include "xen/kernel-log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct kernel_log *read_log(const uint8_t *data, size_t size, size_t step)
{
	struct kernel_log *log = NULL;

	if (kernel_log_new(&log) < 0)
		abort();
	for (size_t i = 0; i < size; i += step)
		if (kernel_log_feed(log, data + i, size - i < step ? size - i : step) < 0)
			abort();
	if (kernel_log_end(log) < 0 || kernel_log_end(log) < 0)
		abort();
	return log;
}

static void check_offender(const struct kernel_log *log, const struct kernel_log_offender *o)
{
	uint64_t n = o->more_addresses;

	for (size_t i = 0; i < o->naddress; i++)
		n += o->address[i].count;
	if (o->source == KERNEL_LOG_FIXUP && n != o->count)
		abort();
	if (o->count == 0 || o->first_line == 0 || o->first_line > o->last_line || o->last_line > log->lines)
		abort();
	if (!memchr(o->comm, '\0', sizeof(o->comm)) || o->naddress > KERNEL_LOG_ADDRESSES)
		abort();
}

static void as_log(const uint8_t *data, size_t size)
{
	_cleanup_kernel_log_ struct kernel_log *whole = read_log(data, size, size ? size : 1),
					       *bytes = read_log(data, size, 1);

	if (whole->n != bytes->n || whole->boxes != bytes->boxes || whole->fixups != bytes->fixups ||
			whole->lines != bytes->lines || whole->suppressed != bytes->suppressed)
		abort();
	if (whole->n > KERNEL_LOG_OFFENDERS)
		abort();
	for (size_t i = 0; i < whole->n; i++)
		check_offender(whole, &whole->offender[i]);
}

static void as_probe(const uint8_t *data, size_t size)
{
	struct xen_probe probe;
	struct xen_cpuid again;
	char text[XEN_CPUID_TEXT_MAX], second[XEN_CPUID_TEXT_MAX];

	xen_probe_parse((const char *)data, size, &probe);
	if (probe.note_size > sizeof(probe.note))
		abort();
	xen_cpuid_format(&probe.cpuid, text, sizeof(text));
	if (xen_cpuid_parse(text, &again) < 0 || strcmp(xen_cpuid_format(&again, second, sizeof(second)), text) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	as_log(data, size);
	as_probe(data, size);
	return 0;
}
