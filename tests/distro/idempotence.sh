#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# On a settled system nothing is written and ldconfig does not run, however often it is asked.
. tests/distro/harness.sh

# again TIMES COMMAND: as the system is, so it stays.
again() {
	local before times=$1 i
	shift

	run_inside "$@"
	expect 0
	before=$(snapshot)
	for ((i = 0; i < times; i++)); do
		"$fault" count 0 0 "$tmp/log" chroot "$root" ldconfig-hwcap "$@" >"$tmp/out" 2>&1 || fail "$*: $(cat "$tmp/out")"
		grep -q '^calls [0-9]* changes 0 status 0$' "$tmp/log" || fail "$*: $(cat "$tmp/log")"
		! grep -q 'exec.*ldconfig$' "$tmp/log" || fail "$*: ldconfig ran"
		! grep -q 'exec' "$tmp/log" || [ "$1" != auto ] || fail "auto started a program: $(cat "$tmp/log")"
	done
	[ "$before" = "$(snapshot)" ] || fail "$* changed files: $(diff <(echo "$before") <(snapshot))"
}

own_root
again 10 auto
again 10 disable
again 10 enable
again 3 status
echo 'enable = always' >"$root/etc/nosegneg.conf"
again 10 auto
again 3 --dry-run disable

# What the tracer says about a run that does change something: else the zeros above prove nothing.
"$fault" count 0 0 "$tmp/log" chroot "$root" ldconfig-hwcap disable >/dev/null
for call in 'unlinkat .00-nosegneg.conf.new' 'exec /sbin/ldconfig' 'rename /etc/ld.so.cache'; do
	grep -q "$call" "$tmp/log" || fail "the tracer did not see: $call"
done
grep -q '^calls [0-9]* changes [1-9]' "$tmp/log" || fail "the tracer counted nothing"
finish
