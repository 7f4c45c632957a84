# What only a 32-bit program finds out: ldconfig-hwcap, beside the program, tells it.
. "$(dirname "$0")/../data/roots/make.sh"
system 2.36 /lib/i386-linux-gnu
rm root/nosegneg-probe
rmdir root/proc
set_directory=/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
cache base
mkdir bin
cp "$(command -v nosegneg-check)" bin/nosegneg-check
PATH=$PWD/bin:$PATH
helper() {
	cat >bin/ldconfig-hwcap
	chmod +x bin/ldconfig-hwcap
}
helper <<'END'
#!/bin/sh
[ "$1" = probe ] || exit 2
echo 'segments: limit=0xecdb0fff access=0xdef300'
echo 'note: none'
END
# The chroot's libraries, this machine's kernel: files say that nothing shortens segments here, the helper says otherwise.
check 'needed, by the helper' | grep -v contradiction
nosegneg-check --root root | grep '^  root'
# An i386 program that a kernel refuses: of a kind that there is not.
echo 'int x;' | gcc -m32 -static -nostdlib -Wl,-e,0 -x c -o bin/ldconfig-hwcap -
printf '\7' | dd of=bin/ldconfig-hwcap bs=1 seek=16 conv=notrunc status=none
check 'no 32-bit programs on this kernel'
for text in '' 'no program' '\177ELF, cut short'; do
	printf "$text" | helper
	check 'the helper is broken' | grep -e '^not' -e 'Exec format error' | sed 's,/.*/,,'
done
helper <<'END'
#!/bin/sh
echo 'ldconfig-hwcap: something is wrong' >&2
exit 2
END
check 'the helper fails' | grep -c 'fact-unreadable'
helper <<'END'
#!/bin/sh
kill -SEGV $$
END
check 'the helper dies' | grep -c 'signal 11'
helper <<'END'
#!/bin/sh
exec sleep 1000
END
check 'the helper hangs' | grep -c 'timed out'
rm bin/ldconfig-hwcap
PATH=$PWD/bin:/usr/bin:/bin
# Where it is installed, there is nothing to see.
if ls /usr/sbin/ldconfig-hwcap /usr/local/sbin/ldconfig-hwcap >/dev/null 2>&1; then
	echo 1
else
	check 'no helper' | grep -c helper-missing
fi
rm root/lib/ld-linux.so.2 root/lib/i386-linux-gnu/ld-linux.so.2
check 'no 32-bit C library' --assume-needed | head -n 2
ln -s gone root/lib/ld-linux.so.2
check "a loader that is gone" --assume-needed | head -n 2
mv root/lib/ld-linux.so.2 root/lib/ld-musl-i386.so.1
ln -sf libc.so root/lib/ld-musl-i386.so.1
: >root/lib/libc.so
check "another C library" --assume-needed | head -n 2
