#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The packages under the next release's real libc6, of Debian 13: dpkg refuses it, and apt switches the set off first. A
# watcher starts a program all the time. Needs `make deb`; only `make check-deb` and `check-distro` run this.
# shellcheck disable=SC2016 # formats of dpkg-query
[ -n "${DISTRO-}" ] || { echo "make check-deb runs this"; exit 77; }
. tests/distro/harness.sh
. tests/distro/repack.sh

# What libc6 2.41 wants to be upgraded with it.
upgraded="libc6 libc-bin base-files"

new_root trixie
mkdir "$tmp/archive"
for package in $upgraded; do
	repack_installed "$package" "$tmp/$package"
done
tell_entry "$tmp/libc6"
for package in $upgraded; do
	build_deb "$tmp/$package" "$tmp/archive/$package.deb"
done

new_root "$(own_suite)"
rm "$root/usr/sbin/ldconfig-hwcap"
mount -t proc proc "$root/proc"
base=$(chroot "$root" dpkg-query -W -f '${Version}' libc6)
same_libc6 "$base"
mv "$tmp/archive" "$root/archive"
make_archive
cp "${tools_debs[-1]}" "$root/tools.deb"
cp "${set_debs[-1]}" "$root/set.deb"
watch_programs

step="the administrator's word"
apt install /tools.deb /set.deb
echo 'enable = always' >>"$root/etc/nosegneg.conf"
inside ldconfig-hwcap auto
switched "$set_libc"

step="the next libc6 by dpkg"
inside dpkg --auto-deconfigure -i /archive/libc6.deb
expect 1 "conflict"
switched "$set_libc"

step="the upgrade to the next release"
apt "${archive[@]}" full-upgrade
is "$step: the entry at its unpacking" "$(cat "$root/entry")" none
is "libc6-nosegneg after $step" "$(state libc6-nosegneg)" none
switched "$base_libc"
inside ldconfig-hwcap print
expect 0 "glibc 2.41"

step="the set of the release before"
inside apt-get -q -y install /set.deb
expect 100 "libc6 (= $base)"
inside dpkg -i /set.deb
expect 1 "conflict"
switched "$base_libc"
unwatch
finish
