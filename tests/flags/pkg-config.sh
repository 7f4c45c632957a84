#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# pkg-config --cflags nosegneg.
. tests/flags/harness.sh

command -v pkg-config >/dev/null || skip "needs pkg-config; run 'make setup-tests'"
pc() {
	PKG_CONFIG_LIBDIR=$tmp/installed/usr/share/pkgconfig pkg-config "$@" nosegneg
}

is "the flags" "$(pc --cflags | xargs)" "$flag"
is "the libraries" "$(pc --libs | xargs)" ''
is "the version" "nosegneg-check $(pc --modversion)" "$("$check" --version | head -n 1)"
cp -r "$sources" "$tmp/plain"
make -s -C "$tmp/plain" CC='gcc -m32' CXX='g++ -m32' CFLAGS=-O2 CXXFLAGS=-O2
each traps "$tmp/plain"
cp -r "$sources" "$tmp/with"
make -s -C "$tmp/with" CC='gcc -m32' CXX='g++ -m32' CFLAGS="-O2 $(pc --cflags)" CXXFLAGS="-O2 $(pc --cflags)"
each is_safe "$tmp/with"
finish
