#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# setuid.sh: a program with the set-user-ID bit becomes its owner under the simulator, too, where root runs it, and traps.
set -eu # no pipefail: the program ends with 3

build=${B:-build}
sim=$(realpath "${SIM:-$build/bin/nosegneg-sim}")
owner=65534
[ "$(id -u)" = 0 ] || { echo "needs root: files of somebody else"; exit 77; }
tmp=$(mktemp -d "$build/setuid.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
cp "$build/tests/sim/self" "$tmp/self"
chown $owner "$tmp/self"
chmod 4755 "$tmp/self"

users() {
	grep '^Uid:' | tr -s '\t ' ' '
}
natively=$("$tmp/self" status | users)
[ "$natively" = "Uid: 0 $owner $owner $owner" ] || { echo "set-user-ID bits have no effect in $tmp: $natively"; exit 77; }
simulated=$("$sim" --json -o "$tmp/report" -- "$tmp/self" status | users)
[ "$simulated" = "$natively" ] || { echo "FAIL: natively $natively, simulated $simulated"; exit 1; }
grep -q '"kind":"simulated"' "$tmp/report" && ! grep -q '"totals":{[^}]*"traps":0[,}]' "$tmp/report" || {
	echo "FAIL: nothing trapped"
	exit 1
}
