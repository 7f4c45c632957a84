# SPDX-License-Identifier: LGPL-2.1-or-later
# Why an entry is not published: each reason in one line that names the file, exit status 2, and nothing written.
. "$(dirname "$0")/../data/hwcap/make-root"
note="--vdso fixtures/vdso-pvops.so"
fresh() {
	rm -rf root
	make_root root "$1"
	[ "${2-}" = bare ] || make_set root
	conf=root/etc/ld.so.conf.d
}
refused() {
	local before
	before=$(find root -ls | sort)
	echo "$1:"
	shift
	hwcap root $note "$@" enable
	[ "$(find root -ls | sort)" = "$before" ] || echo "something was changed"
}
fresh 2.25 bare
rm root/lib/ld-linux.so.2
refused "no loader"
echo '#!/bin/sh' >root/lib/ld-linux.so.2
refused "a loader that is none"
fresh 2.25 bare
refused "no set"
refused "no set where it was said to be" --set /opt/set
fresh 2.25
mkdir -p root/opt
cp -r "root/$place" root/opt/set
refused "a set that no hwcap line reaches" --set /opt/set
refused "a strategy for other loaders" --strategy alias
fresh 2.36
refused "a strategy that this loader does not have" --strategy hwcap
fresh 2.25
echo 'hwcap 0 nosegneg' >$conf/libc6-xen.conf
refused "another index"
echo '  HWCAP 0x0 nosegneg # old' >$conf/libc6-xen.conf
refused "another index, in other words"
echo 'hwcap 1 other' >$conf/other.conf
rm $conf/libc6-xen.conf
refused "an index that is taken"
printf '# one\n\nhwcap 77 x\n' >$conf/other.conf
refused "a line that breaks ldconfig"
printf 'hwcap 0 a\nhwcap 1 a\n' >$conf/other.conf
refused "two lines that break it" --strategy directory
rm $conf/other.conf
echo /usr/local/lib >root/etc/ld.so.conf
refused "no include"
rm root/etc/ld.so.conf
refused "no ld.so.conf"
echo 'include /etc/ld.so.conf.d/*.conf' >root/etc/ld.so.conf
refused "a file that is not included" --conf /etc/nosegneg.d/x.conf
echo /opt/lib >$conf/00-nosegneg.conf
refused "somebody else's file"
rm $conf/00-nosegneg.conf
mkdir $conf/00-nosegneg.conf
refused "a directory of that name"
rmdir $conf/00-nosegneg.conf
fresh 2.25
make_set root 2.25 "Test GLIBC 2.25-2"
refused "a set of another build"
make_set root 2.24
refused "a set of another release"
make_set root "?"
refused "a set of no release"
