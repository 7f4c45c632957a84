#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What cannot be enabled is undone: exit status 2, three lines, the entry withdrawn, programs start. What can be seen to be
# wrong beforehand is refused, and nothing is changed.
. tests/distro/harness.sh

# after: the root is as before enable.
is_off() {
	is "$1: libc" "$(libc_of /bin/ls)" "$base_libc"
	programs_work || fail "$1: programs do not work"
	[ ! -e "$root$conf" ] || fail "$1: the entry is still there"
	no_strays
}

# undone NAME WORDS...: enable fails late, and says so in three lines.
undone() {
	local name=$1
	shift
	run_inside enable
	expect 2 "$@" "^ldconfig-hwcap: $conf: could not be enabled: "
	is "$name: lines" "$(said | wc -l)" 3
	is_off "$name"
}

# refused NAME WORDS...: enable fails early in one line; not a byte changes.
refused() {
	local name=$1 before
	shift
	before=$(snapshot)
	run_inside enable
	expect 2 "$@"
	is "$name: lines" "$(said | wc -l)" 1
	[ "$before" = "$(snapshot)" ] || fail "$name: changed: $(diff <(echo "$before") <(snapshot))"
	is_off "$name"
}

ldconfig=$root/sbin/ldconfig

# instead_of_ldconfig: a script from stdin; ldconfig.real is the real one.
instead_of_ldconfig() {
	cat >"$ldconfig"
	chmod 755 "$ldconfig"
}

own_root
cp -a "$ldconfig" "$ldconfig.real"
withdrawn="$conf: withdrawn, and ldconfig was run again"
start="32-bit programs start, with $base_libc"

# ldconfig fails once; fails always; does nothing; writes what is no cache, once; dies of a signal.
instead_of_ldconfig <<'EOT'
#!/bin/sh
[ -e /run/failed ] && exec /sbin/ldconfig.real "$@"
: >/run/failed
echo "/sbin/ldconfig: cannot do it" >&2
exit 1
EOT
undone "ldconfig fails once" "could not be enabled: ldconfig: /sbin/ldconfig: cannot do it" "$withdrawn" "$start"

instead_of_ldconfig <<'EOT'
#!/bin/sh
echo "/sbin/ldconfig: never" >&2
exit 1
EOT
undone "ldconfig always fails" "could not be enabled: ldconfig: /sbin/ldconfig: never" \
	"$conf: withdrawn, and ldconfig failed: /sbin/ldconfig: never" "$start"

instead_of_ldconfig <<'EOT'
#!/bin/sh
exit 0
EOT
undone "ldconfig does nothing" "ldconfig ran, and its cache does not lead to $set_dir" "$withdrawn" "$start"

instead_of_ldconfig <<'EOT'
#!/bin/sh
/sbin/ldconfig.real "$@"
grep -q nosegneg /etc/ld.so.cache && echo broken >/etc/ld.so.cache
exit 0
EOT
undone "ldconfig writes no cache" "ldconfig ran, and its cache does not lead to $set_dir"

instead_of_ldconfig <<'EOT'
#!/bin/sh
/sbin/ldconfig.real "$@"
test -e /etc/ld.so.conf.d/00-nosegneg.conf && kill -SEGV $$
exit 0
EOT
undone "ldconfig dies" "could not be enabled: ldconfig: it died of Segmentation fault" "$withdrawn" "$start"
rm "$ldconfig"
refused_without_ldconfig() {
	run_inside enable
	expect 2 "No such file or directory"
	is_off "without ldconfig"
}
refused_without_ldconfig
# From outside this machine's ldconfig does it.
run_outside enable
expect 0 enabled
is "libc by this machine's ldconfig" "$(libc_of /bin/ls)" "$set_libc"
run_outside disable
expect 0 disabled
mv "$ldconfig.real" "$ldconfig"

# A disable that fails says so; the next one does it.
run_inside enable
expect 0
mv "$ldconfig" "$ldconfig.real"
instead_of_ldconfig <<'EOT'
#!/bin/sh
exit 3
EOT
run_inside disable
expect 2 "could not be disabled: ldconfig: it ended with status 3" "32-bit programs start, with $set_libc"
programs_work || fail "programs do not work after a disable that failed"
mv "$ldconfig.real" "$ldconfig"
run_inside status
expect 1 "does not agree"
run_inside disable
expect 0 disabled
is_off "disable again"

# The set: broken, of another build, half.
good=$tmp/good
cp -a "$root$set_dir" "$good"
new_set() {
	rm -rf "${root:?}$set_dir"
	cp -a "$good" "$root$set_dir"
}

# patch_function FILE FUNCTION BYTES: its first instructions.
patch_function() {
	local offset

	offset=$(readelf -W --dyn-syms "$1" | awk -v name="$2@@" 'index($8, name) == 1 && !n++ { print strtonum("0x" $2) }')
	[ -n "$offset" ] || { echo "no $2 in $1"; exit 99; }
	# shellcheck disable=SC2059 # the bytes are the format
	printf "$3" | dd of="$1" bs=1 seek="$offset" conv=notrunc status=none
}

