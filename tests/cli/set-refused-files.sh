# SPDX-License-Identifier: LGPL-2.1-or-later
# Files that are not those of the manifest.
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set
echo "changed since:"
printf 'x' >>set/libm.so.6
check
echo "one more, one less:"
make_set
cp set/libm.so.6 set/libextra.so.1
cp base/libm.so.6 base/libextra.so.1
rm set/libm.so.6
check
echo "no manifest:"
make_set
rm set/libextra.so.1
rm set/manifest
check
