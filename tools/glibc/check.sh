#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Refuses what could not end well, before anything is touched; then records
# the source version that the other steps work with.  Runs on every
# `make libs`, so that a glibc upgraded since then starts a new build.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

check_tarball() {
	if [ ! -f "$GLIBC_SOURCE" ] || [ ! -r "$GLIBC_SOURCE" ]; then
		refuse source "$GLIBC_SOURCE is no file that can be read" "name a tarball of glibc's sources"
	elif [ -z "$TARGET_UPSTREAM_VERSION" ]; then
		refuse source "$GLIBC_SOURCE is not named glibc-X.Y.tar.xz" "rename it, so that it says its version"
	fi
}

check_target() {
	local known

	known=$(cd conf/targets && echo *.mk)
	known=${known//.mk/}
	if [ -n "${GLIBC_SOURCE-}" ]; then
		check_tarball
	elif [ -z "$TARGET" ]; then
		refuse target "no target matches the libc6:i386 of this machine" \
			"targets are: $known"
	elif [ ! -f "conf/targets/$TARGET.mk" ]; then
		refuse target "there is no target $TARGET" "targets are: $known"
	fi
}

# libc.so.6 is a program too: it prints its version.  An i386 program that is
# surely there, and the one that matters.
check_runtime() {
	local libc=$base_dir/libc.so.6

	if ! { "$DPKG" --print-architecture; "$DPKG" --print-foreign-architectures; } |
		grep -qx "$TARGET_DEB_ARCH"; then
		refuse runtime "the architecture $TARGET_DEB_ARCH is not enabled" \
			"run make setup"
	fi
	if [ -n "$base_root" ]; then
		tools/glibc/base.sh || exit
	elif [ -z "$(installed_version)" ]; then
		refuse runtime "$TARGET_BASE_PACKAGE is not installed" "run make setup"
	fi
	# shellcheck disable=SC2086 # a command and its argument
	if ! ${RUN_I386:-$base_dir/ld-linux.so.2 $libc} >/dev/null 2>&1; then
		refuse runtime "$libc does not start" \
			"boot a kernel with IA32 emulation (CONFIG_IA32_EMULATION)"
	fi
}

check_version() {
	local installed=$1

	[ -z "${GLIBC_SOURCE-}" ] || return 0
	case ${installed#*:} in
	"$TARGET_UPSTREAM_VERSION"-*) ;;
	*)
		refuse version "$TARGET is glibc $TARGET_UPSTREAM_VERSION, but $TARGET_BASE_PACKAGE here is $installed" \
			"a set works only with the glibc it was built from: choose another TARGET"
		;;
	esac
}

fetch_compiler() {
	if [ -n "${TARGET_CC_PACKAGES-}" ] && [ ! -d "$compiler_root" ]; then
		tools/glibc/compiler.sh || exit
	fi
}

# A compiler may accept the flag and ignore it, so look at what it does: the
# thread pointer has to be loaded, %gs:0, before the variable is.
check_compiler() {
	local code='extern __thread int v; int f(void) { return v; }'

	# shellcheck disable=SC2086 # compiler and flags are word lists
	if ! $TARGET_CC $TARGET_CFLAGS -O2 -x c -S -o - - <<<"$code" 2>/dev/null |
		grep -q '%gs:0,'; then
		refuse compiler "$TARGET_CC lacks -mno-tls-direct-seg-refs" \
			"run make setup, or name a working compiler in TARGET_CC"
	fi
}

# What is already built counts: resuming needs only the rest.
check_disk() {
	local free used

	free=$("$DF" --output=avail -BM "$B" | tail -n 1 | tr -dc 0-9)
	used=$(du -sm "$work" 2>/dev/null | cut -f1) || true
	if [ $((free + ${used:-0})) -lt "$TARGET_DISK_MIB" ]; then
		refuse disk "the build needs $TARGET_DISK_MIB MiB, $B has $free MiB free" \
			"free some, or build elsewhere with make libs B=DIRECTORY"
	fi
}

# Unchanged content keeps its time, and with it every later step.
record_version() {
	if [ "$(cat "$work/version" 2>/dev/null)" != "$1" ]; then
		echo "$1" >"$work/version.tmp"
		mv "$work/version.tmp" "$work/version"
	fi
}

check_target
check_runtime
installed=$(base_version)
check_version "$installed"
fetch_compiler
check_compiler
mkdir -p "$B"
check_disk
mkdir -p "$work/stamp" "$work/log" "$deb_dir"
if [ -n "${GLIBC_SOURCE-}" ]; then
	record_version "$TARGET_UPSTREAM_VERSION $(sha256 "$GLIBC_SOURCE") $installed"
else
	record_version "$installed"
fi
