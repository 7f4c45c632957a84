# SPDX-License-Identifier: LGPL-2.1-or-later
# What cannot be right: one line that says so, and the image as it was, and nothing outside of it.
. "$(dirname "$0")/../data/roots/copy.sh"
copy_root
# refused IMAGE ARG...
refused() {
	rm -rf before
	cp -a "$1" before
	copy "${@:2}"
	same "$1" before
}
# Links that lead out of the image, to what must not be touched.
mkdir outside out
ln -s ../outside out/usr
ln -s "$PWD/outside" out/etc
ln -s / out/lib
refused out --set always out program
mkdir -p absolute/usr/lib
ln -s /usr/lib absolute/lib
ln -s /usr/bin absolute/bin
copy -q --set always absolute /bin/program
chroot absolute /bin/program
ls outside
# Something else is there.
mkdir -p other/usr/bin
echo mine >other/usr/bin/program
refused other other program
rm -r other/usr/bin
echo mine >other/usr/bin
refused other other program
# Nor is a directory replaced by a link.
copy -q directory program
rm directory/usr/lib/$arch/libc.so.6
mkdir -p directory/usr/lib/$arch/libc.so.6/mine
refused directory --set always directory program
# Sets and libraries of other builds.
copy -q image /bin/program
make_library other.so "$(banner 2.0 other)"
cp other.so image/usr/lib/$arch/libm.so.6
refused image --refit --set always image
cp root/usr/lib/$arch/libm.so.6 image/usr/lib/$arch/libm.so.6
cp other.so image/usr/lib/$arch/ld-linux.so.2
refused image --refit --set always image 2>&1 | sed 's/library\(.*\)//'
mv root/$set_dir/libc.so.6 libc
cp other.so root/$set_dir/libc.so.6
copy --set always new /bin/program | sed 's/the base is .*/the base is .../'
mv libc root/$set_dir/libc.so.6
mv root/$set_dir set
copy --set always new /bin/program
copy -q new /bin/program
mv set root/$set_dir
# A second copy of a library that the set has, at another place.
mkdir -p root/opt/second
cp root/usr/lib/$arch/libm.so.6 root/opt/second
sed -i '1i /opt/second' root/etc/ld.so.conf.d/own.conf
/sbin/ldconfig -X -r root
copy --set always second /bin/program
sed -i 1d root/etc/ld.so.conf.d/own.conf
/sbin/ldconfig -X -r root
# What is missing, and who needs it.
rm root/opt/own/libown.so.1
copy missing script
echo text >root/usr/bin/text
copy missing /usr/bin/text
printf '#!/usr/bin/nothing\n' >root/usr/bin/text
copy missing /usr/bin/text
printf '#!/usr/bin/text\n' >root/usr/bin/text
copy missing /usr/bin/text
head -c 100 root/usr/bin/program >root/usr/bin/text
copy missing /usr/bin/text
mkfifo root/usr/bin/fifo
copy missing /usr/bin/fifo
ls
