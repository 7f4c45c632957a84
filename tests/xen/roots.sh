# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# For those that unpack packages without dpkg.

# new_root DIR: directories as a Debian of today has them, where the package base-files is not there to make them.
new_root() {
	local name

	mkdir -p "$1"
	for name in bin sbin lib lib32 lib64; do
		mkdir -p "$1/usr/$name"
		ln -s "usr/$name" "$1/$name"
	done
}

# unpack DEB TAR_OPTION...
unpack() {
	dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --no-same-owner "${@:2}"
}
