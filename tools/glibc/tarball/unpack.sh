#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A release of glibc: one folder with its sources, and in them the version that the file's name has.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

tmp=$unpacked.tmp
next="bring glibc-X.Y.tar.xz as its authors or a distribution publish it"

# tar refuses names that leave the folder.
rm -rf "$tmp"
mkdir -p "$tmp"
tar -xf "$GLIBC_SOURCE" -C "$tmp" --strip-components=1 || refuse unpack "$GLIBC_SOURCE cannot be unpacked" "$next"
# A FIFO or a device would be read for ever.
if [ -L "$tmp/version.h" ] || [ ! -f "$tmp/version.h" ]; then
	rm -rf "$tmp/version.h"
fi
says=$(sed -nE 's/^#define VERSION "([0-9.]+)"$/\1/p' "$tmp/version.h" 2>/dev/null) || true
if [ "$says" != "$TARGET_UPSTREAM_VERSION" ]; then
	refuse unpack "$GLIBC_SOURCE is ${says:+glibc $says, and }not glibc $TARGET_UPSTREAM_VERSION inside" "$next"
fi
publish "$tmp" "$unpacked"
