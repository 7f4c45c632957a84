#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The loader of Debian 13, glibc 2.41, which knows neither notes nor hwcap directories: strategy directory is what is left.
# Its own libraries stand for the set. Only `make check-distro` runs this.
. tests/distro/harness.sh

[ -n "${DISTRO-}" ] || skip "make check-distro runs this"
new_root trixie
run_inside enable
expect 2 "$set_dir: no nosegneg libraries are installed"
mkdir -p "$root$set_dir"
cp "$root"/lib/i386-linux-gnu/lib{c,m,resolv}.so.[26] "$root$set_dir/"

for bit in 0 1 2; do
	cp "$build/tests/distro/vdso-bit$bit.so" "$root/"
	run_inside --vdso "/vdso-bit$bit.so" print
	expect 0 "^$set_dir\$" "glibc 2.41" "strategy *directory"
	run_inside --vdso "/vdso-bit$bit.so" --strategy hwcap enable
	expect 2 "strategy hwcap cannot work here"
done
takes "$base_libc"
run_inside enable
expect 0 "enabled (directory $set_dir)"
takes "$set_libc"
echo 'hwcap 1 nosegneg' >"$root/etc/ld.so.conf.d/kernel.conf"
run_inside enable
expect 0 "enabled already"
run_inside disable
expect 0
is "libc after disable" "$(libc_of /bin/ls)" "$base_libc"
rm "$root/etc/ld.so.conf.d/kernel.conf"
takes "$base_libc"
no_strays
finish
