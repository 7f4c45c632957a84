#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The service and the init script in systems of each release (DISTRO=all; or of this machine's): systemd finds no fault and
# no ordering cycle, insserv starts the script where it belongs, and whatever the system lacks, it says so in one line and
# the boot goes on.
. tests/distro/harness.sh

start() {
	step=$1
	status=0
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /etc/init.d/nosegneg "${2:-start}" >"$tmp/out" 2>"$tmp/err" ||
		status=$?
}

# says STATUS WORDS: of the last start, in one line.
says() {
	[ "$status" = "$1" ] || fail "$release: $step: status $status, expected $1: $(said)"
	is "$release: $step: lines" "$(said | wc -l)" 1
	said | grep -q -- "$2" || fail "$release: $step: not said: $2: $(said)"
}

gets() {
	is "$release: $step: libc of ls" "$(libc_of /bin/ls)" "$1"
	programs_start || fail "$release: $step: programs do not start"
}

# boot_root RELEASE: a system with its set, its entry off.
boot_root() {
	local dir

	release=$1
	dir=$(of "$release" TARGET_SET_DIR)
	[ -e "$build/$release/stage$dir/manifest" ] || { echo "$release: no library set; run 'make libs TARGET=all'"; return 1; }
	CHROOT_NAME=boot new_root "$(of "$release" TARGET_SUITE)" "${boot_packages[@]}"
	put_set "$release"
	set_libc=$dir/libc.so.6
	env -u MAKEFLAGS -u MAKELEVEL make -s install-boot DESTDIR="$root" prefix=/usr
}

# verify: what systemd says of the start of all services. Only /etc/fstab brings in the service that makes / writable, by a
# generator.
verify() {
	chroot "$root" systemd-analyze --man=no verify nosegneg.service default.target 2>&1
}

systemd_agrees() {
	local unit=$root/usr/lib/systemd/system/nosegneg.service wants=$root/etc/systemd/system/local-fs.target.wants

	step="systemd"
	mount --rbind /sys "$root/sys"
	chroot "$root" systemctl enable nosegneg.service 2>"$tmp/err" || fail "$release: not enabled: $(cat "$tmp/err")"
	mkdir "$wants"
	ln -s /lib/systemd/system/systemd-remount-fs.service "$wants"
	is "$release: $step" "$(verify)" ""
	# That a cycle would have been found.
	cp "$unit" "$tmp/unit"
	sed -i 's/^Before=/&local-fs-pre.target /' "$unit"
	grep -q "ordering cycle" <<<"$(verify)" || fail "$release: $step finds no cycle"
	cp "$tmp/unit" "$unit"
	umount -R -l "$root/sys"
}

# What systemd, as the first process of a container, finds there. No terminal of this machine.
# shellcheck disable=SC2016 # for the shell inside
container='
mount -t proc proc "$0/proc" && mount -t sysfs -o ro none "$0/sys" && mount -t cgroup2 none "$0/sys/fs/cgroup" || exit
mount -t tmpfs none "$0/run" && mount -t tmpfs none "$0/dev" && cp -a /dev/null /dev/zero /dev/urandom "$0/dev/" || exit
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$0" /lib/systemd/systemd --unit=basic.target'

# A control group of its own, in which systemd makes more. False where that cannot be.
make_group() {
	mkdir -p "$tmp/cgroup"
	mount -t cgroup2 none "$tmp/cgroup" 2>/dev/null || return 1
	group=$tmp/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/early-boot-$$
	mkdir "$group" 2>/dev/null
}

in_container() {
	timeout 30 nsenter -t "$init" -a -r -w "$@"
}

# What is mounted here is private already, and in a chroot "/" is no mount point.
apart=(unshare --mount --propagation unchanged --pid --fork --uts --ipc --net --cgroup --kill-child)

# boots RESULT WORDS: systemd starts all that comes before services; what became of ours, and what it said.
boots() {
	local init="" outer said

	"${apart[@]}" true 2>/dev/null || { echo "$release: $step: not tried, no containers"; return 0; }
	make_group || { echo "$release: $step: not tried, no control groups"; return 0; }
	(echo 0 >"$group/cgroup.procs" && exec "${apart[@]}" bash -c "$container" "$root") >"$tmp/console" 2>&1 &
	outer=$!
	for _ in $(seq 400); do
		init=$(pgrep -P "$outer" || true)
		[ -z "$init" ] || ! in_container systemctl is-active --quiet basic.target 2>/dev/null || break
		sleep 0.3
	done
	[ -n "$init" ] || fail "$release: $step: no container: $(tail -n 5 "$tmp/console")"
	is "$release: $step: basic.target" "$(in_container systemctl is-active basic.target 2>&1)" active
	is "$release: $step: result" "$(in_container systemctl show --value -p Result nosegneg.service)" "$1"
	# What a process says that is gone already is nobody's in the journal.
	said=$(in_container journalctl -o cat -b 2>&1) || true
	grep -q -- "$2" <<<"$said" || fail "$release: $step: not in the journal: $2: $(grep -i nosegneg <<<"$said")"
	! grep -q "ordering cycle" <<<"$(in_container journalctl -b)" || fail "$release: $step: an ordering cycle"
	kill -KILL "$outer" 2>/dev/null || true
	wait "$outer" 2>/dev/null || true
	until grep -q '^populated 0' "$group/cgroup.events"; do sleep 0.1; done
	find "$group" -depth -type d -exec rmdir {} \;
	umount "$tmp/cgroup"
}

