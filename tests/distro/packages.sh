#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The Debian packages in a real i386 system, by apt: installed, reinstalled, upgraded, removed, purged; and another libc6,
# which must find the set switched off when it is unpacked. A watcher starts a program all the time. Needs `make deb`.
. tests/distro/harness.sh
. tests/distro/repack.sh

# The packages as they are, another libc6 with the same files, and the set as it would be for it.
make_debs() {
	mkdir "$tmp/debs"
	cp "$tools_deb" "$tmp/debs/tools.deb"
	cp "$set" "$tmp/debs/set.deb"
	repack_installed libc6 "$tmp/libc6"
	build_deb "$tmp/libc6" "$tmp/debs/libc6.deb"
	tell_entry "$tmp/libc6"
	set_field "$tmp/libc6" Version "$base+next"
	build_deb "$tmp/libc6" "$tmp/debs/libc6-next.deb"
	dpkg-deb -R "$tmp/debs/set.deb" "$tmp/set-next"
	set_field "$tmp/set-next" Version "$(dpkg-deb -f "$tmp/debs/set.deb" Version)+1"
	build_deb "$tmp/set-next" "$tmp/debs/set-revised.deb"
	sed -i "s/ $(printf %s "$base" | sed 's/[.+]/[&]/g'))/ $base+next)/g" "$tmp/set-next/DEBIAN/control"
	set_field "$tmp/set-next" Version "$base+next+0nosegneg"
	build_deb "$tmp/set-next" "$tmp/debs/set-next.deb"
	mv "$tmp/debs" "$root/debs"
}

new_root "$(own_suite)"
rm "$root/usr/sbin/ldconfig-hwcap"
mount -t proc proc "$root/proc"
base=$(version libc6)
set=$(set_deb "$base")
[ -n "$set" ] || skip "needs the set for libc6 $base; run 'make deb'"
make_debs
watch_programs

step="the installation where it is not needed"
apt install /debs/tools.deb /debs/set.deb
is "$step: what it says" "$(grep -c ldconfig-hwcap: "$tmp/out")" 1
expect 0 "^ldconfig-hwcap: disabled: not needed"
stays_off

step="the administrator's word"
echo 'enable = always' >>"$root/etc/nosegneg.conf"
inside ldconfig-hwcap auto
expect 0 enabled
switched "$set_libc"

step="the reinstallation"
apt install --reinstall /debs/tools.deb /debs/set.deb
expect 0 "^ldconfig-hwcap: disabled" "^ldconfig-hwcap: enabled"
switched "$set_libc"
is "nosegneg.conf after $step" "$(tail -n 1 "$root/etc/nosegneg.conf")" "enable = always"

step="the upgrade of the set"
apt install /debs/set-revised.deb
switched "$set_libc"
step="the downgrade of the set"
apt install --allow-downgrades /debs/set.deb
switched "$set_libc"

step="another libc6 by dpkg"
inside dpkg -i /debs/libc6-next.deb
expect 1 "conflict"
switched "$set_libc"
is "libc6-nosegneg after $step" "$(state libc6-nosegneg)" "ii "

# refused_libc6: the set could not be switched off, so the other libc6 is not unpacked, and all is as before.
refused_libc6() {
	inside apt-get -q -y -o APT::Sandbox::User=root install /debs/libc6-next.deb
	expect 100 "libc6-nosegneg"
	is "libc6 after $step" "$(version libc6)" "$base"
	switched "$set_libc"
}

step="a read-only ld.so.conf.d"
mount --bind "$root/etc/ld.so.conf.d" "$root/etc/ld.so.conf.d"
mount -o remount,bind,ro "$root/etc/ld.so.conf.d"
refused_libc6
umount "$root/etc/ld.so.conf.d"
step="the repair"
apt install --reinstall /debs/set.deb
switched "$set_libc"

for line in 2 '$'; do
	step="the death of prerm at line $line"
	sed -i "${line}a kill -9 \$\$" "$root"/var/lib/dpkg/info/libc6-nosegneg*.prerm
	refused_libc6
	cp "$tmp/set-next/DEBIAN/prerm" "$(echo "$root"/var/lib/dpkg/info/libc6-nosegneg*.prerm)"
	step="the repair"
	apt install --reinstall /debs/set.deb
	switched "$set_libc"
done

step="the loss of ldconfig-hwcap"
rm "$root/usr/sbin/ldconfig-hwcap"
for package in libc6-nosegneg nosegneg-tools; do
	inside dpkg --force-depends --remove "$package"
	expect 1 "$package: the set could not be switched off; .*reinstall nosegneg-tools"
	is "libc after $step" "$(libc_of /bin/ls)" "$set_libc"
done
apt install --reinstall /debs/tools.deb
apt install --reinstall /debs/set.deb
switched "$set_libc"

step="another libc6 by apt"
apt install /debs/libc6-next.deb
is "$step: the entry at its unpacking" "$(cat "$root/entry")" none
is "libc6-nosegneg after $step" "$(state libc6-nosegneg)" none
switched "$base_libc"

step="the way back"
apt install --allow-downgrades /debs/libc6.deb /debs/set.deb
switched "$set_libc"

# The archive has another libc6, and no set for it.
step="the upgrade that keeps libc6 back"
mkdir "$root/archive"
cp "$root/debs/libc6-next.deb" "$root/archive/"
make_archive
apt "${archive[@]}" upgrade
is "libc6 after $step" "$(version libc6)" "$base"
switched "$set_libc"
step="the full upgrade"
rm "$root/entry"
apt "${archive[@]}" full-upgrade
is "$step: the entry at its unpacking" "$(cat "$root/entry")" none
is "libc6-nosegneg after $step" "$(state libc6-nosegneg)" none
switched "$base_libc"
step="the way back again"
apt install --allow-downgrades /debs/libc6.deb /debs/set.deb
switched "$set_libc"

step="another libc6 and its set"
rm "$root/entry"
apt install /debs/set-next.deb /debs/libc6-next.deb
is "$step: the entry at its unpacking" "$(cat "$root/entry")" none
is "libc6-nosegneg after $step" "$(state libc6-nosegneg)" "ii "
switched "$set_libc"

step="both downgraded"
apt install --allow-downgrades /debs/libc6.deb /debs/set.deb
switched "$set_libc"

step="the removal of the programs alone"
inside dpkg --remove nosegneg-tools
expect 1 "dependency problems"
switched "$set_libc"

step="the removal"
apt remove libc6-nosegneg nosegneg-tools
expect 0 "^ldconfig-hwcap: disabled"
switched "$base_libc"
[ -e "$root/etc/nosegneg.conf" ] || fail "$step: nosegneg.conf is gone"
step="the purge"
apt purge nosegneg-tools
is "what is left after $step" "$(find "$root" -xdev \( -name '*nosegneg*' -o -name '*ldconfig-hwcap*' \))" ""
switched "$base_libc"

step="the removal with a set of one's own"
apt install /debs/tools.deb
mkdir -p "$root/opt/nosegneg"
dpkg-deb -x "$root/debs/set.deb" "$tmp/own"
cp -a "$tmp/own$set_dir/." "$root/opt/nosegneg/"
inside ldconfig-hwcap --set /opt/nosegneg enable
switched /opt/nosegneg/libc.so.6
apt purge nosegneg-tools
switched "$base_libc"
unwatch
finish
