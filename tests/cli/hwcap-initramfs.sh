# SPDX-License-Identifier: LGPL-2.1-or-later
# Whether an initramfs has to carry the set: as the system does, or by the administrator's word.
. "$(dirname "$0")/../data/hwcap/make-root"
make_root root 2.36
conf=root/etc/ld.so.conf.d/00-nosegneg.conf
wish() {
	printf '%s\n' "$@" >root/etc/nosegneg.conf
}
hwcap root initramfs
make_set root
hwcap root initramfs
ldconfig-hwcap --root root print >$conf 2>/dev/null
hwcap root initramfs
wish '' 'initramfs = never'
hwcap root initramfs
rm $conf
wish 'initramfs = always'
hwcap root initramfs
wish 'initramfs = auto' 'enable = always'
hwcap root initramfs
# Somebody else's line does as well.
echo "/$place" >root/etc/ld.so.conf.d/theirs.conf
hwcap root initramfs
# Without a loader there are no programs.
rm -r root/lib/ld-linux.so.2 root/etc/nosegneg.conf
hwcap root initramfs
wish 'initramfs = yes'
hwcap root initramfs