systemd_boots() {
	step="systemd, a set that is switched on"
	wish always
	boots success ": enabled (directory"
	gets "$set_libc"
	step="systemd, wrong settings"
	wish perhaps
	boots exit-code "nosegneg.conf: line 1: "
	gets "$set_libc"
	step="systemd, no 32-bit programs"
	printf '\50' | dd of="$root/usr/sbin/ldconfig-hwcap" bs=1 seek=18 conv=notrunc status=none # e_machine: EM_ARM
	boots success "Exec format error"
	cp "$helper" "$root/usr/sbin/"
	rm "$root/etc/nosegneg.conf"
}

# number NAME: of its link in runlevel S.
number() {
	basename "$root"/etc/rcS.d/S??"$1" | cut -c 2-3
}

insserv_agrees() {
	chroot "$root" update-rc.d nosegneg defaults
	is "$release: insserv: order" "$(printf '%s\n' "$(number mountall.sh) 1" "$(number nosegneg) 2" \
		"$(number bootmisc.sh) 3" | sort -u -k1,1n | cut -d' ' -f 2 | paste -sd' ')" "1 2 3"
}

wish() {
	echo "enable = $1" >"$root/etc/nosegneg.conf"
}

in_order() {
	start "a machine that needs no set"
	says 0 "disabled: not needed"
	gets "$base_libc"
	wish always
	printf 'strategy = directory\n' >>"$root/etc/nosegneg.conf"
	start "the first start"
	says 0 ": enabled (directory"
	gets "$set_libc"
	snapshot >"$tmp/before"
	for action in start restart reload force-reload; do
		start "the next start" "$action"
		says 0 ": enabled already"
	done
	start "stop" stop
	is "$release: stop says" "$status$(said)" 0
	start "status" status
	expect 0 "as it has to be"
	start "another word" begin
	says 2 "^usage: "
	is "$release: what was written" "$(diff "$tmp/before" <(snapshot))" ""
}

out_of_order() {
	mount -o remount,ro "$root"
	start "a read-only root, and all is right"
	says 0 ": enabled already"
	mount -o remount,rw "$root"
	wish never
	mount -o remount,ro "$root"
	start "a read-only root"
	says 1 "ld.so.conf.d: .*Read-only file system"
	gets "$set_libc"
	mount -o remount,rw "$root"
	start "a root that is writable again"
	says 0 ": disabled"

	umount "$root/proc"
	wish always
	start "no /proc"
	says 0 ": enabled ("
	gets "$set_libc"
	wish perhaps
	start "wrong settings"
	says 1 "nosegneg.conf: line 1: "
	gets "$set_libc"
}

# Space for no file, in what is written: the entry, its lock, and ldconfig's cache.
disk_full() {
	wish never
	start "the preparation"
	wish always
	mount -o "remount,size=$(df -k --output=used "$root" | tail -n 1)k" "$root"
	dd if=/dev/zero of="$root/filler" bs=4k 2>/dev/null || true
	step="a full disk"
	start "$step"
	expect 1 "No space left on device"
	gets "$base_libc"
	rm "$root/filler"
	mount -o remount,size=1g "$root"
}

missing() {
	mv "$root${set_libc%/*}" "$root/elsewhere"
	wish always
	start "no set"
	says 0 "install a set there"
	gets "$base_libc"
	rm "$root/etc/nosegneg.conf" "$(realpath "$root/lib")/ld-linux.so.2"
	run_outside auto
	step="no loader"
	says 0 "no 32-bit C library is installed"
}

tried=
for release in $(releases); do
	boot_root "$release" || continue
	mount -t proc proc "$root/proc"
	systemd_agrees
	systemd_boots
	insserv_agrees
	in_order
	out_of_order
	disk_full
	missing
	tried=yes
done
[ -n "$tried" ] || skip "needs a library set; run 'make libs'"
finish
