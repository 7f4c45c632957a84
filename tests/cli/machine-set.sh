# The set itself.
. "$(dirname "$0")/../data/roots/make.sh"

system 2.36 /lib/i386-linux-gnu
set_directory=/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
cache base
check set-missing
check 'not scanned: the answer is the same' --no-scan
library clean.so /lib/i386-linux-gnu/libc.so.6 2.36
check 'served: the base library is built so itself'
check 'which takes the scan to see' --no-scan
library unsafe.so /lib/i386-linux-gnu/libc.so.6 2.36
library clean.so /lib/i386-linux-gnu/nosegneg/i686/libc.so.6 2.36
check set-wrong-place
rm -r root/lib/i386-linux-gnu/nosegneg

install_set $set_directory
ours $set_directory
cache 0
sed -i 's/2.36/2.35/' root$set_directory/libc.so.6
check 'set-mismatch: in force, so broken'
segments=0xffffffff
note none
check 'set-mismatch: broken where it is not needed, too'
cache base
check 'set-mismatch: not in force'
segments=0xecdb0fff
note none
install_set $set_directory
touch root/lib/i386-linux-gnu/libm.so.6
cache 0
check set-incomplete
touch root$set_directory/libm.so.6
cache 0
check 'partly loaded, and not all of it can be read'
rm root/lib/i386-linux-gnu/libm.so.6 root$set_directory/libm.so.6
library fatal.so $set_directory/libc.so.6 2.36
check set-unsafe
echo rubbish >root$set_directory/manifest
check 'set-broken: its manifest'

system 2.25
install_set /usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
note 2 1
cache base
check 'set-wrong-place: no hwcap directory'

# A set that does not belong, published by a file that ldconfig-hwcap leaves alone.
system 2.25
install_set /lib/i686/nosegneg
sed -i 's/version 2.25/version 2.24/' root/lib/i686/nosegneg/libc.so.6
note 2 1
conf libc6-xen.conf '# classic recipe' 'hwcap 1 nosegneg'
cache 0x0028000000000000
check 'set-mismatch: the entry is of others'
