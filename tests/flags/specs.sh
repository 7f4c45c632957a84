#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# gcc -specs=nosegneg.specs: safe 32-bit code in C, C++ and at link time; 64-bit code, the preprocessor, the assembler
# and the linker as without it.
. tests/flags/harness.sh

specs=-specs=$share/nosegneg.specs

# built DIR CC-FLAGS...: the library.
built() {
	cp -r "$sources" "$tmp/$1"
	make -s -C "$tmp/$1" CC="gcc ${*:2}" CXX="g++ ${*:2}" CFLAGS=-O2 CXXFLAGS=-O2 || fail "$1: it does not build"
}

built plain -m32
each traps "$tmp/plain"
built specs -m32 "$specs"
each is_safe "$tmp/specs"

# The same with the flag where objects are compiled, and not where they are linked: it is a part of the objects.
gcc -m32 -O2 -fPIC -flto "$specs" -c "$sources/library.c" -o "$tmp/lto.o"
gcc -m32 -flto -shared "$tmp/lto.o" -o "$tmp/lto.so"
is_safe "$tmp/lto.so"
gcc -m32 -O2 -fPIC -flto -c "$sources/library.c" -o "$tmp/lto.o"
gcc -m32 -flto "$specs" -shared "$tmp/lto.o" -o "$tmp/lto.so"
traps "$tmp/lto.so"

# same WHAT ARG...: gcc does the same with and without the specs.
same() {
	gcc "${@:2}" -o "$tmp/without" 2>"$tmp/err" || fail "$1: $(cat "$tmp/err")"
	gcc "${@:2}" "$specs" -o "$tmp/with" 2>"$tmp/err" || fail "$1, with the specs: $(cat "$tmp/err")"
	cmp -s "$tmp/without" "$tmp/with" || fail "$1: not the same"
	is "$1: what gcc says" "$(cat "$tmp/err")" ''
}

printf '.globl f\nf:\tmov %%gs:0,%%eax\n\tret\n' >"$tmp/f.s"
printf '#ifdef __i386__\n.globl f\nf:\tret\n#endif\n' >"$tmp/f.S"
same 'x86-64' -m64 -O2 -S "$sources/library.c"
same 'x86-64 by default' -O2 -S "$sources/library.c"
same 'x86-64, C++' -m64 -O2 -S "$sources/library.cpp"
same 'preprocessed' -m32 -E "$sources/library.c"
same 'assembler' -m32 -c "$tmp/f.s"
same 'assembler, preprocessed' -m32 -c "$tmp/f.S"
same 'linked' -m32 -shared "$tmp/plain/library-c.so"
if gcc -mx32 -S -x c /dev/null -o /dev/null 2>/dev/null; then same 'x32' -mx32 -O2 -S "$sources/library.c"; fi
finish
