# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2028,SC2034,SC2154
# For the tests of nosegneg-copy: a system as ./root, in which /usr/bin/program starts, with a library of its own behind
# links, and a set that is switched off. To be sourced.
. "$(dirname "$0")/../data/hwcap/make-root"

export SOURCE_DATE_EPOCH=1000000000
set_dir=usr/lib/$arch/glibc-hwcaps/nosegneg

build() {
	gcc -m32 -O2 -Wl,--build-id=none -x c - -x none "${@:2}" -o "$1"
}

copy_root() {
	make_real_root root
	make_real_set root
	mkdir -p root/usr/bin root/opt/own
	ln -s usr/bin root/bin
	echo 'int own(void); int own(void) { return 42; }' | build root/opt/own/libown.so.1.0 -shared -Wl,-soname,libown.so.1
	ln -s libown.so.1.0 root/opt/own/libown.so.1
	echo '#include <math.h>
		#include <stdio.h>
		int own(void);
		int main(int n, char **p) { printf("%d %.0f\n", own(), sqrt(n * 81.0 / (p != 0))); return 0; }' |
		build root/usr/bin/program -fno-builtin root/opt/own/libown.so.1.0 -lm
	printf '#!/bin/program\n' >root/usr/bin/script
	chmod 755 root/usr/bin/script
	echo /opt/own >root/etc/ld.so.conf.d/own.conf
	mkdir root/opt/unused
	echo /opt/unused >root/etc/ld.so.conf.d/unused.conf
	/sbin/ldconfig -X -r root
}

# copy ARG...: without what is this machine's: sizes, and accesses.
copy() {
	echo "# $*"
	nosegneg-copy --root root "$@" 2>&1 | sed -e 's/^  *[0-9-]* *[0-9-]* *[0-9]*  \([bn]\)/  \1/' -e '/^ *PROVEN/d' \
		-e 's/[0-9]* KiB/N KiB/g'
	echo "exit ${PIPESTATUS[0]}"
}

tree() {
	(cd "$1" && find . ! -type d -printf '%P %l\n' | sort)
}

sum() {
	tar --sort=name -C "$1" -cf - . | sha256sum
}

same() {
	[ "$(sum "$1")" = "$(sum "$2")" ] || { echo "$1 and $2 differ"; diff <(tree "$1") <(tree "$2"); }
}
