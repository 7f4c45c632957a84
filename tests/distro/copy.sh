#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# nosegneg-copy in systems of each release (DISTRO=all; or of this machine's): programs in an image of their own say what they
# say at home, and with the set nothing in its libraries traps. Also run by an i386 nosegneg-copy inside, on a machine that
# can do that alone.
# shellcheck disable=SC2016 source=tests/distro/harness.sh
. tests/distro/harness.sh

check=$(realpath "$build/bin/nosegneg-check")
outside=$(realpath "$build/bin/nosegneg-copy")
inside=$(realpath "$build/bin/i386/nosegneg-copy")
programs=(/bin/bash /usr/bin/perl /usr/bin/python3 /bin/tar /bin/ls /usr/bin/ldd)

# release TARGET: a root of it with its set, switched off. Fails where there is no set for its C library.
release() {
	[ -e "$build/$1/stage$(of "$1" TARGET_SET_DIR)/manifest" ] || return
	CHROOT_NAME=copy new_root "$(of "$1" TARGET_SUITE)" python3-minimal
	put_set "$1"
	cp "$inside" "$root/usr/bin/"
	fits_base "$1"
}

run_copy() {
	status=0
	"$outside" --root "$root" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# What each program says, in a root.
say() {
	chroot "$1" /bin/bash -c 'x=abc; printf "%s %.3f %d\n" "${x^^}" 2.5 $((6 * 7)); echo $BASH_VERSION'
	chroot "$1" /usr/bin/perl -e 'print join(" ", sort { $a <=> $b } map { $_ * $_ } -3 .. 3), " $]\n"; printf "%.9f\n", exp 1'
	chroot "$1" /usr/bin/python3 -S -E -c 'import sys, threading
t = threading.Thread(target=lambda: print(sys.version, 2 ** 100)); t.start(); t.join()'
	chroot "$1" /bin/tar --version | head -n 1
	chroot "$1" /bin/ls -n /usr/bin/ls
	chroot "$1" /bin/bash /usr/bin/ldd /bin/bash | sed 's/ (0x.*//'
}

sum() {
	tar --sort=name -C "$1" -c . | sha256sum
}

# no_traps IMAGE: no library of the C library traps by itself when real programs run. Safe accesses may, after one that the
# program, perl for one, makes below the thread pointer.
no_traps() {
	local command

	for command in "/bin/bash -c :" "/usr/bin/perl -e exp(1)" "/bin/ls -l /"; do
		# shellcheck disable=SC2086 # words
		"$sim" --json --trace-libs -o "$tmp/report" --root "$1" --no-note -- $command >/dev/null
		is "libraries that trap: $command in ${1##*/}" "$(python3 -c '
import json, re, sys
print(*[l["path"] for l in json.load(open(sys.argv[1]))["libraries"]
	if l["negative"] and re.search("/(nosegneg/|lib(c|m|pthread|rt)[.-])", l["path"])])' "$tmp/report")" ""
	done
}

served() {
	local program

	for program in /bin/bash /usr/bin/perl /bin/ls; do
		"$check" --root "$1" --json "$program" >"$tmp/report" || true
		python3 -c '
import json, sys
p = json.load(open(sys.argv[1]))["programs"][0]
sys.exit(not p["loads"] or any(o["set"] != "nosegneg" for o in p["objects"] if o["name"] in ("libc.so.6", "libm.so.6")))' \
			"$tmp/report" || fail "$program of ${1##*/} does not take the set"
	done
	"$check" --root "$1" --assume-needed >"$tmp/out" 2>&1 || true
	grep -q '^served: ' "$tmp/out" || fail "not served: $(head -n 1 "$tmp/out")"
}

images=$tmp/images
mkdir "$images"
tried=
for target in $(releases); do
	release "$target" || { echo "$target: no set for this release's C library"; continue; }
	rm -rf "${images:?}"/*
	say "$root" >"$tmp/home"

	run_copy "$images/base" "${programs[@]}"
	expect 0 "without the set: not switched on"
	run_copy --set always "$images/set" "${programs[@]}"
	expect 0 "with the set (asked for)" "nosegneg .*/libc.so.6$"
	tail -n 2 "$tmp/out" | sed "s/^/$target: /"
	run_copy --set always "$images/twice" "${programs[@]}"
	is "a second image" "$(sum "$images/twice")" "$(sum "$images/set")"
	run_copy --set always "$images/twice" "${programs[@]}"
	expect 0 "nothing to do"
	is "an image after a second run" "$(sum "$images/twice")" "$(sum "$images/set")"
	chroot "$root" nosegneg-copy -q --set always /tmp/image "${programs[@]}"
	is "an image made inside" "$(sum "$root/tmp/image")" "$(sum "$images/set")"

	cp -a "$images/base" "$images/refit"
	run_copy --refit --set always "$images/refit"
	expect 0 "replaced link"
	diff -r --no-dereference "$images/set" "$images/refit" >&2 || fail "refitted: another image"
	run_copy --refit --set always "$images/refit"
	expect 0 "nothing to do"

	for image in base set refit; do
		# What is no library.
		mkdir "$images/$image/dev"
		cp -a "$root/dev/null" "$images/$image/dev/"
		cp -a "$root"/usr/lib/python3* "$images/$image/usr/lib/"
		say "$images/$image" >"$tmp/said"
		sed "s,$(of "$target" TARGET_SET_DIR),/lib/i386-linux-gnu," "$tmp/said" | diff "$tmp/home" - >&2 ||
			fail "programs of image $image"
	done
	for image in set refit; do
		served "$images/$image"
		no_traps "$images/$image"
		rm "$images/$image/etc/ld.so.cache"
		no_traps "$images/$image"
	done
	tried+=" $target"
done
[ -n "$tried" ] || skip "needs a library set; run 'make libs TARGET=all'"
finish
