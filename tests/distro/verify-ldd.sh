#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# nosegneg-verify-ldd on a real i386 system: with the switch off, on, and on programs that cannot be judged.
. tests/distro/harness.sh

verify() {
	status=0
	NOSEGNEG_SIM=$build/bin/nosegneg-sim tools/nosegneg-verify-ldd --root "$root" --junit "$tmp/junit.xml" "$@" \
		>"$tmp/out" 2>"$tmp/err" || status=$?
}

junit() {
	python3 -c 'import sys, xml.dom.minidom as x
s = x.parse(sys.argv[1]).documentElement
print(*(s.getAttribute(a) for a in ("tests", "failures", "errors")))' "$tmp/junit.xml"
}

own_root
mount -t proc none "$root/proc"
verify /bin/ls /usr/bin/perl
expect 1 '^FAILED   0 of 1 ' '^FAILED   0 of 2 ' "libc.so.6 => $base_libc" '2 programs: 0 served, 2 not, 0 not told'
is "JUnit, off" "$(junit)" "2 2 0"

mkfifo "$tmp/fifo"
cat "$tmp/fifo" >"$tmp/junit.xml" &
NOSEGNEG_SIM=$build/bin/nosegneg-sim tools/nosegneg-verify-ldd --root "$root" --junit "$tmp/fifo" /bin/ls >/dev/null 2>&1 || true
if [ -p "$tmp/fifo" ]; then wait $!; else kill $!; fi
is "JUnit, a FIFO" "$(junit)" "1 1 0"

run_outside enable
verify /bin/ls /usr/bin/perl
expect 0 '^served   1 of 1 from the set  */bin/ls$' '^served   2 of 2 ' "the set is $set_dir"
is "JUnit, on" "$(junit)" "2 0 0"

echo '<no "program">' >"$root/tmp/a<b"
verify /bin/ls '/tmp/a<b' /no/program
expect 2 '^served ' '^ERROR    cannot be told ' '3 programs: 1 served, 0 not, 2 not told'
is "JUnit, broken" "$(junit)" "3 0 2"

echo 'int main(void) { return 0; }' | gcc -m32 -static -x c -o "$root/tmp/static" -
verify /tmp/static
expect 2 '^ERROR    cannot be told ' 'says nothing, as it does with static programs'
status=0
NOSEGNEG_SIM=$sim tools/nosegneg-verify-ldd --root "$root" /bin/ls >/dev/full 2>"$tmp/err" || status=$?
expect 2 'standard output: cannot be written'

# One second in the place of a minute.
mkfifo "$root/tmp/fifo"
mkdir "$tmp/bin"
printf '#!/bin/sh\nshift\nexec %s 1 "$@"\n' "$(command -v timeout)" >"$tmp/bin/timeout"
chmod +x "$tmp/bin/timeout"
PATH=$tmp/bin:$PATH verify /tmp/fifo /bin/ls
expect 2 '^ERROR    cannot be told ' 'no answer in 60 seconds' '^served '

mv "$root$set_dir/libm.so.6" "$tmp/"
verify /usr/bin/perl
expect 1 '^FAILED   1 of 2 ' 'libm.so.6 => /lib/i386-linux-gnu/libm.so.6'
mv "$tmp/libm.so.6" "$root$set_dir/"

verify --set /usr/lib /bin/ls
expect 2 'has no libc.so.6; this is no set'
verify
expect 2 'no program named'
verify --no-such-option /bin/ls
expect 2 'no such option'
rm "$root$set_dir/manifest"
verify /bin/ls
expect 2 'no nosegneg set with a manifest'
finish
