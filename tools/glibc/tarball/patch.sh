#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our patches for the same glibc or, failing that, for the nearest older one, as far as they fit. What is left out is told
# (tell.sh), and the scanner finds what it would have changed.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

tmp=$source_dir.tmp

nearest() {
	local wanted=patches/glibc-$TARGET_UPSTREAM_VERSION dir

	printf '%s\n' patches/glibc-* "$wanted" | sort -uV | sed "\,^$wanted\$,q" | while read -r dir; do
		[ ! -d "$dir" ] || echo "$dir"
	done | tail -n 1
}

# fits PATCH: without fuzz; lines may have moved.
fits() {
	patch -d "$tmp" -p1 -F0 -N --dry-run <"$1" >/dev/null
}

from=$(nearest)
rm -rf "$tmp" "$TARGET_PATCH_DIR"
mkdir -p "$TARGET_PATCH_DIR"
: >"$TARGET_PATCH_DIR/left-out"
# patch(1) writes a new file and renames it, so the links keep the original.
cp -al "$unpacked" "$tmp"
[ -z "$from" ] || patch_names "$from" | while read -r name; do
	if fits "$from/$name"; then
		patch -d "$tmp" -p1 -F0 -f <"$from/$name"
		cp "$from/$name" "$TARGET_PATCH_DIR/"
		echo "$name" >>"$TARGET_PATCH_DIR/series"
	else
		echo "$from/$name" >>"$TARGET_PATCH_DIR/left-out"
	fi
done
publish "$tmp" "$source_dir"
