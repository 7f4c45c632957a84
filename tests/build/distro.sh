#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sources without one of the distribution's own patches are refused.
. tests/build/harness.sh

sed -i 's/^seven$/7/' "$tmp/tree/numbers"
pack_source
passes "$(stamp unpack)"
refused "libs: distribution patches: the source is without seven.diff; usr/src/glibc/glibc-2.36.tar.xz is not what debian/patches/series says; report it" \
	"$(stamp distro)"
