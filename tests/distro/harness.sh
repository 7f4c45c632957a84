# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
#
# For the tests in real i386 chroots. Sourced from the top of the tree by tests that `make check` runs as root.
#
# Each test has a mount namespace of its own: whatever it mounts is gone when it ends, even if it is killed. Roots are
# in memory. In $root is a Debian with the built library set and ldconfig-hwcap in it.

. tests/verdict.sh

[ "$(id -u)" = 0 ] || skip "needs root: chroots and mounts"
if [ -z "${NOSEGNEG_NAMESPACE-}" ]; then
	NOSEGNEG_NAMESPACE=1 exec tests/distro/in-namespace bash "$0" "$@"
fi

build=${B:-build}
target=${TARGET:-$(tools/glibc/target.sh)}
stage=$build/$target/stage
helper=$(realpath "$build/bin/ldconfig-hwcap")
fault=$(realpath "$build/tests/distro/fault")
sim=$(realpath "${SIM:-$build/bin/nosegneg-sim}")
set_dir=${TARGET_SET_DIR:-/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg}
conf=/etc/ld.so.conf.d/00-nosegneg.conf
base_libc=/lib/i386-linux-gnu/libc.so.6
set_libc=$set_dir/libc.so.6

tmp=$(mktemp -d)
unset TMPDIR # the root has no such directory
root=$tmp/root
mkdir "$root"
clean_up() {
	umount -R -l "$root" 2>/dev/null || true
	rm -rf --one-file-system "$tmp"
}
trap clean_up EXIT

