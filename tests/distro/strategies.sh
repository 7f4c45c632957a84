#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Strategies hwcap and alias with the last C library that follows the kernel's note, that of Debian 11, and the set that
# Debian made for it. Loaders get the notes of three kernels and choose.
. tests/distro/harness.sh

notes=$build/tests/distro
libdir=$root/lib/i386-linux-gnu
debian_set=/lib/i386-linux-gnu/i686/nosegneg
debian_conf=$root/etc/ld.so.conf.d/libc6-xen.conf

run_under() {
	status=0
	under "$1" ldconfig-hwcap "${@:2}" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# chosen BIT: the C library of a program under a kernel with this note; without BIT, under this one.
chosen() {
	under "$1" /lib/ld-linux.so.2 --list /bin/ls | awk '$1 == "libc.so.6" { print $3 }'
}

# only BIT LIBC: programs take LIBC under this note, and the base under any other and without one.
only() {
	local bit

	is "libc without a note" "$(libc_of /bin/ls)" "$base_libc"
	programs_work || fail "programs do not work"
	for bit in 0 1 2; do
		if [ "$bit" = "$1" ]; then
			is "libc under bit $bit" "$(chosen "$bit")" "$2"
			is "a program under bit $bit" "$(under "$bit" /bin/sh -c 'echo $((6 * 7))')" 42
		else
			is "libc under bit $bit" "$(chosen "$bit")" "$base_libc"
		fi
	done
}

# pays_off BIT LIBC: where segments are short, too, programs take LIBC, and nothing in it traps.
pays_off() {
	local with without in_set

	read -r without _ < <(traps --no-note /bin/ls -l /)
	read -r with in_set < <(traps --note "nosegneg=$1" --trace-libs /bin/ls -l /)
	is "traps in the set" "$in_set" 0
	[ "$without" -gt $((with + 500)) ] || fail "ls -l / traps $without times without the note, $with times with it"
	grep -q "$(chroot "$root" realpath "$2")\"" "$tmp/report" || fail "$2 was not mapped"
}

# aliases NAMES: the links that are there.
aliases() {
	is "links" "$(cd "$libdir" && find . -maxdepth 1 -type l \( -name haswell -o -name xeon_phi \) -printf '%f -> %l\n')" "$1"
}

cached_with() {
	local cached

	cached=$(chroot "$root" /sbin/ldconfig -p | grep libc.so.6)
	grep -q "libc.so.6 (.*hwcap: $1.*) => $2\$" <<<"$cached" || fail "not in the cache: $1 $2: $cached"
}

# lasts WORDS: status agrees, auto and a second enable write nothing.
lasts() {
	run_inside status
	expect 0 "agrees (0 of 15 libraries for every program, 15 on the kernel's word)" "this kernel has no note; the entry waits"
	run_under "$1" status
	expect 0 "agrees" "as it has to be"
	before=$(snapshot)
	run_inside auto
	expect 0 "left as it is: this kernel has no note"
	run_under "$1" auto
	expect 0 "enabled already: the kernel's note decides at each boot; now it asks for the set, though segments are not shortened"
	run_under "$1" enable
	expect 0 "enabled already"
	[ "$before" = "$(snapshot)" ] || fail "changed: $(diff <(echo "$before") <(snapshot))"
	no_strays
}

new_root bullseye libc6-xen
mv "$debian_conf" "$tmp/libc6-xen.conf"
chroot "$root" /sbin/ldconfig
cp "$notes"/vdso-bit*.so "$root/"
only none ""

# What is printed for each note is what works.
run_inside --vdso /vdso-bit0.so print
expect 0 "^# alias: /usr/lib/i386-linux-gnu/haswell -> i686/nosegneg" "set *$debian_set: 15 libraries"
run_inside --vdso /vdso-bit1.so print
expect 0 "^# alias: /usr/lib/i386-linux-gnu/xeon_phi -> i686/nosegneg"
run_inside --vdso /vdso-bit2.so print
expect 0 "^hwcap 0 nosegneg"

run_inside --vdso /vdso-bit1.so --strategy alias enable
expect 0 "enabled (alias /usr/lib/i386-linux-gnu/xeon_phi)"
aliases "xeon_phi -> i686/nosegneg"
cached_with 0x0008000000000000 /lib/i386-linux-gnu/xeon_phi/libc.so.6
only 1 /lib/i386-linux-gnu/xeon_phi/libc.so.6
pays_off 1 /lib/i386-linux-gnu/xeon_phi/libc.so.6
lasts 1

# From one kernel's entry to the next one's, without a rest of the former.
run_under 0 auto
expect 0 "enabled (alias /usr/lib/i386-linux-gnu/haswell)"
aliases "haswell -> i686/nosegneg"
cached_with 0x0004000000000000 /lib/i386-linux-gnu/haswell/libc.so.6
only 0 /lib/i386-linux-gnu/haswell/libc.so.6
lasts 0

run_under 2 enable
expect 0 "enabled (hwcap 0 nosegneg)"
aliases ""
grep -qx "hwcap 0 nosegneg" "$root$conf" || fail "no hwcap line"
only 2 "$debian_set/libc.so.6"
pays_off 2 "$debian_set/libc.so.6"
lasts 2

run_under 1 enable
expect 0 "enabled (alias"
mv "$tmp/libc6-xen.conf" "$debian_conf"
run_under 1 --strategy directory enable
expect 2 "does not lead to $debian_set, because of ${debian_conf#"$root"}:[0-9]*; remove that line"
mv "$debian_conf" "$tmp/libc6-xen.conf"
run_under 1 --strategy directory enable
expect 0 "enabled (directory $debian_set)"
aliases ""
is "libc by the directory" "$(libc_of /bin/ls)" "$debian_set/libc.so.6"
is "libc by the directory, with a note" "$(chosen 1)" "$debian_set/libc.so.6"
programs_work || fail "programs do not work with Debian's set"
run_inside status
expect 0 "agrees (15 of 15" "as it has to be"

run_inside --vdso /vdso-bit0.so enable
expect 0 "enabled (alias"
run_inside disable
expect 0 disabled
aliases ""
only none ""
[ ! -e "$root$conf" ] || fail "the entry is still there"
no_strays

# A strategy that cannot work is refused.
run_inside --vdso /vdso-bit1.so --strategy hwcap enable
expect 2 "strategy hwcap cannot work here"
run_inside --vdso /vdso-bit2.so --strategy alias enable
expect 2 "strategy alias cannot work here"
run_inside --strategy hwcap enable
expect 2 "strategy hwcap cannot work here"

# A name that is taken stays what it is, and the entry goes.
mkdir "$libdir/xeon_phi"
run_under 1 enable
expect 2 "could not be enabled: /usr/lib/i386-linux-gnu/xeon_phi is there already, and is not ours" "withdrawn" \
	"32-bit programs start, with $base_libc"
[ -d "$libdir/xeon_phi" ] && [ ! -L "$libdir/xeon_phi" ] || fail "xeon_phi was touched"
rmdir "$libdir/xeon_phi"
ln -s elsewhere "$libdir/xeon_phi"
run_under 1 enable
expect 2 "is there already, and is not ours"
aliases "xeon_phi -> elsewhere"
rm "$libdir/xeon_phi"
[ ! -e "$root$conf" ] || fail "the entry is still there"
only none ""

# Debian's own line, which its own loader never followed.
mv "$tmp/libc6-xen.conf" "$debian_conf"
chroot "$root" /sbin/ldconfig
only none ""
run_inside status
expect 0 "libc6-xen.conf: published by another file (hwcap)" "program *$base_libc"
run_under 1 status
expect 1 "libc6-xen.conf: published by another file (hwcap)" "program *$base_libc" "not as it has to be"
run_under 2 enable
expect 2 "/etc/ld.so.conf.d/libc6-xen.conf:6: gives nosegneg another index than the kernel's note: correct or remove this line first"
[ ! -e "$root$conf" ] || fail "the entry was written beside one that contradicts it"
run_under 1 enable
expect 0 "enabled (alias"
only 1 /lib/i386-linux-gnu/xeon_phi/libc.so.6
run_inside disable
expect 0 "/etc/ld.so.conf.d/libc6-xen.conf:6: enables nosegneg, and is not ours: left as it is"
aliases ""
only none ""

# The same index twice is harmless; another name at it, and two indexes for one name, end every run of ldconfig.
sed -i 's/^hwcap 1/hwcap 0/' "$debian_conf"
run_under 2 enable
expect 0 "enabled (hwcap 0 nosegneg)"
only 2 "$debian_set/libc.so.6"
run_inside disable
expect 0 "left as it is"
only 2 "$debian_set/libc.so.6"
echo 'hwcap 1 nosegneg' >"$root/etc/ld.so.conf.d/kernel-2.6.32.conf"
! chroot "$root" /sbin/ldconfig 2>/dev/null || fail "ldconfig takes two indexes for one name"
for bit in 0 1 2; do
	run_under "$bit" enable
	expect 2 "/etc/ld.so.conf.d/libc6-xen.conf:6: the hwcap name has another index already: correct or remove this line first"
done
[ ! -e "$root$conf" ] || fail "the entry was written beside two that clash"
rm "$root/etc/ld.so.conf.d/kernel-2.6.32.conf"
sed -i 's/^hwcap .*/hwcap 0 other/' "$debian_conf"
run_under 2 enable
expect 2 "libc6-xen.conf:6: has the index that nosegneg needs"
rm "$debian_conf"
chroot "$root" /sbin/ldconfig
only none ""
finish
