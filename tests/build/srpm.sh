#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make rpm SRPM= builds packages in the styles of three generations, and their libraries have no negative access more.
# Packages that are not changed have some.
set -euo pipefail

command -v rpmbuild >/dev/null || { echo "needs rpmbuild"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
check=${BIN:-${BUILD:-build}/bin}/nosegneg-check
export B=$tmp/build DIST=$tmp/dist HOME=$tmp
mkdir "$tmp/home"

fail() {
	echo "FAIL: $*" >&2
	exit 1
}

# scan RPM: the status of the scanner, and its report in $tmp/scan.
scan() {
	rm -rf "$tmp/files" && mkdir "$tmp/files"
	rpm2archive - <"$1" | tar -xz -C "$tmp/files"
	status=0
	"$check" scan "$tmp/files" >"$tmp/scan" || status=$?
}

# rebuild STYLE
rebuild() {
	local style=$1 srpm=$tmp/$1.src.rpm sum rpm

	echo "== $style"
	tests/data/srpm/make-srpm "tests/data/srpm/$style.spec" "$srpm"
	sum=$(sha256sum <"$srpm")
	rpmbuild --rebuild --target i686 --define "_topdir $tmp/unchanged" --define "_buildshell /bin/bash" \
		--define "dist .el5_6" "$srpm" >"$tmp/log" 2>&1 || fail "unchanged: $(cat "$tmp/log")"
	scan "$tmp"/unchanged/RPMS/i686/*.rpm
	[ "$status" = 1 ] || fail "unchanged: $(cat "$tmp/scan")"

	HOME=$tmp/home tools/package/srpm "$srpm" >"$tmp/out"
	rpm=$(sed -n 's/^  RPM  *//p' "$tmp/out")
	scan "$rpm"
	[ "$status" = 0 ] || fail "$(cat "$tmp/scan")"
	grep '/lib/' "$tmp/scan"
	if [ "$style" != fedora ]; then
		grep -q /lib/i686/nosegneg/libc "$tmp/scan" || fail "the distribution's own set is gone"
	fi
	[ "$sum" = "$(sha256sum <"$srpm")" ] || fail "the source package has changed"
	newer "$tmp"/unchanged/RPMS/i686/*.rpm "$rpm"
	rm -r "$tmp/unchanged"
}

# newer RPM RPM: the second is newer, and older than an update of the first.
newer() {
	local old new

	old=$(rpm -qp --qf '%{release}' "$1")
	new=$(rpm -qp --qf '%{release}' "$2")
	[ "$(rpm --eval "%{lua:print(rpm.vercmp('$new', '$old'), rpm.vercmp('${old/el5_6/el5_7}', '$new'),
		rpm.vercmp('$old.1', '$new'))}")" = $'1\t1\t1' ] || fail "$new between $old and its update"
}

rebuild el5
rebuild el6
rebuild fedora
[ -z "$(ls -A "$tmp/home")" ] || fail "in the home directory: $(ls -A "$tmp/home")"

# A build that fails says where its log is.
sed 's/^make .*/echo no make; false/' tests/data/srpm/el5.spec >"$tmp/fails.spec"
tests/data/srpm/make-srpm "$tmp/fails.spec" "$tmp/fails.src.rpm"
status=0
tools/package/srpm "$tmp/fails.src.rpm" >"$tmp/out" 2>&1 || status=$?
[ "$status" = 2 ] || fail "status $status"
log=$(sed -n 's/^srpm: rpmbuild failed; the complete log is //p' "$tmp/out")
grep -q '^no make$' "$log" || fail "$(cat "$tmp/out")"

# The way through the makefile.
make -n rpm SRPM="it's x.src.rpm" SPEC_ONLY=1 | grep -q "tools/package/srpm --spec-only 'it'\\\\''s x.src.rpm'" || fail "make -n"
! make -n rpm SPEC_ONLY=1 >/dev/null 2>&1 || fail "SPEC_ONLY without SRPM makes packages"
