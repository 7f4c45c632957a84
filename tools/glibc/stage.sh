#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs the libraries under the names that programs ask for, stripped as
# the distribution's are, with their manifest.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

tmp=$work/stage.tmp
set_dir=$tmp$TARGET_SET_DIR

# dh_strip(1) strips shared libraries so; some distributions keep the symbols
# of libpthread for debuggers, then so do we.
strip_like() {
	local base=$1 file=$2 level=--strip-unneeded

	if readelf -SW "$base" | grep -q ' \.symtab '; then
		level=--strip-debug
	fi
	strip --remove-section=.comment --remove-section=.note "$level" "$file"
}

stage_library() {
	local name=$1 base=$2 built

	built=$(built_library "$name")
	if [ -z "$built" ]; then
		refuse stage "$name was not built" "see $work/log/build.log"
	fi
	install -m "$(stat -L -c %a "$base")" "$built" "$set_dir/$name"
	strip_like "$base" "$set_dir/$name"
}

rm -rf "$tmp"
mkdir -p "$set_dir"
while read -r verb name base; do
	if [ "$verb" = ship ]; then
		stage_library "$name" "$base"
	fi
done <"$work/plan"
tools/glibc/manifest.sh "$set_dir" >"$set_dir/manifest.tmp"
mv "$set_dir/manifest.tmp" "$set_dir/manifest"
publish "$tmp" "$work/stage"
