# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
# For the tests of packages: installed packages made packages again, and changed.

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
