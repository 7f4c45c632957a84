# SPDX-License-Identifier: LGPL-2.1-or-later
# A symbol less, a symbol more, an object of another size; and one that nobody defines.
. "$(dirname "$0")/../data/set/make-set"
make_base
echo "a symbol less:"
make_set -DWITHOUT_SECOND
check
echo "a symbol more:"
make_set -DEXTRA
check
echo "an object of another size:"
sed 's/int table\[4\]/int table[5]/' "$data/libc.c" >other.c
source=other.c make_set
check
echo "a private symbol that the base's loader lacks:"
make_set
LC_ALL=C sed -i 's/_rtld_global/_rtld_globol/' set/libc.so.6
make_manifest >set/manifest
check
