# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# For the tests of packages, after harness.sh: ours, those that are installed made packages again, and what apt and dpkg do
# in $root. $step says what was done last.
. tests/distro/watch.sh

# repack_installed PACKAGE DIR: the package's files in $root and what dpkg knows of it, as for dpkg-deb -b.
repack_installed() {
	local file name

	mkdir -p "$2/DEBIAN"
	chroot "$root" dpkg -L "$1" | while read -r file; do
		[ -L "$root$file" ] || [ -e "$root$file" ] || continue
		# /lib is a link, and in the package a directory.
		[ -L "$root$file" ] && [ -d "$root$file" ] || echo ".$file"
	done | tar -C "$root" -c --no-recursion -T - | tar -C "$2" -x --keep-directory-symlink
	chroot "$root" dpkg-query -s "$1" | sed '/^Status: /d; /^Conffiles:/,/^[^ ]/{/^Conffiles:/d; /^ /d}' >"$2/DEBIAN/control"
	for file in "$root/var/lib/dpkg/info/$1":i386.* "$root/var/lib/dpkg/info/$1".*; do
		name=${file##*.}
		case $name in
		preinst | postinst | prerm | postrm | conffiles | triggers | templates | shlibs | symbols) cp -a "$file" "$2/DEBIAN/$name" ;;
		esac
	done
}

set_field() {
	sed -i "s/^$2: .*/$2: $3/" "$1/DEBIAN/control"
}

# Its preinst tells in /entry whether a set is switched on when it is unpacked.
tell_entry() {
	local preinst=$1/DEBIAN/preinst

	[ -e "$preinst" ] || { echo '#!/bin/sh' >"$preinst"; chmod 755 "$preinst"; }
	sed -i "1a ls $conf >/entry 2>/dev/null || echo none >/entry" "$preinst"
}

build_deb() {
	dpkg-deb --root-owner-group -Znone -b "$1" "$2" >/dev/null
}

dist=${DIST:-dist}
shopt -s nullglob
tools_debs=("$dist"/nosegneg-tools_*_i386.deb)
[ -n "${tools_debs[*]}" ] || skip "needs the packages; run 'make deb'"
tools_deb=${tools_debs[-1]}

# set_deb VERSION: the package of the set for this libc6, or nothing.
set_deb() {
	local debs=("$dist/libc6-nosegneg_$1+0nosegneg"*_i386.deb)

	[ -z "${debs[*]}" ] || echo "${debs[-1]}"
}

apt() {
	inside apt-get -q -y -o APT::Sandbox::User=root --no-install-recommends "$@"
	[ "$status" = 0 ] || fail "apt-get $*: $(said)"
	is "apt-get $*: libraries that differ from dpkg's list" "$(chroot "$root" dpkg --verify | grep -v ' c \| /usr/share/\| /var/')" ""
}

# state PACKAGE: as dpkg has it.
state() {
	chroot "$root" dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null || echo none
}

# version PACKAGE: the one that is installed.
version() {
	chroot "$root" dpkg-query -W -f '${Version}' "$1" 2>/dev/null || echo none
}

# Needs no system of the release.
has_set() {
	local debs=("$dist/libc6-nosegneg_$(of "$1" TARGET_UPSTREAM_VERSION)"-*_i386.deb)

	[ -n "${debs[*]}" ] || { step="the packages"; row "missing for $1"; return 1; }
}

# release_root RELEASE [NAME PACKAGE...]: a root of this release, with more programs than the least or with these packages,
# and our packages for its libc6 in /debs. Fails where they are missing.
release_root() {
	release=$1
	[ $# != 1 ] || set -- "$1" programs python3 locales netbase
	has_set "$release" || return 1
	set_dir=$(of "$release" TARGET_SET_DIR)
	set_libc=$set_dir/libc.so.6
	CHROOT_NAME=$2 new_root "$(of "$release" TARGET_SUITE)" "${@:3}"
	rm "$root/usr/sbin/ldconfig-hwcap"
	mount -t proc proc "$root/proc"
	base=$(version libc6)
	set=$(set_deb "$base")
	[ -n "$set" ] || { step="the packages"; row "missing for libc6 $base"; return 1; }
	mkdir "$root/debs"
	cp "$tools_deb" "$root/debs/tools.deb"
	cp "$set" "$root/debs/set.deb"
}

# The administrator's word, that holds where the kernel asks for nothing.
switch_on() {
	printf '%s\n' 'enable = always' 'strategy = directory' >>"$root/etc/nosegneg.conf"
	inside ldconfig-hwcap auto
	expect 0 "enabled (directory $set_dir)"
}

# row [RESULT]: a line of the table that `table` shows: passed, unless something failed since the last one.
failures_then=0
row() {
	local result=${1:-passed}

	[ "$failures" = "$failures_then" ] || result=FAILED
	failures_then=$failures
	printf '%-10s | %-62s | %s\n' "$release" "$step" "$result" | tee -a "$tmp/table"
}

table() {
	echo
	cat "$tmp/table"
	grep -qv '| missing' "$tmp/table" || skip "needs the packages for these releases; run 'make deb TARGET=all'"
}

# What is in /archive is an archive to apt.
archive=(-o Dir::Etc::sourcelist=/archive/list -o Dir::Etc::sourceparts=-)
make_archive() {
	(cd "$root/archive" && dpkg-scanpackages . >Packages 2>"$tmp/err") || { cat "$tmp/err"; exit 99; }
	echo 'deb [trusted=yes] file:/archive ./' >"$root/archive/list"
	apt "${archive[@]}" update
}
