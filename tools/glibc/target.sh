#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Prints the target for this machine's i386 glibc, or nothing: the one whose
# upstream version is that of the installed or, failing that, the available
# base package.
set -euo pipefail

field() {
	sed -n "s/^$2 := //p" "$1"
}

# apt prints "(none)" for a package it knows but cannot install.
base_version() {
	local version

	# shellcheck disable=SC2016 # the format is dpkg-query's
	version=$("${DPKG_QUERY:-dpkg-query}" -W -f '${Version}' "$1" 2>/dev/null) || true
	if [ -z "$version" ]; then
		version=$("${APT_CACHE:-apt-cache}" policy "$1" 2>/dev/null |
			sed -n 's/^  Candidate: //p') || true
	fi
	echo "$version"
}

# "2.36-9+deb12u14" is upstream "2.36"; an epoch would come first.
upstream_version() {
	local version=${1#*:}

	echo "${version%-*}"
}

for file in conf/targets/*.mk; do
	version=$(base_version "$(field "$file" TARGET_BASE_PACKAGE)")
	if [ "$(upstream_version "$version")" = "$(field "$file" TARGET_UPSTREAM_VERSION)" ]; then
		basename "$file" .mk
		break
	fi
done
