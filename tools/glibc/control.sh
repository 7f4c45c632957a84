#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The control experiment: the same pipeline without the flag and without our
# patches has to give the distribution's own code, instruction by instruction.
# What the set then has different comes from the flag and the patches alone.
# Called by `make libs-control`; exit 1 if they do not.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

flag=-mno-tls-direct-seg-refs
tmp=$work/control

# One instruction in a thousand, where gcc built for another host allocates
# registers differently (splice, copy_file_range), and for each library the
# start files of gcc's own, which Debian builds with endbr32 for amd64 only.
tolerated() {
	echo $(($1 / 1000 + 8))
}

# instructions FILE: one a line, without constants and addresses, which shift.
instructions() {
	objdump -d --no-show-raw-insn -j .text "$1" |
		sed -nE 's/^ *[0-9a-f]+:\t//; T; s/ *<[^>]*>//; s/\s+$//; s/0x[0-9a-f]+/N/g; s/^([a-z]+ +)[0-9a-f]+$/\1N/; p'
}

# Local symbols make objdump start afresh where a stripped file flows on.
compare() {
	local name=$1 base=$2 all differ

	strip -o "$tmp/stripped" "$(built_library "$name")"
	instructions "$base" >"$tmp/base.s"
	instructions "$tmp/stripped" >"$tmp/control.s"
	all=$(wc -l <"$tmp/base.s")
	differ=$(diff "$tmp/base.s" "$tmp/control.s" | grep -c '^<') || true
	echo "libs $TARGET: control $name: $all instructions, $differ differ from the distribution's"
	[ "$differ" -le "$(tolerated "$all")" ]
}

export NOSEGNEG_OBJ_DIR=$tmp/obj NOSEGNEG_SOURCE_DIR=$tmp/source
export TARGET_CFLAGS=${TARGET_CFLAGS/$flag/}
obj=$NOSEGNEG_OBJ_DIR
rm -rf "$tmp"
mkdir -p "$tmp"
cp -al "$unpacked" "$NOSEGNEG_SOURCE_DIR"
if ! { tools/glibc/configure.sh && tools/glibc/build.sh; } >"$work/log/control.log" 2>&1; then
	echo "libs: control: the build failed, see $work/log/control.log" >&2
	exit 2
fi
status=0
while read -r name base; do
	compare "$name" "$base" || status=1
done < <(sed -n 's/^ship //p' "$work/plan")
rm -rf "$tmp"
exit "$status"
