#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A package that is not what apt's metadata says, and a tarball that is not
# what the target file says, are refused; so is a download changed later.
. tests/build/harness.sh

zeros=$(printf '%064d' 0)
fetched=$build/debian-12/dl/${deb##*/}

passes "$(stamp fetch)"
refused "libs: checksum: glibc-2.36.tar.xz of $version is $(tarball_sha256), expected $zeros; remove $fetched, then run make libs-clean and make libs" \
	"$(stamp verify)" TARGET_TARBALL_SHA256="$version=$zeros"
passes "$(stamp verify)" TARGET_TARBALL_SHA256="$version=$(tarball_sha256)"

good=$(sha256sum <"$fetched" | cut -c1-64)
echo tampered >>"$fetched"
bad=$(sha256sum <"$fetched" | cut -c1-64)
rm "$(stamp verify)"
refused "libs: checksum: ${fetched##*/} is $bad, expected $good; remove $fetched, then run make libs-clean and make libs" \
	"$(stamp verify)"
