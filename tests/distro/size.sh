#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# ldconfig-hwcap is a static i386 program of less than 1.2 MiB.
set -euo pipefail

helper=${B:-build}/bin/ldconfig-hwcap
limit=$((1024 * 1024 * 12 / 10))
size=$(stat -c %s "$helper")
headers=$(LC_ALL=C readelf -W -h -l "$helper")

[ "$size" -lt "$limit" ] || { echo "$size bytes, and the limit is $limit"; exit 1; }
grep -q 'Machine: *Intel 80386' <<<"$headers" || { echo "not an i386 program"; exit 1; }
! grep -Eq 'INTERP|DYNAMIC' <<<"$headers" || { echo "not static"; exit 1; }
echo "$size bytes"
