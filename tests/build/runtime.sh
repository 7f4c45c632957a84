#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A machine that cannot run i386 programs is refused: architecture not
# enabled, libraries not installed, kernel not able.
. tests/build/harness.sh

answer amd64-only <<'EOF'
[ "$1" = --print-architecture ] && echo amd64
exit 0
EOF
refused "libs: runtime: the architecture i386 is not enabled; run make setup" \
	libs DPKG="$bin/amd64-only"

answer unknown <<'EOF'
echo "dpkg-query: no packages found matching libc6:i386" >&2
exit 1
EOF
refused "libs: runtime: libc6:i386 is not installed; run make setup" \
	libs DPKG_QUERY="$bin/unknown"

# dpkg still knows a removed package whose configuration it keeps.
answer removed <<EOF
echo "config-files $version"
EOF
refused "libs: runtime: libc6:i386 is not installed; run make setup" \
	libs DPKG_QUERY="$bin/removed"

refused "libs: runtime: /lib/i386-linux-gnu/libc.so.6 does not start; boot a kernel with IA32 emulation (CONFIG_IA32_EMULATION)" \
	libs RUN_I386=/bin/false
