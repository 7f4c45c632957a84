# What the kernel's note says, or does not, where the loader would follow it.
. "$(dirname "$0")/../data/roots/make.sh"
bit0=0x0018000000000000 bit1=0x0028000000000000

system 2.25
install_set /lib/i686/nosegneg
conf xen.conf 'hwcap 1 nosegneg'
cache $bit1
note 2 1
check 'served: the note of a mainline kernel, and the entry for it'
note none
check note-absent
note 0 1
check note-not-enabled
note 2 1 7
check 'note-broken: a count that kills every program'
# XenLinux of 2005 to 2007: mask 1, bit 1.
note 1 1
conf xen.conf 'hwcap 0 nosegneg'
cache $bit0
check 'note-mask-bit: the cache follows the mask'
note 1 0
check 'served: XenLinux'
# Nothing is concluded from a note that is not known.
sed -i /note/d root/nosegneg-probe
check 'not known: the note'

# An hwcap line takes the directory entry's libraries away from those who follow no note.
system 2.31 /lib/i386-linux-gnu
install_set /lib/i386-linux-gnu/i686/nosegneg
conf libc6-xen.conf 'hwcap 1 nosegneg'
cache 0x0022000000000000
check 'note-absent: with an hwcap line'
note 0 1
check 'note-not-enabled: with an hwcap line'
