#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What nobody verified about a set from a tarball, and who decides.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

patches=$(our_patches | paste -sd ' ')
left_out=$(paste -sd ' ' "$TARGET_PATCH_DIR/left-out")
cat <<-EOF
not verified:
  the source    $GLIBC_SOURCE, sha256 $(source_sha256), by nobody's signature
  its patches   those of the distribution of $TARGET_BASE_PACKAGE $(base_version) are in it or not
  its options   generic ones, and directories and name as the installed libraries have them
  our patches   applied: ${patches:-none}${left_out:+; they do not fit: $left_out}
next: make gate GLIBC_SOURCE=$GLIBC_SOURCE proves whether the set belongs to $TARGET_BASE_PACKAGE $(base_version), or refuses it
EOF
