/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands for glibc: thread-local data in a shared library, reached as the compiler likes. */
static __thread int calls __attribute__((tls_model("initial-exec")));

int toy_calls(void)
{
	return ++calls;
}
