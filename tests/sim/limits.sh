#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# limits.sh: segments end below the hole, whoever has them, and only where they are to.
set -euo pipefail

build=${B:-build}
sim=$(realpath "${SIM:-$build/bin/nosegneg-sim}")
failures=0

fail() {
	echo "FAIL: $*"
	failures=$((failures + 1))
}

# whole WHO <OUTPUT; short WHO HOLE <OUTPUT: the line of one. A short one ends in the last page below the hole.
whole() {
	grep -q "^$1: up limit ffffffff " <<<"$out" || fail "$way: $(grep "^$1: " <<<"$out" || echo "no $1")"
}

short() {
	local last

	last=$(sed -n "s/^$1: up limit .* last //p" <<<"$out")
	[ -n "$last" ] && [ $((0x$last)) -lt $(($2)) ] && [ $((0x$last)) -ge $(($2 - 4096)) ] ||
		fail "$way: $(grep "^$1: " <<<"$out" || echo "no $1")"
}

all=(program thread fork exec clone set)
for link in "" static/; do
	way=${link}natively
	out=$("$build/tests/sim/${link}limits" all)
	for who in "${all[@]}" ldt data turned; do
		whole "$who"
	done
	for options in "0xf6800000 --xen pae" "0xfc400000 --xen nonpae" "0xf4321000 --hole 0xf4321000" \
		"0xf6800000 --emulate step"; do
		way=$link${options#* }
		# shellcheck disable=SC2086 # words
		out=$("$sim" -q ${options#* } "$build/tests/sim/${link}limits" all)
		for who in "${all[@]}"; do
			short "$who" "${options%% *}"
		done
		whole ldt
		whole data
		[ "$way" = "$link--emulate step" ] || grep -q '^turned: down' <<<"$out" || fail "$way: $(grep turned <<<"$out")"
	done
	way=${link}none
	out=$("$sim" -q --xen none "$build/tests/sim/${link}limits" all)
	for who in "${all[@]}" ldt data turned; do
		whole "$who"
	done
done

# Children are left alone where they are not followed.
way=no-follow
out=$("$sim" -q --no-follow "$build/tests/sim/limits" all)
short program 0xf6800000
for who in thread fork exec clone; do
	whole "$who"
done

# Where the processor does not check them, no program runs.
way=unlimited
unlimited() {
	LD_PRELOAD=$(realpath "$build/tests/sim/unlimited.so") "$sim" "$@" "$build/tests/sim/static/limits" all 2>&1
}
code=0
out=$(unlimited --json) || code=$?
[ $code = 2 ] && [[ $out = "nosegneg-sim: "*"/limits: cannot be simulated: this processor does not check segment limits "* ]] &&
	[[ $out != *$'\n'* ]] || fail "$way: exit status $code: $out"
! pgrep -f "^$build/tests/sim/static/limits all" || fail "$way: is left behind"
out=$(unlimited -q --xen none) || fail "$way: not without short segments: $out"
[ "$failures" = 0 ]
