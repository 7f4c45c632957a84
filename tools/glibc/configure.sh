#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs the distribution's own configure rule, so that its directories, flags
# and version strings are its own: a set whose locale directory differs has
# all the right symbols and still no locales.  Only the compiler's name and
# the flags of the target file are ours.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

obj_abs=$(absolute "$obj")
stamps=$obj_abs-stamps/
# Values as on a machine of the target architecture; the warning is that gcc
# is for another.
architecture=$(dpkg-architecture -f -a"$TARGET_DEB_ARCH" 2>/dev/null)

# rules [VAR=VALUE | GOAL]...: debian/rules.
# stage2 is Debian's bootstrap profile: without SELinux and libgd, which only
# programs use.  nocheck is without a C++ compiler, which only tests use.
rules() {
	# shellcheck disable=SC2086 # a list of VAR=VALUE
	(cd "$source_dir" && env $architecture MAKEFLAGS= \
		DEB_BUILD_PROFILES='stage2 nobiarch' DEB_BUILD_OPTIONS=nocheck \
		make -f debian/rules stamp="$stamps" DEB_BUILDDIR="$obj_abs" "$@")
}

# rules_value VAR: what debian/rules says, e.g. CC.
rules_value() {
	rules -s --eval "nosegneg-value: ; @echo '\$($1)'" nosegneg-value | tail -n 1
}

# Debian names the compiler by its triplet: keep the flags that follow, if any.
debian_cc=$(rules_value CC)
ccache=$(command -v ccache || true)
gnu_type=$(rules_value DEB_HOST_GNU_TYPE)

rm -rf "$obj" "$stamps"
mkdir -p "$stamps"
# The sources are patched, and config.guess is not asked: build and host are
# given, the same, because i386 programs run here (check.sh).
touch "$stamps/patch" "$stamps/config_sub_guess"
# -g0 after the distribution's -g: no debug information, the same code, less
# time.
rules configure_libc \
	DEB_BUILD_GNU_TYPE="$gnu_type" BUILD_CC="$TARGET_BUILD_CC" \
	CC="${ccache:+ccache }$TARGET_CC${debian_cc#"${debian_cc%% *}"}" \
	extra_cflags="$TARGET_CFLAGS -g0"
