# Entries of ld.so.conf that do not do what they are for.
. "$(dirname "$0")/../data/roots/make.sh"
bit0=0x0018000000000000 bit1=0x0028000000000000

system 2.25
install_set /lib/i686/nosegneg
note 2 1
cache base
check entry-missing
conf xen.conf '# classic recipe' 'hwcap 0 nosegneg'
cache $bit0
check 'entry-index: the commonest fault'
conf vendor.conf 'hwcap 1 nosegneg'
check entry-clash
conf vendor.conf 'hwcap 0 other'
check 'entry-clash: another name has the index'
conf vendor.conf 'hwcap 11 other'
check 'entry-clash: ldconfig itself has the index'
conf vendor.conf 'hwcap 12 other'
check entry-breaks-ldconfig
conf vendor.conf 'hwcap nosegneg'
check 'entry-breaks-ldconfig: syntax'

system 2.25
install_set /lib/i686/nosegneg
note 2 1
cache base
conf xen 'hwcap 1 nosegneg'
check 'entry-not-included: the name'
mv root/etc/ld.so.conf.d/xen root/etc/ld.so.conf.d/xen.conf
echo /usr/local/lib >root/etc/ld.so.conf
check 'entry-not-included: no include line'

system 2.31 /lib/i386-linux-gnu
install_set /lib/i386-linux-gnu/i686/nosegneg
note 2 1
conf libc6-xen.conf 'hwcap 1 nosegneg'
cache 0x0022000000000000
check 'entry-mismatch-2.26: what Debian shipped for years'
rm root/etc/ld.so.conf.d/libc6-xen.conf
ours '# alias: /lib/i386-linux-gnu/xeon_phi -> i686/nosegneg'
check 'entry-missing: the link is not there'
ln -s i686/nosegneg root/lib/i386-linux-gnu/xeon_phi
cache 0x0008000000000000
check 'served: by the alias'
note 0 1
check 'the same on a kernel that does not enable it'

system 2.36 /lib/i386-linux-gnu
install_set /usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
conf xen.conf 'hwcap 1 nosegneg'
cache base
check entry-ignored
sed -i 's/2.36/2.28/' root/lib/i386-linux-gnu/*.so* root/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg/libc.so.6
note 2 1
check 'loader-backport: ignored by an older one'

system 2.36 /lib/i386-linux-gnu
install_set /usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
ours $set_directory
cache 0
check 'served: by the directory'
segments=0xffffffff
note none
check 'entry-not-needed'
note 2 1
check 'the note asks for it, and nothing is shortened'
printf '%s\n' 'hwcap 1 nosegneg' >root/etc/ld.so.conf.d/00-nosegneg.conf
check "somebody else's file at our place"

# What mends is typed by root, one finding after the other: it deletes no file, and no line of other findings.
system 2.25
install_set /lib/i686/nosegneg
note 2 1
cache base
conf "a b;'c.conf" 'hwcap x' /opt/lib 'hwcap 12 y'
conf libc6-xen.conf.dpkg-old 'hwcap 0 nosegneg'
printf '%s\n' 'HWCAP	0 nosegneg # the kernel of old' 'include ld.so.conf.d/*.conf' >root/etc/ld.so.conf
check 'what mends several lines'
nosegneg-check --json --no-scan --root root | python3 -c '
import json, sys
for f in json.load(sys.stdin)["findings"]:
    if f["fix"].startswith("sed"):
        print(f["fix"].split(" && ")[0].replace(" /etc", " root/etc").replace(" '\''/etc", " '\''root/etc"))' >fixes
sh fixes && cat root/etc/ld.so.conf root/etc/ld.so.conf.d/a*
