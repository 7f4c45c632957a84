#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The RPM package of each release's set that is there, on the release's C library: every program takes all of it, by a
# directory or under the kernel's note, and nothing in it traps. Then rpm unpacks the next release's real C library, and
# finds the set switched off. Needs `make rpm`, for all three `make rpm TARGET=all`; only `make check-rpm` and `check-distro`
# run this.
# shellcheck disable=SC2016 # formats of dpkg-query
[ -n "${DISTRO-}" ] || { echo "make check-rpm runs this"; exit 77; }
. tests/distro/harness.sh
. tests/distro/repack-rpm.sh

# install_in SUITE: a root of the release with our packages; $tmp/SUITE.rpm has its C library. Fails where there is no set.
install_in() {
	new_root "$1"
	rm "$root/usr/sbin/ldconfig-hwcap"
	mount -t proc proc "$root/proc"
	chroot "$root" dpkg --purge libc6-xen >/dev/null 2>&1 || true
	base=$(chroot "$root" dpkg-query -W -f '${Version}' libc6)
	take_glibc "$tmp/$1"
	build_glibc "$tmp/$1" "$base" "$tmp/$1.rpm"
	set=$(set_rpm "$base")
	[ -n "$set" ] || return 1
	rpm_does -i "$tmp/$1.rpm" "$tools_rpm" "$set"
	expect 0 "disabled: not needed"
	switched "$base_libc"
}

# Whatever of the set a program of the root asks for, it gets from there.
all_from_set() {
	local program name

	for program in /usr/bin/perl /bin/bash /usr/bin/getent; do
		while read -r name path; do
			[ ! -e "$root$set_dir/$name" ] || is "$step: $name of $program" "$path" "$set_dir/$name"
		done < <(chroot "$root" /lib/ld-linux.so.2 --list "$program" | awk '$2 == "=>" { print $1, $3 }')
	done
}

# note BIT STRATEGY DIRECTORY: under this note, and no other, programs take the set, from where the cache has it.
note() {
	local bit

	step="$1 as note"
	cp "$build/tests/distro/vdso-bit$1.so" "$root/"
	inside ldconfig-hwcap --vdso "/vdso-bit$1.so" enable
	expect 0 "enabled ($2 "
	for bit in 0 1 2; do
		is "$release: libc under $bit, $step" \
			"$(under "$bit" /lib/ld-linux.so.2 --list /bin/ls | awk '$1 == "libc.so.6" { print $3 }')" \
			"$([ "$bit" = "$1" ] && echo "$3/libc.so.6" || echo "$base_libc")"
	done
	inside ldconfig-hwcap disable
	switched "$base_libc"
}

try() {
	release=$1
	step="the installation"
	install_in "$1" || { echo "$1: no set for glibc $base"; return 0; }
	tried=$((tried + 1))
	if [ "$1" = bullseye ]; then
		note 0 alias /lib/i386-linux-gnu/haswell
		note 1 alias /lib/i386-linux-gnu/xeon_phi
		note 2 hwcap "$set_dir"
	fi
	step="the administrator's word"
	printf 'enable = always\nstrategy = directory\n' >>"$root/etc/nosegneg.conf"
	inside ldconfig-hwcap auto
	expect 0 "enabled (directory $set_dir)"
	switched "$set_libc"
	all_from_set
	is "$release: libraries of the set that trap" "$(set_traps /usr/bin/perl -e 'print sort map { lc } qw(c B a)')" ""
	echo "$release: tried"
	[ -e "$tmp/$2.rpm" ] || return 0
	step="the C library of $2"
	rpm_refuses "is needed by (installed) glibc-nosegneg" -U "$tmp/$2.rpm"
	switched "$set_libc"
	rm "$root/entry"
	rpm_does -U --nodeps "$tmp/$2.rpm"
	is "$release: the entry at the unpacking of $2's" "$(cat "$root/entry")" off
	switched "$base_libc"
	echo "$release: and with the C library of $2"
}

tried=0
try trixie none
try bookworm trixie
try bullseye bookworm
[ "$tried" -gt 0 ] || skip "needs the sets for these releases; run 'make rpm TARGET=all'"
finish
