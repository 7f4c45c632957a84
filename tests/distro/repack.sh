# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2016,SC2154
# For the tests of packages, after harness.sh: ours, those that are installed made packages again, and what apt and dpkg do
# in $root. $step says what was done last.

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
set_debs=("$dist"/libc6-nosegneg_*_i386.deb)
if [ -z "${tools_debs[*]}" ] || [ -z "${set_debs[*]}" ]; then
	skip "needs the packages; run 'make deb'"
fi

# watch_programs: starts programs until unwatch, which tells how many did not start.
watch_programs() {
	touch "$tmp/watching" "$tmp/watched"
	while [ -e "$tmp/watching" ]; do
		chroot "$root" /bin/sh -c : 2>>"$tmp/watched" || echo "sh: status $?" >>"$tmp/watched"
	done &
	watcher=$!
	trap 'rm -f "$tmp/watching"; wait; clean_up' EXIT
}

unwatch() {
	rm "$tmp/watching"
	wait "$watcher"
	is "programs that did not start meanwhile" "$(head -n 3 "$tmp/watched")" ""
}

inside() {
	status=0
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@" \
		>"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
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

# switched LIBC: which C library programs get now; all that matters starts.
switched() {
	is "libc after $step" "$(libc_of /bin/ls)" "$1"
	programs_work || fail "programs do not work after $step"
	no_strays
}

# same_libc6 VERSION: the packages are for this one.
same_libc6() {
	dpkg-deb -f "${set_debs[-1]}" Depends | grep -qF "libc6 (= $1)" ||
		skip "the packages are for another libc6 than that of $build/distro/$(own_suite).tar, $1"
}

# What is in /archive is an archive to apt.
archive=(-o Dir::Etc::sourcelist=/archive/list -o Dir::Etc::sourceparts=-)
make_archive() {
	(cd "$root/archive" && dpkg-scanpackages . >Packages 2>"$tmp/err") || { cat "$tmp/err"; exit 99; }
	echo 'deb [trusted=yes] file:/archive ./' >"$root/archive/list"
	apt "${archive[@]}" update
}
