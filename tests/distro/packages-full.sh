#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# No room on the disk while the set is unpacked, switched on, switched off, removed; and dpkg left off between unpacking and
# configuring. Programs start all the time; with room again dpkg brings the system back in order. Needs `make deb`; only
# `make check-deb` and `check-distro` run this (1 minute).
[ -n "${DISTRO-}" ] || { echo "make check-distro runs this"; exit 77; }
. tests/distro/harness.sh
. tests/distro/repack.sh

# No room at all: a file takes what is left of a disk that is made a little larger than what is in it.
fill() {
	mount -o "remount,size=$(($(df -k --output=used "$root" | tail -n 1) + 64))k" "$root"
	dd if=/dev/zero of="$root/filler" bs=4k 2>/dev/null || true
	[ "$(df -k --output=avail "$root" | tail -n 1)" -eq 0 ] || fail "there is room on the disk"
}

empty() {
	rm -f "$root/filler"
	mount -o remount,size=1g "$root"
}

# in_order LIBC: what dpkg and apt do when there is room again.
in_order() {
	empty
	inside dpkg --configure -a
	programs_work || fail "programs do not work after $step"
	apt -f install
	inside dpkg --audit
	is "dpkg --audit after $step" "$(said)" ""
	switched "$1"
	row
}

# refused COMMAND...: fails, and programs start.
refused() {
	inside "$@"
	[ "$status" != 0 ] || fail "$step: $* did not fail"
	programs_work || fail "programs do not work after $step: $*"
}

release=$(tools/glibc/target.sh)
release_root "$release" || table
watch_programs
step="the installation"
apt install /debs/tools.deb
printf '%s\n' 'enable = always' >>"$root/etc/nosegneg.conf"

step="unpacked, and not configured"
inside dpkg --unpack /debs/set.deb
expect 0
switched "$base_libc"
inside ldconfig-hwcap auto
expect 0 enabled
in_order "$set_libc"
step="unpacked over the one before, and not configured"
inside dpkg --unpack /debs/set.deb
expect 0
switched "$base_libc"
in_order "$set_libc"
step="deconfigured by its prerm, and dpkg gone"
inside sh -c 'exec /var/lib/dpkg/info/libc6-nosegneg*.prerm remove'
switched "$base_libc"
apt install --reinstall /debs/set.deb
in_order "$set_libc"

step="no room: switching off, and on again"
fill
inside ldconfig-hwcap disable
programs_work || fail "programs do not work after $step"
inside ldconfig-hwcap auto
programs_work || fail "programs do not work after $step"
empty
inside ldconfig-hwcap auto
expect 0
in_order "$set_libc"

step="no room: switching on"
inside ldconfig-hwcap disable
fill
refused ldconfig-hwcap enable
expect 2 "No space left on device"
is "libc after $step" "$(libc_of /bin/ls)" "$base_libc"
no_strays
empty
inside ldconfig-hwcap auto
in_order "$set_libc"

step="no room: unpacking"
inside ldconfig-hwcap auto
fill
refused apt-get -q -y -o APT::Sandbox::User=root install --reinstall /debs/set.deb
refused dpkg -i /debs/set.deb
in_order "$set_libc"

step="no room: configuring"
inside dpkg --unpack /debs/set.deb
fill
refused dpkg --configure -a
in_order "$set_libc"

for room in 0 16 64 256 1024; do
	step="no room but for $room KiB: unpacking and configuring"
	fill
	truncate -s "-${room}k" "$root/filler" 2>/dev/null || true
	inside dpkg -i /debs/set.deb
	programs_work || fail "programs do not work after $step"
	empty
	inside dpkg --configure -a
	apt install --reinstall /debs/set.deb
	in_order "$set_libc"
done

step="no room: removing"
fill
inside dpkg -r libc6-nosegneg
programs_work || fail "programs do not work after $step"
empty
inside dpkg --configure -a
apt remove libc6-nosegneg
in_order "$base_libc"
step="purged"
apt purge nosegneg-tools
in_order "$base_libc"
unwatch
table
finish
