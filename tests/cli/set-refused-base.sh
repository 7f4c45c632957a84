# SPDX-License-Identifier: LGPL-2.1-or-later
# The distribution's package was upgraded after the set was built.
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set
make_libc base 0xba5eff
check
echo "the loader:"
make_base
make_library base ld-linux.so.2 ld-linux.so.2 0xba5eff
check
echo "elsewhere:"
make_base
make_manifest | sed 's,^base-directory.*,base-directory: /usr/lib/elsewhere,' >set/manifest
check
