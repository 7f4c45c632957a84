#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Decides by fact which libraries are built: those whose copy in the
# distribution has an access that the flag changes.  One line each:
#   ship NAME FILE       NAME is what programs ask for, FILE the base's copy
#   omit NAME REASON
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

# scan FILE: 0 no access that the flag changes, 1 some.
has_access() {
	local status=0

	"$NOSEGNEG_CHECK" scan --json "$1" >/dev/null || status=$?
	[ "$status" -le 1 ] || exit "$status"
	[ "$status" -eq 1 ]
}

# The kernel and ld.so find these by their path, never by searching.
loader_name() {
	readelf -lW "$base_dir/libc.so.6" | sed -n 's,.*interpreter: .*/\(.*\)\],\1,p'
}

plan_library() {
	local file=$1 name

	name=$(library_name "$file")
	if [ "$name" = "$loader" ]; then
		echo "omit $name programs name it by its absolute path, a set cannot replace it"
	elif has_access "$file"; then
		echo "ship $name $file"
	else
		echo "omit $name no access that the flag changes"
	fi
}

# Modules of other directories (gconv) are opened by their path as well.
plan_elsewhere() {
	local file

	while read -r file; do
		if has_access "$file"; then
			echo "omit ${file#"$base_root"} opened by its absolute path, a set cannot replace it"
		fi
	done
}

loader=$(loader_name)
base_libraries >"$work/base.tmp"
{
	grep "^$base_dir/[^/]*$" "$work/base.tmp" | while read -r file; do
		plan_library "$file"
	done
	grep -v "^$base_dir/[^/]*$" "$work/base.tmp" | plan_elsewhere
} >"$work/plan.tmp"
rm "$work/base.tmp"
cat "$work/plan.tmp"
if cmp -s "$work/plan.tmp" "$work/plan"; then
	rm "$work/plan.tmp"
else
	mv "$work/plan.tmp" "$work/plan"
fi
