#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A small package, built by rpmbuild for i686 and x86_64 without and with our macros; and what becomes of flags that
# are made the way redhat-rpm-config makes them.
. tests/flags/harness.sh

for program in rpmbuild cpio; do
	command -v "$program" >/dev/null || skip "needs $program; run 'make setup-packages'"
done

export HOME=$tmp/home
mkdir "$HOME"
cat >"$tmp/library.spec" <<'END'
Name: library
Version: 1
Release: 1
Summary: Thread-local data
License: LGPLv2+
%define debug_package %{nil}
%define __strip /bin/true

%description
For a test.

%build
cp %{sources}/Makefile %{sources}/library.* .
%if 0%{?old_way}
make CC="gcc %{bits}" CXX="g++ %{bits}" CFLAGS="$RPM_OPT_FLAGS" CXXFLAGS="%{optflags}"
%else
%{set_build_flags}
make CC="gcc %{bits}" CXX="g++ %{bits}"
%endif

%install
mkdir -p %{buildroot}/usr/lib
cp library-*.so %{buildroot}/usr/lib

%files
/usr/lib/*.so
END

# package NAME ARCH [OPTION...]: it is unpacked in $tmp/NAME.
package() {
	local bits=-m32

	[ "$2" != x86_64 ] || bits=-m64
	env -u CFLAGS -u CXXFLAGS -u LDFLAGS -u MAKEFLAGS -u MAKELEVEL rpmbuild -bb --target "$2" -D "_topdir $tmp/top-$1" \
		-D "sources $sources" -D "bits $bits" "${@:3}" "$tmp/library.spec" >"$tmp/log" 2>&1 ||
		fail "$1: $(tail -n 20 "$tmp/log")"
	mkdir "$tmp/$1"
	(cd "$tmp/$1" && rpm2cpio "$tmp/top-$1"/RPMS/*/library-1-1.*.rpm | cpio -id --quiet)
}

flags() {
	rpm --target "$1" --eval "%{$2}" | xargs -n 1 | grep -cx -e "$flag"
}

package plain i686
each traps "$tmp/plain/usr/lib"
cp "$share/macros.nosegneg" "$HOME/.rpmmacros"
package macros i686
each is_safe "$tmp/macros/usr/lib"
for arch in i386 i486 i586 i686; do
	is "$arch: C" "$(flags $arch build_cflags)" 1
	is "$arch: C++" "$(flags $arch build_cxxflags)" 1
done
is "x86_64" "$(flags x86_64 build_cflags) $(flags x86_64 build_cxxflags) $(flags x86_64 nosegneg_cflags)" "0 0 0"
package amd64 x86_64
rm "$HOME/.rpmmacros"
package amd64-plain x86_64
for file in "${what_is_built[@]}"; do
	is "$file, x86_64" "$(objdump -d "$tmp/amd64/usr/lib/$file" | grep -v 'file format')" \
		"$(objdump -d "$tmp/amd64-plain/usr/lib/$file" | grep -v 'file format')"
done

# A spec that takes %{optflags}, or $RPM_OPT_FLAGS: by rpmrc, as the macro file says.
cp "$share/macros.nosegneg" "$HOME/.rpmmacros"
package old-plain i686 -D 'old_way 1'
each traps "$tmp/old-plain/usr/lib"
# shellcheck disable=SC2016
eval "$(sed -n "s/^# .*\(rpm --target i686 --eval .*\)/\1/p" "$share/macros.nosegneg")"
package old i686 -D 'old_way 1'
each is_safe "$tmp/old/usr/lib"
rm "$HOME/.rpmrc"

# Flags as Fedora makes them: %{optflags} from a macro with named parts, and the languages' own.
for arch in i686 x86_64; do
	echo "optflags: $arch %{__global_compiler_flags} -g"
done >"$tmp/rpmrc"
cat >>"$HOME/.rpmmacros" <<'END'
%__global_compiler_flags -O2 %{_legacy_options}
%__build_flags_lang_c -O2 -Wlang-c
END
fedora() {
	rpm --rcfile "/usr/lib/rpm/rpmrc:$tmp/rpmrc" --target "$1" --eval "%{$2}" | xargs
}
is "Fedora's %{optflags}" "$(fedora i686 optflags)" "-O2 $flag -g"
is "Fedora's %{build_cflags}" "$(fedora i686 build_cflags)" "-O2 -Wlang-c $flag"
is "Fedora's for x86_64" "$(fedora x86_64 optflags) $(fedora x86_64 build_cflags)" "-O2 -g -O2 -Wlang-c"
finish
