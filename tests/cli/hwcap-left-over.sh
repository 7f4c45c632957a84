# SPDX-License-Identifier: LGPL-2.1-or-later
# What an earlier entry left: a link goes where it says what ours said, and stays where it is somebody else's. And two
# runs do not meet.
. "$(dirname "$0")/../data/hwcap/make-root"
make_real_root root
make_real_set root
clean=clean_real
conf=root/etc/ld.so.conf.d
link=root/usr/lib/i386-linux-gnu/xeon_phi
entry() {
	printf '%s\n' '# Written by ldconfig-hwcap' "# alias: /lib/i386-linux-gnu/xeon_phi -> $1" >$conf/00-nosegneg.conf
}
do_it() {
	echo "$*:"
	hwcap root --strategy directory "$@"
	ls -A $conf
	[ ! -L $link ] || readlink $link
}
entry glibc-hwcaps/nosegneg
ln -s glibc-hwcaps/nosegneg $link
do_it disable
entry glibc-hwcaps/nosegneg
ln -s glibc-hwcaps/nosegneg $link
do_it enable
do_it disable
entry glibc-hwcaps/nosegneg
mkdir root/usr/lib/i386-linux-gnu/theirs
ln -s theirs $link
do_it disable
rm $link
touch $link
entry glibc-hwcaps/nosegneg
do_it disable
rm $link
entry ../../../../../../../tmp/x
do_it disable
# The same set by another path: the entry is written anew, though the cache leads to it.
do_it --set /lib/i386-linux-gnu/glibc-hwcaps/nosegneg enable
tail -n 1 $conf/00-nosegneg.conf
do_it enable
tail -n 1 $conf/00-nosegneg.conf
do_it disable
# Half of a file, of a run that was killed.
echo half >$conf/.00-nosegneg.conf.new
do_it disable
echo half >$conf/.00-nosegneg.conf.new
do_it enable
do_it disable
# While another run has the lock, this one waits. What anybody can lock is no lock.
lock=$conf/.00-nosegneg.conf.lock
flock $lock sh -c "echo \$\$ >holder; exec sleep 1000" &
holder=$!
while [ ! -s holder ]; do sleep 0.05; done
timeout 1 ldconfig-hwcap --root root --strategy directory enable
echo "exit $?"
ls -A $conf
kill "$(cat holder)"
wait $holder 2>/dev/null || true
do_it enable
do_it disable
flock $conf sh -c "echo \$\$ >holder2; exec sleep 1000" &
holder=$!
while [ ! -s holder2 ]; do sleep 0.05; done
do_it enable
kill "$(cat holder2)"
wait $holder 2>/dev/null || true
