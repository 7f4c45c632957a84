# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
#
# For the tests of what conf/flags gives to other people's builds. Sourced from the top of the tree. The files are taken
# from where they are installed, below $share; $sources has a small library, whose build leaves $what_is_built.

. tests/verdict.sh

build=$(realpath "${B:-build}")
check=$build/bin/nosegneg-check
sources=$PWD/tests/flags
flag=-mno-tls-direct-seg-refs
what_is_built=(library-c.so library-cpp.so library-lto.so)

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
env -u MAKEFLAGS -u MAKELEVEL make -s install-flags DESTDIR="$tmp/installed" prefix=/usr
share=$tmp/installed/usr/share/nosegneg

# scanned FILE PATTERN: what the scanner says of one i386 file.
scanned() {
	"$check" scan "$1" >"$tmp/scan" 2>&1 || [ $? = 1 ] || fail "$1: $(cat "$tmp/scan")"
	grep -q "^1 i386 file scanned, $2" "$tmp/scan" || fail "$1: $(tail -n 1 "$tmp/scan")"
}

traps() {
	scanned "$1" '1 with findings: [1-9][0-9]* proven'
}

is_safe() {
	scanned "$1" '0 with findings'
}

# each JUDGE DIR: all that was built there.
each() {
	local file

	for file in "${what_is_built[@]}"; do
		"$1" "$2/$file"
	done
}
