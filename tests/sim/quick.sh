#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# quick.sh: the part of the simulator's tests that is quick. `make check-sim` runs all.
set -euo pipefail

build=${B:-build}
target=${TARGET:-$(tools/glibc/target.sh)}
set_dir=$build/$target/stage${TARGET_SET_DIR:-/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg}
base=$(dirname "$(readlink -f /lib/ld-linux.so.2)")
status=0

tests/sim/run-programs "$build/tests/sim" || status=1
[ -e "$set_dir/manifest" ] || { echo "needs the library set; run 'make libs'"; exit $((status ? 1 : 77)); }
tests/sim/run-suite --build "$build" --base "$base" --set "$set_dir" --step --scan \
	--only maps,exceptions,time-zones,signals,children,names,ls,grep,sort-parallel,perl-threads-env,ls-root,static-threads \
	"$build/share/nosegneg/suite" "$build/tests/sim/suite" || status=1
exit $status
