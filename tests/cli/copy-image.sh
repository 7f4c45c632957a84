# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs into an empty directory, with the set and without; twice the same, and nothing the second time.
. "$(dirname "$0")/../data/roots/copy.sh"
copy_root
copy image /bin/script
tree image
chroot image /bin/script
copy -v --set always served script
tree served
chroot served /bin/script
rm served/etc/ld.so.cache
LD_LIBRARY_PATH=/opt/own chroot served /bin/script
chroot served /lib/ld-linux.so.2 --library-path /opt/own --list /bin/program | sed -n 's/ (0x.*//p' | grep i386
copy -q --set always served script
mkdir -p again/usr/bin
touch again/usr/bin
copy -q --set always again script
same served again
copy --set always served script | tail -n 2
same served again
find served -newermt @$SOURCE_DATE_EPOCH
# Runs at the same time wait for each other.
for n in 1 2 3 4 5 6; do
	copy -q --set always at-once script >$n.out &
done
wait
sort -u [1-6].out && rm [1-6].out
same served at-once
# A file as old as the epoch; and what is no time.
touch -d @0 root/opt/own/libown.so.1.0
copy -q epoch program
find epoch -type f ! -newermt @0 -printf '%P\n'
for SOURCE_DATE_EPOCH in soon -1 1.5; do
	copy -q never program
done
SOURCE_DATE_EPOCH=1000000000
# What the switch says.
mkdir -p root/$set_dir
printf '%s\n' '# Written by ldconfig-hwcap' "/$set_dir" >root/etc/ld.so.conf.d/00-nosegneg.conf
copy on /bin/program | tail -n 4
copy --set never off /bin/program | tail -n 4
rm root/etc/ld.so.conf.d/00-nosegneg.conf
# A library by itself, with the link to it; and what would be done.
copy -n --set always library /opt/own/libown.so.1.0
ls
copy -q --set always library /opt/own/libown.so.1.0
tree library
# A base beside what is for better processors.
mkdir -p root/opt/own/i686/sse2 root/opt/own/glibc-hwcaps
ln root/opt/own/libown.so.1.0 root/opt/own/i686/sse2/libown.so.1
/sbin/ldconfig -X -r root
copy -q base /bin/program
tree base | grep own
# As JSON.
nosegneg-copy --json --root root --set always json /bin/program |
	python3 -c '
import json, sys
d = json.load(sys.stdin)
print(sorted(d), d["version"], d["image"], d["set"]["used"], d["set"]["growth"] > 0)
print([(p["path"], p["loads"], len(p["files"])) for p in d["programs"]])
print([f["path"] for f in d["files"] if f["set"] == "nosegneg"])
print(sum(f["size"] for f in d["files"]) < d["size"], all("proven" in f for f in d["files"]))'
# What the C library opens by itself: for who ends threads.
make_library root/usr/lib/$arch/libgcc_s.so.1 unwinder
echo '#include <pthread.h>
	int main(void) { pthread_exit(0); }' | build root/usr/bin/ends -pthread
/sbin/ldconfig -X -r root
copy -q threads /usr/bin/ends
tree threads | grep gcc
copy -q no-threads /usr/bin/program
tree no-threads | grep gcc
# 64-bit programs: of this machine.
nosegneg-copy -q sixty-four /bin/sh
chroot sixty-four /bin/sh -c 'echo 64'
