#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The distribution's tree: the tarball with its debian/ beside the sources,
# as in a source package.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

deb=$(absolute "$(source_deb)")
tmp=$unpacked.tmp

rm -rf "$tmp"
mkdir -p "$tmp/deb" "$tmp/tree"
dpkg-deb -x "$deb" "$tmp/deb"
tar -xf "$tmp/deb/$TARGET_TARBALL" -C "$tmp/tree" --strip-components=1
mv "$tmp/deb/$TARGET_DEBIAN_DIR" "$tmp/tree/debian"
publish "$tmp/tree" "$unpacked"
rm -rf "$tmp"
