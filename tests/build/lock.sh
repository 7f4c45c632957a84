#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A second build in the same directory is refused while the first is at work.
. tests/build/harness.sh

mv "$bin/apt-get" "$bin/real-apt-get"
cat >"$tmp/second" <<EOF
env -u MAKEFLAGS -u MAKELEVEL make -s $(stamp fetch) B=$build TARGET=debian-12 BASE_ROOT= NOSEGNEG_CHECK=/bin/true \
	DPKG=$bin/dpkg DPKG_QUERY=$bin/dpkg-query DF=$bin/df RUN_I386=$bin/run-i386 2>$tmp/second.err
EOF
# Once only: where the lock fails, the second would start a third.
answer apt-get <<EOF
mkdir $tmp/once 2>/dev/null && (cd $PWD && sh $tmp/second)
exec $bin/real-apt-get "\$@"
EOF
passes "$(stamp fetch)"
[ "$(grep -v '^make' "$tmp/second.err")" = "libs: lock: another make libs is at work in $build/debian-12; wait for it to end" ] ||
	fail "$(cat "$tmp/second.err")"
