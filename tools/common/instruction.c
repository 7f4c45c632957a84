// SPDX-License-Identifier: LGPL-2.1-or-later
#include <Zydis/Zydis.h>
#include <stdio.h>

#include "common/instruction.h"

const char *instruction_text(char *buf, size_t size, uint64_t addr, const uint8_t *bytes, size_t len)
{
	ZydisDisassembledInstruction text;

	if (!ZYAN_SUCCESS(ZydisDisassembleATT(ZYDIS_MACHINE_MODE_LEGACY_32, addr, bytes, len, &text)))
		snprintf(text.text, sizeof(text.text), "?");
	snprintf(buf, size, "%s", text.text);
	return buf;
}

const char *instruction_bytes(char *buf, size_t size, const uint8_t *bytes, size_t len)
{
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < len && at + 4 < size; i++)
		at += (size_t)sprintf(buf + at, "%s%02x", i ? " " : "", bytes[i]);
	return buf;
}
