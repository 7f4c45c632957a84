# The initramfs: whether its C library is the set's.
. "$(dirname "$0")/../data/roots/make.sh"
system 2.36 /lib/i386-linux-gnu
install_set /usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
ours $set_directory
cache 0

# cpio FILE NAME...: an archive of empty files.
archive() {
	python3 - "$@" <<'END'
import sys
out = b""
for name in sys.argv[2:] + ["TRAILER!!!"]:
    name = name.encode() + b"\0"
    head = b"070701" + b"%08X" * 11 % (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"%08X" % len(name) + b"%08X" % 0
    out += head + name
    out += b"\0" * (-len(out) % 4)
open(sys.argv[1], "wb").write(out + b"\0" * (-len(out) % 512))
END
}
archive microcode kernel/x86/microcode/GenuineIntel.bin
archive base usr/lib/i386-linux-gnu/libc.so.6 sbin/init
archive with usr/lib/i386-linux-gnu/libc.so.6 usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg/libc.so.6
archive without usr/lib/x86_64-linux-gnu/libc.so.6 lib64/libc.so.6
gzip -kn base
xz -k with
cat microcode base.gz >early.gz
cat microcode microcode base >plain
for image in base base.gz early.gz plain with.xz without; do
	check "$image" --initramfs $image
done
head -c 60 base.gz >cut.gz
head -c 100 /dev/zero >zeros
check 'cut' --initramfs cut.gz
check 'no archive' --initramfs zeros
check 'not there' --initramfs missing
