#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian 11's own libc6-xen, and ours: one takes the other's place, by apt, and no program fails to start meanwhile.
# Kernels' notes are injected: Debian's is taken under none, ours, by the alias, under that which asks for it and no other.
# Needs `make deb TARGET=debian-11`.
# shellcheck disable=SC2016 # for shells inside
. tests/distro/harness.sh
. tests/distro/repack.sh

# under_bit BIT COMMAND...: as `inside`, under a kernel whose note has this bit.
under_bit() {
	status=0
	under "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# chosen BIT: the C library of a program under a kernel with this note.
chosen() {
	under "$1" /lib/ld-linux.so.2 --list /bin/ls | awk '$1 == "libc.so.6" { print $3 }'
}

# Programs take the base without a note; and these under a kernel's note of bit 0, 1 and 2.
take() {
	switched "$base_libc"
	is "libc after $step, by bit" "$(chosen 0) $(chosen 1) $(chosen 2)" "$*"
	is "a program under bit 1" "$(under 1 /bin/sh -c 'echo $((6 * 7))')" 42
	row
}

release=debian-11
set_dir=$(of "$release" TARGET_SET_DIR)
alias_libc=/lib/i386-linux-gnu/xeon_phi/libc.so.6
has_set "$release" || table
new_root "$(of "$release" TARGET_SUITE)" libc6-xen
rm "$root/usr/sbin/ldconfig-hwcap"
mount -t proc proc "$root/proc"
[ "$(state libc6-xen)" = "ii " ] || skip "$build/distro/bullseye.tar was made without libc6-xen; remove it"
base=$(version libc6)
set=$(set_deb "$base")
[ -n "$set" ] || skip "needs the set for libc6 $base; run 'make deb TARGET=$release'"
mkdir "$root/debs"
cp "$tools_deb" "$root/debs/tools.deb"
cp "$set" "$root/debs/set.deb"
repack_installed libc6-xen "$tmp/xen"
build_deb "$tmp/xen" "$root/debs/xen.deb"
watch_programs

step="Debian's libc6-xen: taken under no note"
apt install /debs/tools.deb
take "$base_libc" "$base_libc" "$base_libc"
step="nosegneg-check explains that"
under_bit 1 nosegneg-check --assume-needed
expect 1 "^not served" "entry-mismatch" "libc6-xen.conf:[0-9]*: 'hwcap 1 nosegneg': ldconfig of glibc 2.31 caches it as bit"
row

step="ours installed: Debian's is removed, and nothing taken"
apt install /debs/set.deb
is "libc6-xen after $step" "$(state libc6-xen)" "rc "
take "$base_libc" "$base_libc" "$base_libc"
step="ours under a kernel that asks for it: taken under that note alone"
under_bit 1 ldconfig-hwcap auto
expect 0 "enabled (alias /usr/lib/i386-linux-gnu/xeon_phi)"
take "$base_libc" "$alias_libc" "$base_libc"
step="ours under that note: no trap in the set"
is "libraries of the set that trap" \
	"$(set_traps --note nosegneg=1 /usr/bin/perl -e 'print join " ", map { sqrt } 1 .. 50')" ""
grep -q "$(chroot "$root" realpath "$alias_libc")\"" "$tmp/report" || fail "$alias_libc was not mapped"
row
step="nosegneg-check: served, and the line that Debian's left is named"
under_bit 1 nosegneg-check --assume-needed
expect 0 "^served" "note: .*libc6-xen.conf:[0-9]*: .*entry-mismatch"
row

step="Debian's by dpkg while ours is there: refused"
inside dpkg -i /debs/xen.deb
expect 1 "conflict"
take "$base_libc" "$alias_libc" "$base_libc"
step="Debian's by apt: ours is switched off and removed"
apt install /debs/xen.deb
is "libc6-nosegneg after $step" "$(state libc6-nosegneg)" none
take "$base_libc" "$base_libc" "$base_libc"
step="ours again, and Debian's purged"
apt install /debs/set.deb
apt purge libc6-xen
under_bit 1 ldconfig-hwcap auto
expect 0 "enabled (alias"
take "$base_libc" "$alias_libc" "$base_libc"
unwatch
table
finish
