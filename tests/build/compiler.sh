#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A compiler without the flag is refused, and so is one that accepts it and
# ignores it.
. tests/build/harness.sh

answer refuses-flag <<'EOF'
exit 1
EOF
answer ignores-flag <<'EOF'
cat >/dev/null
printf 'f:\tmovl v@gotntpoff(%%eax), %%eax\n\tmovl %%gs:(%%eax), %%eax\n\tret\n'
EOF
for cc in refuses-flag ignores-flag; do
	refused "libs: compiler: $bin/$cc lacks -mno-tls-direct-seg-refs; run make setup, or name a working compiler in TARGET_CC" \
		libs TARGET_CC="$bin/$cc"
done
