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

# Until the step ends; the step's status is the function's.
watch_step() {
	local pid=$1 tick=0 every=15

	if [ -t 1 ]; then
		every=1
	fi
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.2
		tick=$((tick + 1))
		if [ $((tick % (every * 5))) -eq 0 ]; then
			show "$(percent)"
		fi
	done
	wait "$pid"
}

run_step() {
	if [ -n "${V-}" ]; then
		"tools/glibc/$STEP.sh" 3>&2 2>&1 | tee "$log"
	else
		"tools/glibc/$STEP.sh" 3>&2 >"$log" 2>&1 &
		watch_step $!
	fi
}

# A compiler's command lines say nothing; what it and make complain about does.
last_lines() {
	grep -aE '(error|warning|note):|\*\*\*|undefined reference|cannot|No such|No space|[Ff]ailed' "$log" |
		grep -avE '^(gcc|ccache|checking) ' | cut -c1-300 | tail -n 20
}

report_failure() {
	{
		echo "libs: $STEP: failed after $(elapsed "$begin")"
		last_lines || tail -n 20 "$log" | cut -c1-300
		echo "libs: $STEP: the complete log is $log; put right what it says and run make libs again, finished work is kept"
	} >&2
}

# Two builds in one directory would make a set of neither.
exec 9>"$work/lock"
if ! flock -n 9; then
	STEP='' refuse lock "another make libs is at work in $work" "wait for it to end"
fi
if [ ! -t 1 ]; then
	show ' ...'
fi
status=0
run_step || status=$?
if [ -t 1 ]; then
	printf '\r\033[K'
fi
if [ "$status" -eq 0 ]; then
	touch "$work/stamp/$STEP"
	if [ ! -t 1 ]; then
		show " done in $(elapsed "$begin")"
	fi
elif [ "$status" -ne "$refused" ]; then
	report_failure
	exit 2
else
	exit 2
fi
