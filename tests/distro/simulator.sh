#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The static i386 simulator inside i386 systems, of which it knows nothing, and the machine's own with --root: programs do
# what they do without, and both count the same.
. tests/distro/harness.sh

static=$(realpath "$build/bin/i386/nosegneg-sim")
clean=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C)

# result COMMAND...: what it says, and how it ends.
result() {
	local status=0

	"${clean[@]}" "$@" 2>&1 || status=$?
	echo "status $status"
}

# counts FILE: negative and positive accesses, and where.
counts() {
	python3 -c '
import json, sys
report = json.load(open(sys.argv[1]))
for site in report["sites"]:
    path = site["library"] and site["library"].removeprefix(sys.argv[2])
    print(path, site["address"], site["negative"], site["positive"], site["function"])
print(report["totals"]["negative"], report["totals"]["positive"])' "$1" "$root" | sort
}

# behaves COMMAND...: natively, under the simulator inside, and under the one outside.
behaves() {
	local native inside outside

	native=$(result chroot "$root" "$@")
	inside=$(result chroot "$root" /usr/bin/nosegneg-sim --json -o /tmp/report -- "$@")
	outside=$(result "$sim" --json -o "$tmp/report" --root "$root" -- "$@")
	is "$*: inside" "$inside" "$native"
	is "$*: outside" "$outside" "$native"
	counts "$root/tmp/report" >"$tmp/inside"
	counts "$tmp/report" >"$tmp/outside"
	grep -q '^/.*libc' "$tmp/inside" || fail "$*: nothing trapped"
}

# The same counts at the same places.
counted_the_same() {
	behaves "$@"
	cmp -s "$tmp/inside" "$tmp/outside" || fail "$*: $(diff "$tmp/inside" "$tmp/outside")"
}

# shellcheck disable=SC2016 # for shells inside
for suite in bullseye "$(own_suite)"; do
	new_root "$suite"
	cp "$static" "$root/usr/bin/"
	mount -t proc proc "$root/proc"
	counted_the_same ls -l /usr
	counted_the_same sh -c 'echo $((6 * 7)); exit 7'
	counted_the_same sort /etc/passwd
	# In which order hashes are kept is another each time in these.
	behaves bash -c 'kill -TERM $$'
	behaves bash -c 'for i in 1 2 3; do echo $i | tr 1-3 a-c; done; head -n 3 /etc/passwd | sort; echo $(nosuch || echo no)'
	behaves perl -e 'my $pid = fork // die; if (!$pid) { exec "/bin/ls", "/" or die } wait; printf "%d %.3f\n", $?, exp 1'
done

# It names what is missing.
umount "$root/proc"
chroot "$root" nosegneg-sim -q ls / >"$tmp/out" 2>&1 && fail "runs without /proc"
grep -q '/proc' "$tmp/out" || fail "without /proc: $(cat "$tmp/out")"
finish
