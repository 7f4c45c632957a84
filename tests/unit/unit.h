/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every unit test includes: cmocka and the headers that it wants first. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

/* A file that mk/tests.mk builds for the tests. */
#define FIXTURE(name) UNIT_FIXTURES "/" name

#define RUN_TESTS(tests) cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL)

#endif
