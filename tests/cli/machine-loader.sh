# Loaders that cannot follow the note, and what goes past them.
. "$(dirname "$0")/../data/roots/make.sh"
bit1=0x0028000000000000

system 2.12
install_set /lib/i686/nosegneg
note 2 1
conf xen.conf 'hwcap 1 nosegneg'
cache $bit1
check loader-cache-bug
sed -i 's/2\.12/2.3./' root/lib/*.so* root/lib/i686/nosegneg/*
check loader-bit0

system 2.25
install_set /lib/i686/nosegneg
note 2 1
conf xen.conf 'hwcap 1 nosegneg'
cache $bit1
touch root/etc/ld.so.nohwcap
check nohwcap
rm root/etc/ld.so.nohwcap
printf '%s\n' 'LANG=C' 'LD_LIBRARY_PATH=/opt/lib' 'export LD_PRELOAD=libfoo.so' 'LD_HWCAP_MASK=0' \
	>root/etc/environment
check 'ld-library-path, ld-preload, hwcap-mask'
rm root/etc/environment
echo /usr/lib/libhook.so >root/etc/ld.so.preload
touch root/etc/prelink.cache
mkdir root/lib/tls root/lib/tls.disabled
check 'ld-preload, prelink, lib-tls, tls-disabled'
rm -r root/etc/ld.so.preload root/etc/prelink.cache root/lib/tls root/lib/tls.disabled
printf 'enable = never\n' >root/etc/nosegneg.conf
check settings-never
printf 'enable = perhaps\n' >root/etc/nosegneg.conf
check settings-broken
rm root/etc/nosegneg.conf
cp "$data/../logs/xenlinux-dmesg.txt" root/dmesg
check kernel-warning
rm root/dmesg
echo 'hwcap directive ignored' >root/sbin/ldconfig
check 'loader-backport'
rm root/lib/ld-linux.so.2
check 'no loader in the tree: the cache says it'
