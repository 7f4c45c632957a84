#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An interrupt ends what the step had started, stamps nothing, says so, and
# the next run goes on.
. tests/build/harness.sh

cp "$bin/apt-get" "$tmp/apt-get"
answer apt-get <<EOF
echo \$\$ >$tmp/downloading
kill -TERM \$(cat $tmp/pid)
exec sleep 60
EOF
run_make libs
[ "$SECONDS" -lt 30 ] || fail "the run waited for what it should have ended"
[ "$status" -ne 0 ] || fail "an interrupted run succeeded"
grep -qx "libs: fetch: interrupted; run make libs to go on, finished work is kept" "$tmp/err" ||
	fail "$(cat "$tmp/err")"
# make may end before the group is gone, but not for long.
for _ in $(seq 50); do
	kill -0 "$(cat "$tmp/downloading")" 2>/dev/null || break
	sleep 0.1
done
! kill -0 "$(cat "$tmp/downloading")" 2>/dev/null || fail "the download goes on"
[ ! -e "$(stamp fetch)" ] || fail "an interrupted step is stamped"

cp "$tmp/apt-get" "$bin/apt-get"
passes "$(stamp fetch)"
