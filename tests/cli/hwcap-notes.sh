# SPDX-License-Identifier: LGPL-2.1-or-later
# Where the note may come from, and what is no note.
. "$(dirname "$0")/../data/hwcap/make-root"
make_root root 2.25
sleep 1000 &
sleeper=$!
mkdir directory
head -c 100 fixtures/vdso-pvops.so >short
head -c 3000 /dev/zero >zeros
mkfifo fifo
facts() {
	hwcap root "$@" print | grep -v '^#\|^segments\|^loader\|^set\|^entry' | sed "s/process $sleeper/process N/"
}
for note in xenlinux early pvops always count none 64; do
	facts --vdso "fixtures/vdso-$note.so"
done
for kernel in vmlinux-32 bzimage-gzip vmlinux-64; do
	facts --kernel "fixtures/$kernel"
done
# A note for 64-bit programs says nothing about those of 32 bits, unless it was asked for by name.
gcc -m64 -shared -nostdlib -DMASK=2 -DBIT=1 -DCOUNT=1 "$(dirname "$0")/../data/notes/vdso.S" -o note-64.so
facts --kernel note-64.so
facts --vdso note-64.so
facts --pid $sleeper
for file in missing directory short zeros fifo; do
	facts --vdso $file
done
for file in missing directory zeros fixtures/vdso-pvops.so; do
	facts --kernel $file
done
facts --pid 2147483647
kill $sleeper
wait $sleeper 2>/dev/null || true
