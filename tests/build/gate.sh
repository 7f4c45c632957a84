#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The real set passes the gate; with one real fault it does not, and each fault has its own message.  Programs notice on
# their own what makes a difference to them.
set -euo pipefail

build=${BUILD:-build}
check=${NOSEGNEG_CHECK:-$build/bin/nosegneg-check}
suite=$build/share/nosegneg/suite
base=$(dirname "$(realpath /lib/ld-linux.so.2)")
set_dir=$(dirname "$(ls "$build"/*/stage/usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg/manifest 2>/dev/null | head -n 1)")

[ -e "$set_dir/manifest" ] || { echo "needs a set: make libs"; exit 77; }
[ -e "$suite" ] || { echo "needs the suite: make suite"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=$tmp/set

fail() {
	echo "FAIL: $*" >&2
	cat "$tmp/out" "$tmp/err" >&2
	exit 1
}

fresh() {
	rm -rf "$bad"
	cp -r "$set_dir" "$bad"
}

# gate STATUS [OPTION]...: runs it on $bad.
gate() {
	local want=$1 status=0

	shift
	"$check" set --suite "$suite" "$@" "$bad" >"$tmp/out" 2>"$tmp/err" || status=$?
	[ "$status" = "$want" ] || fail "exit status $status, not $want"
}

# finds CHECK LIBRARY TEXT: a finding of that check, with these words.
finds() {
	grep -E "^$2 +$1 +finding " "$tmp/out" | grep -qF -- "$3" || fail "no $1 finding '$3' for $2"
}

# only CHECK...: no findings of other checks.
only() {
	local all="$*"

	! awk '$3 == "finding" { print $2 }' "$tmp/out" | grep -vxE "${all// /|}" >&2 || fail "findings besides $all"
}

# replace FILE OLD NEW: strings of the same length.
replace() {
	[ "${#2}" = "${#3}" ] || fail "$2 and $3 are not of the same length"
	LC_ALL=C grep -qaF -- "$2" "$bad/$1" || fail "no $2 in $1"
	LC_ALL=C sed -i "s,$2,$3,g" "$bad/$1"
}

# The manifest agrees with the files again, so that nothing but the fault is left.
sign() {
	local name

	for name in "$@"; do
		sed -i "s/^\(library: $name .*sha256=\)[0-9a-f]*/\1$(sha256sum <"$bad/$name" | cut -d' ' -f1)/" "$bad/manifest"
	done
}

fresh
gate 0
grep -q 'passed: no finding' "$tmp/out" || fail "no verdict"
[ ! -s "$tmp/err" ] || fail "output on standard error"

# One library that is the distribution's own.
fresh
cp "$base/libresolv.so.2" "$bad/libresolv.so.2"
sign libresolv.so.2
gate 1 --no-run
finds scan libresolv.so.2 "accesses below the thread pointer: "
finds manifest libresolv.so.2 "build-id: "
only scan manifest

# One library left out, and the manifest does not miss it: what is left to the base counts, too.
fresh
rm "$bad/libm.so.6"
sed -i '/^library: libm.so.6 /d' "$bad/manifest"
gate 1 --no-run
finds scan libm.so.6 "is not in the set, and the base's has accesses: "
only scan

# A manifest that does not say what was built, or against what.
fresh
sed -i '/^rtld:/s/ base-build-id=[0-9a-f]*$//; s/-mno-tls-direct-seg-refs//
	s/^upstream-version: .*/upstream-version: 2.99/' "$bad/manifest"
gate 1 --no-run
finds manifest manifest "does not name the loader"
finds manifest libc.so.6 "upstream-version: 2.99 -> 2."
finds manifest manifest "cflags without -mno-tls-direct-seg-refs"

# Code that can be written to: the flags of the executable segment, 24 bytes into its program header of 32.
fresh
index=$(readelf -lW "$bad/libm.so.6" | awk '/^  [A-Z]/ && !/Type/ { if ($1 == "LOAD" && / R E /) { print n + 0; exit } n++ }')
printf '\007' | dd of="$bad/libm.so.6" bs=1 seek=$((52 + 32 * index + 24)) conv=notrunc status=none
sign libm.so.6
gate 1 --no-run
finds headers libm.so.6 "segments: R RX R RW, RELRO -> R RWX R RW, RELRO"
only headers

# One library of another build of the same sources, where there is one: amd64's 32-bit libraries.
if [ -e /usr/lib32/libc.so.6 ]; then
	fresh
	cp /usr/lib32/libc.so.6 "$bad/libc.so.6"
	gate 1 --no-run
	finds paths libc.so.6 "missing -> /usr/lib32/gconv"
fi

# One wrong version: of the release, and of its symbols.
fresh
release=$(LC_ALL=C grep -ao 'GNU C Library ([^)]*)' "$bad/libc.so.6")
replace libc.so.6 "$release" "${release%?)}9)"
sign libc.so.6
gate 1 --no-run
finds banner libc.so.6 "release: "
only banner
fresh
replace libm.so.6 GLIBC_2.15 GLIBC_2.95
sign libm.so.6
gate 1 --no-run
finds versions libm.so.6 "defines GLIBC_2.95: missing -> "

# One byte of one path string: the comparison finds it, and so does perl.
fresh
replace libc.so.6 /usr/lib/locale /usr/lib/localE
sign libc.so.6
gate 1
finds paths libc.so.6 "/usr/lib/locale -> missing"
finds paths libc.so.6 "missing -> /usr/lib/localE"
finds programs perl-utf8 "Setting locale failed"
finds programs text-utf8 "the locale is there -> no such locale"
only paths programs

# Where iconv looks for its modules.
fresh
replace libc.so.6 i386-linux-gnu/gconv i386-linux-gnu/gconw
sign libc.so.6
gate 1
finds paths libc.so.6 "/usr/lib/i386-linux-gnu/gconv -> missing"
finds programs convert "output, line "

# A symbol that is not there any more, and one that nobody has.
fresh
replace libm.so.6 llrintf128 llrintf129 2>/dev/null || replace libm.so.6 nexttowardl nexttowardm
sign libm.so.6
gate 1 --no-run
finds symbols libm.so.6 " -> missing"
only symbols

# The loader's private data.
fresh
sed -i 's/_rtld_global_ro=[0-9]*/_rtld_global_ro=1000/' "$bad/manifest"
gate 1 --no-run
finds private ld-linux.so.2 "_rtld_global_ro: "
only private

# Built against the package before the last upgrade.
fresh
sed -i -E '/^library: libm/s/base-build-id=../base-build-id=ff/' "$bad/manifest"
gate 1 --no-run
finds base libm.so.6 "the set was built against another libc6"
only base

# Truncated; without its manifest; with a manifest of something else.
fresh
truncate -s 100000 "$bad/libc.so.6"
gate 2
grep -q "^nosegneg-check: $bad/libc.so.6: cannot be compared: " "$tmp/err" || fail "no error"
fresh
rm "$bad/manifest"
gate 1 --no-run
finds manifest manifest "there is none"
fresh
echo 'INSTALLED' >"$bad/manifest"
gate 2
grep -qxF "nosegneg-check: $bad/manifest:1: the manifest is wrong: no 'key: value'" "$tmp/err" || fail "no error"

# The answer as a document.
fresh
gate 0 --no-run --json
python3 -c 'import json, sys; d = json.load(sys.stdin); assert d["version"] == 1 and d["verdict"] == "passed", d' <"$tmp/out"
