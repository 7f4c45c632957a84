#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The RPM packages in a real i386 system, by rpm, with their scripts: installed, reinstalled, upgraded, removed; and another
# glibc, which must find the set switched off when it is unpacked. A watcher starts programs all the time. Needs `make rpm`.
# shellcheck disable=SC2016 # formats of dpkg-query
. tests/distro/harness.sh
. tests/distro/repack-rpm.sh

# make_set VERSION EVR FILE: the set as tools/package/rpm.sh packs it.
make_set() {
	B=$tmp/b DIST=$tmp/made TARGET=set TARGET_SET_DIR="" VERSION=$1 GLIBC_EVR=$2 MAINTAINER=tests tools/package/rpm.sh set
	mv "$tmp/made"/*.rpm "$tmp/$3.rpm"
}

# This glibc, and another: the same code, but the libraries say that they are of another build, so that no set fits both.
make_rpms() {
	cp "$tools_rpm" "$tmp/tools.rpm"
	cp "$set_rpm" "$tmp/set.rpm"
	take_glibc "$tmp/glibc"
	build_glibc "$tmp/glibc" "$base" "$tmp/glibc.rpm"
	mkdir -p "$tmp/b/set/stage" "$tmp/b/set/unpacked/debian"
	touch "$tmp/b/set/unpacked/debian/copyright"
	rpm2cpio "$set_rpm" | (cd "$tmp/b/set" && cpio -idm --quiet)
	cp -a "$tmp/b/set$set_dir/." "$tmp/b/set/stage/"
	make_set 9.9.9 "$base" set-revised
	find "$tmp/glibc" -type f -print0 | xargs -0 python3 "$tmp/other-build" "$tmp/b/set/stage/manifest"
	build_glibc "$tmp/glibc" "$base.1" "$tmp/glibc-next.rpm"
	make_set 0 "$base.1" set-next
	printf '%s\n' 'Name: no-set' 'Version: 1' 'Release: 1' 'Summary: none' 'License: none' 'Obsoletes: glibc-nosegneg' \
		'%description' '%files' >"$tmp/no-set.spec"
	build_rpm "$tmp/no-set.spec" "$tmp/no-set.rpm"
	repack_tools 9.9.8 "" "$tmp/tools-same.rpm"
	repack_tools 9.9.9 "# Another word." "$tmp/tools-next.rpm"
}
cat >"$tmp/other-build" <<'END'
import re, sys
manifest = open(sys.argv[1]).read()
for old in set(re.findall(r'base-build-id=(\w+)', manifest)):
    new = old[2:] + '55'
    manifest = manifest.replace('base-build-id=' + old, 'base-build-id=' + new)
    for path in sys.argv[2:]:
        data = open(path, 'rb').read()
        if bytes.fromhex(old) in data:
            open(path, 'wb').write(data.replace(bytes.fromhex(old), bytes.fromhex(new)))
open(sys.argv[1], 'w').write(manifest)
END

# off_at_unpacking: the glibc that came last found the set switched off.
off_at_unpacking() {
	is "$step: the entry at the unpacking of glibc" "$(cat "$root/entry" 2>/dev/null)" off
	rm -f "$root/entry"
}

new_root "$(own_suite)"
rm "$root/usr/sbin/ldconfig-hwcap"
mount -t proc proc "$root/proc"
base=$(chroot "$root" dpkg-query -W -f '${Version}' libc6)
set_rpm=$(set_rpm "$base")
[ -n "$set_rpm" ] || skip "needs the set for glibc $base; run 'make rpm'"
make_rpms
before=$(files)
watch_programs

step="what the packages say"
is "$step: what the set needs" "$(rpm -qp --requires "$tmp/set.rpm" | grep -v '^rpmlib\|^/' | sort -u | paste -sd,)" \
	"glibc(x86-32) = $base,nosegneg-tools,nosegneg-tools >= $(rpm -qp --qf '%{version}' "$tmp/tools.rpm")"
is "$step: what the set provides" "$(rpm -qp --provides "$tmp/set.rpm" | sed 's/ = .*//' | paste -sd,)" \
	"glibc-nosegneg,glibc-nosegneg(x86-32)"
is "$step: what the programs need" "$(rpm -qp --requires "$tmp/tools.rpm" | grep -v '^rpmlib' | sort -u | paste -sd,)" \
	"/bin/bash,/bin/sh,config(nosegneg-tools) = $(rpm -qp --qf '%{evr}' "$tmp/tools.rpm")"
is "$step: configuration files" "$(rpm -qp --configfiles "$tmp/tools.rpm")" /etc/nosegneg.conf
is "$step: the place of the set" "$(sed -n 's/^set-directory: //p' "$tmp/b/set$set_dir/manifest")" "$set_dir"
is "$step: libraries that are not as the manifest says" "$(sed -n 's|^library: \([^ ]*\) .*sha256=\([^ ]*\) .*|\2  \1|p' \
	"$tmp/b/set$set_dir/manifest" | (cd "$tmp/b/set$set_dir" && sha256sum -c --quiet 2>&1))" ""

if make_set 0 2.36 none 2>/dev/null; then fail "a glibc without a release was taken"; fi

step="the glibc package"
rpm_does -i "$tmp/glibc.rpm"
step="the installation where it is not needed"
rpm_does -i "$tmp/tools.rpm" "$tmp/set.rpm"
is "$step: what it says" "$(said | grep -v '^rpm: ')" "ldconfig-hwcap: disabled: not needed: segments are not shortened"
stays_off

step="the administrator's word"
echo 'enable = always' >>"$root/etc/nosegneg.conf"
inside ldconfig-hwcap auto
expect 0 "enabled (directory $set_dir)"
switched "$set_libc"
read -r _ in_sets < <(traps /bin/ls -l /usr)
is "traps in the set" "$in_sets" 0

step="the reinstallation"
rpm_does --reinstall "$tmp/tools.rpm" "$tmp/set.rpm"
switched "$set_libc"
is "nosegneg.conf after $step" "$(tail -n 1 "$root/etc/nosegneg.conf")" "enable = always"

step="the upgrade of the programs"
rpm_does -U "$tmp/tools-same.rpm"
[ ! -e "$root/etc/nosegneg.conf.rpmnew" ] || fail "$step: nosegneg.conf.rpmnew"
step="the upgrade of programs and set"
rpm_does -U "$tmp/set-revised.rpm" "$tmp/tools-next.rpm"
switched "$set_libc"
grep -q "Another word" "$root/etc/nosegneg.conf.rpmnew" || fail "$step: no nosegneg.conf.rpmnew"
is "nosegneg.conf after $step" "$(tail -n 1 "$root/etc/nosegneg.conf")" "enable = always"
rm -f "$root/etc/nosegneg.conf.rpmnew"
step="the downgrade of the set"
rpm_does -U --oldpackage "$tmp/set.rpm"
switched "$set_libc"
is "packages after $step" "$(installed glibc-nosegneg)" "$(rpm -qp --qf '%{evr}' "$tmp/set.rpm")"

step="the same glibc once more"
rm "$root/entry"
rpm_does -U --replacepkgs "$tmp/glibc.rpm"
off_at_unpacking
switched "$set_libc"

step="another glibc"
rpm_refuses "glibc(x86-32) = $base is needed by" -U "$tmp/glibc-next.rpm"
switched "$set_libc"
[ ! -e "$root/entry" ] || fail "$step: it was unpacked"

step="another glibc and its set"
rpm_does -U "$tmp/glibc-next.rpm" "$tmp/set-next.rpm"
off_at_unpacking
switched "$set_libc"
step="both downgraded"
rpm_does -U --oldpackage "$tmp/glibc.rpm" "$tmp/set.rpm"
off_at_unpacking
switched "$set_libc"

step="another glibc, and no set for it"
rpm_does -U "$tmp/glibc-next.rpm" "$tmp/no-set.rpm"
off_at_unpacking
switched "$base_libc"
is "packages after $step" "$(installed glibc-nosegneg)" none
rpm_does -U --oldpackage "$tmp/glibc.rpm"
rpm_does -e no-set
rpm_does -i "$tmp/set.rpm"
switched "$set_libc"

step="another glibc by force"
rpm_does -U --nodeps "$tmp/glibc-next.rpm"
off_at_unpacking
switched "$base_libc"
is "$step: what it says" "$(said | grep -v '^rpm: ')" ""
step="the way back"
rpm_does -U --oldpackage "$tmp/glibc.rpm"
off_at_unpacking
switched "$set_libc"

# rpm unpacks glibc whatever becomes of the trigger.
step="a read-only ld.so.conf.d"
mount --bind "$root/etc/ld.so.conf.d" "$root/etc/ld.so.conf.d"
mount -o remount,bind,ro "$root/etc/ld.so.conf.d"
rpm_refuses "the set could not be switched off" -e glibc-nosegneg
switched "$set_libc"
rpm_does -U --nodeps "$tmp/glibc-next.rpm"
expect 0 "the set could not be switched off; moved to $set_dir"
is "$step: the set" "$(find "$root$set_dir" -name libc.so.6 2>/dev/null)" ""
is "libc after $step" "$(libc_of /bin/ls)" "$base_libc"
programs_work || fail "programs do not work after $step"
umount "$root/etc/ld.so.conf.d"
step="the repair"
rpm_does -U --oldpackage "$tmp/glibc.rpm"
rpm_does --reinstall "$tmp/set.rpm"
switched "$set_libc"
is "$step: what was moved" "$(find "$root${set_dir%/*}" -name 'nosegneg.*')" ""

# Its entry is the administrator's, which ldconfig-hwcap leaves alone.
step="an entry that is not ours"
inside ldconfig-hwcap disable
sed -i "1i $set_dir" "$root/etc/ld.so.conf"
chroot "$root" /sbin/ldconfig
is "libc after $step" "$(libc_of /bin/ls)" "$set_libc"
rpm_does -U --nodeps "$tmp/glibc-next.rpm"
expect 0 "ld.so.conf:1: enables nosegneg" "moved to $set_dir"
is "$step: the set" "$(find "$root$set_dir" -name libc.so.6 2>/dev/null)" ""
switched "$base_libc"
rpm_does -U --oldpackage "$tmp/glibc.rpm"
rpm_does --reinstall "$tmp/set.rpm"
switched "$set_libc"
rpm_does -U "$tmp/glibc-next.rpm" "$tmp/set-next.rpm"
expect 0 "moved to $set_dir"
switched "$set_libc"
rpm_does -U --oldpackage "$tmp/glibc.rpm" "$tmp/set.rpm"
is "$step: what was moved" "$(find "$root${set_dir%/*}" -name 'nosegneg.*')" ""
sed -i 1d "$root/etc/ld.so.conf"
chroot "$root" /sbin/ldconfig
switched "$set_libc"

step="the set for another glibc"
rpm_refuses "glibc(x86-32) = $base.1 is needed by" -U "$tmp/set-next.rpm"
switched "$set_libc"
rpm_does -U --nodeps "$tmp/set-next.rpm"
expect 0 "built for another" "installed, and not switched on"
switched "$base_libc"
rpm_does -U --oldpackage "$tmp/set.rpm"
switched "$set_libc"

step="the removal of the programs alone"
rpm_refuses "is needed by" -e nosegneg-tools
switched "$set_libc"
step="the removal of the set"
rpm_does -e glibc-nosegneg
switched "$base_libc"
[ ! -e "$root$conf" ] || fail "$step: there is an entry"
rpm_does -i "$tmp/set.rpm"
switched "$set_libc"
step="the removal"
rpm_does -e nosegneg-tools glibc-nosegneg
switched "$base_libc"
is "what $step leaves" "$(diff <(echo "$before") <(files) | grep '^[<>]')" "> etc/nosegneg.conf.rpmsave"
rm "$root/etc/nosegneg.conf.rpmsave"

step="the removal with a set of one's own"
rpm_does -i "$tmp/tools.rpm"
mkdir -p "$root/opt/nosegneg"
cp -a "$tmp/b/set$set_dir/." "$root/opt/nosegneg/"
inside ldconfig-hwcap --set /opt/nosegneg enable
switched /opt/nosegneg/libc.so.6
rpm_does -e nosegneg-tools
switched "$base_libc"
unwatch
finish
