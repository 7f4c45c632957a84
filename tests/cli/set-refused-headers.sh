# SPDX-License-Identifier: LGPL-2.1-or-later
# SONAME, NEEDED, the thread-local block, the stack's flags, and a library that the base does not have.
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set
echo "another soname:"
LC_ALL=C sed -i 's,libm\.so\.6,libm.so.7,' set/libm.so.6
make_manifest | sed 's/soname=libm.so.6 //' >set/manifest
check
echo "more thread-local data:"
make_set -DLARGER_TLS
check
echo "an executable stack:"
make_set -Wl,-z,execstack
check
echo "another library needed:"
gcc -m32 -shared -nostdlib -Wl,-soname,libx.so.1 -Wl,--build-id=0xba5e03 -o base/libx.so.1 -x c /dev/null
make_set -Wl,--no-as-needed base/libx.so.1
check
echo "a library that the base does not have:"
make_set
cp set/libm.so.6 set/libnew.so.1
check
echo "no libc.so.6:"
make_set
rm set/libc.so.6 set/libnew.so.1
check
