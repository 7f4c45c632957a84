#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A target of another release: its libraries come by an apt configuration of our own, in the newest version that can be had,
# and the machine's own libraries and apt configuration are not asked.
. tests/build/harness.sh

base=$build/debian-12/base
asked=$tmp/asked
own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
foreign=(BASE_ROOT="$base" DPKG_QUERY=/bin/false)

# A base package of two files, as Debian 11 has them: in /lib, and in /usr/lib.
mkdir -p "$tmp"/libc6/{DEBIAN,lib/i386-linux-gnu,usr/lib/i386-linux-gnu/gconv}
printf 'Package: libc6\nVersion: %s\nArchitecture: i386\nMaintainer: t <t@localhost>\nDescription: t\n' "$version" \
	>"$tmp/libc6/DEBIAN/control"
touch "$tmp/libc6/lib/i386-linux-gnu/libc.so.6" "$tmp/libc6/usr/lib/i386-linux-gnu/gconv/X.so"
dpkg-deb --build -Znone "$tmp/libc6" "$tmp/libc6_${version}_i386.deb" >/dev/null

answer apt-cache <<EOF
case "\$*" in
'madison libc6') printf ' libc6 | %s | http://localhost x Packages\n' 2.36-9+test2 $version $version 2.36-9+test0 ;;
esac
EOF
answer apt-get <<EOF
echo "\$APT_CONFIG \$*" >>$asked
case "\$*" in
*indextargets*)
	printf 'Debian main http://localhost/%s\n' 'debian/ $own' 'debian/ $own' 'debian/ $own-updates' 'security/ $own-security'
	echo 'Debian contrib http://localhost/debian/ $own-proposed'
	echo 'Other main http://localhost/other/ $own' ;;
*update*) ;;
*--print-uris*glibc-source=$version*)
	echo "'http://localhost/x.deb' x.deb 1 SHA256:\$(sha256sum <$deb | cut -c1-64)" ;;
*glibc-source=$version*) cp $deb . ;;
*libc6=$version*) cp $tmp/libc6_${version}_i386.deb . ;;
*download\ nosegneg-cc) cp $tmp/nosegneg-cc.deb . ;;
*) exit 100 ;;
esac
EOF

passes "$(stamp fetch)" "${foreign[@]}"
[ "$(cat "$build/debian-12/version")" = "$version" ] || fail "version: $(cat "$build/debian-12/version")"
grep -qx "libs debian-12: the mirror has no libc6 2.36-9+test2" "$tmp/err" || fail "not said: $(cat "$tmp/err")"
[ -f "$base/lib/i386-linux-gnu/libc.so.6" ] && [ -f "$base/usr/lib/i386-linux-gnu/libc.so.6" ] ||
	fail "the base has not one /lib: $(find "$base")"
[ -f "$base/lib/i386-linux-gnu/gconv/X.so" ] || fail "a file of /usr/lib is missing"

# All but the question for the mirror went to our own configuration, which knows Debian's archives alone.
if grep -v indextargets "$asked" | grep -vE "^$build/apt/bookworm(.tmp)?/apt.conf "; then
	fail "another configuration was asked"
fi
[ "$(sed 's/.*\] //' "$build/apt/bookworm/sources.list")" = "\
http://localhost/debian/ bookworm main
http://localhost/debian/ bookworm-updates main
http://localhost/security/ bookworm-security main" ] || fail "sources: $(cat "$build/apt/bookworm/sources.list")"
grep -qx "Dir::State \"$build/apt/bookworm/state\";" "$build/apt/bookworm/apt.conf" ||
	fail "$(cat "$build/apt/bookworm/apt.conf")"

# What is there is not asked for again.
passes "$(stamp fetch)" "${foreign[@]}" APT_GET=/bin/false APT_CACHE=/bin/false

# A target may bring its release's compiler.
mkdir -p "$tmp"/cc/{DEBIAN,usr/bin}
printf 'Package: nosegneg-cc\nVersion: 1\nArchitecture: amd64\nMaintainer: t <t@localhost>\nDescription: t\n' \
	>"$tmp/cc/DEBIAN/control"
printf '#!/bin/sh\nexec gcc "$@"\n' >"$tmp/cc/usr/bin/nosegneg-cc"
chmod +x "$tmp/cc/usr/bin/nosegneg-cc"
dpkg-deb --build -Znone "$tmp/cc" "$tmp/nosegneg-cc.deb" >/dev/null
refused "libs: compiler: nosegneg-cc -m32 lacks -mno-tls-direct-seg-refs; run make setup, or name a working compiler in TARGET_CC" \
	"$(stamp fetch)" "${foreign[@]}" TARGET_CC='nosegneg-cc -m32'
passes "$(stamp fetch)" "${foreign[@]}" TARGET_CC='nosegneg-cc -m32' TARGET_CC_PACKAGES=nosegneg-cc
run_make "$(stamp fetch)" "${foreign[@]}" TARGET_CC_PACKAGES=nosuch
[ "$status" -eq 0 ] || fail "a compiler that is there was fetched again: $(cat "$tmp/err")"
rm -r "$build/debian-12/cc"
refused "libs: compiler: bookworm: nosuch cannot be downloaded; see $build/debian-12/log/base.log" \
	"$(stamp fetch)" "${foreign[@]}" TARGET_CC_PACKAGES=nosuch

# A version that is named is the only one.
refused "libs: base: bookworm: no version of libc6 can be downloaded; see $build/debian-12/log/base.log" \
	"$(stamp fetch)" "${foreign[@]}" TARGET_VERSION=2.36-9+test0
[ "$(cat "$base/version")" = "$version" ] || fail "the base is gone"
