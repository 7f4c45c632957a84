# SPDX-License-Identifier: LGPL-2.1-or-later
# On and off below a root in which programs start; what is done twice is done once.
. "$(dirname "$0")/../data/hwcap/make-root"
make_real_root root
make_real_set root
clean=clean_real
conf=root/etc/ld.so.conf.d
list() {
	find root -printf '%p %i %m %s %T@ %C@ %l\n' | sort
}
do_it() {
	echo "$*:"
	hwcap root --strategy directory "$@"
}
do_it status
do_it enable
tail -n 1 $conf/00-nosegneg.conf
cp $conf/00-nosegneg.conf saved
stat -c '%a %F' $conf/00-nosegneg.conf
do_it status
# A library that the cache does not have yet.
touch root/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg/libnew.so.1
do_it status
rm root/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg/libnew.so.1
list >before
for command in enable status auto; do
	echo 'enable = always' >settings
	cmp -s settings root/etc/nosegneg.conf || cp settings root/etc/nosegneg.conf
	[ $command = auto ] && list >before
	do_it $command
done
for i in 1 2 3 4 5 6 7 8 9 10; do
	quiet root --strategy directory auto >/dev/null || echo "exit $?"
done
list >after
diff before after
rm root/etc/nosegneg.conf
do_it disable
do_it status
list >before
do_it disable
list >after
diff before after
# Killed before ldconfig ran, on the way in and on the way out.
cp saved $conf/00-nosegneg.conf
do_it status
do_it disable
ls -A $conf
quiet root --strategy directory enable
rm $conf/00-nosegneg.conf
do_it status
do_it disable
quiet root --strategy directory enable
rm $conf/00-nosegneg.conf
do_it enable
do_it disable
echo 'enable = never' >root/etc/nosegneg.conf
quiet root --strategy directory enable
do_it auto
do_it auto
rm root/etc/nosegneg.conf
# Another file of the same directory that is not ours.
echo /usr/local/lib >$conf/00-nosegneg.conf
do_it enable
do_it --force enable
cat $conf/00-nosegneg.conf.saved
ls -A $conf
do_it disable
ls -A $conf
# A set that somebody else's line puts in force.
echo /usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg >$conf/00-theirs.conf
/sbin/ldconfig -X -r root
do_it status
do_it disable
do_it enable
do_it disable
cat $conf/00-theirs.conf
