# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes systems for the tests of the diagnosis, each as ./root, out of small pieces. To be sourced.

data=$(dirname "$0")/../data/roots
build() {
	gcc -m32 -shared -nostdlib -Wl,--build-id=none "${@:2}" "$data/libc.S" -o "$1" 2>err || { cat err; exit 99; }
}
build unsafe.so
build clean.so -DCLEAN
build fatal.so -DFATAL

# library FILE PLACE RELEASE: a copy that says that it is of glibc RELEASE (four characters).
library() {
	mkdir -p "root${2%/*}"
	sed "s/version 2\.00/version $3/" "$1" >"root$2"
}

# system RELEASE [DIRECTORY]: a root with the loader and base library of that release, on a machine that shortens segments
# and has no note.
system() {
	rm -rf root
	release=$1 lib=${2:-/lib}
	mkdir -p root/lib root/etc/ld.so.conf.d root/sbin root/proc
	echo 'include ld.so.conf.d/*.conf' >root/etc/ld.so.conf
	library unsafe.so "$lib/libc.so.6" "$release"
	library clean.so "$lib/ld-linux.so.2" "$release"
	[ "$lib" = /lib ] || ln -s "${lib#/lib/}/ld-linux.so.2" root/lib/ld-linux.so.2
	case $release in
	2.0* | 2.1* | 2.2* | 2.3[01]) echo 'hwcap index %lu above maximum %u' >root/sbin/ldconfig ;;
	*) echo 'hwcap directive ignored' >root/sbin/ldconfig ;;
	esac
	segments=0xecdb0fff
	note none
}

# note none | note MASK BIT [COUNT]
note() {
	local bytes=none
	[ "$1" = none ] || bytes=$(printf '0%d000000%02x000000%02x' "${3:-1}" "$1" "$2")6e6f7365676e656700
	printf '%s\n' 'machine: i686' 'kernel: 4.9.0-test' 'cpuid: plain=none forced=XenVMMXenVMM/40000003/4.1' \
		"segments: limit=$segments access=0xdef300" "note: $bytes" >root/nosegneg-probe
}

# set DIRECTORY: the library set of the base's release.
install_set() {
	set_directory=$1
	library clean.so "$1/libc.so.6" "$release"
}

# conf NAME LINE...: a file of ld.so.conf.d.
conf() {
	printf '%s\n' "${@:2}" >"root/etc/ld.so.conf.d/$1"
}

# ours LINE: our own file.
ours() {
	conf 00-nosegneg.conf '# Written by ldconfig-hwcap; "ldconfig-hwcap disable" removes it.' "$1"
}

# cache [--unsorted] [HWCAP]: the base library, and the set's with that word; 0: the set's alone; base: the base's alone.
cache() {
	local -a option=() entries=("libc.so.6=$lib/libc.so.6")
	[ "$1" != --unsorted ] || { option=(--unsorted); shift; }
	case $1 in
	base) ;;
	0) entries=("libc.so.6=$set_directory/libc.so.6") ;;
	*) entries+=("libc.so.6=$set_directory/libc.so.6@$1") ;;
	esac
	python3 "$data/cache.py" "${option[@]}" root/etc/ld.so.cache "${entries[@]}" "liba.so.1=$lib/liba.so.1"
}

# check TITLE [OPTION...]: the verdict and the findings, without the facts.
check() {
	echo "== $1"
	nosegneg-check --root root "${@:2}" | grep -v -e '^  [a-zA-Z]' -e '^$'
	echo "exit status ${PIPESTATUS[0]}"
}