patch_function "$root$set_libc" setlocale '\x0f\x0b'
refused "a libc that crashes" "$set_dir: a 32-bit program does not run with it: it died of Illegal instruction"
new_set
# It returns zero, whatever the text.
patch_function "$root$set_libc" strtol '\x31\xc0\xc3'
refused "a libc that errs" "$set_dir: a 32-bit program does not run with it: it ended with status 3"
new_set

cp "$root$base_libc" "$root$set_libc"
refused "another build's libc" "does not belong to this machine's C library: libc.so.6 is not the file that the manifest names"
new_set
rm "$root$set_dir/libm.so.6"
refused "no libm" "does not belong to this machine's C library: libm.so.6: No such file"
new_set
truncate -s 4000 "$root$set_libc"
refused "half a libc" "$set_dir"
new_set
sed -i 's/^rtld: .* base-build-id=.*/rtld: _rtld_global=1 _rtld_global_ro=1 build-id=00 base-build-id=1111111111111111111111111111111111111111/' \
	"$root$set_dir/manifest"
refused "a set for another loader" "built for another loader"
new_set
rm -rf "${root:?}$set_dir"
refused "no set" "$set_dir: no nosegneg libraries are installed: install a set there"
new_set

# The place of the entry: missing, read-only, full, not included, taken.
mount -o remount,ro "$root"
run_inside enable
expect 2 "/etc/ld.so.conf.d: cannot be locked: Read-only file system"
is "read-only: libc" "$(libc_of /bin/ls)" "$base_libc"
mount -o remount,rw "$root"

mount -t tmpfs -o size=4k none "$root/etc/ld.so.conf.d"
head -c 1M /dev/zero >"$root/etc/ld.so.conf.d/filler" 2>/dev/null || true
run_inside enable
expect 2 "could not be enabled: No space left on device" "$start"
is "full: libc" "$(libc_of /bin/ls)" "$base_libc"
is "full: left" "$(ls -A "$root/etc/ld.so.conf.d")" filler
umount "$root/etc/ld.so.conf.d"
chroot "$root" /sbin/ldconfig
is_off "full"

# Room for the entry, and none for a new cache.
mount -o remount,size=200m "$root"
head -c 200M /dev/zero >"$root/filler" 2>/dev/null || true
truncate -s -4096 "$root/filler"
run_inside enable
expect 2 "could not be enabled: .*No space left on device" "$start"
is_off "no room for a cache"
rm "$root/filler"
run_inside enable
expect 0 enabled
run_inside disable
expect 0 disabled

mv "$root/etc/ld.so.conf.d" "$root/etc/away"
refused "no directory" "cannot be opened: No such file or directory"
mv "$root/etc/away" "$root/etc/ld.so.conf.d"

cp -a "$root/etc/ld.so.conf" "$tmp/ld.so.conf"
echo /usr/local/lib >"$root/etc/ld.so.conf"
refused "not included" "/etc/ld.so.conf does not include it: add the line"
cp -a "$tmp/ld.so.conf" "$root/etc/ld.so.conf"

echo "$set_dir" >"$root$conf"
run_inside enable
expect 2 "$conf: not written by ldconfig-hwcap: --force renames it aside"
is "foreign file" "$(cat "$root$conf")" "$set_dir"
run_inside disable
expect 0 "$conf: not written by ldconfig-hwcap: left as it is"
is "foreign file" "$(cat "$root$conf")" "$set_dir"
chroot "$root" /sbin/ldconfig
run_inside disable
expect 0 "$conf:1: enables nosegneg, and is not ours: left as it is"
run_inside status
expect 0 "published by another file (directory)" "program *$set_libc"
echo "# nothing" >"$root$conf"
chroot "$root" /sbin/ldconfig
run_inside status
expect 0 "somebody else's file"
run_inside --force enable
expect 0 "$conf: renamed to 00-nosegneg.conf.saved" enabled
is "foreign file, aside" "$(cat "$root$conf.saved")" "# nothing"
is "libc" "$(libc_of /bin/ls)" "$set_libc"
run_inside disable
expect 0 disabled
mv "$root$conf.saved" "$root$conf"
mv "$ldconfig" "$ldconfig.real"
instead_of_ldconfig <<'EOT'
#!/bin/sh
grep -q '^/' /etc/ld.so.conf.d/00-nosegneg.conf && exit 1
exec /sbin/ldconfig.real "$@"
EOT
run_inside --force enable
expect 2 "could not be enabled" "$withdrawn" "$start"
is "foreign file, restored" "$(cat "$root$conf")" "# nothing"
[ ! -e "$root$conf.saved" ] || fail "foreign file: its copy is still there"
mv "$ldconfig.real" "$ldconfig"
rm "$root$conf"
is_off "foreign file"

# A second run waits, and finds it done.
flock "$root/etc/ld.so.conf.d/.00-nosegneg.conf.lock" sh -c "echo locked; sleep 1; ls -A '$root/etc/ld.so.conf.d' >'$tmp/seen'" >"$tmp/lock" &
for _ in $(seq 50); do
	[ ! -s "$tmp/lock" ] || break
	sleep 0.1
done
run_inside enable
wait
expect 0 enabled
! grep -qx 00-nosegneg.conf "$tmp/seen" || fail "it did not wait for the lock"
run_inside disable
is_off "locked for a while"
finish
