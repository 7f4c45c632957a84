#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# ldconfig-hwcap is ended, or its calls fail, and afterwards 32-bit programs start and the next run finishes the job.
#
# Ended: at once with its children, as when the machine stops, or only who makes the call, as when a process is killed.
# Failing: each call that changes a file, with EIO, ENOSPC and EROFS. FAULTS=all does this at every system call of
# enable, disable and auto; by default it is done around each call that changes a file, and at every 100th other.
. tests/distro/harness.sh

all=${FAULTS-}
points=0 dead=0
saved=$tmp/saved
calls=/etc/nosegneg.conf

save() {
	rm -rf "${saved:?}/$1"
	mkdir -p "$saved/$1"
	cp -a "$root/etc/ld.so.conf.d" "$root/etc/ld.so.cache" "$root/var/cache/ldconfig" "$saved/$1/"
}

restore() {
	rm -rf "$root/etc/ld.so.conf.d" "$root/etc/ld.so.cache"* "$root/var/cache/ldconfig"
	cp -a "$saved/$1/ld.so.conf.d" "$saved/$1/ld.so.cache" "$root/etc/"
	cp -a "$saved/$1/ldconfig" "$root/var/cache/"
}

# What the administrator says, for auto.
settings() {
	case $1 in
	auto-on) echo 'enable = always' >"$root$calls" ;;
	auto-off) echo 'enable = never' >"$root$calls" ;;
	*) rm -f "$root$calls" ;;
	esac
}

# The state before, and the C library after, a job: enable, disable, auto-on, auto-off.
state_before() {
	case $1 in
	enable | auto-on) echo off ;;
	*) echo on ;;
	esac
}

libc_after() {
	case $1 in
	enable | auto-on) echo "$set_libc" ;;
	*) echo "$base_libc" ;;
	esac
}

# The job is done, or was begun and undone: what an exit status of 0 or 2 says.
check_word() {
	local libc

	libc=$(libc_of /bin/ls)
	case $1 in
	0) [ "$libc" = "$(libc_after "$2")" ] || fail "$where: it said that it was done: $(cat "$tmp/out")" ;;
	2)
		[ "$(state_before "$2")" = on ] || [ "$libc" = "$base_libc" ] ||
			fail "$where: it failed, and programs take $libc: $(cat "$tmp/out")"
		;;
	*) fail "$where: status $1: $(cat "$tmp/out")" ;;
	esac
}

# Another run, of the same kind or not, leaves what it would have left without the fault.
check_next() {
	local next=$1

	settings "$next"
	run_inside "${next%-*}"
	[ "$status" = 0 ] || fail "$where: then $next: status $status: $(said)"
	is "$where: libc after $next" "$(libc_of /bin/ls)" "$(libc_after "$next")"
	run_inside status
	[ "$status" = 0 ] || fail "$where: status after $next: $(said)"
	is "$where: files after $next" "$(ls -A "$root/etc/ld.so.conf.d")" \
		"$(ls -A "$saved/$([ "$(libc_after "$next")" = "$set_libc" ] && echo on || echo off)/ld.so.conf.d")"
}

# point MODE N ERRNO JOB NEXT
point() {
	local mode=$1 job=$4 before=$failures status_then
	where="$*"

	restore "$(state_before "$job")"
	settings "$job"
	"$fault" "$mode" "$2" "$3" "$tmp/log" chroot "$root" ldconfig-hwcap "${job%-*}" >"$tmp/out" 2>&1 || [ $? = 1 ] ||
		{ echo "$fault does not work here"; exit 99; }
	points=$((points + 1))
	programs_start || {
		fail "$where: a 32-bit program does not start"
		dead=$((dead + 1))
	}
	status_then=$(sed -n 's/.* status //p' "$tmp/log")
	[ "$mode" != error ] || check_word "$status_then" "$job"
	check_next "$5"
	[ "$failures" -lt 20 ] || finish
	[ "$failures" = "$before" ] || sed 's/^/  | /' "$tmp/log" >&2
}

# What runs after a fault: the same, and the others in turn.
jobs=(enable disable auto-on auto-off)
next_of() {
	if [ $((points % 2)) = 0 ]; then echo "$1"; else echo "${jobs[points / 2 % 4]}"; fi
}

# kill_points JOB: the numbers of calls before which it is ended.
kill_points() {
	local total

	total=$(sed -n 's/^calls \([0-9]*\) .*/\1/p' "$tmp/plain")
	if [ -n "$all" ]; then
		seq 1 "$total"
	else
		{
			awk '$2 != "exec" && $1 ~ /^[0-9]+$/ { print $1; print $1 + 1 }' "$tmp/plain"
			seq 50 100 "$total"
		} | sort -nu
	fi
}

run_job() {
	local job=$1 changes n i=0
	local -a errors=(5 28 30)

	restore "$(state_before "$job")"
	settings "$job"
	"$fault" count 0 0 "$tmp/plain" chroot "$root" ldconfig-hwcap "${job%-*}" >"$tmp/out"
	for n in $(kill_points); do
		i=$((i + 1))
		[ -z "$all" ] && [ $((i % 2)) = 0 ] || point kill "$n" 0 "$job" "$(next_of "$job")"
		[ -z "$all" ] && [ $((i % 2)) = 1 ] || point one "$n" 0 "$job" "$(next_of "$job")"
	done
	changes=$(sed -n 's/.* changes \([0-9]*\) .*/\1/p' "$tmp/plain")
	[ "$changes" -ge 15 ] || fail "$job: only $changes changes"
	for ((n = 1; n <= changes; n++)); do
		if [ -n "$all" ]; then
			for i in "${errors[@]}"; do point error "$n" "$i" "$job" "$(next_of "$job")"; done
		else
			point error "$n" "${errors[n % 3]}" "$job" "$(next_of "$job")"
		fi
	done
	echo "$job: $(tail -n 1 "$tmp/plain")"
}

# All of them take long: each job is then a process of its own, as many at a time as there are processors.
if [ -n "$all" ] && [ -z "${JOB-}" ]; then
	printf '%s\n' "${jobs[@]}" | xargs -P "$(nproc)" -I{} env -u NOSEGNEG_NAMESPACE JOB={} bash "$0"
	exit
fi
own_root
save off
run_inside enable
expect 0 enabled
save on
for job in "${jobs[@]}"; do
	[ -z "${JOB-}" ] || [ "$job" = "$JOB" ] || continue
	[ -n "$all" ] || [ -n "${JOB-}" ] || [ "$job" != auto-off ] || continue
	run_job "$job"
done
echo "${JOB:+$JOB: }$points kill points, $dead states in which a 32-bit program does not start"
finish
