# What is there is copied, what cannot be read is listed, and an existing directory is left alone.
capture=$(dirname "$0")/../../tools/capture
mkdir bin
printf '#!/bin/sh\necho "[    0.000000] Linux version"\n' >bin/dmesg
printf '#!/bin/sh\n[ "$1" = probe ] && echo "machine: i686"\n' >bin/ldconfig-hwcap
chmod +x bin/*
PATH=$PWD/bin:$PATH

"$capture" tree
echo "exit status $?"
cat tree/nosegneg-capture tree/nosegneg-probe tree/dmesg
cmp /proc/version tree/proc/version && cmp /etc/ld.so.cache tree/etc/ld.so.cache && echo same
[ -d /sys/hypervisor ] && echo yes >there || echo no >there
[ -d tree/sys/hypervisor ] && echo yes >captured || echo no >captured
cmp there captured

printf '#!/bin/sh\necho half; exit 1\n' >bin/dmesg
cp bin/dmesg bin/ldconfig-hwcap
"$capture" -odd
echo "exit status $?"
cat ./-odd/nosegneg-capture
ls ./-odd | grep -c 'dmesg\|probe'
"$capture" tree 2>/dev/null
echo "exit status $?"
"$capture"
echo "exit status $?"
"$capture" missing/tree 2>/dev/null
echo "exit status $?"
