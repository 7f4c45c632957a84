# SPDX-License-Identifier: LGPL-2.1-or-later
# As the classic recipe: standard output is the file and nothing else, and a full disk is a failure.
. "$(dirname "$0")/../data/hwcap/make-root"
make_root root 2.25
ldconfig-hwcap --root root --vdso fixtures/vdso-xenlinux.so print >xen-glibc.conf 2>/dev/null
grep -v '^#' xen-glibc.conf
ldconfig-hwcap --root root --vdso fixtures/vdso-xenlinux.so >/dev/full 2>err
echo "exit $?"
tail -n 1 err
ldconfig-hwcap --help >/dev/full
echo "exit $?"
ldconfig-hwcap --root root --vdso fixtures/vdso-xenlinux.so >&- 2>err
echo "exit $?"
tail -n 1 err
# A reader that has gone is no signal's business.
(
	trap '' PIPE
	sleep 0.2
	ldconfig-hwcap --root root --vdso fixtures/vdso-xenlinux.so 2>err
	echo "exit $?" >&2
) | true
tail -n 1 err
