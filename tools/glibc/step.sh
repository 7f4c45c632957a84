#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# step.sh NAME: runs tools/glibc/NAME.sh with its output in a log, shows how
# far it is, and stamps it when it is done and only then.
#
# On a terminal one line is kept up to date; elsewhere a line a step, and one
# every 15 seconds while it builds.  V=1 shows the output itself.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

export STEP=$1
log=$work/log/$STEP.log
begin=$(date +%s)

# minutes:seconds since $1
elapsed() {
	local seconds=$(($(date +%s) - $1))

	printf '%d:%02d' $((seconds / 60)) $((seconds % 60))
}

# Compiled objects against the number that a complete build has.
percent() {
	local done_count

	if [ "$STEP" != build ]; then
		return
	fi
	done_count=$(find "$obj" -name '*.os' 2>/dev/null | wc -l)
	done_count=$((done_count * 100 / TARGET_OBJECTS))
	echo " $((done_count > 99 ? 99 : done_count)) %"
}

show() {
	if [ -t 1 ]; then
		printf '\r\033[Klibs %s: %s%s, %s' "$TARGET" "$STEP" "$1" "$(elapsed "$LIBS_BEGIN")"
	else
		printf 'libs %s: %s%s, %s\n' "$TARGET" "$STEP" "$1" "$(elapsed "$LIBS_BEGIN")"
	fi
}

clear_line() {
	if [ -t 1 ]; then
		printf '\r\033[K'
	fi
}

# Some steps are others for a tarball.
program=tools/glibc/$STEP.sh
if [ -n "${GLIBC_SOURCE-}" ] && [ -x "tools/glibc/tarball/$STEP.sh" ]; then
	program=tools/glibc/tarball/$STEP.sh
fi

# fd 8 is refuse()'s way to the person; make's job server is on 3 and 4.
run_logged() {
	if [ "${V-}" = 1 ]; then
		"$program" 8>&2 2>&1 | tee "$log"
	else
		"$program" 8>&2 >"$log" 2>&1
	fi
}

# Until the step ends.  It waits by reading a pipe that stays empty: a sleep
# could outlive it, and make would wait for that one's job server descriptors.
watch_step() {
	local pid=$1 every=75 tick=0 idle

	if [ -t 1 ]; then
		every=5
	fi
	exec {idle}<> <(:)
	while kill -0 "$pid" 2>/dev/null; do
		read -rt 0.2 -u "$idle" || tick=$((tick + 1))
		if [ $((tick % every)) -eq 0 ] && [ "${V-}" != 1 ]; then
			show "$(percent)"
		fi
	done
}

# With job control (set -m) the step is a process group of its own, so that an
# interrupt ends all of it, whoever it was sent to.
run_step() {
	local pid status=0

	set -m
	run_logged </dev/null &
	pid=$!
	set +m
	# shellcheck disable=SC2064 # expanded now, the variable is local
	trap "interrupted $pid" INT TERM HUP
	watch_step "$pid"
	wait "$pid" || status=$?
	trap - INT TERM HUP
	return "$status"
}

interrupted() {
	trap '' INT TERM HUP
	kill -- "-$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
	clear_line
	echo "libs: $STEP: interrupted; run make libs to go on, finished work is kept" >&2
	exit 130
}

# A compiler's command lines say nothing; what it and make complain about does.
last_lines() {
	grep -aE '(error|warning|note):|(^|/)ld: |\*\*\*|undefined reference|cannot|No such|No space|[Ff]ailed' "$log" |
		grep -avE '^(gcc|ccache|checking) ' | cut -c1-300 | tail -n 20
}

report_failure() {
	{
		echo "libs: $STEP: failed after $(elapsed "$begin")"
		last_lines || tail -n 20 "$log" | cut -c1-300
		echo "libs: $STEP: the complete log is $log; put right what it says and run make libs again (finished work is kept), or make libs-clean first"
	} >&2
}

# Two builds in one directory would make a set of neither.
take_lock() {
	exec 9>"$work/lock"
	if ! flock -n 9; then
		STEP='' refuse lock "another make libs is at work in $work" "wait for it to end"
	fi
}

finish() {
	touch "$work/stamp/$STEP"
	if [ ! -t 1 ]; then
		show " done in $(elapsed "$begin")"
	fi
}

main() {
	local status=0

	take_lock
	show ' ...'
	run_step || status=$?
	clear_line
	case $status in
	0) finish ;;
	"$refused") exit 2 ;;
	*) report_failure; exit 2 ;;
	esac
}

main
