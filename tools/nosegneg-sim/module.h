/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is mapped in a process: files, and addresses in them. */
#ifndef SIM_MODULE_H
#define SIM_MODULE_H

#include "base/maps.h"
#include "record.h"

/* /proc/PID/maps of a process. */
struct process_maps {
	pid_t pid;
	char *text; /* with a NUL behind it */
	size_t size;
};

/* Returns 0 or a negative errno. The caller frees maps->text. */
int process_maps_read(struct process_maps *maps, pid_t pid);

/* The line that has an address. */
bool process_maps_at(const struct process_maps *maps, uint64_t addr, struct maps_line *out);

/* Whether a line is of a file, or of the vDSO. */
bool module_is_known(const struct maps_line *line);
bool module_is(const struct module *module, const struct maps_line *line);

/* Opens and reads the file of such a line; what cannot be done is left out. Freed by module_free. */
struct module *module_new(const struct process_maps *maps, const struct maps_line *line);
void module_free(struct module *module);

/* The record's module for a line; NULL: anonymous memory. In record.c. */
struct module *record_module(struct record *rec, const struct process_maps *maps, const struct maps_line *line);

/* The address that the file gives to the byte at `off`, by the PT_LOADs that have it, an executable one first; what is
 * no ELF file is counted from its beginning. */
uint32_t module_address(const struct module *module, uint64_t off);

/* Where the first PT_LOAD begins, rounded down to its alignment; false where there is none. */
bool module_start(const struct module *module, uint64_t *addr);

#endif
