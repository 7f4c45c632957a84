/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nosegneg-check set: does a library set differ from the base libraries in nothing that matters? */
#ifndef NOSEGNEG_CHECK_SET_H
#define NOSEGNEG_CHECK_SET_H

/* The subcommand: argv[0] is "set". Returns the exit status. */
int set_command(int argc, char **argv);

#endif
