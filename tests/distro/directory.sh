#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Strategy directory in a real chroot: on, off, from outside and inside, by the real loader's word, with real programs.
. tests/distro/harness.sh

own_root
takes "$base_libc"

run_outside --strategy directory enable
expect 0 "enabled (directory $set_dir)"
takes "$set_libc"
no_strays
run_outside enable
expect 0 "enabled already"
run_outside disable
expect 0 "disabled"
takes "$base_libc"
[ ! -e "$root$conf" ] || fail "the entry is still there"

run_inside enable
expect 0 "enabled (directory $set_dir)"
takes "$set_libc"
run_inside disable
expect 0 "disabled"
takes "$base_libc"
run_inside disable
expect 0 "disabled"

# The classic recipe's way: what is printed is what belongs into the file.
run_inside print
expect 0
cp "$tmp/out" "$root$conf"
chroot "$root" /sbin/ldconfig
takes "$set_libc"
run_inside enable
expect 0 "enabled already"

# auto by the administrator's word, by the processor's.
echo 'enable = always' >"$root/etc/nosegneg.conf"
run_inside auto
expect 0 "enabled already: /etc/nosegneg.conf:1 says 'always'"
echo 'enable = never' >"$root/etc/nosegneg.conf"
run_inside auto
expect 0 "disabled: /etc/nosegneg.conf:1 says 'never'"
takes "$base_libc"
echo 'enable = always' >"$root/etc/nosegneg.conf"
run_inside auto
expect 0 "enabled (directory"
rm "$root/etc/nosegneg.conf"
run_inside auto
expect 0 "disabled: not needed"
takes "$base_libc"
no_strays
finish
