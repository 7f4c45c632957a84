# SPDX-License-Identifier: LGPL-2.1-or-later
# What is typed wrong: one line that says so, exit status 2, and nothing else happens.
. "$(dirname "$0")/../data/hwcap/make-root"
make_root root 2.36
wrong() {
	ldconfig-hwcap "$@" 2>&1 </dev/null | clean
	echo "exit ${PIPESTATUS[0]}"
}
wrong --root root enabel
wrong --root root print enable
wrong --root root ""
wrong --root root --no-such-option
wrong --root root -x
wrong --root
wrong --root root --strategy
for strategy in "" auto none prepend Hwcap $'hw\ncap'; do
	wrong --root root --strategy "$strategy"
done
for pid in "" 0 -1 1x x 99999999999999999999 2147483648; do
	wrong --root root --pid "$pid"
done
wrong --root root --pid 1 --vdso x
wrong --root root --vdso x --kernel y
wrong --root root --kernel y --pid 1 print
wrong --root missing
wrong --root root/release
wrong --root ""
for conf in "" relative.conf /etc/nosegneg /etc/.conf /.conf /etc/x.conf/ /etc/nosegneg.CONF; do
	wrong --root root --conf "$conf" disable
done
wrong --root root --conf "/etc/$(head -c 260 /dev/zero | tr '\0' x).conf" disable | sed 's/x\{200,\}/xxx/'
wrong --root root --conf /etc/ld.so.conf/x.conf disable # below a file: certainly not there
ldconfig-hwcap --help | head -n 2
ldconfig-hwcap --version | sed 's/[0-9.]*$/VERSION/'
ldconfig-hwcap -hV enabel | wc -l
