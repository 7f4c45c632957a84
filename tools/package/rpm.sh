#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rpm.sh tools | rpm.sh set: makes one RPM package in $DIST by rpmbuild.
# shellcheck source=tools/package/common.sh
. tools/package/common.sh

work=${RPM_WORK:-$build/rpm}

# fill FILE: the names in it that only this run knows.
fill() {
	sed -i -e "s|@MAINTAINER@|$MAINTAINER|g" -e "s|@TOOLS_VERSION@|$VERSION|g" \
		-e "s|@BASE_EVR@|${base_evr-}|g" -e "s|@SOURCE_VERSION@|${source_version-}|g" -e "s|@SET_DIR@|$rpm_set_dir|g" "$1"
}
# Where Fedora and RHEL had theirs; Debian's directories are for Debian's loader.
rpm_set_dir=/lib/i686/nosegneg

# start NAME CHANGE: $tree, in which rpmbuild works, and $spec.
start() {
	name=$1
	top=$work/$name
	rm -rf "$top"
	tree=$top/BUILD
	spec=$top/$name.spec
	mkdir -p "$tree"
	cp "specs/rpm/$name.spec" "$spec"
	fill "$spec"
	# shellcheck disable=SC2016 # rpm's own names
	printf '\n%%changelog\n* %s %s - %%{version}-%%{release}\n- %s\n' "$(LC_ALL=C date -u -d "@$epoch" '+%a %b %d %Y')" \
		"$MAINTAINER" "$2" >>"$spec"
}

# gzip: what rpm of any release unpacks. --nodeps: tools/setup has installed what is needed, as Debian packages.
build_package() {
	local log=$top/log

	printf '  %-8s %s\n' RPM "$name (i686)"
	"${clean[@]}" SOURCE_DATE_EPOCH="$epoch" rpmbuild -bb --nodeps --target i686-linux \
		--define "_topdir $top" --define "_builddir $tree" --define "_dbpath $top/db" \
		--define "_binary_payload w9.gzdio" --define "_build_id_links none" --define "debug_package %{nil}" \
		--define "_buildhost reproducible" --define "use_source_date_epoch_as_buildtime 1" \
		--define "clamp_mtime_to_source_date_epoch 1" "$spec" >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		die "$name: the complete log is $log"
	}
	mkdir -p "$DIST"
	mv "$top/RPMS"/*/*.rpm "$DIST/"
}

# Static i686 programs, that serve 64-bit systems, too: dynamic ones would ask for libraries by Debian's names for them.
tools_package() {
	start nosegneg-tools "Release $VERSION; see NEWS."
	copy_tree "$tree"
	mkdir "$tree/build"
	ln -s "$build/static" "$tree/build/static"
	static_copyrights all "$tree/static"
	build_package
}

# The files as they were proven; only the manifest's word of the place is new.
set_package() {
	read_manifest
	base_evr=${GLIBC_EVR:-$base_version}
	[[ $base_evr =~ ^([0-9]+:)?[^:-]+-[^:-]+$ ]] || die "GLIBC_EVR=$base_evr: not [epoch:]version-release"
	start glibc-nosegneg "Built from glibc-source $source_version, for glibc $base_evr."
	cp -r --preserve=mode,links "$B/$TARGET/stage$TARGET_SET_DIR" "$tree/set"
	sed -i "s|^set-directory: .*|set-directory: $rpm_set_dir|" "$tree/set/manifest"
	cp specs/deb/glibc-nosegneg/debian/copyright.in "$tree/copyright"
	fill "$tree/copyright"
	cat "$B/$TARGET/unpacked/debian/copyright" >>"$tree/copyright"
	cp LICENSE "$tree/"
	build_package
}

case ${1-} in
tools) tools_package ;;
set) set_package ;;
*) die "which package?" ;;
esac
