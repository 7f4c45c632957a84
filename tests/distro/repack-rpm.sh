# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# For the tests of RPM packages, after harness.sh: ours, Debian's C library as the glibc package that ours are for, and what
# rpm does in $root. $step says what was done last.

. tests/distro/watch.sh

shopt -s nullglob
dist=${DIST:-dist}
set_dir=/lib/i686/nosegneg
set_libc=$set_dir/libc.so.6
for program in rpmbuild cpio; do
	command -v "$program" >/dev/null || skip "needs $program; run 'make setup-packages'"
done
tools_rpms=("$dist"/nosegneg-tools-*.i686.rpm)
[ -n "${tools_rpms[*]}" ] || skip "needs the packages; run 'make rpm'"
tools_rpm=${tools_rpms[-1]}

# set_rpm EVR: the package of the set for this glibc, or nothing.
set_rpm() {
	local rpms=("$dist/glibc-nosegneg-$1.nosegneg"*.i686.rpm)

	[ -z "${rpms[*]}" ] || echo "${rpms[-1]}"
}

# build_rpm SPEC FILE: what this recipe makes, for i686.
build_rpm() {
	rpmbuild -bb --nodeps --target i686-linux --define "_topdir $tmp/rpmbuild" --define "_dbpath $tmp/rpmdb" \
		--define "_binary_payload w1.gzdio" --define "_build_id_links none" --define "debug_package %{nil}" \
		--define "__os_install_post %{nil}" "$1" >"$tmp/rpmbuild.log" 2>&1 || { tail -n 20 "$tmp/rpmbuild.log"; exit 99; }
	mv "$tmp/rpmbuild/RPMS"/*/*.rpm "$2"
}

# take_glibc DIR: the libraries of libc6 in $root, where they really lie: /lib is a link there.
take_glibc() {
	local file

	mkdir -p "$1"
	chroot "$root" dpkg -L libc6 | sed -n 's|^/lib/|/usr/lib/|; \|^/usr/lib/|p' | grep -v /gconv | sort -u |
		while read -r file; do
			[ -d "$root$file" ] || echo ".$file"
		done | tar -C "$root" -c --no-recursion -T - | tar -C "$1" -x
}

# build_glibc DIR EVR FILE: a glibc package with these libraries. It tells in /entry whether a set is switched on when it is
# unpacked, and provides what there are packages for besides in an RPM distribution.
build_glibc() {
	{
		printf '%s\n' 'Name: glibc' "Version: ${2%%-*}" "Release: ${2#*-}" 'Summary: C library' 'License: LGPL' \
			'AutoReqProv: no' 'Provides: /bin/sh /bin/bash /sbin/ldconfig' '%description' '%install' "cp -a $1/. %{buildroot}/" \
			'%pre -p <lua>' "on = posix.stat('$conf')" "f = io.open('/entry', 'w')" \
			"f:write(on and 'on' or 'off', '\\n')" 'f:close()' \
			'%post -p /sbin/ldconfig' '%files'
		(cd "$1" && find . ! -type d -printf '/%P\n')
	} >"$tmp/glibc.spec"
	build_rpm "$tmp/glibc.spec" "$3"
}

# rpm_inside ARG...: its scripts run in $root, and it has its data base there.
rpm_inside() {
	status=0
	rpm --root "$root" --dbpath /var/lib/rpm "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# rpm_does ARG...: it succeeds.
rpm_does() {
	rpm_inside "$@"
	[ "$status" = 0 ] || fail "$step: rpm $*: $(said)"
}

# rpm_refuses WORDS ARG...: it fails, and says this.
rpm_refuses() {
	rpm_inside "${@:2}"
	[ "$status" != 0 ] || fail "$step: not refused: rpm ${*:2}"
	status=1
	expect 1 "$1"
}

# installed NAME: the version.
installed() {
	rpm --root "$root" --dbpath /var/lib/rpm -q --qf '%{evr}\n' "$1" | sed 's/.* is not installed/none/'
}

# repack_tools VERSION LINE FILE: our programs as a later version, with one more line in nosegneg.conf.
repack_tools() {
	mkdir -p "$tmp/tools"
	rpm2cpio "$tools_rpm" | (cd "$tmp/tools" && cpio -idmu --quiet)
	[ -z "$2" ] || echo "$2" >>"$tmp/tools/etc/nosegneg.conf"
	{
		sed "/^%build/,\$d; s/@TOOLS_VERSION@/$1/; s/@MAINTAINER@/tests/" specs/rpm/nosegneg-tools.spec
		printf '%s\n' %install "cp -a $tmp/tools/. %{buildroot}/" "rm -r %{buildroot}/usr/share/doc %{buildroot}/usr/share/licenses"
		sed -n '/^%preun/,$p' specs/rpm/nosegneg-tools.spec | grep -v '^%\(doc\|license\) '
	} >"$tmp/tools.spec"
	build_rpm "$tmp/tools.spec" "$3"
}

# Every file, but for what rpm and ldconfig keep of their own work; and directories that are ours.
files() {
	(cd "$root" && find . -xdev \( -path ./proc -o -path ./var/lib/rpm -o -path ./var/cache -o -path ./entry -o \
		-path ./tmp \) -prune -o \( ! -type d -o -name '*nosegneg*' -o -name i686 \) -printf '%P\n' | sort)
}
