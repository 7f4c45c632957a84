// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "loader/pe.h"

#define DOS_PE_OFFSET 0x3c /* u32 in the DOS header: where "PE\0\0" is */
#define PE_MACHINE    4    /* all of these behind that */
#define PE_SECTIONS   6    /* u16 */
#define PE_OPTIONAL   20   /* u16: size of the optional header */
#define PE_HEADER     24
#define MACHINE_AMD64 0x8664

#define SECTION          40
#define SECTION_RAW_SIZE 16 /* u32 */
#define SECTION_RAW      20 /* u32: offset in the file */

static uint32_t number_at(const uint8_t *data, uint64_t off, size_t width)
{
	uint32_t value = 0;

	memcpy(&value, data + off, width);
	return value;
}

/* The offset of the PE header, checked to lie in the file; 0: none. */
static uint64_t find_header(const uint8_t *data, uint64_t size)
{
	uint64_t at;

	if (size < DOS_PE_OFFSET + 4 || memcmp(data, "MZ", 2) != 0)
		return 0;
	at = number_at(data, DOS_PE_OFFSET, 4);
	return range_ok(at, PE_HEADER, size) && memcmp(data + at, "PE\0", 4) == 0 ? at : 0;
}

bool pe_is(const uint8_t *data, uint64_t size)
{
	return find_header(data, size) != 0;
}

int pe_check(const uint8_t *data, uint64_t size, char *why)
{
	uint64_t at = find_header(data, size), table;
	uint32_t sections;

	if (at == 0 || number_at(data, at + PE_MACHINE, 2) != MACHINE_AMD64) {
		snprintf(why, WHY_MAX, "an EFI program for another processor than x86-64");
		return -ENOEXEC;
	}
	sections = number_at(data, at + PE_SECTIONS, 2);
	table = at + PE_HEADER + number_at(data, at + PE_OPTIONAL, 2);
	if (!range_ok(table, (uint64_t)sections * SECTION, size))
		return why_broken(why, "truncated: the table of its sections lies outside the file");
	for (uint32_t i = 0; i < sections; i++, table += SECTION) {
		uint32_t raw_size = number_at(data, table + SECTION_RAW_SIZE, 4);

		/* One without bytes in the file may be anywhere. */
		if (raw_size && !range_ok(number_at(data, table + SECTION_RAW, 4), raw_size, size))
			return why_broken(why, "truncated: section %u lies outside the file", i + 1);
	}
	return 0;
}
