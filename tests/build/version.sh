#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sources of another version than the installed library are refused: whether
# the target is another glibc, or apt has only another revision.
. tests/build/harness.sh

answer dpkg-query <<'EOF'
echo "installed 2.41-12"
EOF
refused "libs: version: debian-12 is glibc 2.36, but libc6:i386 here is 2.41-12; a set works only with the glibc it was built from: choose another TARGET" \
	libs

answer dpkg-query <<'EOF'
echo "installed 2.36-9+test0"
EOF
run_make libs
[ "$status" -eq 2 ] || fail "status $status"
grep -qx "libs: version: apt offers no glibc-source=2.36-9+test0, the source of the installed libc6:i386; run apt-get update, or bring libc6:i386 up to date" "$tmp/err" ||
	fail "$(cat "$tmp/err")"
[ ! -e "$(stamp fetch)" ] || fail "fetch is stamped"

# Once upgraded, a new build starts, and a later upgrade starts another.
answer dpkg-query <<EOF
echo "installed $version"
EOF
passes "$(stamp patch)"
before=$(stat -c %Y.%i "$build/debian-12/source")
passes "$(stamp patch)"
[ "$(stat -c %Y.%i "$build/debian-12/source")" = "$before" ] || fail "built again without need"
