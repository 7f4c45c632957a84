#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# auto follows the segments: short ones as under a 32-bit Xen, and whole ones.
# shellcheck source=tests/distro/harness.sh
. tests/distro/harness.sh

run_short() {
	status=0
	"$sim" -q -- "$helper" --root "$root" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}

own_root

run_short probe
expect 0 'segments: limit=0x[de][0-9a-f]* access='
run_outside probe
expect 0 'segments: limit=0xffffffff access='

run_short auto
expect 0 'enabled (directory .*): segments are shortened to 0x'
is 'libc under short segments' "$(libc_of /bin/ls)" "$set_libc"
programs_start
read -r with_set in_set < <(traps /bin/ls -l /)
is "traps in the set" "$in_set" 0
run_short auto
expect 0 'enabled already'
run_short status
expect 0 'as it has to be'

run_outside auto
expect 0 'disabled: not needed: segments are not shortened'
is 'libc under whole segments' "$(libc_of /bin/ls)" "$base_libc"
read -r with_base _ < <(traps /bin/ls -l /)
[ "$with_base" -gt $((with_set + 100)) ] || fail "ls -l / traps $with_base times with the base, $with_set with the set"

# One process alone: prepend.
read -r with_prepend in_set < <(traps /lib/ld-linux.so.2 --glibc-hwcaps-prepend nosegneg /bin/ls -l /)
is "traps with prepend" "$with_prepend $in_set" "$with_set 0"
is "libc with prepend" "$(chroot "$root" /lib/ld-linux.so.2 --glibc-hwcaps-prepend nosegneg --list /bin/ls |
	awk '$1 == "libc.so.6" { print $3 }')" "${set_libc#/usr}"
is "a program with prepend" \
	"$("$sim" -q --root "$root" -- /lib/ld-linux.so.2 --glibc-hwcaps-prepend nosegneg /bin/sh -c 'echo $((6 * 7))')" 42

# The administrator has the last word.
echo 'enable = never' >"$root/etc/nosegneg.conf"
run_short auto
expect 0 "disabled: /etc/nosegneg.conf:1 says 'never'"
is 'libc with enable = never' "$(libc_of /bin/ls)" "$base_libc"
rm "$root/etc/nosegneg.conf"

# A machine that needs a set and has none.
rm -r "${root:?}$set_dir"
run_short auto
expect 1 'segments are shortened to' 'no nosegneg libraries are installed'
programs_start
finish
