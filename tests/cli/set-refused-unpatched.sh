# SPDX-License-Identifier: LGPL-2.1-or-later
# A set with one library that was not built for Xen; and one with the base's own library, as an upgrade of the
# distribution's package would leave it there.
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set
echo "built without the flag:"
make_libc set 0x5e7001 -mtls-direct-seg-refs
make_manifest >set/manifest
check
echo "the base's own:"
make_libc base 0xba5e01 -mtls-direct-seg-refs
cp base/libc.so.6 set
check
