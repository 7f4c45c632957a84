#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The libraries that a set for another release than this machine's has to match: fetched in the newest version that the
# mirror really has (TARGET_VERSION names another), and unpacked, never installed. Touches no network when it is there.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

tmp=$base_root.tmp

# On security mirrors, packages of old releases may be listed and gone.
offered() {
	if [ -n "${TARGET_VERSION-}" ]; then
		echo "$TARGET_VERSION"
	else
		"$APT_CACHE" madison "$1" | awk '{ print $3 }' | awk '!seen[$0]++'
	fi
}

# package_deb NAME VERSION: where its file is, or will be.
package_deb() {
	echo "$deb_dir/$1_${2#*:}_$TARGET_DEB_ARCH.deb"
}

# fetch NAME VERSION
fetch() {
	local deb

	deb=$(package_deb "$1" "$2")
	[ ! -f "$deb" ] || return 0
	rm -rf "$deb_dir/tmp"
	mkdir -p "$deb_dir/tmp"
	(cd "$deb_dir/tmp" && "$APT_GET" -q download "$1=$2") >>"$work/log/base.log" 2>&1 || return 1
	mv "$deb_dir"/tmp/*.deb "$deb"
}

fetch_all() {
	local name

	for name in $packages; do
		fetch "$name" "$1" || return 1
	done
}

# Sets $version.
choose() {
	for version in $(offered "${packages%% *}"); do
		if fetch_all "$version"; then
			return
		fi
		[ -n "${TARGET_VERSION-}" ] || echo "libs $TARGET: the mirror has no ${packages%% *} $version" >&2
	done
	refuse base "$TARGET_SUITE: no version of ${packages%% *} can be downloaded" "see $work/log/base.log"
}

# One /lib, as on the machines of today: the packages of Debian 11 have some files in the other.
unpack() {
	local name

	rm -rf "$tmp"
	mkdir -p "$tmp/usr/lib"
	ln -s usr/lib "$tmp/lib"
	for name in $packages; do
		dpkg-deb --fsys-tarfile "$(package_deb "$name" "$1")" | tar -C "$tmp" -x --keep-directory-symlink
	done
	echo "$1" >"$tmp/version"
	publish "$tmp" "$base_root"
}

packages="${TARGET_BASE_PACKAGE%:*} ${TARGET_BASE_MORE-}"
have=$(cat "$base_root/version" 2>/dev/null) || true
if [ -z "$have" ] || [ "${TARGET_VERSION:-$have}" != "$have" ]; then
	mkdir -p "$deb_dir" "$work/log"
	tools/suite-apt "$TARGET_SUITE" "${APT_CONFIG%/apt.conf}"
	choose
	unpack "$version"
fi
