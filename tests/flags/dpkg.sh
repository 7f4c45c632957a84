#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A small source package, built by dpkg-buildpackage for i386 without and with our buildflags.conf.
. tests/flags/harness.sh

command -v dh >/dev/null || skip "needs debhelper; run 'make setup-packages'"

# The cross compiler's name is the one that debian/rules calls; here it is the machine's own.
mkdir "$tmp/bin"
for tool in gcc g++; do
	printf '#!/bin/sh\nexec %s -m32 "$@"\n' "$tool" >"$tmp/bin/i686-linux-gnu-$tool"
done
chmod +x "$tmp"/bin/*

mkdir -p "$tmp/source/debian/source"
cp "$sources"/{Makefile,library.*} "$tmp/source/"
cd "$tmp/source"
echo '3.0 (native)' >debian/source/format
cat >debian/changelog <<'END'
library (1) unstable; urgency=low

  * One.

 -- t <t@localhost>  Thu, 01 Jan 2026 00:00:00 +0000
END
cat >debian/control <<'END'
Source: library
Maintainer: t <t@localhost>
Build-Depends: debhelper-compat (= 13)
Standards-Version: 4.6.2

Package: library
Architecture: any
Description: thread-local data
 For a test.
END
printf '#!/usr/bin/make -f\n%%:\n\tdh $@\n%s:\n' \
	'override_dh_strip override_dh_shlibdeps override_dh_makeshlibs override_dh_dwz' >debian/rules
printf '%s usr/lib\n' "${what_is_built[@]}" >debian/install
chmod +x debian/rules

# package NAME [VARIABLE=VALUE...]: it is unpacked in $tmp/NAME.
package() {
	env -u MAKEFLAGS -u MAKELEVEL PATH="$tmp/bin:$PATH" "${@:2}" \
		dpkg-buildpackage -b -us -uc -d -a i386 >"$tmp/log" 2>&1 || fail "$1: $(tail -n 20 "$tmp/log")"
	dpkg-deb -x "$tmp/library_1_i386.deb" "$tmp/$1"
}

package plain XDG_CONFIG_HOME="$tmp/none"
each traps "$tmp/plain/usr/lib"
package snippet XDG_CONFIG_HOME="$share"
each is_safe "$tmp/snippet/usr/lib"
package variables XDG_CONFIG_HOME="$tmp/none" DEB_CFLAGS_APPEND="$flag" DEB_CXXFLAGS_APPEND="$flag"
each is_safe "$tmp/variables/usr/lib"

for name in CFLAGS CXXFLAGS FCFLAGS FFLAGS OBJCFLAGS OBJCXXFLAGS; do
	is "$name" "$(XDG_CONFIG_HOME=$share dpkg-buildflags --get $name | xargs -n 1 | grep -cx -e "$flag")" 1
done
is "what dpkg says of the file" "$(XDG_CONFIG_HOME=$share dpkg-buildflags --get CFLAGS 2>&1 >/dev/null)" ''
for name in CPPFLAGS LDFLAGS; do
	is "$name" "$(XDG_CONFIG_HOME=$share dpkg-buildflags --get $name | grep -c -e "$flag")" 0
done
finish
