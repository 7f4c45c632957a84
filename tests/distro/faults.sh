#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# ldconfig-hwcap is ended, or its calls fail, and afterwards 32-bit programs start and the next run finishes the job.
#
# Ended: at once with its children, as when the machine stops, or only who makes the call, as when a process is killed.
# Failing: each call that changes a file, with EIO, ENOSPC and EROFS. FAULTS=all does this at every system call of every
# job, on all processors; by default it is done around each call that changes a file, and at some others.
. tests/distro/harness.sh

all=${FAULTS-}
every=(enable disable auto-on auto-off alias switch alias-off)
usual=(enable disable auto-on alias switch alias-off)
points=0 dead=0
saved=$tmp/saved
notes=$build/tests/distro

# job_of JOB: the state before it, the state after it, the arguments. States: off, on (the directory), alias (the link).
job_of() {
	case $1 in
	enable) echo off on --strategy directory enable ;;
	auto-on) echo off on auto ;;
	disable) echo on off disable ;;
	auto-off) echo on off auto ;;
	alias) echo off alias --vdso /vdso-bit1.so enable ;;
	switch) echo on alias --vdso /vdso-bit1.so enable ;;
	alias-off) echo alias off disable ;;
	esac
}

# The jobs that are tried after a fault, besides the same again.
others_of() {
	case $1 in
	alias | switch | alias-off) echo alias disable enable ;;
	*) echo enable disable auto-on auto-off ;;
	esac
}

links() {
	find "$root/lib/i386-linux-gnu/" -maxdepth 1 -name haswell -o -maxdepth 1 -name xeon_phi
}

# All that a job leaves: files, links, and what the cache leads to.
state() {
	ls -A "$root/etc/ld.so.conf.d"
	cat "$root$conf" 2>/dev/null || true
	links | xargs -r readlink
	chroot "$root" /sbin/ldconfig -p
}

save() {
	mkdir -p "$saved/$1/links"
	cp -a "$root/etc/ld.so.conf.d" "$root/etc/ld.so.cache" "$root/var/cache/ldconfig" "$saved/$1/"
	links | xargs -r cp -a -t "$saved/$1/links"
	state >"$saved/$1.state"
}

restore() {
	links | xargs -r rm
	rm -rf "$root/etc/ld.so.conf.d" "$root/etc/ld.so.cache"* "$root/var/cache/ldconfig"
	cp -a "$saved/$1/ld.so.conf.d" "$saved/$1/ld.so.cache" "$root/etc/"
	cp -a "$saved/$1/ldconfig" "$root/var/cache/"
	cp -a "$saved/$1/links/." "$root/lib/i386-linux-gnu/"
}

# What the administrator says, for auto.
settings() {
	case $1 in
	auto-on) echo 'enable = always' >"$root/etc/nosegneg.conf" ;;
	auto-off) echo 'enable = never' >"$root/etc/nosegneg.conf" ;;
	*) rm -f "$root/etc/nosegneg.conf" ;;
	esac
}

is_state() {
	local differs

	differs=$(diff "$saved/$2.state" <(state)) || fail "$where: $1: not $2: $differs"
}

# Where a note is what the entry waits for, programs have to start under it too.
all_start() {
	programs_start && { [ "$scene" = directory ] ||
		[ "$(under 1 /bin/sh -c 'echo $((6 * 7))')" = 42 ]; }
}

# An exit status of 0 says that the job is done, 2 that an entry which was to be made is not there. A lock's file may be
# left, if the run says so.
check_word() {
	if grep -q "the lock's file could not be removed" "$tmp/out"; then
		rm "$root/etc/ld.so.conf.d/.00-nosegneg.conf.lock"
	fi
	case $1 in
	0) is_state "it said that it was done" "$3" ;;
	2) [ "$2" != off ] || is_state "it said that it failed" off ;;
	*) fail "$where: status $1: $(cat "$tmp/out")" ;;
	esac
}

# Another run, of the same kind or not, leaves what it would have left without the fault.
check_next() {
	local -a job

	read -ra job < <(job_of "$1")
	settings "$1"
	run_inside "${job[@]:2}"
	[ "$status" = 0 ] || fail "$where: then $1: status $status: $(said)"
	is_state "after $1" "${job[1]}"
	run_inside status
	[ "$status" = 0 ] || fail "$where: status after $1: $(said)"
}

