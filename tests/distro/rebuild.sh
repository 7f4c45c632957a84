#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The recipe of docs/rebuild-a-library.md, as it is printed there: the library traps before and not after, its scans
# are those in the text, and a program works with it, with no trap in it. Needs `make deb`, and Debian's mirror.
. tests/distro/harness.sh

[ -n "${REBUILD-}" ] || skip "make check-rebuild runs this"
shopt -s nullglob
debs=("${DIST:-dist}"/nosegneg-tools_*_i386.deb)
[ -n "${debs[*]}" ] || skip "needs the packages; run 'make deb'"
page=docs/rebuild-a-library.md
library=/usr/lib/i386-linux-gnu/libjemalloc.so.2

# block FENCE: the text of the first block of code that begins so.
block() {
	awk -v fence="$1" '$0 == fence { on = 1; next } on && /^```$/ { exit } on' "$page"
}

# The build's own needs are in the archive, so that only what the recipe says is downloaded each time.
archive=$build/distro/bookworm-rebuild.tar
tests/distro/make-chroot bookworm "$archive" build-essential debhelper || exit $?
mount -t tmpfs -o mode=755 none "$root"
tar -C "$root" -xf "$archive"
mount -t proc proc "$root/proc"
cp "${debs[-1]}" "$root/tools.deb"
chroot "$root" dpkg -i /tools.deb >/dev/null
chroot "$root" apt-get -q -o APT::Update::Error-Mode=any update >"$tmp/out" 2>&1 ||
	skip "apt cannot reach the mirror: $(tail -n 1 "$tmp/out")"

block '```sh' >"$root/root/recipe"
grep -q dpkg-buildpackage "$root/root/recipe" || fail "$page has no recipe"
start=$SECONDS
status=0
chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive \
	sh -ec 'cd /root; . ./recipe' >"$tmp/log" 2>&1 </dev/null || status=$?
[ "$status" = 0 ] || fail "the recipe ended with status $status: $(tail -n 20 "$tmp/log")"
echo "the recipe took $((SECONDS - start)) s"

# Both scans are in the log, each with its heading.
is "the scans" "$(grep -A 2 '^  PROVEN' "$tmp/log" | grep -v '^--')" \
	"$(awk '/^The version/ { on = 1 } on' "$page" | awk '/^```$/ { if (on) exit; on = 1; next } on')"

# What the flag is for: a program that allocates by it, under a 32-bit Xen.
# shellcheck disable=SC2016 # Perl's variables
negative_in() {
	"$sim" --json -o "$tmp/report" --root "$root" /usr/bin/env LD_PRELOAD="$1" \
		/usr/bin/perl -e '$x{$_} = "y" x $_ for 1 .. 500; print scalar %x' >"$tmp/out"
	is "what perl prints with $1" "$(cat "$tmp/out")" 500
	python3 -c 'import json, sys
print(sum(l["negative"] for l in json.load(open(sys.argv[1]))["libraries"] if "jemalloc" in l["path"]))' "$tmp/report"
}
chroot "$root" sh -ec 'cd /root; apt-get download libjemalloc2/bookworm; dpkg-deb -x libjemalloc2_*-1_i386.deb /old' \
	>"$tmp/log" 2>&1 || fail "Debian's own libjemalloc2: $(cat "$tmp/log")"
before=$(negative_in "/old$library")
after=$(negative_in "$library")
echo "negative accesses in libjemalloc that trapped while perl filled a hash: $before, rebuilt $after"
[ "$before" -gt 100 ] || fail "it did not trap before: $before"
is "traps in the rebuilt library" "$after" 0
finish
