/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names for addresses in files: .symtab, .dynsym, and the separate debug file by build-id, all by libdwfl. */
#ifndef SIM_SYMBOLIZE_H
#define SIM_SYMBOLIZE_H

#include <stddef.h>

#include "record.h"

/* Writes "function+0x12", "function", or the address in hexadecimal where the file has no symbol before it. C++ names
 * are demangled. Returns buf. */
const char *symbolize(struct module *module, uint32_t addr, char *buf, size_t size);

/* The function's name alone, demangled; NULL where there is none. Borrowed from the module. */
const char *symbolize_function(struct module *module, uint32_t addr, uint32_t *offset);

/* For a stack, where the nearest function's name would be a wrong one: the function that has the address; where that
 * has no name, its file and where it begins, "libc.so.6+0x8a1d0", by the unwind tables, else the address itself.
 * Returns buf. */
const char *symbolize_frame(struct module *module, uint32_t addr, char *buf, size_t size);

/* Releases what was read for the module. */
void symbolize_free(struct module *module);

#endif
