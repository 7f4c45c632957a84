#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Less free disk than the target file asks for is refused; what is already
# built counts.
. tests/build/harness.sh

answer full <<'EOF'
printf 'Avail\n  10M\n'
EOF
mkdir "$build"
refused "libs: disk: the build needs 500 MiB, $build has 10 MiB free; free some, or build elsewhere with make libs B=DIRECTORY" \
	libs DF="$bin/full" TARGET_DISK_MIB=500

mkdir -p "$build/debian-12"
head -c 20M /dev/zero >"$build/debian-12/built"
passes "$(stamp fetch)" DF="$bin/full" TARGET_DISK_MIB=30
