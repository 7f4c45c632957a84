# SPDX-License-Identifier: LGPL-2.1-or-later
# --dry-run says what would be done, and changes nothing: not an inode, not a time.
. "$(dirname "$0")/../data/hwcap/make-root"
make_real_root root
make_real_set root
clean=clean_real
list() {
	find root -printf '%p %i %m %s %T@ %C@ %l\n' | sort
}
dry() {
	list >before
	hwcap root --strategy directory --dry-run "$@"
	list >after
	diff before after
}
dry enable
dry disable
echo 'enable = always' >root/etc/nosegneg.conf
dry auto
echo /opt >root/etc/ld.so.conf.d/00-nosegneg.conf
dry enable
dry --force enable
dry disable
rm root/etc/ld.so.conf.d/00-nosegneg.conf
quiet root --strategy directory enable >/dev/null
dry enable
dry disable
dry auto
echo 'enable = never' >root/etc/nosegneg.conf
dry auto
