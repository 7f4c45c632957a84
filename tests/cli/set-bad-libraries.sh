# SPDX-License-Identifier: LGPL-2.1-or-later
# Broken libraries, in the set and in the base: named with what is wrong, exit status 2, and never a signal.
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set
cp set/libm.so.6 good

# poke OFFSET BYTES: overwrites bytes of set/libm.so.6, given as for printf.
poke() {
	printf "$2" | dd of=set/libm.so.6 bs=1 seek="$1" conv=notrunc status=none
}
try() {
	echo "$1:"
	check | tail -n 2 | sed 's/[0-9]\{3,\}/N/g'
	rm -rf set/libm.so.6
	cp good set/libm.so.6
}
segment() { # where program header of this type is in the file
	readelf -lW set/libm.so.6 | awk -v type="$1" '/^  [A-Z]/ && $1 != "Type" { if ($1 == type) { print 52 + 32 * n; exit } n++ }'
}
tag() { # where the value of this dynamic tag is in the file
	readelf -dW set/libm.so.6 | awk -v tag="($1)" '/offset 0x/ { at = strtonum($5) } /^ 0x/ { if ($2 == tag) { print at + 8 * n + 4; exit } n++ }'
}

: >set/libm.so.6
try empty
echo "INPUT ( libm.so.6 )" >set/libm.so.6
try text
head -c 40 good >set/libm.so.6
try "in the header"
head -c 400 good >set/libm.so.6
try "after the header"
rm set/libm.so.6
mkfifo set/libm.so.6
try fifo
rm set/libm.so.6
mkdir set/libm.so.6
try directory
rm set/libm.so.6
ln -s libm.so.6 set/libm.so.6
try "a loop of links"
poke $(($(segment DYNAMIC) + 4)) '\xff\xff\xff\x7f'
try "PT_DYNAMIC outside"
poke "$(tag STRTAB)" '\xff\xff\xff\x7f'
try "DT_STRTAB outside"
poke "$(tag STRSZ)" '\xff\xff\xff\xff'
try "DT_STRSZ huge"
poke "$(tag STRSZ)" '\x01\x00\x00\x00'
try "DT_STRSZ of one"
poke "$(tag SONAME)" '\xff\xff\x00\x00'
try "DT_SONAME outside"
poke "$(tag SYMTAB)" '\xff\xff\xff\x7f'
try "DT_SYMTAB outside"
poke "$(tag HASH)" '\xff\xff\xff\x7f'
try "DT_HASH outside"
poke "$(tag VERSYM)" '\xff\xff\xff\x7f'
try "DT_VERSYM outside"
poke "$(tag VERDEF)" '\xff\xff\xff\x7f'
try "DT_VERDEF outside"
poke "$(tag VERNEED)" '\xff\xff\xff\x7f'
try "DT_VERNEED outside"
echo "in the base:"
head -c 400 good >base/libm.so.6
check | tail -n 2 | sed 's/[0-9]\{3,\}/N/g'
