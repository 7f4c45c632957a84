# SPDX-License-Identifier: LGPL-2.1-or-later
# Where ldconfig or the proof fails, everything is put back, and three lines say what happened.
. "$(dirname "$0")/../data/hwcap/make-root"
make_real_root root
make_real_set root
clean=clean_real
conf=root/etc/ld.so.conf.d
set=/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
do_it() {
	echo "$*:"
	hwcap root --strategy directory "$@"
	ls -A $conf
}
# An ldconfig that ends with STATUS and says WORDS.
make_ldconfig() {
	mkdir -p root/sbin
	printf '#include <stdio.h>\nint main(void) { fputs("%s", stderr); return %d; }\n' "$2" "$1" |
		gcc -m32 -static -x c - -o root/sbin/ldconfig
}
make_ldconfig 0 ''
do_it enable
echo /usr/local/lib >$conf/00-nosegneg.conf
do_it --force enable
cat $conf/00-nosegneg.conf
rm $conf/00-nosegneg.conf
make_ldconfig 1 'ldconfig: no room\nand more\n'
do_it enable
make_ldconfig 7 ''
do_it enable
rm -r root/sbin
# In force by other means: disable cannot bring the base back, and says so.
do_it enable
echo $set/libc.so.6 $set/libm.so.6 >root/etc/ld.so.preload
do_it disable
rm root/etc/ld.so.preload
do_it disable
# The library that programs get after all is not the set's: the cache is right, and a preloaded one comes first.
echo /usr/lib/i386-linux-gnu/libc.so.6 /usr/lib/i386-linux-gnu/libm.so.6 >root/etc/ld.so.preload
do_it enable
rm root/etc/ld.so.preload
do_it enable
# What an ldconfig that fails leaves in force is not hidden.
make_ldconfig 1 'no room'
do_it disable
rm -r root/sbin
do_it status
do_it disable
