#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# nosegneg-tools in an amd64 system, by apt: its programs, manual pages, completions; and nothing after purge. Needs
# `make deb`.
. tests/distro/harness.sh

shopt -s nullglob
debs=("${DIST:-dist}"/nosegneg-tools_*_amd64.deb)
[ -n "${debs[*]}" ] || skip "needs the packages; run 'make deb'"
[ "$(dpkg --print-architecture)" = amd64 ] || skip "needs amd64"

inside() {
	status=0
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive MANWIDTH=80 "$@" \
		>"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

apt() {
	inside apt-get -q -y -o APT::Sandbox::User=root --no-install-recommends "$@"
	[ "$status" = 0 ] || fail "apt-get $*: $(said)"
}

# What the package depends on, by name.
needs() {
	dpkg-deb -f "${debs[-1]}" Depends | sed 's/([^)]*)//g; s/,/ /g'
}

export CHROOT_ARCH=amd64
# shellcheck disable=SC2046 # each is a word
new_root "$(own_suite)" man-db $(needs)
rm "$root/usr/sbin/ldconfig-hwcap"
cp "${debs[-1]}" "$root/tools.deb"
apt install /tools.deb
for program in nosegneg-check nosegneg-sim nosegneg-copy nosegneg-verify-ldd ldconfig-hwcap; do
	inside "$program" --help
	expect 0 "^[Uu]sage: $program"
done
for page in nosegneg-check nosegneg-sim nosegneg-copy nosegneg-verify-ldd ldconfig-hwcap nosegneg.conf; do
	compgen -G "docs/man/$page.?.scd" >/dev/null || continue
	inside man "$page"
	expect 0 "^NAME" "$page - "
done
for completion in conf/completion/*; do
	inside bash -n "/usr/share/bash-completion/completions/${completion##*/}"
	expect 0
done
inside nosegneg-check /bin/ls
expect 0 "not needed, a 64-bit program"
inside nosegneg-verify-ldd --version
expect 0 "^nosegneg-verify-ldd $(dpkg-deb -f "${debs[-1]}" Version)$"
for file in conf/flags/{macros.nosegneg,nosegneg.specs,dpkg/buildflags.conf}; do
	cmp "$file" "$root/usr/share/nosegneg/${file#conf/flags/}" || fail "$file: not installed"
done
cp "$build/tests/distro/vdso-bit1.so" "$root/"
inside nosegneg-check scan /vdso-bit1.so
expect 0 "1 i386 file scanned"

apt purge nosegneg-tools
rm "$root/tools.deb"
is "what is left after the purge" "$(find "$root" -xdev -path "$root/var/cache" -prune -o \( -name '*nosegneg*' -o -name '*ldconfig-hwcap*' \) -print)" ""
finish
