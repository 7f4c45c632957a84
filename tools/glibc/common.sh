# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034 # variables are for those who source this
#
# What every step of the pipeline shares.  Sourced, never run.
#
# From the makefile come B (the build root), TARGET and the TARGET_* variables
# of conf/targets/$TARGET.mk; the current directory is the top of the tree.

# The tools print in English whatever the user's language, and glibc's build
# refuses or obeys some of these (INSTALL, "Configuring and compiling").
export LC_ALL=C
unset CFLAGS CXXFLAGS CPPFLAGS ASFLAGS LDFLAGS LD_LIBRARY_PATH

# A command that fails silently still says where, in the log.
set -E
trap 'echo "$0:$LINENO: failed: $BASH_COMMAND" >&2' ERR

# Commands that ask the machine something, replaceable for tests.
: "${APT_GET:=apt-get}" "${APT_CACHE:=apt-cache}" "${DPKG:=dpkg}" "${DPKG_QUERY:=dpkg-query}" "${DF:=df}"
: "${NOSEGNEG_CHECK:=$B/bin/nosegneg-check}"

work=$B/$TARGET
deb_dir=$work/dl
# The base: this machine's own libraries, or those of another release below BASE_ROOT (base.sh), which apt then knows by a
# configuration of its own.
base_root=${BASE_ROOT-}
base_dir=$base_root${TARGET_BASE_DIR-}
unpacked=$work/unpacked
# bench-build gives its own, so that it builds beside a finished set.
source_dir=${NOSEGNEG_SOURCE_DIR:-$work/source}
obj=${NOSEGNEG_OBJ_DIR:-$work/obj}

# refuse WHAT WHY NEXT: one line for the person, and the end of the step.
# step.sh keeps the person's stderr on fd 8 while a step's output is logged.
refused=3
refuse() {
	local line="libs: $1: $2; $3"

	echo "$line" >&2
	if [ -n "${STEP-}" ]; then
		echo "$line" >&8
		exit "$refused"
	fi
	exit 2
}

if [ -n "$base_root${TARGET_CC_PACKAGES-}" ] && [ -n "${TARGET_SUITE-}" ]; then
	APT_CONFIG=$(realpath -m -- "$B/apt/$TARGET_SUITE/apt.conf")
	export APT_CONFIG
fi

# A compiler of the target's release, if it has to be that one (compiler.sh).
compiler_root=$work/cc
if [ -n "${TARGET_CC_PACKAGES-}" ]; then
	PATH=$(realpath -m -- "$compiler_root/usr/bin"):$PATH
fi

# absolute PATH: glibc and debian/rules change directories.
absolute() {
	realpath -m -- "$1"
}

# publish TMP DIR: a finished directory takes the place of an older one.
publish() {
	rm -rf "$2"
	mv "$1" "$2"
}

# Nothing where the base is not there.
base_version() {
	if [ -n "$base_root" ]; then
		cat "$base_root/version" 2>/dev/null || true
	else
		installed_version
	fi
}

installed_version() {
	# shellcheck disable=SC2016 # the format is dpkg-query's
	"$DPKG_QUERY" -W -f '${db:Status-Status} ${Version}\n' \
		"$TARGET_BASE_PACKAGE" 2>/dev/null | sed -n 's/^installed //p'
}

# Of a tarball, its sum and the installed version follow (check.sh).
source_version() {
	cut -d' ' -f1 "$work/version"
}

# As apt's signed metadata gives it; that of a tarball is what it is.
source_sha256() {
	if [ -n "${GLIBC_SOURCE-}" ]; then
		cut -d' ' -f2 "$work/version"
	else
		cat "$(source_deb).sha256"
	fi
}

# Package file names carry the version without its epoch.
source_deb() {
	local version

	version=$(source_version)
	echo "$deb_dir/${TARGET_SOURCE_PACKAGE}_${version#*:}_all.deb"
}

base_files() {
	if [ -n "$base_root" ]; then
		find "$base_dir/" | LC_ALL=C sort | sed "s,^$base_dir//*,$base_dir/,"
	else
		"$DPKG_QUERY" -L "$TARGET_BASE_PACKAGE"
	fi
}

# The shared libraries of the base package, as files (a soname link is not one).
base_libraries() {
	local path

	base_files | grep -E '\.so(\.[0-9.]+)?$' |
		while read -r path; do
			if [ -f "$path" ] && [ ! -L "$path" ]; then
				echo "$path"
			fi
		done
}

# The name a library is asked for by: its soname, or its file name.
library_name() {
	local soname

	soname=$(readelf -dW "$1" | sed -n 's/.*(SONAME).*\[\(.*\)\]$/\1/p')
	echo "${soname:-${1##*/}}"
}

# The object directory holds libX.so at the top or one level down.
built_library() {
	local stem=${1%%.so*}

	find "$obj" -maxdepth 2 -name "$stem.so" -not -path '*/linkobj/*'
}

build_id() {
	readelf -n "$1" | sed -n 's/^ *Build ID: //p'
}

sha256() {
	sha256sum -- "$1" | cut -d' ' -f1
}

# patch_names DIR: those that its quilt series names, in order.
patch_names() {
	sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$1/series"
}

our_patches() {
	if [ -f "$TARGET_PATCH_DIR/series" ]; then
		patch_names "$TARGET_PATCH_DIR"
	fi
}
