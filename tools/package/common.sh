# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
#
# For deb.sh and rpm.sh, which make one package a run. The same sources make the same bytes: the environment is empty, and
# all times are that of the last commit (or SOURCE_DATE_EPOCH).
set -euo pipefail

die() {
	echo "$(basename "$0" .sh): $*" >&2
	exit 2
}

build=$(realpath "$B")
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y NEWS)}
clean=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/nonexistent LC_ALL=C.UTF-8)

# The tree without what was built, or what git does not know.
copy_tree() {
	if [ -e .git ]; then
		git ls-files -z
	else
		find . \( -path ./build -o -path ./dist \) -prune -o -type f -print0
	fi | xargs -0 ls -d 2>/dev/null | tar -cf - -T - | tar -xmf - -C "$1"
}

# static_debs PROGRAM: what it is linked with; "all" for the three of them.
static_debs() {
	case $1 in
	all) echo "$build"/static/dl/*.deb ;;
	*) echo "$build"/static/dl/{libelf,liblzma,libzstd,liblz4,libbz2,zlib1g}-dev_*.deb ;;
	esac
}

# The machine's own -dev packages, of the same sources, are installed (conf/packages).
static_copyrights() {
	local program=$1 dir=$2 deb name

	mkdir "$dir"
	for deb in $(static_debs "$program"); do
		name=$(dpkg-deb -f "$deb" Package)
		cp "/usr/share/doc/$name/copyright" "$dir/$name"
	done
	cp /usr/share/doc/libc6-dev-i386/copyright "$dir/libc6-dev"
	[ "$program" = ldconfig-hwcap ] || cp "$build/static/zydis/LICENSE" "$dir/libzydis-dev"
}

# Which C library the set is for, and from which source.
read_manifest() {
	[ -z "${GLIBC_SOURCE-}" ] || die "a set from a tarball is in no package; ldconfig-hwcap --set DIR enable uses it where it is"
	manifest=$B/$TARGET/stage$TARGET_SET_DIR/manifest
	source_version=$(sed -n 's/^source-version: //p' "$manifest")
	base_version=$(sed -n 's/^base-package: [^ ]* //p' "$manifest")
}
