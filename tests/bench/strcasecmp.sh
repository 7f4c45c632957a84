#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# strcasecmp.sh BASE_DIR SET_DIR: the same i386 program with the libraries of
# both, in turns, and the ratio of the best times.  Which variant runs is the
# processor's choice, SSE4.2 on all of the last decade; the SSSE3 one is
# forced by taking SSE4.2 away (glibc's tunable).
set -euo pipefail

base_dir=$1 set_dir=$2
loader=$base_dir/ld-linux.so.2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

gcc -m32 -O2 -o "$tmp/strcasecmp" tests/bench/strcasecmp.c

# measure LIBRARY_PATH: the best of three runs for each line
measure() {
	for _ in 1 2 3; do
		"$loader" --library-path "$1" "$tmp/strcasecmp"
	done | sort -k1,1 -k2,2n -k3,3n | awk '!seen[$1, $2]++'
}

compare() {
	echo "$1: function, length, base ns, set ns, set/base"
	measure "$base_dir" >"$tmp/base"
	measure "$set_dir:$base_dir" >"$tmp/set"
	paste -d' ' "$tmp/base" "$tmp/set" |
		awk '{ printf "%-12s %5d %8.2f %8.2f %6.2f\n", $1, $2, $3, $6, $6 / $3 }'
}

compare sse4.2
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-SSE4_2
compare ssse3
