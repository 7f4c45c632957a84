#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# deb.sh tools ARCH | deb.sh set: makes one Debian package in $DIST by dpkg-buildpackage.
# shellcheck source=tools/package/common.sh
. tools/package/common.sh

work=${DEB_WORK:-$build/deb}

# fill FILE: the names in it that only this run knows.
fill() {
	sed -i -e "s|@MAINTAINER@|$MAINTAINER|g" -e "s|@TOOLS_VERSION@|$VERSION|g" \
		-e "s|@BASE_VERSION@|${base_version-}|g" -e "s|@SOURCE_VERSION@|${source_version-}|g" \
		-e "s|@SET_DIR@|${TARGET_SET_DIR-}|g" -e "s|@REPLACES@|${TARGET_DEB_REPLACES-}|g" "$1"
}

# start SOURCE VERSION ARCH: $tree with SOURCE's debian folder.
start() {
	source=$1 version=$2 arch=$3
	tree=$work/$source-$arch/$source-$VERSION
	rm -rf "$work/$source-$arch"
	mkdir -p "$tree"
	cp -r --preserve=mode "specs/deb/$source/debian" "$tree/"
	fill "$tree/debian/control"
	printf '%s (%s) unstable; urgency=medium\n\n  * %s\n\n -- %s  %s\n' "$source" "$version" "$4" "$MAINTAINER" \
		"$(date -R -u -d "@$epoch")" >"$tree/debian/changelog"
}

# Only what was made for the architecture: dpkg-buildpackage writes files about the build as well. -d: tools/setup has
# installed what is needed, and libraries for another architecture are in build/static.
build_package() {
	local log=$work/$source-$arch/log

	printf '  %-8s %s\n' DEB "$source ($arch)"
	(cd "$tree" && "${clean[@]}" DEB_BUILD_OPTIONS="parallel=$(nproc) ${DEB_BUILD_OPTIONS-}" \
		dpkg-buildpackage -b -us -uc -d -a "$arch" >"$log" 2>&1) || {
		tail -n 20 "$log" >&2
		die "$source: the complete log is $log"
	}
	mkdir -p "$DIST"
	mv "$work/$source-$arch"/*.deb "$DIST/"
}

# Source packages of the static libraries, as the field Built-Using names them.
built_using() {
	{
		# shellcheck disable=SC2016 # formats of dpkg's
		dpkg-query -W -f '${source:Package} (= ${source:Version})\n' libc6-dev-i386 lib32gcc-12-dev
		# shellcheck disable=SC2016
		[ "$1" = ldconfig-hwcap ] || dpkg-query -W -f '${source:Package} (= ${source:Version})\n' libzydis-dev
		for deb in $(static_debs "$1"); do
			# shellcheck disable=SC2016
			dpkg-deb -W --showformat='${source:Package} (= ${source:Version})\n' "$deb"
		done
	} | sort -u | paste -s -d, | sed 's/,/, /g'
}

tools_package() {
	local arch=$1 linked=ldconfig-hwcap

	[ "$arch" = amd64 ] || linked=all
	start nosegneg-tools "$VERSION" "$arch" "Release $VERSION; see NEWS."
	copy_tree "$tree"
	mkdir "$tree/build"
	ln -s "$build/static" "$tree/build/static"
	built_using "$linked" >"$tree/debian/built-using"
	static_copyrights "$linked" "$tree/debian/static"
	build_package
}

set_package() {
	read_manifest
	# "+0": below the "+b1" of a later rebuild of the same source.
	start glibc-nosegneg "$base_version+0nosegneg$VERSION" i386 "Built from glibc-source $source_version, for libc6 $base_version."
	cp -a "$B/$TARGET/stage" "$tree/stage"
	fill "$tree/debian/copyright.in"
	cat "$tree/debian/copyright.in" "$B/$TARGET/unpacked/debian/copyright" >"$tree/debian/copyright"
	rm "$tree/debian/copyright.in"
	build_package
}

case ${1-} in
tools) tools_package "$2" ;;
set) set_package ;;
*) die "which package?" ;;
esac
