#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The compiler of the target's release, for targets that this machine's compiles wrongly or differently: the packages of
# TARGET_CC_PACKAGES, unpacked, never installed. gcc finds its own parts beside it; the assembler, the linker and the kernel's
# headers are this machine's. Touches no network when it is there.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

tmp=$compiler_root.tmp
final=$(absolute "$compiler_root")

download() {
	rm -rf "$deb_dir/tmp"
	mkdir -p "$deb_dir/tmp" "$work/log"
	tools/suite-apt "$TARGET_SUITE" "${APT_CONFIG%/apt.conf}" || exit
	# shellcheck disable=SC2086 # a list of packages
	(cd "$deb_dir/tmp" && "$APT_GET" -q download $TARGET_CC_PACKAGES) >>"$work/log/base.log" 2>&1 ||
		refuse compiler "$TARGET_SUITE: $TARGET_CC_PACKAGES cannot be downloaded" "see $work/log/base.log"
	publish "$deb_dir/tmp" "$deb_dir/cc"
}

# wrapper NAME PROGRAM [OPTION...]: starts a program with the loader and the libraries that came with it.
wrapper() {
	local lib=$final/usr/lib/x86_64-linux-gnu

	printf '#!/bin/sh\nexec %s "$@"\n' "$lib/ld-linux-x86-64.so.2 --library-path $lib $final/${*:2}" >"$tmp/$1"
	chmod +x "$tmp/$1"
}

# A compiler that was made for a later C library than this machine's brings that one with it. The linker's plugin, for link
# time optimization, would be loaded by this machine's linker.
wrap() {
	local program

	mkdir -p "$tmp/wrapped"
	for program in cc1 collect2; do
		wrapper "wrapped/$program" "$(cd "$tmp" && find usr -name "$program" -type f)"
	done
	for program in "$tmp"/usr/bin/x86_64-linux-gnu-gcc-[0-9]*; do
		program=${program##*/}
		mv "$tmp/usr/bin/$program" "$tmp/usr/bin/$program.real"
		wrapper "usr/bin/$program" "usr/bin/$program.real" "-B$final/wrapped/" -fno-use-linker-plugin
		ln -sf "$program" "$tmp/usr/bin/${program#x86_64-linux-gnu-}"
	done
}

rm -rf "$tmp"
mkdir -p "$tmp"
download
for deb in "$deb_dir"/cc/*.deb; do
	dpkg-deb -x "$deb" "$tmp"
done
if [ -e "$tmp/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" ]; then
	wrap
fi
publish "$tmp" "$compiler_root"
