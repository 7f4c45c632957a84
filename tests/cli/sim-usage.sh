# SPDX-License-Identifier: LGPL-2.1-or-later
# What is typed wrong: one line that says so, exit status 2, and the program is not started.
wrong() {
	echo "# $*"
	nosegneg-sim "$@" </dev/null 2>&1
	echo "exit $?"
}
touch vdso empty
wrong
wrong --
wrong --no-such-option fixtures/tls-pie
wrong --note
for note in "" = nosegneg nosegneg= =1 nosegneg=32 nosegneg=-1 nosegneg=1x nosegneg=1, nosegneg=1,nosegneg=2 a=1,b=1 a/b=1; do
	wrong --note "$note" fixtures/tls-pie
done
wrong --note-file no-such-file fixtures/tls-pie
wrong --note-file . fixtures/tls-pie
wrong --note-file empty fixtures/tls-pie
wrong --note-file fixtures/vdso-none.so fixtures/tls-pie
for hole in "" 0 x -1 0xf6800001 0x100000000 99999999999999999999 4096; do
	wrong --hole "$hole" fixtures/tls-pie
done
wrong --xen 64 fixtures/tls-pie
wrong --emulate "" fixtures/tls-pie
wrong --top -1 fixtures/tls-pie
wrong --top many fixtures/tls-pie
wrong --json --folded fixtures/tls-pie
wrong -o no-such-directory/report fixtures/tls-pie
nosegneg-sim --help | head -n 1
nosegneg-sim --version | grep -c '^nosegneg-sim [0-9.]*$'
nosegneg-sim -h >/dev/full || echo "exit $?"
