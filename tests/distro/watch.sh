# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# For the tests of packages, after harness.sh: what programs in $root do meanwhile. $step says what was done last.

# watch_programs: starts programs until unwatch, which tells how many did not start, and in $started how many did.
watch_programs() {
	touch "$tmp/watching"
	: >"$tmp/watched"
	: >"$tmp/started"
	while [ -e "$tmp/watching" ]; do
		for program in "/bin/true" "/bin/sh -c :" "/usr/bin/perl -e 1"; do
			# shellcheck disable=SC2086 # words
			chroot "$root" $program 2>>"$tmp/watched" || echo "$program: status $?" >>"$tmp/watched"
		done
		echo >>"$tmp/started"
	done &
	watcher=$!
	trap 'rm -f "$tmp/watching"; wait; clean_up' EXIT
}

unwatch() {
	rm "$tmp/watching"
	wait "$watcher"
	started=$((3 * $(wc -l <"$tmp/started")))
	is "programs that did not start meanwhile" "$(head -n 3 "$tmp/watched")" ""
	echo "programs started meanwhile: $started"
}

inside() {
	status=0
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@" \
		>"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# switched LIBC: which C library programs get now; all that matters starts.
switched() {
	is "libc after $step" "$(libc_of /bin/ls)" "$1"
	programs_work || fail "programs do not work after $step"
	no_strays
}
