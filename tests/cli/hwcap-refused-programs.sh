# SPDX-License-Identifier: LGPL-2.1-or-later
# What only running programs can tell: a set that they do not start with, or do not take; then nothing is published.
. "$(dirname "$0")/../data/hwcap/make-root"
make_real_root root
make_real_set root
clean=clean_real
set=root/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
refused() {
	local before
	before=$(find root -ls | sort)
	echo "$1:"
	hwcap root --strategy directory enable
	[ "$(find root -ls | sort)" = "$before" ] || echo "something was changed"
}
mv root/etc/ld.so.conf.d root/etc/elsewhere
refused "no directory for the entry"
mv root/etc/elsewhere root/etc/ld.so.conf.d
# The words and the private symbols are right, the code is not: the first page of the code is overwritten.
cp $set/libm.so.6 good
dd if=/dev/zero of=$set/libc.so.6 bs=4096 seek=40 count=300 conv=notrunc status=none
refused "a set that does not run"
cp "root/usr/lib/i386-linux-gnu/libc.so.6" $set/libc.so.6
head -c 100 good >$set/libm.so.6
refused "a library that was cut off"
rm $set/libm.so.6
ln -s /nowhere $set/libm.so.6
refused "a library that is a dangling link"
