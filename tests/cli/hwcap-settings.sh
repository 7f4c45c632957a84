# SPDX-License-Identifier: LGPL-2.1-or-later
# /etc/nosegneg.conf: what it says is done, and what it says wrong stops everything but "disable".
. "$(dirname "$0")/../data/hwcap/make-root"
make_root root 2.31
make_set root
make_library root/opt/set/libc.so.6 x
settings() {
	printf "$@" >root/etc/nosegneg.conf
}
last() {
	hwcap root --vdso fixtures/vdso-pvops.so "$@" | tail -n 2
}
settings 'strategy = directory\n'
last
last --strategy alias
settings 'set = /opt/set\nstrategy = directory\n'
last
last --set /lib/i386-linux-gnu/i686/nosegneg
settings 'strategy = hwcap\n'
last
last disable
last --strategy hwcap disable
settings 'enable = perhaps\n'
for command in print status auto enable disable; do
	last $command
done
settings '\0'
last auto
settings '\033[31m\n'
last auto
settings 'set = opt/set'
last auto
settings 'set = /missing\nenable = always'
last auto
settings 'enable = never\n'
last auto
