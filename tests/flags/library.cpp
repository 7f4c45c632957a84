// SPDX-License-Identifier: LGPL-2.1-or-later
// What C++ adds: a thread_local object with a destructor, and an exception through a function that uses it.
#include <stdexcept>
#include <string>

namespace {
__attribute__((tls_model("initial-exec"))) thread_local std::string last;
__attribute__((tls_model("initial-exec"))) thread_local int calls;
}

extern "C" const char *library_remember(const char *text)
{
	if (++calls > 100)
		throw std::runtime_error(last);
	last = text;
	return last.c_str();
}
