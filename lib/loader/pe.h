/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EFI programs, which are PE files: just enough to know that one is whole. Format: Microsoft's PE/COFF specification.
 */
#ifndef LOADER_PE_H
#define LOADER_PE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"

/* Whether the file begins as a PE file does. */
bool pe_is(const uint8_t *data, uint64_t size);

/* Reads the headers of one for x86-64 and checks that its sections are in the file. Errors: -ENOEXEC for another
 * machine, -EBADMSG truncated; `why` (WHY_MAX bytes) says in words what is wrong. */
int pe_check(const uint8_t *data, uint64_t size, char *why);

#endif
