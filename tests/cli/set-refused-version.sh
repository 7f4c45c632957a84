# SPDX-License-Identifier: LGPL-2.1-or-later
# One library of another release: by its banner, by its versions, by what it needs.
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set
echo "another release:"
release="Test 1.0+security1" make_set
check
echo "a version more, a version less:"
sed 's/GLIBC_2.1/GLIBC_2.2/' "$data/libc.map" >other.map
map=other.map make_set
check
echo "another version needed:"
make_libc base 0xba5e01
make_libm base 0xba5e02
sed 's/GLIBC_2.0/GLIBC_2.5/' "$data/libc.map" >other.map
mkdir -p elsewhere
map=other.map make_libc elsewhere 0x5e7001
make_set
make_library set libm.so.6 libm.so.6 0x5e7002 elsewhere/libc.so.6
make_manifest >set/manifest
check
