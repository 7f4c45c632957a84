#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# counts.sh: programs whose accesses are known one by one: what both ways of counting have to say of them.
set -euo pipefail

build=${B:-build}
sim=$(realpath "${SIM:-$build/bin/nosegneg-sim}")
counts=$build/tests/sim/counts
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failures=0

# Keys are sorted.
totals='s/.*"totals":{[^}]*"fatal":\([0-9]*\),[^}]*"negative":\([0-9]*\),'
totals+='"places":\([0-9]*\),"positive":\([0-9]*\).*/\2 \4 \1 \3/'

# counted SEQUENCE OPTION...: "ENDING NEGATIVE POSITIVE FATAL PLACES".
counted() {
	local status=0

	"$sim" --json -o "$tmp/report" "${@:2}" -- "$counts" "$1" 2>/dev/null || status=$?
	echo "$status" "$(sed "$totals" "$tmp/report")"
}

# is SEQUENCE ENDING NEGATIVE POSITIVE FATAL PLACES [OPTION...]
is() {
	local got

	got=$(counted "$1" "${@:7}")
	[ "$got" = "$2 $3 $4 $5 $6" ] || {
		echo "FAIL: $1 ${*:7}: expected '$2 $3 $4 $5 $6', got '$got'"
		failures=$((failures + 1))
	}
}

# Flipped: the first of each run of equal sign. The segment begins as it was set.
is n 1 1 0 0 1
is nnn 3 1 0 0 1
is p 1 0 0 0 0
is ppp 3 0 0 0 0
is np 2 1 1 0 2
is pn 2 1 0 0 1
is nnpp 4 1 1 0 2
is npnpnp 6 3 3 0 2
is nNnNpPpPnN 10 2 1 0 2
is pppnnnpppnnn 12 2 1 0 2
is nrpr 4 1 1 0 2
is nibuvxzko 9 1 0 0 1
is npipbpupvpxpzpkpop 18 9 9 0 10

# Stepped: each negative one, and no other.
is n 1 1 0 0 1 --emulate step
is nnn 3 3 0 0 1 --emulate step
is nnpp 4 2 0 0 1 --emulate step
is npnpnp 6 3 0 0 1 --emulate step
is nNnNpPpPnN 10 6 0 0 2 --emulate step
is npipbpupvpxpzpkpop 18 9 0 0 9 --emulate step
is nmdasSofDc 10 10 0 0 10 --emulate step

# Killed at the first. Not shortened at all: nothing.
is ppn 139 1 0 0 1 --emulate kill
is nnppmdasSofDc 13 0 0 0 0 --xen none
is nnpp 4 1 1 0 2 --xen nonpae
is nnpp 4 1 1 0 2 --hole 0xf0000000
is nnpp 4 1 1 0 2 --no-note

# What the fix-up refuses ends the program with SIGSEGV (139 here), whatever the segment's state; --lenient steps over it.
for kind in m d a s S f D c; do
	is "$kind" 139 1 0 1 1
	is "pp$kind" 139 1 0 1 1
	is "$kind" 1 1 0 1 1 --lenient
	is "$kind$kind" 2 2 0 2 1 --lenient
	is "p${kind}p$kind" 4 2 0 2 1 --lenient
done
# A negative access before turns the segment round: then the refused one passes, and counts no more than a second n.
for kind in m d a s S D c; do
	is "n$kind" 2 1 0 0 1
	is "n${kind}p" 3 1 1 0 2
	is "np$kind" 139 2 1 1 3
done
# %fs has the same descriptor here.
is nf 2 1 0 0 1
is nfp 3 1 1 0 2

# 16-bit addresses are never below; where the segment is turned round they fault, and are refused.
is wW 2 0 0 0 0
is nw 139 1 1 1 2
is nW 139 1 1 1 2
is nwn 3 1 1 1 2 --lenient
# Four bytes, two of them on each side: Xen turns the segment, and they fault again. The processor refuses them, too.
is t 139 1 1 1 1
is t 139 1 0 0 1 --lenient
is t 139 0 0 0 0 --emulate step
[ "$failures" = 0 ]
