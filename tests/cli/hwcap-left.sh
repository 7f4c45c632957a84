# SPDX-License-Identifier: LGPL-2.1-or-later
# What a run leaves for the next: a set in a place of its own, what is not ours, a system that is not whole.
. "$(dirname "$0")/../data/hwcap/make-root"
make_real_root root
make_real_set root
clean=clean_real
conf=root/etc/ld.so.conf.d
mkdir root/opt
mv root/usr/lib/$arch/glibc-hwcaps/nosegneg root/opt/set
do_it() {
	echo "$*:"
	hwcap root "$@"
}
cached() {
	/sbin/ldconfig -C root/etc/ld.so.cache -p | grep -c '=> /opt/set/'
}
# However it was typed, and also where it is not typed again.
do_it --set /opt/set// --strategy directory enable
do_it --set /opt/set --strategy directory enable
do_it --strategy directory enable
do_it status
# A run that ended after it took the entry back and before ldconfig was done: the next one knows, without the set's name.
mkdir -p "root/etc/ld.so.cache~/x"
do_it disable
ls -A $conf
cached
rm -r "root/etc/ld.so.cache~"
do_it status
do_it --dry-run disable
do_it disable
ls -A $conf
cached
do_it disable
mkdir -p root/usr/lib/$arch/glibc-hwcaps
mv root/opt/set root/usr/lib/$arch/glibc-hwcaps/nosegneg
# A link to nowhere is somebody's too.
ln -s /nowhere $conf/00-nosegneg.conf
do_it --strategy directory enable
do_it disable
readlink $conf/00-nosegneg.conf
rm $conf/00-nosegneg.conf
# No name is left to rename something to: what has those names stays.
echo theirs >$conf/00-nosegneg.conf
echo saved >$conf/00-nosegneg.conf.saved
for i in $(seq 1 99); do echo "saved $i" >$conf/00-nosegneg.conf.saved.$i; done
do_it --strategy directory --force enable
cat $conf/00-nosegneg.conf
rm $conf/00-nosegneg.conf*
# No /dev, and standard descriptors that are closed.
cp "$(command -v ldconfig-hwcap)" root/
chroot root /ldconfig-hwcap status | tail -n 2
ldconfig-hwcap --root root --strategy directory enable 0<&- 2>&-
echo "exit $?"
# A file size limit is an error, not a death.
(
	ulimit -f 0
	for command in disable enable; do
		ldconfig-hwcap --root root --strategy directory $command 2>&1
		echo "exit $?"
	done
) | cat
do_it disable
# A loader that cannot be read is not one that is not there.
quiet root --strategy directory enable
mv root/usr/lib/$arch/ld-linux.so.2 saved
: >root/usr/lib/$arch/ld-linux.so.2
do_it auto
ls -A $conf
# A line that would make ldconfig fail.
make_root old 2.25
make_set old
echo 'hwcap 0 nosegneg' >old/etc/ld.so.conf.d/kernelcap-2.6.18.conf
hwcap old --vdso fixtures/vdso-always.so print | tail -n 3
rm root/usr/lib/$arch/ld-linux.so.2
mv saved root/usr/lib/$arch/ld-linux.so.2
# ldconfig would wait for its writer, and a run that waits for ldconfig cannot be interrupted.
quiet root disable
mkfifo $conf/zz.conf
ldconfig-hwcap --root root --strategy directory enable 2>&1
echo "exit $?"
rm $conf/zz.conf
quiet root --strategy directory enable
# Who may not change to another root does not know.
chmod -R go+rX . ..
setpriv --reuid=65534 --regid=65534 --clear-groups "$(command -v ldconfig-hwcap)" --root root status 2>&1
echo "exit $?"