own_suite() {
	sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

# of TARGET NAME: a variable of its data.
of() {
	sed -n "s/^$2 := //p" "conf/targets/$1.mk"
}

# releases: this machine's, or with DISTRO all.
releases() {
	if [ -n "${DISTRO-}" ]; then
		basename -s .mk conf/targets/*.mk
	else
		tools/glibc/target.sh
	fi
}

# For the tests of early boot: what makes initramfs images, what is in them, and two init systems.
boot_packages=(initramfs-tools busybox cryptsetup-initramfs dracut-core systemd insserv initscripts sysv-rc)

# new_root SUITE [PACKAGE...]: unpacks a new root, of i386 or CHROOT_ARCH. One with packages has a name, CHROOT_NAME.
new_root() {
	local archive=$build/distro/$1${CHROOT_ARCH:+-$CHROOT_ARCH}${CHROOT_NAME:+-$CHROOT_NAME}.tar

	tests/distro/make-chroot "$1" "$archive" "${@:2}" || exit $?
	! mountpoint -q "$root" || umount -R -l "$root"
	mount -t tmpfs -o mode=755 none "$root"
	tar -C "$root" -xf "$archive"
	cp "$helper" "$root/usr/sbin/"
}

# The set is for the C library of this machine, which may be newer than that of the release.
same_base() {
	cmp -s "$base_libc" "$root$base_libc" ||
		dpkg -L libc6:i386 | tar -C / -c --no-recursion -T - 2>/dev/null | tar -C "$root" -x --keep-directory-symlink
}

# own_root: a root of this machine's release with the built set, its entry off.
own_root() {
	[ -e "$stage$set_dir/manifest" ] || skip "needs the library set; run 'make libs'"
	new_root "$(own_suite)"
	same_base
	mkdir -p "$root$set_dir"
	cp -a "$stage$set_dir/." "$root$set_dir/"
	chroot "$root" /sbin/ldconfig
}

# put_set TARGET: its built set in the root of its release, the entry off, without what Debian 11 had there itself.
put_set() {
	local dir

	dir=$(of "$1" TARGET_SET_DIR)
	rm -rf "${root:?}$dir" "$root/etc/ld.so.conf.d/libc6-xen.conf"
	mkdir -p "$root$dir"
	cp -a "$build/$1/stage$dir/." "$root$dir/"
	chroot "$root" /sbin/ldconfig
}

# fits_base TARGET: the set is for this very revision of the C library; the release may have another by now.
fits_base() {
	# shellcheck disable=SC2016 # the format is dpkg-query's
	[ "$(sed -n 's/^base-package: libc6:i386 //p' "$root$(of "$1" TARGET_SET_DIR)/manifest")" = \
		"$(chroot "$root" dpkg-query -W -f '${Version}' libc6)" ]
}

# run_outside ARG...: with --root; run_inside ARG...: the program in the root. Status in $status, output in $tmp/out and
# $tmp/err.
run_outside() {
	status=0
	"$helper" --root "$root" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}

run_inside() {
	status=0
	chroot "$root" ldconfig-hwcap "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# under BIT COMMAND...: an i386 program of the root, as under a kernel whose note has this bit, with segments as they are.
under() {
	"$sim" -q --xen none --note "nosegneg=$1" --root "$root" -- "${@:2}"
}

# traps [OPTION...] PROGRAM [ARG...]: of a program in the root, under a 32-bit Xen: all, and those in a set's libraries.
traps() {
	"$sim" --json -o "$tmp/report" --root "$root" "$@" >"$tmp/out"
	python3 -c '
import json, sys
totals = json.load(open(sys.argv[1]))["totals"]
print(totals["traps"], totals["in_sets"])' "$tmp/report"
}

# set_traps [OPTION...] PROGRAM [ARG...]: the libraries of a set that trap by themselves. Safe accesses of the set may trap
# after one that the program, or ld.so, makes below the thread pointer.
set_traps() {
	traps --trace-libs "$@" >/dev/null
	python3 -c '
import json, sys
print(*[l["path"] for l in json.load(open(sys.argv[1]))["libraries"] if l["negative"] and "/nosegneg/" in l["path"]])' \
		"$tmp/report"
}

said() {
	cat "$tmp/out" "$tmp/err"
}

# expect STATUS WORDS...: of the last run; each of WORDS is a pattern for grep in what it said.
expect() {
	local pattern

	[ "$status" = "$1" ] || fail "${FUNCNAME[1]}: status $status, expected $1: $(said)"
	for pattern in "${@:2}"; do
		grep -q -- "$pattern" "$tmp/out" "$tmp/err" || fail "${FUNCNAME[1]}: not said: $pattern: $(said)"
	done
}

# Which C library a program of the root gets, by its own loader.
libc_of() {
	chroot "$root" /lib/ld-linux.so.2 --list "$1" | awk '$1 == "libc.so.6" { print $3 }'
}

# Real programs: that they start, and do what they do.
programs_start() {
	chroot "$root" /bin/ls / >/dev/null &&
		[ "$(chroot "$root" /bin/sh -c 'echo $((6 * 7))')" = 42 ]
}

programs_work() {
	programs_start &&
		[ "$(chroot "$root" /usr/bin/perl -e 'print join " ", sort { $a <=> $b } map { $_ * $_ } -3 .. 3' 2>&1)" = \
			"0 1 1 4 4 9 9" ] &&
		[ "$(chroot "$root" /bin/bash -c 'x=abc; printf "%s %.3f" "${x^^}" 2.5 | /usr/bin/tr A-C X-Z' 2>&1)" = \
			"XYZ 2.500" ]
}

# takes LIBC: programs take this one, they work, and status agrees from outside and inside.
takes() {
	is "libc of ls" "$(libc_of /bin/ls)" "$1"
	programs_work || fail "programs do not work"
	run_outside status
	expect 0 "$1" "as it has to be"
	run_inside status
	expect 0 "$1" "as it has to be"
}

# All that a run may leave below /etc/ld.so.conf.d.
no_strays() {
	local left

	left=$(find "$root/etc/ld.so.conf.d" -mindepth 1 ! -name i386-linux-gnu.conf ! -name libc.conf \
		! -name libc6-xen.conf ! -name 00-nosegneg.conf 2>/dev/null || true)
	is "strays in ld.so.conf.d" "$left" ""
}

# Every file with its times, size and place on the disk.
snapshot() {
	find "$root" -xdev -path "$root/usr/share" -prune -o -printf '%P %i %T@ %C@ %s %m\n' | sort
}
