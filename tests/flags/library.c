// SPDX-License-Identifier: LGPL-2.1-or-later
/* A library with thread-local data of its own: initial-exec, and an error number like errno. */
extern __thread int library_error __attribute__((tls_model("initial-exec")));
__thread int library_error;

static __thread struct {
	unsigned count;
	char text[32];
} state __attribute__((tls_model("initial-exec")));

int *library_error_location(void)
{
	return &library_error;
}

int library_append(char c)
{
	if (state.count == sizeof(state.text) - 1) {
		library_error = 28;
		return -1;
	}
	state.text[state.count++] = c;
	return 0;
}
