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

download() {
	rm -rf "$deb_dir/tmp"
	mkdir -p "$deb_dir/tmp" "$work/log"
	tools/suite-apt "$TARGET_SUITE" "${APT_CONFIG%/apt.conf}" || exit
	# shellcheck disable=SC2086 # a list of packages
	(cd "$deb_dir/tmp" && "$APT_GET" -q download $TARGET_CC_PACKAGES) >>"$work/log/base.log" 2>&1 ||
		refuse compiler "$TARGET_SUITE: $TARGET_CC_PACKAGES cannot be downloaded" "see $work/log/base.log"
	publish "$deb_dir/tmp" "$deb_dir/cc"
}

rm -rf "$tmp"
mkdir -p "$tmp"
download
for deb in "$deb_dir"/cc/*.deb; do
	dpkg-deb -x "$deb" "$tmp"
done
publish "$tmp" "$compiler_root"
