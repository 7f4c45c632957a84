# Captured trees: each with its verdict, why, and the findings' codes.
trees=$(dirname "$0")/../data/trees
for tree in "$trees"/*/; do
	nosegneg-check --json --root "$tree" | python3 -c '
import json, sys
d = json.load(sys.stdin)
codes = " ".join(f["severity"] + ":" + f["code"] for f in d["findings"])
print("%-21s %-11s %-19s %s" % (sys.argv[1], d["verdict"], d["reason"], codes))' "$(basename "$tree")"
done
# A tree with a cache, as tools/capture writes it: what programs get is in there.
. "$(dirname "$0")/../data/roots/make.sh"
set_directory=/lib/i686/nosegneg lib=/lib
for bits in 0x0018000000000000 base; do
	rm -rf root
	cp -r "$trees/dom0-32on32" root
	chmod -R u+w root
	mkdir -p root/etc root/lib
	echo nosegneg-capture 1 >root/nosegneg-capture
	cache $bits
	check "the cache has the set: $bits"
	sed 's/version 2\.00/version 2.5./' clean.so >root/lib/ld-2.5.so
	ln -s ld-2.5.so root/lib/ld-linux.so.2
	check 'and the loader is in the tree'
done
# Facts that could not be read are not taken for absent ones.
rm -rf root
cp -r "$trees/bare-metal" root
rm root/nosegneg-probe
printf '%s\n' 'nosegneg-capture 1' 'unreadable /sys/hypervisor/type' >root/nosegneg-capture
check 'not known: a file that could not be read'
rm -r root/*
echo >root/nosegneg-probe
check 'not known: an empty tree'
# The files against the processor.
rm -rf root
cp -r "$trees/pvops-32on32" root
chmod -R u+w root
sed -i 's/limit=0xecdb0fff/limit=0xffffffff/; s/access=0xdef300/access=0xd0f300/' root/nosegneg-probe
check 'contradiction: not shortened'
rm -rf root
cp -r "$trees/pvops-32on64" root
chmod -R u+w root
sed -i 's/access=0xd0f300/access=0xd0f700/' root/nosegneg-probe
check 'contradiction: expands down'
# Any file of a kernel makes a tree; this machine's own kernel says nothing about it.
for part in sys/hypervisor proc/sys; do
	rm -rf root
	mkdir -p "root/${part%/*}"
	cp -r "$trees/pvops-32on32/$part" "root/$part"
	check "only $part" --no-scan | grep -v -e 'error' -e 'mend' -e 'warning'
done
rm -rf root
mkdir root
ln -s proc root/proc
check 'not known: files that cannot be reached' | head -n 2
# The kernel's log against files that show no Xen.
rm -rf root
mkdir -p root/proc root/sys/hypervisor
echo 'Linux version 3.2.0-4-686-pae' >root/proc/version
check 'no Xen' | head -n 2
echo '4gb seg fixup, process init (pid 1), cs:ip 73:b7ec2fc5' >root/dmesg
check 'not known: the log says otherwise'
# A tree with a cache and without libraries: what is published decides what mends.
lib=/lib
rm -rf root
cp -r "$trees/pvops-32on32" root
chmod -R u+w root
mkdir -p root/etc/ld.so.conf.d
cache base
check 'a cache, and nothing that asks for a set'
echo 'include ld.so.conf.d/*.conf' >root/etc/ld.so.conf
conf xen.conf 'hwcap 1 nosegneg'
check 'a cache that is not of the entry'
conf kernelcap.conf 'hwcap 0 nosegneg'
check 'entries that contradict each other'
