#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The C library is upgraded and the set stays behind: the next auto withdraws it and says why, also where by then no
# dynamic program starts.
. tests/distro/harness.sh

# other_build FILE: the same code, with another build-id.
other_build() {
	local offset

	offset=$(readelf -W -S "$1" | awk '$2 == ".note.gnu.build-id" || $3 == ".note.gnu.build-id" {
		for (i = 1; i < NF; i++) if ($i == "NOTE") print strtonum("0x" $(i + 2)) }')
	cp -a "$1" "$1.new"
	printf '\x55\xaa' | dd of="$1.new" bs=1 seek=$((offset + 16)) conv=notrunc status=none
	! cmp -s "$1" "$1.new" || { echo "$1 has no build-id"; exit 99; }
	mv "$1.new" "$1"
}

loader=/lib/i386-linux-gnu/ld-linux.so.2

# withdraws WORDS...: auto ends with 2, and the base is back.
withdraws() {
	run_inside auto
	expect 2 "$@" "disabled: the set does not belong to this machine's C library"
	is "libc after auto" "$(libc_of /bin/ls)" "$base_libc"
	programs_work || fail "programs do not work after auto"
	[ ! -e "$root$conf" ] || fail "the entry is still there"
	before=$(snapshot)
	run_inside auto
	expect 2 "$1"
	[ "$before" = "$(snapshot)" ] || fail "the second auto changed: $(diff <(echo "$before") <(snapshot))"
	run_inside status
	expect 0 "as it has to be"
	run_inside enable
	expect 2 "$1"
	no_strays
}

own_root
echo 'enable = always' >"$root/etc/nosegneg.conf"
cp -a "$root/lib/i386-linux-gnu/." "$tmp/base"
cp -a "$root$set_dir" "$tmp/set"
old_base() {
	cp -a "$tmp/base/libc.so.6" "$tmp/base/ld-linux.so.2" "$root/lib/i386-linux-gnu/"
	run_inside auto
	expect 0 "enabled"
	takes "$set_libc"
}
old_base

# Another revision of the loader and the library, as the package manager leaves it: it runs the new loader with the old set.
other_build "$root$loader"
programs_work || fail "programs do not work with the new loader and the old set"
other_build "$root$base_libc"
programs_work || fail "programs do not work with the new library and the old set"
chroot "$root" /sbin/ldconfig
withdraws "$set_dir: does not belong to this machine's C library: built for another loader"
old_base

# Another revision of the library alone.
other_build "$root$base_libc"
withdraws "does not belong to this machine's C library: built for another C library: libc.so.6"
old_base

# A set of another glibc in the old one's place, in force: every dynamic program dies, and the helper needs none.
new_root_libc() {
	tar -C "$tmp" -xf "$build/distro/bullseye.tar" --wildcards './lib/i386-linux-gnu/libc-2.31.so' \
		'./usr/lib/i386-linux-gnu/libc-2.31.so' 2>/dev/null || true
	find "$tmp/usr" -name libc-2.31.so
}
tests/distro/make-chroot bullseye "$build/distro/bullseye.tar" libc6-xen || exit $?
cp "$(new_root_libc)" "$root$set_libc.new"
mv "$root$set_libc.new" "$root$set_libc"
! chroot "$root" /bin/ls >/dev/null 2>&1 || fail "programs start with a libc of another glibc"
run_outside status
expect 1 "not as it has to be"
withdraws "does not belong to this machine's C library: libc.so.6 is not the file that the manifest names"

# The same found by disable.
cp -a "$tmp/set/libc.so.6" "$root$set_libc"
old_base
cp "$(new_root_libc)" "$root$set_libc.new"
mv "$root$set_libc.new" "$root$set_libc"
run_inside disable
expect 0 disabled
is "libc after disable" "$(libc_of /bin/ls)" "$base_libc"
programs_work || fail "programs do not work after disable"

# The set is removed while it is in force: ld.so falls back on the base, and auto says what to do.
cp -a "$tmp/set/libc.so.6" "$root$set_libc"
old_base
rm -rf "${root:?}$set_dir"
programs_work || fail "programs do not work without the set"
run_inside status
expect 1 "does not agree"
run_inside auto
expect 1 "$set_dir: /etc/nosegneg.conf:1 says 'always', and no nosegneg libraries are installed; install a set there"
programs_work || fail "programs do not work without the set, after auto"
run_inside disable
expect 0 disabled
run_inside status
expect 0
no_strays
finish
