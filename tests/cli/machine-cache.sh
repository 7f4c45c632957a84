# Caches that are not what the entries ask for.
. "$(dirname "$0")/../data/roots/make.sh"

system 2.36 /lib/i386-linux-gnu
install_set /usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
ours $set_directory
cache base
check 'cache-stale: the entry came later'
cache 0
rm root/etc/ld.so.conf.d/*
check 'cache-stale: the entry has gone'
ours $set_directory
touch -d '1 hour ago' root/etc/ld.so.cache
check 'cache-old: but right'
cache 0
touch -d '1 hour ago' root/etc/ld.so.conf root/etc/ld.so.conf.d/*
touch -d '1 hour' root/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
check 'cache-old: the set is newer'
touch -d '1 hour ago' root/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
cache --unsorted 0
check 'cache-broken: out of order'
head -c 60 root/etc/ld.so.cache >cut
cp cut root/etc/ld.so.cache
check 'cache-broken: cut'
rm root/etc/ld.so.cache
check cache-missing
mkdir root/etc/ld.so.cache
check 'fact-unreadable: the cache is a directory'

system 2.25
install_set /lib/i686/nosegneg
note 2 1
conf xen.conf 'hwcap 1 nosegneg'
cache base
check 'cache-stale: without the bit'
rm root/etc/ld.so.cache
check 'cache-missing: an old loader searches the directories itself'
