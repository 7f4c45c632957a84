#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our patches, on a copy: a patch that was made for other sources than these
# is refused, and so is one that has to be moved or bent to fit.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

tmp=$source_dir.tmp

apply() {
	local name=$1 said

	said=$(patch -d "$tmp" -p1 -F0 -f <"$TARGET_PATCH_DIR/$name") ||
		said="does not apply: $said"
	echo "$said"
	if grep -qE 'does not apply|offset|fuzz|Reversed' <<<"$said"; then
		refuse patch "$TARGET_PATCH_DIR/$name does not apply cleanly to $(source_version)" \
			"refresh it against $unpacked"
	fi
}

rm -rf "$tmp"
# patch(1) writes a new file and renames it, so the links keep the original.
cp -al "$unpacked" "$tmp"
our_patches | while read -r name; do
	apply "$name"
done
publish "$tmp" "$source_dir"