# point MODE N ERRNO JOB NEXT
point() {
	local before=$failures
	local -a job

	where="$*"
	read -ra job < <(job_of "$4")
	restore "${job[0]}"
	settings "$4"
	"$fault" "$1" "$2" "$3" "$tmp/log" chroot "$root" ldconfig-hwcap "${job[@]:2}" >"$tmp/out" 2>&1 || [ $? = 1 ] ||
		{ echo "$fault does not work here"; exit 99; }
	points=$((points + 1))
	all_start || {
		fail "$where: a 32-bit program does not start"
		dead=$((dead + 1))
	}
	[ "$1" != error ] || check_word "$(sed -n 's/.* status //p' "$tmp/log")" "${job[0]}" "${job[1]}"
	check_next "$5"
	[ "$failures" -lt 20 ] || finish
	[ "$failures" = "$before" ] || sed 's/^/  | /' "$tmp/log" >&2
}

# What runs after a fault: the same, and the others in turn.
next_of() {
	local -a others

	read -ra others < <(others_of "$1")
	if [ $((points % 2)) = 0 ]; then echo "$1"; else echo "${others[points / 2 % ${#others[@]}]}"; fi
}

# The numbers of calls before which it is ended.
kill_points() {
	local total

	total=$(sed -n 's/^calls \([0-9]*\) .*/\1/p' "$tmp/plain")
	if [ -n "$all" ]; then
		seq 1 "$total"
	else
		{
			awk '$2 != "exec" && $1 ~ /^[0-9]+$/ { print $1; print $1 + 1 }' "$tmp/plain"
			seq 50 500 "$total"
		} | sort -nu
	fi
}

run_job() {
	local changes n error i=0 errors=(5 28 30) modes=(kill one)
	local -a job

	read -ra job < <(job_of "$1")
	restore "${job[0]}"
	settings "$1"
	"$fault" count 0 0 "$tmp/plain" chroot "$root" ldconfig-hwcap "${job[@]:2}" >"$tmp/out"
	for n in $(kill_points); do
		i=$((i + 1))
		if [ -n "$all" ]; then
			point kill "$n" 0 "$1" "$(next_of "$1")"
			point one "$n" 0 "$1" "$(next_of "$1")"
		else
			point "${modes[i % 2]}" "$n" 0 "$1" "$(next_of "$1")"
		fi
	done
	changes=$(sed -n 's/.* changes \([0-9]*\) .*/\1/p' "$tmp/plain")
	[ "$changes" -ge 15 ] || fail "$1: only $changes changes"
	for ((n = 1; n <= changes; n++)); do
		if [ -n "$all" ]; then
			for error in "${errors[@]}"; do point error "$n" "$error" "$1" "$(next_of "$1")"; done
		else
			point error "$n" "${errors[n % 3]}" "$1" "$(next_of "$1")"
		fi
	done
	echo "$1: $(tail -n 1 "$tmp/plain")"
}

# The scene for the jobs with a link is Debian 11, whose loader follows the note.
make_scene() {
	scene=$1
	if [ "$scene" = alias ]; then
		new_root bullseye libc6-xen
		rm "$root/etc/ld.so.conf.d/libc6-xen.conf"
		cp "$notes/vdso-bit1.so" "$root/"
		chroot "$root" /sbin/ldconfig
	else
		own_root
	fi
	rm -rf "$saved"
	save off
	run_inside --strategy directory enable
	expect 0 enabled
	save on
	[ "$scene" = alias ] || return 0
	run_inside --vdso /vdso-bit1.so enable
	expect 0 enabled
	save alias
}

scene_of() {
	case $1 in
	alias | switch | alias-off) echo alias ;;
	*) echo directory ;;
	esac
}

if [ -n "$all" ] && [ -z "${JOB-}" ]; then
	printf '%s\n' "${every[@]}" | xargs -P "$(nproc)" -I{} env -u NOSEGNEG_NAMESPACE JOB={} bash "$0"
	exit
fi
scene=
[ -z "${JOB-}" ] || usual=("$JOB")
for job in "${usual[@]}"; do
	[ "$scene" = "$(scene_of "$job")" ] || make_scene "$(scene_of "$job")"
	run_job "$job"
done
echo "${JOB:+$JOB: }$points kill points, $dead states in which a 32-bit program does not start"
finish
