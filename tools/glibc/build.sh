#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds the planned libraries and nothing else.  glibc's own makefiles do the
# work, told that there are PIC objects only: no static libraries, no
# programs, no locales.  They are incremental, so an interrupted build goes on.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

# Our variables and -rR must not reach glibc's makefiles; the job server must.
jobs=$(grep -oE -- '-j[0-9]*( |$)|--jobserver-(auth|fds)=[^ ]+' <<<"${MAKEFLAGS-}" | xargs) || true
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL
source_abs=$(absolute "$source_dir")
obj_abs=$(absolute "$obj")

glibc_make() {
	MAKEFLAGS=${jobs:--j$(nproc)} make object-suffixes=.os "$@"
}

# Subdirectories in the order of their dependencies, as glibc sorted them.
subdirs() {
	sed -n 's/^sorted-subdirs := //p' "$obj/sysd-sorted"
}

# planned VERB: library names without version, libm for libm.so.6.
planned() {
	sed -nE "s/^($1) ([^ ]*)\.so(\.[^ ]*)? .*/\2/p" "$work/plan"
}

# makes DIR NAME: a subdirectory says what goes into its libraries.
makes() {
	grep -qE "^[[:space:]]*$2-(routines|inhibit-o)[[:space:]]*[+:]?=" "$source_dir/$1/Makefile"
}

libraries_of() {
	local dir=$1 name

	planned "$2" | while read -r name; do
		if makes "$dir" "$name"; then
			echo "$obj_abs/$dir/$name.so"
		fi
	done
}

# libc.so and ld.so, which all others are linked against.
glibc_make -C "$obj_abs" lib
for dir in $(subdirs); do
	# Some are linked against a neighbour that is not shipped (libnss_hesiod
	# against libnss_files), so a directory's libraries are made together.
	if [ -n "$(libraries_of "$dir" ship)" ]; then
		mapfile -t goals < <(libraries_of "$dir" 'ship|omit')
		glibc_make -C "$source_abs/$dir" objdir="$obj_abs" "${goals[@]}"
	fi
done
