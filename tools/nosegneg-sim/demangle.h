/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* C++ and Rust names as their authors wrote them. */
#ifndef SIM_DEMANGLE_H
#define SIM_DEMANGLE_H

/* "ns::function<int>", without parameters; NULL where the name is no mangled one, or too long when spelled out. The
 * caller frees it. */
char *demangle(const char *name);

#endif
