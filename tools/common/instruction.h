/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An i386 instruction on paper. */
#ifndef COMMON_INSTRUCTION_H
#define COMMON_INSTRUCTION_H

#include <stddef.h>
#include <stdint.h>

/* In AT&T syntax, as objdump would print it; "?" where the bytes are none. Returns buf. */
const char *instruction_text(char *buf, size_t size, uint64_t addr, const uint8_t *bytes, size_t len);

/* Its bytes: "65 a1 00 00 00 00". Cut where `size` ends. Returns buf. */
const char *instruction_bytes(char *buf, size_t size, const uint8_t *bytes, size_t len);

#endif
