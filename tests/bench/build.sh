#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Wall time of configuring and building the same tree with the same flags
# twice: all of it, as the distribution does, and only what is shipped.
# Called by `make bench-build`, with the variables of mk/glibc.mk.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

# A warm compiler cache would measure itself.
export CCACHE_DISABLE=1
jobs=$(nproc)
export MAKEFLAGS=-j$jobs

build_all() {
	make -C "$NOSEGNEG_OBJ_DIR"
}

build_ours() {
	tools/glibc/build.sh
}

# timed NAME: seconds that configuring and build_NAME take.
timed() {
	local begin

	export NOSEGNEG_OBJ_DIR=$work/bench/$1
	begin=$(date +%s.%N)
	{ tools/glibc/configure.sh && "build_$1"; } >"$work/log/bench-$1.log" 2>&1 || {
		echo "bench-build: $1 failed, see $work/log/bench-$1.log" >&2
		exit 2
	}
	echo "$(date +%s.%N) $begin" | awk '{ printf "%.1f\n", $1 - $2 }'
}

rm -rf "$work/bench"
ours=$(timed ours)
echo "bench-build: the set alone, $jobs jobs: $ours s"
all=$(timed all)
echo "bench-build: everything, $jobs jobs: $all s"
echo "$ours $all" | awk '{ printf "bench-build: ratio %.2f\n", $1 / $2 }'
rm -rf "$work/bench"
