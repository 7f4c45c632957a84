# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# For the tests of packages, after harness.sh: what programs in $root do meanwhile. $step says what was done last.

# dpkg puts the files of libc6 in place one by one: what starts between those of another loader and its libc.so.6 fails,
# whether there is a set or not. It is that, where libc6 tells of its unpacking (tell_entry), no set is in force, and the
# program starts a moment later.
between_files() {
	[ -e "$root/entry" ] && [ ! -e "$root$conf" ] && ! grep -q nosegneg "$tmp/start" &&
		{ sleep 0.2; chroot "$root" "$@" 2>/dev/null; }
}

watch_program() {
	local status=0

	chroot "$root" "$@" 2>"$tmp/start" || status=$?
	if [ "$status" = 0 ] && [ ! -s "$tmp/start" ]; then
		return
	elif between_files "$@"; then
		echo "$*: status $status: $(cat "$tmp/start")" >>"$tmp/between"
	else
		echo "$*: status $status: $(cat "$tmp/start")" >>"$tmp/watched"
	fi
}

# watch_programs: starts programs until unwatch, which tells how many did not start, and in $started how many did.
watch_programs() {
	touch "$tmp/watching"
	: >"$tmp/watched"
	: >"$tmp/between"
	: >"$tmp/started"
	while [ -e "$tmp/watching" ]; do
		watch_program /bin/true
		watch_program /bin/sh -c :
		watch_program /usr/bin/perl -e 1
		echo >>"$tmp/started"
	done &
	watcher=$!
	trap 'rm -f "$tmp/watching"; wait; clean_up' EXIT
}

unwatch() {
	rm "$tmp/watching"
	wait "$watcher"
	started="$((3 * $(wc -l <"$tmp/started"))) starts"
	[ ! -s "$tmp/between" ] || started+=", $(wc -l <"$tmp/between") between files of libc6"
	is "programs that did not start meanwhile" "$(head -n 3 "$tmp/watched")" ""
	cat "$tmp/between"
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

# Both packages are there, the set is not in force, and the programs start.
stays_off() {
	local program

	switched "$base_libc"
	[ ! -e "$root$conf" ] || fail "$step: there is an entry"
	for program in nosegneg-check nosegneg-sim ldconfig-hwcap; do
		inside "$program" --version
		expect 0 "$program"
	done
}
