#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Downloads the source package in the version of the installed libraries, and
# keeps the sha256 that apt's signed metadata gives for it.  Touches no
# network when both are there.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

deb=$(source_deb)
wanted=$TARGET_SOURCE_PACKAGE=$(source_version)

# apt downloads into the current directory and, as root, as user _apt, which
# may not write there; it says so and goes on.
apt_download() {
	(cd "$deb_dir/tmp" && "$APT_GET" -q "$@" download "$wanted")
}

refuse_version() {
	refuse version "apt offers no $wanted, the source of the installed $TARGET_BASE_PACKAGE" \
		"run apt-get update, or bring $TARGET_BASE_PACKAGE up to date"
}

if [ -f "$deb" ] && [ -f "$deb.sha256" ]; then
	exit 0
fi
rm -rf "$deb_dir/tmp"
mkdir -p "$deb_dir/tmp"
# Printed as: 'URI' FILE SIZE SHA256:HEX
sum=$(apt_download --print-uris | sed -n 's/^.*\.deb [0-9]* SHA256://p') || refuse_version
[ -n "$sum" ] || refuse_version
apt_download
echo "$sum" >"$deb.sha256"
mv "$deb_dir"/tmp/*.deb "$deb"
rmdir "$deb_dir/tmp"
