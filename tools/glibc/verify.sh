#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The package against apt's metadata; the tarball inside it against the target
# file.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

deb=$(source_deb)

check_sum() {
	local what=$1 wanted=$2 got=$3

	if [ "$wanted" != "$got" ]; then
		refuse checksum "$what is $got, expected $wanted" \
			"remove $deb, then run make libs-clean and make libs"
	fi
}

check_sum "${deb##*/}" "$(cat "$deb.sha256")" "$(sha256 "$deb")"

version=$(source_version)
got=$(dpkg-deb --fsys-tarfile "$deb" | tar -xO "./$TARGET_TARBALL" | sha256sum | cut -d' ' -f1)
for pair in $TARGET_TARBALL_SHA256; do
	if [ "${pair%%=*}" = "$version" ]; then
		check_sum "${TARGET_TARBALL##*/} of $version" "${pair#*=}" "$got"
		echo "tarball: $got, as the target file says"
		exit 0
	fi
done
echo "tarball: $got; $version is not in the target file, apt's signature stands alone"
