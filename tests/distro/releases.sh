#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The sets of other releases than this machine's, as far as they have been built (make libs TARGET=all), in a system of that
# release: it takes them, they trap nowhere, and the base is back afterwards.
. tests/distro/harness.sh

# unpack_set TARGET: a root of the release with the set. Fails where it is for another C library.
unpack_set() {
	new_root "$(of "$1" TARGET_SUITE)"
	put_set "$1"
	fits_base "$1"
}

# none_in_set ARG...: of `traps`.
none_in_set() {
	local all

	is "libraries of the set that trap: $*" "$(set_traps "$@")" ""
	all=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["totals"]["traps"])' "$tmp/report")
	[ "$all" -lt 500 ] || fail "$all traps: $*"
}

# By the kernel's note, on loaders that read one.
by_note() {
	run_inside --vdso /vdso-bit1.so enable
	expect 0 "enabled (alias /usr/lib/i386-linux-gnu/xeon_phi)"
	is "libc without a note" "$(libc_of /bin/ls)" "$base_libc"
	is "libc with a note" "$(under 1 /lib/ld-linux.so.2 --list /bin/ls | awk '$1 == "libc.so.6" { print $3 }')" \
		/lib/i386-linux-gnu/xeon_phi/libc.so.6
	none_in_set --note nosegneg=1 /bin/ls -l /
	run_inside disable
	expect 0 disabled
}

by_directory() {
	run_inside --strategy directory enable
	expect 0 "enabled (directory $1)"
	takes "$1/libc.so.6"
	none_in_set --no-note /bin/ls -l /
	none_in_set --no-note /usr/bin/perl -e 'print join " ", map { sqrt } 1 .. 50'
	run_inside disable
	expect 0 disabled
	takes "$base_libc"
	no_strays
}

tried=
own=$(tools/glibc/target.sh)
for target in $(basename -s .mk conf/targets/*.mk); do
	if [ "$target" = "$own" ] || [ ! -e "$build/$target/stamp/stage" ]; then
		continue
	fi
	unpack_set "$target" || { echo "$target: the system has another libc6 than the set"; continue; }
	cp "$build/tests/distro/vdso-bit1.so" "$root/"
	dir=$(of "$target" TARGET_SET_DIR)
	if [ "$(of "$target" TARGET_UPSTREAM_VERSION)" = 2.31 ]; then
		by_note
	fi
	by_directory "$dir"
	tried+=" $target"
done
[ -n "$tried" ] || skip "needs a library set of another release; run 'make libs TARGET=all'"
finish
