# SPDX-License-Identifier: LGPL-2.1-or-later
# Images that are there already: theirs becomes ours, once; and what is left alone.
. "$(dirname "$0")/../data/roots/copy.sh"
copy_root
mkdir empty
copy --refit --set always empty
copy -q libraries /lib/$arch/libc.so.6 /opt/own/libown.so.1
copy --refit --set always libraries
copy -q image /bin/program
mkfifo image/fifo
cp -a image before
copy --refit image
copy --refit --set never image
copy --refit --set always -n image
same image before
copy --refit --set always image
tree image
chroot image /bin/program
cp -a image after
copy --refit --set always image
same image after
# The set where nothing needs the base: what copies by ldd leaves.
copy -q ldd /bin/program
mkdir -p ldd/$set_dir
mv ldd/usr/lib/$arch/libc.so.6 ldd/usr/lib/$arch/libm.so.6 ldd/$set_dir
echo "/$set_dir" >ldd/etc/ld.so.conf.d/own.conf
echo /opt/own >>ldd/etc/ld.so.conf.d/own.conf
/sbin/ldconfig -X -r ldd
copy --refit ldd
tree ldd
# Another layout, other conf files, no cache.
cp -a before flat
rm flat/lib flat/etc/ld.so.cache
mv flat/usr/lib flat
ln -s ../lib flat/usr/lib
echo "/opt/own" >flat/etc/ld.so.conf
copy --refit --set always flat | tail -n 4
tree flat
chroot flat /bin/program
# What did not load before is told.
cp -a before broken
rm broken/opt/own/libown.so.1
copy --refit --set always broken | tail -n 4
# Static programs are told of; they, and those of another C library, are none of the set's.
echo 'void _start(void) { for (;;) ; }' | build root/usr/bin/static -nostdlib -static
copy static /usr/bin/static
copy --refit --set always static
sed 's,/lib/ld-linux.so.2,/lib/ld-other.so.2,' root/usr/bin/program >static/usr/bin/other
copy --refit --set always static
# ldconfig's cache of inodes: neither made, nor changed.
cp -a before cached
mkdir -p cached/var/cache/ldconfig
echo mine >cached/var/cache/ldconfig/aux-cache
copy -q --refit --set always cached
cat cached/var/cache/ldconfig/aux-cache
cp -a before uncached
mkdir -p uncached/var/cache
copy -q --refit --set always uncached
find uncached/var -mindepth 2
# Names that look like those of a run that was killed.
touch after/..nosegneg-saved after/.nosegneg-new
copy -q --refit --set always after
ls -A after | grep nosegneg
# A file with two names counts once.
size() {
	nosegneg-copy --json --root root --refit --set always "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["size"])'
}
once=$(size image)
ln image/usr/bin/program image/usr/bin/second
[ "$(size image)" = "$once" ] || echo "not $once"
