#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# glibc's own configure, with the options that distributions agree on, and what the installed libraries say of themselves:
# a set that looks for locales elsewhere has all the right symbols and no locales.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

source_abs=$(absolute "$source_dir")
headers=$(absolute "$work/headers")
ccache=$(command -v ccache || true)
flags="-O2 $TARGET_CFLAGS -g0 -fdebug-prefix-map=$source_abs=."

# header_dir NAME FILE: where the compiler finds the kernel's headers NAME/, of which FILE is one.
header_dir() {
	echo "#include <$1/$2>" | $TARGET_CC -E -M -x c - | tr ' ' '\n' | sed -n "s,/$2\$,,p" | grep "/$1\$" | head -n 1
}

link_headers() {
	local dir name

	rm -rf "$headers"
	mkdir "$headers"
	for name in linux/version.h asm/unistd.h asm-generic/errno.h; do
		dir=$(header_dir "${name%/*}" "${name#*/}")
		ln -s "$dir" "$headers/${name%/*}"
	done
}

# dir_of NAME: where the installed libc looks for it.
dir_of() {
	grep -aoE "/usr/[[:alnum:]/_.-]+/$1" "$base_dir/libc.so.6" | sed 's,/[^/]*$,,;q'
}

# "GNU C Library (NAME) ..."
name_of_base() {
	grep -aoE 'GNU C Library \([^)]+\)' "$base_dir/libc.so.6" | sed 's/.*(//; s/)//; q'
}

# Where it wants to hear of its mistakes.
bug_url() {
	grep -aoE '<https?://[^>]+>' "$base_dir/libc.so.6" | sed 's/[<>]//g; q'
}

hash_style() {
	if readelf -dW "$base_dir/libc.so.6" | grep -q '(HASH)'; then
		echo -Wl,--hash-style=both
	fi
}

rm -rf "$obj"
mkdir -p "$obj"
link_headers
cat >"$obj/configparms" <<-EOF
	CFLAGS = $flags
	ASFLAGS = $flags
	libdir = /usr${base_dir#/usr}
	slibdir = $base_dir
	rtlddir = /lib
	complocaledir = $(dir_of locale-archive)
	libexecdir = $(dir_of getconf)
	sysconfdir = /etc
EOF
cd "$obj"
"$source_abs/configure" --build=i686-linux-gnu --host=i686-linux-gnu --prefix=/usr \
	--libdir="/usr${base_dir#/usr}" --with-headers="$headers" --enable-kernel=3.2 --enable-multi-arch \
	--enable-stack-protector=strong --disable-werror --disable-crypt --without-selinux \
	--with-pkgversion="$(name_of_base)" --with-bugurl="$(bug_url)" \
	CC="${ccache:+ccache }$TARGET_CC $(hash_style)" BUILD_CC="$TARGET_BUILD_CC" CFLAGS="$flags"
