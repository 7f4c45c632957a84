# Files that belong to Xen: what they are, how they are entered, and how wide what is behind the entry is.
gzip -c fixtures/xen-64 >xen.gz
nosegneg-check kernel xen.gz fixtures/xen-32 fixtures/xen-efi fixtures/xen-syms fixtures/xen-shim \
	fixtures/xen-hvmloader fixtures/xen-minios | sed 's/[0-9]* bytes/N bytes/'
nosegneg-check kernel --json xen.gz fixtures/xen-32 fixtures/xen-syms fixtures/vmlinux-64 fixtures/vdso-none.so |
	python3 -c '
import json, sys
for image in json.load(sys.stdin)["images"]:
    print(image["path"], image["kind"], json.dumps(image["hypervisor"]))'
# Short of a few bytes, and none of these.
head -c 300 xen.gz >short.gz
head -c 1500 fixtures/xen-efi >short-efi
head -c 320 fixtures/xen-64 >short-64
head -c 20000 fixtures/xen-syms >short-syms
head -c 100 fixtures/xen-efi >short-headers
sed 's/Xen version/Hen version/' fixtures/xen-efi >other.efi
sed 's/Xen version/Hen version/' fixtures/xen-64 >other
for file in short.gz short-* other.efi; do
	nosegneg-check kernel $file
	echo "exit status $?"
done
nosegneg-check kernel other | sed -n 3p
