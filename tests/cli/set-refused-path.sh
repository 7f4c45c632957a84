# SPDX-License-Identifier: LGPL-2.1-or-later
# One byte of one path string.
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set
LC_ALL=C sed -i 's,/usr/lib/locale,/usr/lib/localE,' set/libc.so.6
make_manifest >set/manifest
check
echo "in a search path, and in a format:"
make_set
LC_ALL=C sed -i -e 's,/usr/bin:/bin,/usr/bin:/sin,' -e 's,%s/gconv,%s/hconv,' set/libc.so.6
make_manifest >set/manifest
check
