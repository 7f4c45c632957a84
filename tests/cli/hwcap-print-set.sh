# SPDX-License-Identifier: LGPL-2.1-or-later
# What print says of sets: that of the loader's own directory, one that was named, one elsewhere, none.
. "$(dirname "$0")/../data/hwcap/make-root"
make_root old 2.25
make_root middle 2.31
make_set middle
for dir in middle/lib/i386-linux-gnu/nosegneg old/opt/set; do
	make_library "$dir/libc.so.6" x
done
note=fixtures/vdso-pvops.so
hwcap old --vdso $note
hwcap old --vdso $note --set /opt/set --strategy directory
hwcap middle --vdso $note
hwcap middle --vdso $note --set /lib/i386-linux-gnu/nosegneg
hwcap middle --vdso $note --set /missing
hwcap middle --vdso $note --set relative
hwcap middle --vdso $note --set "/with a blank"
hwcap middle --vdso $note --set /with:colon
echo broken >middle/lib/i386-linux-gnu/i686/nosegneg/manifest
hwcap middle --vdso $note
# The usual place by a link: the path that the loader will print stays, the link leads to the place itself.
mv middle/lib/i386-linux-gnu/i686 middle/opt
ln -s ../../opt middle/lib/i386-linux-gnu/i686
rm middle/opt/nosegneg/manifest
hwcap middle --vdso $note
