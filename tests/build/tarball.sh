#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A glibc that no target knows, from a tarball: what is none is refused; what does not fit of our patches is left out and
# told; another tarball, or another C library on the machine, starts anew.
. tests/build/harness.sh

tarball=$tmp/glibc-2.40.tar.xz
stamp_of() {
	echo "$build/source/stamp/$1"
}

# pack VERSION FILE
pack() {
	echo "#define VERSION \"$1\"" >"$tmp/tree/version.h"
	tar -cJf "$2" -C "$tmp" --transform "s/^tree/glibc-$1/" tree
}

refused "libs: source: $tmp/none.tar.xz is no file that can be read; name a tarball of glibc's sources" \
	libs GLIBC_SOURCE="$tmp/none.tar.xz"
pack 2.40 "$tmp/libc.tar.xz"
cp "$tmp/libc.tar.xz" "$tmp/glibc-...tar.xz"
refused "libs: source: $tmp/libc.tar.xz is not named glibc-X.Y.tar.xz; rename it, so that it says its version" \
	libs GLIBC_SOURCE="$tmp/libc.tar.xz"

refused "libs: source: $tmp/glibc-...tar.xz is not named glibc-X.Y.tar.xz; rename it, so that it says its version" \
	libs GLIBC_SOURCE="$tmp/glibc-...tar.xz"

pack 2.40 "$tarball"
passes "$(stamp_of patch)" GLIBC_SOURCE="$tarball"
grep -qx seven "$build/source/source/numbers" || fail "not unpacked"
grep -q '^patches/glibc-2\.36/.*\.patch$' "$build/source/patches/left-out" || fail "the nearest older patches were not tried"
[ ! -e "$build/source/patches/series" ] || fail "a patch cannot fit"
first=$(stat -c %Y "$(stamp_of patch)")

passes "$(stamp_of patch)" GLIBC_SOURCE="$tarball"
[ "$(stat -c %Y "$(stamp_of patch)")" = "$first" ] || fail "the same tarball was unpacked again"

echo eight >>"$tmp/tree/numbers"
pack 2.40 "$tarball"
passes "$(stamp_of patch)" GLIBC_SOURCE="$tarball"
grep -qx eight "$build/source/source/numbers" || fail "another tarball of the same name was not unpacked"

for package in deb rpm; do
	run_make "$package" -n GLIBC_SOURCE="$tarball"
	grep -q "a set from a tarball is in no package" "$tmp/err" || fail "$package: status $status: $(cat "$tmp/err")"
done

# refused_inside MESSAGE
refused_inside() {
	passes "$build/source/version" GLIBC_SOURCE="$tarball"
	refused "libs: unpack: $tarball $1; bring glibc-X.Y.tar.xz as its authors or a distribution publish it" \
		"$(stamp_of patch)" GLIBC_SOURCE="$tarball"
}

pack 2.39 "$tarball"
refused_inside "is glibc 2.39, and not glibc 2.40 inside"
tar -cJf "$tarball" -C "$tmp" tree/numbers
refused_inside "is not glibc 2.40 inside"
rm "$tmp/tree/version.h"
mkfifo "$tmp/tree/version.h"
tar -cJf "$tarball" -C "$tmp" tree
refused_inside "is not glibc 2.40 inside"
echo nothing >"$tarball"
refused_inside "cannot be unpacked"
