#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# whole.sh: all programs in all ways, and the whole suite (15 minutes).
set -euo pipefail

build=${B:-build}
target=${TARGET:-$(tools/glibc/target.sh)}
set_dir=$build/$target/stage${TARGET_SET_DIR:-/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg}
base=$(dirname "$(readlink -f /lib/ld-linux.so.2)")
status=0

tests/sim/run-programs --emulate flip --emulate step "$build/tests/sim" || status=1
tests/sim/run-programs --static --emulate flip --emulate step "$build/tests/sim" || status=1
tests/sim/run-programs --library-path "$(realpath "$set_dir"):$base" "$build/tests/sim" || status=1
if [ "$(id -u)" = 0 ]; then
	tests/sim/run-programs --user 65534 "$build/tests/sim" || status=1
fi
tests/sim/run-suite --build "$build" --base "$base" --set "$set_dir" --step --scan \
	"$build/share/nosegneg/suite" "$build/tests/sim/suite" || status=1
exit $status
