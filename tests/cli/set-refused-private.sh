# SPDX-License-Identifier: LGPL-2.1-or-later
# The layout that glibc's parts share: the loader's data, and the descriptors for debuggers.
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set
echo "another _rtld_global:"
make_manifest | sed 's/_rtld_global=400/_rtld_global=404/' >set/manifest
check
echo "another struct pthread:"
thread_size=1238 make_set
check
echo "sizes not given:"
make_set
make_manifest | sed '/^rtld/d' >set/manifest
check
echo "by the loader in the set:"
make_set
make_library set ld-linux.so.2 ld-linux.so.2 0x5e7000
rm set/manifest
check
